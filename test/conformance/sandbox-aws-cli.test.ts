import { describe, expect, it } from "vitest";
import { services } from "../../src/sandbox/wire/services.ts";
import type { Handled } from "../../src/sandbox/wire/router.ts";
import { checkShapes, findAwsPython, runAwsCli, type Step } from "../support/aws-cli.ts";
import { startTestSandbox } from "../support/sandbox.ts";

const container = {
  name: "main",
  image: "busybox",
  memory: 64,
  command: ["sh", "-c", "echo hello; sleep 1; exit 3"],
  portMappings: [{ containerPort: 28_700, hostPort: 28_700, protocol: "udp" }],
  linuxParameters: {
    devices: [{ hostPath: "/dev/neuron0", containerPath: "/dev/neuron0", permissions: ["read", "write"] }],
  },
  healthCheck: { command: ["CMD", "true"], interval: 5 },
  logConfiguration: {
    logDriver: "awslogs",
    options: {
      "awslogs-group": "/bert",
      "awslogs-region": "us-east-1",
      "awslogs-stream-prefix": "p",
      "awslogs-create-group": "true",
    },
  },
};
const serving = {
  name: "main",
  image: "busybox",
  memory: 64,
  cpu: 10,
  resourceRequirements: [{ type: "GPU", value: "1" }],
};
const provider =
  "autoScalingGroupArn=arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:x:autoScalingGroupName/pool";
const network = "awsvpcConfiguration={subnets=[subnet-1],securityGroups=[sg-1]}";
const image = "/aws/service/ecs/optimized-ami/amazon-linux-2023/neuron/recommended";

const launchTemplateData = {
  ImageId: "ami-0123456789abcdef0",
  InstanceType: "inf2.xlarge",
  UserData: Buffer.from("#!/bin/bash\necho ECS_CLUSTER=default >> /etc/ecs/ecs.config\n").toString("base64"),
  MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 2 },
  BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { VolumeSize: 100, VolumeType: "gp3", Encrypted: true } }],
  NetworkInterfaces: [
    { DeviceIndex: 0, NetworkCardIndex: 0, InterfaceType: "efa", Groups: ["sg-1", "sg-2"], DeleteOnTermination: true },
  ],
  TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "team", Value: "ml" }] }],
};

/** Launch templates and Auto Scaling groups. */
const groupSteps: readonly Step[] = [
  { args: ["ec2", "describe-vpcs", "--filters", "Name=is-default,Values=true"] },
  {
    args: ["ec2", "describe-subnets", "--filters", "Name=availability-zone,Values=us-east-1a,us-east-1b"],
    capture: { subnet: "Subnets[0].SubnetId", other: "Subnets[1].SubnetId" },
  },
  { args: ["ec2", "describe-security-groups", "--filters", "Name=group-name,Values=default"] },
  {
    args: [
      "ec2",
      "describe-instance-type-offerings",
      "--location-type",
      "availability-zone",
      "--filters",
      "Name=instance-type,Values=trn1.32xlarge",
    ],
  },
  { args: ["ec2", "describe-images", "--owners", "amazon", "--filters", "Name=name,Values=al2023-ami-ecs-neuron-*"] },
  {
    args: [
      "ec2",
      "create-launch-template",
      "--launch-template-name",
      "pool",
      "--launch-template-data",
      JSON.stringify(launchTemplateData),
      "--tag-specifications",
      "ResourceType=launch-template,Tags=[{Key=a,Value=b}]",
    ],
    capture: { template: "LaunchTemplate.LaunchTemplateId" },
  },
  {
    args: [
      "ec2",
      "create-launch-template-version",
      "--launch-template-id",
      "{template}",
      "--source-version",
      "1",
      "--launch-template-data",
      '{"ImageId":"ami-0123456789abcdef1"}',
    ],
  },
  { args: ["ec2", "modify-launch-template", "--launch-template-id", "{template}", "--default-version", "2"] },
  { args: ["ec2", "describe-launch-templates", "--launch-template-names", "pool"] },
  {
    args: ["ec2", "describe-launch-template-versions", "--launch-template-id", "{template}", "--versions", "$Default"],
  },
  {
    args: [
      "autoscaling",
      "create-auto-scaling-group",
      "--auto-scaling-group-name",
      "pool",
      "--launch-template",
      "LaunchTemplateId={template},Version=$Default",
      "--min-size",
      "0",
      "--max-size",
      "4",
      "--desired-capacity",
      "2",
      "--vpc-zone-identifier",
      "{subnet},{other}",
      "--new-instances-protected-from-scale-in",
      "--tags",
      "Key=a,Value=b,PropagateAtLaunch=true",
    ],
  },
  {
    args: ["autoscaling", "describe-auto-scaling-groups", "--auto-scaling-group-names", "pool"],
    capture: {
      one: "AutoScalingGroups[0].Instances[0].InstanceId",
      two: "AutoScalingGroups[0].Instances[1].InstanceId",
    },
  },
  { args: ["autoscaling", "describe-scaling-activities", "--auto-scaling-group-name", "pool"] },
];

