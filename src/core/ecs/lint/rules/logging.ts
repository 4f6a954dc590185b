import { listOr } from "../../../base/problem.ts";
import type { Breach, LintRule } from "../rule.ts";
import type { Of } from "../../../ecs-api/field.ts";
import type { logConfiguration as model } from "../../../ecs-api/model/common.ts";
import type { Subject } from "../subject.ts";

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html */
export const loggingRules: readonly LintRule[] = [
  { id: "log-options", severity: "error", check: wrongOptions },
  { id: "log-router", severity: "error", check: wrongRouters },
  { id: "log-driver", severity: "error", check: driversOfOthers },
];

type LogConfiguration = Of<typeof model>;

const routed = "awsfirelens";
/** "For tasks on AWS Fargate, the supported log drivers are awslogs, splunk, and awsfirelens." */
const ofFargate = ["awslogs", "splunk", routed];

/**
 * "Log driver awslogs requires options: awslogs-region, awslogs-group", and "Log driver awslogs option
 * 'awslogs-create-group' should only be set to 'true', else omit option." (RegisterTaskDefinition)
 */
function wrongOptions({ containers, compatibilities }: Subject): readonly Breach[] {
  return containers.flatMap(({ name, path, given: { logConfiguration } }): readonly Breach[] => {
    if (logConfiguration?.logDriver !== "awslogs") return [];
    const missing = missingLogOptions(logConfiguration, compatibilities);
    const create = logConfiguration.options?.["awslogs-create-group"];
    const at = [...path, "logConfiguration"];
    return [
      ...(missing.length === 0
        ? []
        : [
            {
              path: at,
              message: `the log driver awslogs of ${name} lacks ${listOr(missing, "and")}: RegisterTaskDefinition refuses it`,
              fix: `Add ${listOr(missing, "and")} to options.`,
            },
          ]),
      ...(create === undefined || /^true$/i.test(create)
        ? []
        : [
            {
              path: [...at, "options", "awslogs-create-group"],
              message: `awslogs-create-group of ${name} is ${JSON.stringify(create)}: RegisterTaskDefinition takes "true" alone`,
              fix: "Leave it out: the group is then not created.",
              ...(/^false$/i.test(create)
                ? { edits: [{ kind: "remove" as const, path: [...at, "options", "awslogs-create-group"] }] }
                : {}),
            },
          ]),
    ];
  });
}

/** What the log driver awslogs needs and does not have, in the order in which ECS names it. */
export function missingLogOptions(
  { options = {}, secretOptions = [] }: LogConfiguration = {},
  compatibilities: readonly string[],
): readonly string[] {
  const needed = ["awslogs-region", "awslogs-group"];
  const all = compatibilities.includes("FARGATE") ? [...needed, "awslogs-stream-prefix"] : needed;
  const named = new Set([...Object.keys(options), ...secretOptions.map((each) => each?.name)]);
  return all.filter((option) => !named.has(option));
}

/**
 * "When awsfirelens log driver is specified in log configuration, a firelens configuration object must be configured in
 * one of the containers.", and "When a firelensConfiguration object is specified, at least one container has to be
 * configured with the awsfirelens log driver." (RegisterTaskDefinition)
 */
function wrongRouters({ containers }: Subject): readonly Breach[] {
  const routers = containers.filter(({ given }) => given.firelensConfiguration !== undefined);
  const users = containers.filter(({ given }) => given.logConfiguration?.logDriver === routed);
  const [first, second] = routers;
  if (first === undefined)
    return users.slice(0, 1).map(({ path, name }) => ({
      path: [...path, "logConfiguration", "logDriver"],
      message: `${name} logs by ${routed}, and no container has a firelensConfiguration: RegisterTaskDefinition refuses it`,
      fix: "Add a log router: a container with firelensConfiguration.",
    }));
  if (second !== undefined)
    return [
      {
        path: [...second.path, "firelensConfiguration"],
        message: `${first.name} and ${second.name} are both log routers: a task has one`,
        fix: "Remove firelensConfiguration from all but one.",
      },
    ];
  return users.length > 0
    ? []
    : [
        {
          path: [...first.path, "firelensConfiguration"],
          message: `${first.name} routes logs, and no container has the log driver ${routed}: RegisterTaskDefinition refuses it`,
          fix: `Set logDriver to ${routed} where the logs come from, or leave firelensConfiguration out.`,
        },
      ];
}

function driversOfOthers({ containers, compatibilities }: Subject): readonly Breach[] {
  if (!compatibilities.includes("FARGATE")) return [];
  return containers.flatMap(({ path, name, given: { logConfiguration: { logDriver } = {} } }) =>
    logDriver === undefined || ofFargate.includes(logDriver)
      ? []
      : [
          {
            path: [...path, "logConfiguration", "logDriver"],
            message: `${name} logs by ${logDriver}, which Fargate does not have`,
            fix: `Use ${listOr(ofFargate)}.`,
          },
        ],
  );
}
