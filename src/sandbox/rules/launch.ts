import { api, issue, preflight, unverified, type SandboxRule } from "./rule.ts";

/** What a service, or a run, is refused with beside its definition. */
export const launchRules: readonly SandboxRule[] = [
  {
    rule:
      "ECS Exec without a role of the task: RunTask says that the execute command failed because a valid task role " +
      "is not being used, CreateService and UpdateService that the service couldn't be created or updated.",
    source: `${issue("boto/boto3", 3173)}; ${issue("aws/aws-toolkit-jetbrains", 3649)}`,
  },
  {
    rule: "A network configuration is for network mode awsvpc alone, which needs one.",
    source: issue("muya/amazon-ecs-run-task", 7),
  },
  {
    rule: "A volume that is `configuredAtLaunch` needs its configuration, and a configuration its volume.",
    source: `https://github.com/go-to-k/cdkd/pull/811; ${preflight("svc-ebs-name-not-in-taskdef")}`,
  },
  {
    rule: "A DAEMON service has no desired count, no placement strategies, no rebalancing and at most 100 percent.",
    source: `https://github.com/kayac/ecspresso/pull/402; ${preflight("service-daemon-desired-count")}; ${preflight("svc-daemon-max-percent")}; ${preflight("svc-az-rebalancing-with-daemon")}`,
  },
  {
    rule: "A DAEMON service has no distinctInstance.",
    source: `the words: ${unverified}; ${api}/API_CreateService.html`,
  },
  {
    rule: "distinctInstance has no expression; a service has at most 5 placement strategies.",
    source: `https://github.com/hashicorp/terraform/pull/11446; ${preflight("svc-placement-strategies-max6")}`,
  },
];