/** What is asked of the group once its machines have booted. */
const laterGroupSteps: readonly Step[] = [
  {
    args: [
      "autoscaling",
      "set-instance-protection",
      "--auto-scaling-group-name",
      "pool",
      "--instance-ids",
      "{two}",
      "--no-protected-from-scale-in",
    ],
  },
  {
    args: ["autoscaling", "set-desired-capacity", "--auto-scaling-group-name", "pool", "--desired-capacity", "2"],
  },
  {
    args: [
      "autoscaling",
      "terminate-instance-in-auto-scaling-group",
      "--instance-id",
      "{one}",
      "--should-decrement-desired-capacity",
    ],
  },
  {
    args: ["autoscaling", "update-auto-scaling-group", "--auto-scaling-group-name", "pool", "--max-size", "3"],
  },
  { args: ["autoscaling", "delete-auto-scaling-group", "--auto-scaling-group-name", "pool", "--force-delete"] },
];

/** A stack from its change set to its deletion. */
const stackSteps: readonly Step[] = [
  {
    args: [
      "cloudformation",
      "create-change-set",
      "--stack-name",
      "made",
      "--change-set-name",
      "first",
      "--change-set-type",
      "CREATE",
      "--template-body",
      "Resources: {Cluster: {Type: 'AWS::ECS::Cluster', Properties: {ClusterName: !Sub '${AWS::StackName}'}}}",
    ],
    capture: { set: "Id" },
  },
  { args: ["cloudformation", "wait", "change-set-create-complete", "--change-set-name", "{set}"] },
  { args: ["cloudformation", "describe-change-set", "--change-set-name", "{set}"] },
  { args: ["cloudformation", "execute-change-set", "--change-set-name", "{set}"] },
  { args: ["cloudformation", "wait", "stack-create-complete", "--stack-name", "made"] },
  { args: ["cloudformation", "describe-stacks", "--stack-name", "made"] },
  { args: ["cloudformation", "describe-stack-events", "--stack-name", "made"] },
  { args: ["cloudformation", "describe-stack-resources", "--stack-name", "made"] },
  { args: ["cloudformation", "list-stack-resources", "--stack-name", "made"] },
  { args: ["cloudformation", "get-template", "--stack-name", "made"] },
  {
    args: [
      "cloudformation",
      "create-change-set",
      "--stack-name",
      "made",
      "--change-set-name",
      "second",
      "--template-body",
      "Resources: {Cluster: {Type: 'AWS::ECS::Cluster', Properties: {ClusterName: !Sub '${AWS::StackName}'}}}",
    ],
  },
  { args: ["cloudformation", "delete-change-set", "--stack-name", "made", "--change-set-name", "second"] },
  { args: ["cloudformation", "delete-stack", "--stack-name", "made"] },
  { args: ["cloudformation", "wait", "stack-delete-complete", "--stack-name", "made"] },
];

