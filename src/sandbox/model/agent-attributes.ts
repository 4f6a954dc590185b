/**
 * What the agent of the sandbox's instances says that it can: that of the ECS images, as ecs-init starts it on Amazon
 * Linux 2023. Names with a value (versions, the type, the zone) and what only some types have are left out.
 * https://github.com/aws/amazon-ecs-agent/blob/master/agent/app/agent_capability.go
 * https://github.com/aws/amazon-ecs-agent/blob/master/ecs-init/docker/docker.go
 */
export const agentAttributes: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ...[
      "privileged-container",
      // Of Docker's versions it leaves out 1.26, 1.27, 1.31, and 1.33 and later ones.
      ...[17, 18, 19, 20, 21, 22, 23, 24, 25, 28, 29, 30, 32].map((version) => `docker-remote-api.1.${version}`),
      // ECS_AVAILABLE_LOGGING_DRIVERS of ecs-init: gelf, journald and splunk are for whoever adds them.
      ...["json-file", "syslog", "awslogs", "fluentd", "none", "awsfirelens"].map((each) => `logging-driver.${each}`),
      "task-iam-role",
      "task-iam-role-network-host",
      "ecr-auth",
    ].map((name) => `com.amazonaws.ecs.capability.${name}`),
    ...[
      "private-registry-authentication.secretsmanager",
      "secrets.ssm.environment-variables",
      "secrets.ssm.bootstrap.log-driver",
      "secrets.asm.environment-variables",
      "secrets.asm.bootstrap.log-driver",
      "ecr-endpoint",
      "container-ordering",
      "full-sync",
      "env-files.s3",
      "network.container-port-range",
      "container-restart-policy",
      "task-cpu-mem-limit",
      "increased-task-cpu-limit",
      "task-eni",
      "task-eni.ipv6",
      "execution-role-ecr-pull",
      "execution-role-awslogs",
      "container-health-check",
      "docker-plugin.local",
      "pid-ipc-namespace-sharing",
      "aws-appmesh",
      "task-eia",
      "firelens.fluentd",
      "firelens.fluentbit",
      "firelens.options.config.file",
      "firelens.options.config.s3",
      "firelens.non-root-user",
      "logging-driver.awsfirelens.log-driver-buffer-limit",
      "efs",
      "efsAuth",
      "storage.s3-files",
      "storage.ebs-task-volume-attach",
      "storage.ebsta-non-root-user",
      "execute-command",
      "service-connect-v1",
      "fault-injection",
      "ipv6-only",
      "imds-iam-roles",
    ].map((name) => `ecs.capability.${name}`),
  ].map((name) => [name, ""]),
);
