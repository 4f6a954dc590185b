/**
 * The least policy that allows a command's calls, as IAM takes it. What resources and conditions an action takes:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html and the
 * pages of the other services beside it.
 */
import { besideCalls } from "./beside-calls.ts";
import { callsOf, type CallingCommand } from "./command-calls.ts";
import { arnIn, logGroupsOf, type PolicyScope, type PolicyStatement, type Statement } from "./scope.ts";

export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly PolicyStatement[];
}

interface Reach {
  readonly resources: readonly string[];
  readonly condition?: PolicyStatement["Condition"];
}

/** The policy of a command. */
export function policyFor(command: CallingCommand, scope: PolicyScope): PolicyDocument {
  const statements = new Map<string, { readonly reach: Reach; readonly actions: string[] }>();
  for (const action of callsOf(command)) {
    if (action.startsWith("logs:") && scope.logGroups?.length === 0) continue;
    const reach = reachOf(action, scope);
    const key = JSON.stringify(reach);
    const statement = statements.get(key) ?? { reach, actions: [] };
    statement.actions.push(action);
    statements.set(key, statement);
  }
  return policyDocument([
    ...[...statements.values()].map(({ reach, actions }) => ({
      Action: actions,
      Resource: reach.resources,
      ...(reach.condition === undefined ? {} : { Condition: reach.condition }),
    })),
    ...besideCalls(command, scope),
  ]);
}

/** Statements with names of their own. */
export function policyDocument(statements: readonly Statement[]): PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: statements.map((each, index) => ({
      Sid: `${/^([a-z0-9]+):/.exec(each.Action[0]!)![1]}${index + 1}`,
      Effect: "Allow",
      ...each,
    })),
  };
}

const everything: Reach = { resources: ["*"] };

function reachOf(action: string, scope: PolicyScope): Reach {
  const { cluster = "*", families = ["*"], services = ["*"] } = scope;
  const ecs = (...resources: readonly string[]): Reach => ({
    resources: resources.map((each) => arnIn(scope, "ecs", each)),
  });
  /** Of actions that IAM tells apart by nothing but their cluster. */
  const inCluster: Reach =
    scope.cluster === undefined
      ? everything
      : { resources: ["*"], condition: { ArnEquals: { "ecs:cluster": arnIn(scope, "ecs", `cluster/${cluster}`) } } };
  const ofServices = (kind: string, rest = ""): Reach =>
    ecs(...services.map((name) => `${kind}/${cluster}/${name}${rest}`));
  switch (action) {
    case "ecs:DescribeClusters":
    case "ecs:PutClusterCapacityProviders":
    case "ecs:ListContainerInstances":
      return ecs(`cluster/${cluster}`);
    case "ecs:DescribeContainerInstances":
    case "ecs:UpdateContainerInstancesState":
      return ecs(`container-instance/${cluster}/*`);
    case "ecs:DescribeTasks":
    case "ecs:StopTask":
      return ecs(`task/${cluster}/*`);
    case "ecs:ExecuteCommand":
      return ecs(`cluster/${cluster}`, `task/${cluster}/*`);
    case "ecs:RunTask":
      return { ...ecs(...families.map((family) => `task-definition/${family}:*`)), ...withCondition(inCluster) };
    case "ecs:RegisterTaskDefinition":
      return ecs(...families.map((family) => `task-definition/${family}:*`));
    case "ecs:CreateService":
    case "ecs:UpdateService":
    case "ecs:DeleteService":
    case "ecs:ListServiceDeployments":
      return ofServices("service");
    // Those of other people, too: they may hold devices.
    case "ecs:DescribeServices":
      return ecs(`service/${cluster}/*`);
    case "ecs:DescribeServiceDeployments":
    case "ecs:StopServiceDeployment":
      return ofServices("service-deployment", "/*");
    case "ecs:DescribeServiceRevisions":
      return ofServices("service-revision", "/*");
    case "ecs:DescribeCapacityProviders":
      return ecs("capacity-provider/*");
    case "ecs:TagResource":
      return ecs(
        ...services.map((name) => `service/${cluster}/${name}`),
        ...families.map((family) => `task-definition/${family}:*`),
      );
    case "ecs:ListTasks":
    case "ecs:ListServices":
      return inCluster;
    case "logs:CreateLogGroup":
    case "logs:PutRetentionPolicy":
      return { resources: logGroupsOf(scope) };
    case "logs:GetLogEvents":
      return { resources: logGroupsOf(scope, ":log-stream:*") };
    case "ssm:GetParameters":
      return {
        resources: [
          `arn:${scope.partition}:ssm:${scope.region ?? "*"}::parameter/aws/service/*`,
          ...(scope.secrets ?? []).filter((each) => each.includes(":ssm:")),
        ],
      };
    case "secretsmanager:DescribeSecret":
    case "secretsmanager:GetResourcePolicy":
      return named((scope.secrets ?? ["*"]).filter((each) => !each.includes(":ssm:")));
    case "iam:GetRole":
    case "iam:SimulatePrincipalPolicy":
      return named(scope.roles ?? ["*"]);
    case "ecr:BatchGetImage":
    case "ecr:DescribeImages":
      return named(
        (scope.repositories ?? ["*"]).map((each) => {
          const [account, region, ...name] = each.split("/");
          return each === "*" ? each : `arn:${scope.partition}:ecr:${region}:${account}:repository/${name.join("/")}`;
        }),
      );
    default:
      return everything;
  }
}

function withCondition({ condition }: Reach): Pick<Reach, "condition"> {
  return condition === undefined ? {} : { condition };
}

/** A statement has to name something: of a workload that names none, any. */
function named(resources: readonly string[]): Reach {
  return resources.length === 0 ? everything : { resources };
}