/** Every operation that the sandbox offers, as a user's scripts call it, and its errors with them. */
const steps: readonly Step[] = [
  ...groupSteps,
  { args: ["sts", "get-caller-identity"] },
  { args: ["autoscaling", "describe-auto-scaling-groups"] },
  { args: ["ec2", "describe-instance-types"] },
  { args: ["ec2", "describe-instances", "--filters", "Name=instance-state-name,Values=running"] },
  { args: ["ssm", "get-parameter", "--name", image] },
  { args: ["ssm", "get-parameters", "--names", image, "/nothing"] },
  { args: ["ssm", "get-parameters-by-path", "--path", "/aws/service/ecs/optimized-ami", "--recursive"] },
  {
    args: [
      "ecs",
      "create-cluster",
      "--cluster-name",
      "prod",
      "--tags",
      "key=team,value=ml",
      "--settings",
      "name=containerInsights,value=enabled",
    ],
    capture: { prod: "cluster.clusterArn" },
  },
  {
    args: [
      "ecs",
      "update-cluster",
      "--cluster",
      "prod",
      "--settings",
      "name=containerInsights,value=enhanced",
      "--configuration",
      "executeCommandConfiguration={logging=DEFAULT}",
    ],
  },
  {
    args: [
      "ecs",
      "update-cluster-settings",
      "--cluster",
      "prod",
      "--settings",
      "name=containerInsights,value=disabled",
    ],
  },
  { args: ["ecs", "list-clusters"] },
  {
    args: [
      "ecs",
      "describe-clusters",
      "--clusters",
      "default",
      "prod",
      "none",
      "--include",
      "TAGS",
      "SETTINGS",
      "STATISTICS",
      "CONFIGURATIONS",
    ],
  },
  { args: ["ecs", "tag-resource", "--resource-arn", "{prod}", "--tags", "key=a,value=b"] },
  { args: ["ecs", "list-tags-for-resource", "--resource-arn", "{prod}"] },
  { args: ["ecs", "untag-resource", "--resource-arn", "{prod}", "--tag-keys", "a"] },
  { args: ["ecs", "create-capacity-provider", "--name", "pool", "--auto-scaling-group-provider", provider] },
  {
    args: [
      "ecs",
      "put-cluster-capacity-providers",
      "--cluster",
      "prod",
      "--capacity-providers",
      "pool",
      "--default-capacity-provider-strategy",
      "capacityProvider=pool,weight=1",
    ],
  },
  { args: ["ecs", "describe-capacity-providers", "--capacity-providers", "pool", "none", "--include", "TAGS"] },
  {
    args: [
      "ecs",
      "put-cluster-capacity-providers",
      "--cluster",
      "prod",
      "--capacity-providers",
      "[]",
      "--default-capacity-provider-strategy",
      "[]",
    ],
  },
  {
    args: [
      "ecs",
      "update-capacity-provider",
      "--name",
      "pool",
      "--auto-scaling-group-provider",
      "managedScaling={status=ENABLED,targetCapacity=90}",
    ],
  },
  { args: ["ecs", "delete-capacity-provider", "--capacity-provider", "pool"] },
  {
    args: [
      "ecs",
      "register-container-instance",
      "--cluster",
      "prod",
      "--instance-identity-document",
      '{"instanceType":"inf2.24xlarge","instanceId":"i-0123456789abcdef0"}',
      "--tags",
      "key=a,value=b",
    ],
    capture: { extra: "containerInstance.containerInstanceArn" },
  },
  {
    args: ["ecs", "list-container-instances", "--filter", "attribute:ecs.instance-type == g5.xlarge"],
    capture: { gpu: "containerInstanceArns[0]" },
  },
  {
    args: ["ecs", "list-container-instances", "--filter", "attribute:ecs.instance-type == inf2.24xlarge"],
    capture: { inf: "containerInstanceArns[0]" },
  },
  {
    args: [
      "ecs",
      "describe-container-instances",
      "--container-instances",
      "{gpu}",
      "{inf}",
      "unknown",
      "--include",
      "TAGS",
    ],
  },
  { args: ["ecs", "put-attributes", "--attributes", "name=stack,value=prod,targetId={inf}"] },
  { args: ["ecs", "list-attributes", "--target-type", "container-instance", "--attribute-name", "stack"] },
  { args: ["ecs", "delete-attributes", "--attributes", "name=stack,targetId={inf}"] },
  {
    args: [
      "ecs",
      "register-task-definition",
      "--family",
      "bert",
      "--container-definitions",
      JSON.stringify([container]),
      "--tags",
      "key=a,value=b",
      "--task-role-arn",
      "arn:aws:iam::123456789012:role/task",
      "--placement-constraints",
      "type=memberOf,expression=attribute:ecs.instance-type == inf2.24xlarge",
    ],
  },
  {
    args: [
      "ecs",
      "register-task-definition",
      "--family",
      "serving",
      "--container-definitions",
      JSON.stringify([serving]),
      "--network-mode",
      "awsvpc",
      "--volumes",
      "name=v,host={sourcePath=/tmp}",
    ],
  },
  { args: ["ecs", "describe-task-definition", "--task-definition", "bert", "--include", "TAGS"] },
  { args: ["ecs", "list-task-definitions", "--sort", "DESC"] },
  { args: ["ecs", "list-task-definition-families"] },
  {
    args: [
      "ecs",
      "run-task",
      "--task-definition",
      "bert",
      "--count",
      "2",
      "--started-by",
      "me",
      "--client-token",
      "one",
      "--enable-execute-command",
      "--tags",
      "key=a,value=b",
    ],
    capture: { task: "tasks[0].taskArn" },
  },
  {
    args: [
      "ecs",
      "start-task",
      "--task-definition",
      "serving",
      "--container-instances",
      "{gpu}",
      "unknown",
      "--network-configuration",
      network,
    ],
    capture: { started: "tasks[0].taskArn" },
  },
  { args: ["ecs", "describe-tasks", "--tasks", "{task}", "{started}", "unknown", "--include", "TAGS"] },
  { args: ["ecs", "list-tasks", "--family", "bert"] },
  { args: ["ecs", "stop-task", "--task", "{started}", "--reason", "enough"] },
  { args: ["ecs", "wait", "tasks-stopped", "--tasks", "{task}", "{started}"] },
  { args: ["ecs", "describe-tasks", "--tasks", "{task}", "{started}", "--include", "TAGS"] },
  { args: ["logs", "describe-log-groups"] },
  {
    args: ["logs", "describe-log-streams", "--log-group-name", "/bert"],
    capture: { stream: "logStreams[0].logStreamName" },
  },
  {
    args: ["logs", "get-log-events", "--log-group-name", "/bert", "--log-stream-name", "{stream}", "--start-from-head"],
  },
  { args: ["logs", "filter-log-events", "--log-group-name", "/bert", "--filter-pattern", "hello"] },
  { args: ["logs", "create-log-group", "--log-group-name", "/mine", "--tags", "team=nlp"] },
  { args: ["logs", "put-retention-policy", "--log-group-name", "/mine", "--retention-in-days", "30"] },
  {
    args: ["logs", "describe-log-groups", "--log-group-name-prefix", "/mine"],
    capture: { group: "logGroups[?retentionInDays==`30`]|[0].logGroupArn" },
  },
  { args: ["logs", "list-tags-for-resource", "--resource-arn", "{group}"] },
  { args: ["logs", "delete-log-group", "--log-group-name", "/mine"] },
  {
    args: [
      "ecs",
      "create-service",
      "--service-name",
      "web",
      "--task-definition",
      "serving",
      "--desired-count",
      "1",
      "--network-configuration",
      network,
      "--deployment-configuration",
      "deploymentCircuitBreaker={enable=true,rollback=true},minimumHealthyPercent=0,maximumPercent=100",
      "--availability-zone-rebalancing",
      "DISABLED",
      "--placement-strategy",
      "type=binpack,field=memory",
      "--tags",
      "key=a,value=b",
    ],
  },
  { args: ["ecs", "wait", "services-stable", "--services", "web"] },
  {
    args: [
      "ecs",
      "update-service",
      "--service",
      "web",
      "--force-new-deployment",
      "--health-check-grace-period-seconds",
      "5",
    ],
  },
  { args: ["ecs", "describe-services", "--services", "web", "none", "--include", "TAGS"] },
  { args: ["ecs", "wait", "services-stable", "--services", "web"] },
  { args: ["ecs", "describe-services", "--services", "web"] },
  { args: ["ecs", "list-services", "--launch-type", "EC2"] },
  {
    args: [
      "ecs",
      "create-service",
      "--service-name",
      "canary",
      "--task-definition",
      "serving",
      "--desired-count",
      "0",
      "--network-configuration",
      network,
      "--deployment-configuration",
      "strategy=CANARY,bakeTimeInMinutes=5,canaryConfiguration={canaryPercent=12.5,canaryBakeTimeInMinutes=600},alarms={alarmNames=[errors],enable=true,rollback=true}",
    ],
  },
  { args: ["ecs", "wait", "services-stable", "--services", "canary"] },
  {
    args: [
      "ecs",
      "list-service-deployments",
      "--service",
      "web",
      "--status",
      "SUCCESSFUL",
      "--created-at",
      "after=2020-01-01T00:00:00Z",
    ],
    capture: {
      revision: "serviceDeployments[0].targetServiceRevisionArn",
      done: "serviceDeployments[0].serviceDeploymentArn",
    },
  },
  {
    args: [
      "ecs",
      "update-service",
      "--service",
      "canary",
      "--force-new-deployment",
      "--deployment-configuration",
      JSON.stringify({ lifecycleHooks: [{ targetType: "PAUSE", lifecycleStages: ["PRE_SCALE_UP"] }] }),
    ],
  },
  {
    args: ["ecs", "list-service-deployments", "--service", "canary"],
    capture: { ongoing: "serviceDeployments[0].serviceDeploymentArn" },
  },
  {
    args: ["ecs", "describe-service-deployments", "--service-deployment-arns", "{ongoing}", "{done}", "none"],
    capture: { hook: "serviceDeployments[0].lifecycleHookDetails[0].hookId" },
  },
  {
    args: ["ecs", "continue-service-deployment", "--service-deployment-arn", "{ongoing}", "--hook-id", "{hook}"],
  },
  { args: ["ecs", "describe-service-revisions", "--service-revision-arns", "{revision}", "none"] },
  { args: ["ecs", "describe-services", "--services", "canary"] },
  { args: ["ecs", "stop-service-deployment", "--service-deployment-arn", "{ongoing}", "--stop-type", "ROLLBACK"] },
  { args: ["ecs", "describe-service-deployments", "--service-deployment-arns", "{ongoing}"] },
  { args: ["ecs", "delete-service", "--service", "canary", "--force"] },
  { args: ["ecs", "delete-service", "--service", "web", "--force"] },
  { args: ["ecs", "wait", "services-inactive", "--services", "web"] },
  {
    args: [
      "ecs",
      "update-container-instances-state",
      "--container-instances",
      "{inf}",
      "unknown",
      "--status",
      "DRAINING",
    ],
  },
  { args: ["ecs", "deregister-container-instance", "--cluster", "prod", "--container-instance", "{extra}", "--force"] },
  { args: ["ecs", "deregister-task-definition", "--task-definition", "bert:1"] },
  { args: ["ecs", "delete-task-definitions", "--task-definitions", "bert:1", "serving:1", "none:1"] },
  { args: ["ecs", "delete-cluster", "--cluster", "prod"] },
  ...laterGroupSteps,
  ...stackSteps,
];

/** What the CLI says of an answer that is an error. */
const refused: readonly (readonly [args: readonly string[], says: string])[] = [
  [
    ["ecs", "list-tasks", "--cluster", "none"],
    "An error occurred (ClusterNotFoundException) when calling the ListTasks operation: Cluster not found.",
  ],
  [
    ["ecs", "describe-services", "--services", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"],
    "An error occurred (InvalidParameterException) when calling the DescribeServices operation",
  ],
  [
    ["ecs", "describe-task-definition", "--task-definition", "none"],
    "An error occurred (ClientException) when calling the DescribeTaskDefinition operation: Unable to describe task definition.",
  ],
  [
    ["ecs", "put-account-setting", "--name", "taskLongArnFormat", "--value", "enabled"],
    "An error occurred (UnknownOperationException) when calling the PutAccountSetting operation",
  ],
  [
    ["ecs", "stop-service-deployment", "--service-deployment-arn", "none"],
    "An error occurred (ServiceDeploymentNotFoundException) when calling the StopServiceDeployment operation: Service deployment not found.",
  ],
  [
    ["ecs", "list-service-deployments", "--service", "none"],
    "An error occurred (ServiceNotFoundException) when calling the ListServiceDeployments operation: Service not found.",
  ],
  [
    ["ssm", "get-parameter", "--name", "/none"],
    "An error occurred (ParameterNotFound) when calling the GetParameter operation",
  ],
  [
    ["logs", "get-log-events", "--log-group-name", "/none", "--log-stream-name", "x"],
    "An error occurred (ResourceNotFoundException) when calling the GetLogEvents operation: The specified log group does not exist.",
  ],
  [
    ["cloudformation", "describe-stacks", "--stack-name", "none"],
    "An error occurred (ValidationError) when calling the DescribeStacks operation: Stack with id none does not exist",
  ],
  [
    ["ec2", "describe-launch-template-versions", "--launch-template-name", "none"],
    "An error occurred (InvalidLaunchTemplateName.NotFoundException) when calling the DescribeLaunchTemplateVersions operation",
  ],
  [
    ["autoscaling", "delete-auto-scaling-group", "--auto-scaling-group-name", "none"],
    "An error occurred (ValidationError) when calling the DeleteAutoScalingGroup operation: AutoScalingGroup name not found",
  ],
  [["sts", "get-session-token"], "An error occurred (InvalidAction) when calling the GetSessionToken operation"],
];

const python = findAwsPython();

describe.skipIf(python === undefined)("the AWS CLI", () => {
  it("passes through every operation offered, and every answer is of botocore's shape", async () => {
    const handled: Handled[] = [];
    const box = await startTestSandbox({
      fleet: [
        { instanceType: "inf2.24xlarge", count: 2 },
        { instanceType: "g5.xlarge", count: 1 },
      ],
      onHandled: (each) => handled.push(each),
    });
    try {
      const all = [...steps, ...refused.map(([args]) => ({ args }))];
      const results = await runAwsCli(python!, box.sandbox.url, all, { ...box.sandbox.environment });
      const failed = results
        .slice(0, steps.length)
        .flatMap(({ code, stderr }, index) => (code === 0 ? [] : [`${steps[index]!.args.join(" ")}: ${stderr}`]));
      expect(failed).toEqual([]);
      for (const [index, [, says]] of refused.entries()) expect(results[steps.length + index]!.stderr).toContain(says);

      // At this answer the AWS CLI starts a plugin, which users of the sandbox need not have.
      const opened = await box.register("opened", {}, { taskRoleArn: "arn:aws:iam::123456789012:role/task" });
      const { tasks } = await box.ecs("RunTask", { taskDefinition: opened, enableExecuteCommand: true });
      box.step(60);
      const session = { task: tasks[0].taskArn, command: "sh", interactive: true };
      await box.ecs("ExecuteCommand", session);

      const answered = handled.filter(({ answer }) => answer.status === 200);
      const offered = services.flatMap(({ name, operations }) =>
        Object.keys(operations).map((operation) => `${name} ${operation}`),
      );
      const called = new Set(answered.map(({ service, operation }) => `${service} ${operation}`));
      expect(offered.filter((each) => !called.has(each))).toEqual([]);
      // The query protocol answers in XML, which the AWS CLI itself has read.
      const inXml = new Set<string>(services.flatMap((each) => ("namespace" in each ? [each.name] : [])));
      const json = answered
        .filter(({ service }) => !inXml.has(service!))
        .map(({ service, operation, answer }) => ({ service: service!, operation: operation!, body: answer.body }));
      // The model of the AWS SDK has it; a botocore of before 2026 does not.
      const newer = "DescribeContainerInstances.containerInstances[].gpuDevices is not in the model";
      expect((await checkShapes(python!, json)).filter((deviation) => deviation !== newer)).toEqual([]);

      const last = JSON.parse(results[steps.findIndex(({ args }) => args[2] === "tasks-stopped") + 1]!.stdout) as {
        readonly tasks: readonly { readonly containers: readonly { readonly exitCode: number }[] }[];
      };
      expect(last.tasks[0]!.containers[0]!.exitCode).toBe(3);
    } finally {
      await box.sandbox.close();
    }
  });

  it("would be told of an answer that is not", async () => {
    const wrong = [
      {
        service: "ecs",
        operation: "DescribeTasks",
        body: '{"tasks":[{"taskArn":5,"launchType":"MOON","surprise":1}]}',
      },
      { service: "ecs", operation: "ListTasks", body: '{"taskArns":{}}' },
    ];
    const problems = await checkShapes(python!, wrong);
    expect(problems).toHaveLength(4);
  });
});
