import { groupBy } from "../base/groups.ts";
import { present } from "../base/present.ts";
import { parseImageReference, type ImageReference } from "../catalog/container-images/image-reference.ts";
import { devicesOf } from "./merged.ts";
import type { ContainerDefinition, TaskDefinition } from "../ecs-api/api.ts";
import { deviceNumber } from "../catalog/slots.ts";
import { parseSecretReference, type SecretReference } from "./secret-reference.ts";

export interface ImageNeed {
  readonly image: ImageReference;
  readonly containers: readonly string[];
  /** Whether one of the containers has accelerator devices. */
  readonly accelerated: boolean;
  /** Whether ECS signs in to its registry with credentials of its own. */
  readonly signsIn: boolean;
}

export interface SecretNeed {
  /** As the task definition has it. */
  readonly valueFrom: string;
  readonly reference: SecretReference;
  /** Who reads it, as `HF_TOKEN of bert`. */
  readonly users: readonly string[];
}

export interface LogNeed {
  readonly group: string;
  readonly region: string;
  /** Whether the log driver makes the group where it is absent. */
  readonly created: boolean;
  readonly containers: readonly string[];
}

/** The key of a log group. */
export function logGroupKey({ group, region }: Pick<LogNeed, "group" | "region">): string {
  return `${region} ${group}`;
}

/** What the tasks of a workload use of the account, whatever instance they run on. */
export interface Needs {
  readonly executionRole?: string;
  readonly taskRole?: string;
  /** By which ECS makes and attaches the volume of each task. */
  readonly volumeRole?: string;
  readonly images: readonly ImageNeed[];
  readonly secrets: readonly SecretNeed[];
  readonly logs: readonly LogNeed[];
  /** The ARNs of the objects in S3 that variables are read from. */
  readonly environmentFiles: readonly string[];
}

/**
 * Reads the needs from the definitions, sidecars and raw fields included.
 *
 * @param definitions Those of the workload's variants: they differ in devices and shares.
 * @param region The tasks' own.
 * @param volumeRole Of the volume that a launch configures: no definition says it.
 */
export function needsOf(definitions: readonly TaskDefinition[], region: string, volumeRole?: string): Needs {
  const containers = definitions.flatMap(({ containerDefinitions }) => containerDefinitions);
  const [first] = definitions;
  return {
    ...(first?.executionRoleArn ? { executionRole: first.executionRoleArn } : {}),
    ...(first?.taskRoleArn ? { taskRole: first.taskRoleArn } : {}),
    ...present({ volumeRole }),
    images: grouped(containers, ({ image }) => image).map(([text, users]) => ({
      image: parseImageReference(text),
      containers: namesOf(users),
      accelerated: users.some(isAccelerated),
      signsIn: users.some(({ repositoryCredentials }) => repositoryCredentials !== undefined),
    })),
    secrets: grouped(containers.flatMap(secretsOf), ({ valueFrom }) => valueFrom).map(([valueFrom, uses]) => ({
      valueFrom,
      reference: uses[0]!.reference,
      users: [...new Set(uses.map(({ user }) => user))],
    })),
    logs: grouped(
      containers.filter(({ logConfiguration }) => logConfiguration?.logDriver === "awslogs"),
      ({ logConfiguration }) =>
        logConfiguration?.options?.["awslogs-group"] &&
        logGroupKey({
          group: logConfiguration.options["awslogs-group"],
          region: logConfiguration.options["awslogs-region"] || region,
        }),
    ).map(([, users]) => {
      const options = users[0]!.logConfiguration!.options!;
      return {
        group: options["awslogs-group"]!,
        region: options["awslogs-region"] || region,
        created: users.every(({ logConfiguration }) => logConfiguration!.options!["awslogs-create-group"] === "true"),
        containers: namesOf(users),
      };
    }),
    environmentFiles: [
      ...new Set(
        containers.flatMap(({ environmentFiles = [] }) => environmentFiles.flatMap(({ value }) => value ?? [])),
      ),
    ],
  };
}

/** Whether a container is given accelerator devices. */
function isAccelerated(container: ContainerDefinition): boolean {
  return (
    (container.resourceRequirements ?? []).length > 0 ||
    devicesOf(container).some(({ hostPath }) => deviceNumber(hostPath) !== undefined)
  );
}

interface SecretUse {
  readonly valueFrom: string;
  readonly reference: SecretReference;
  readonly user: string;
}

/** A container's variables, what its log driver is told, and what its image is pulled with. */
function secretsOf({
  name,
  secrets = [],
  logConfiguration,
  repositoryCredentials,
}: ContainerDefinition): readonly SecretUse[] {
  const { secretOptions = [] } = (logConfiguration ?? {}) as {
    readonly secretOptions?: ContainerDefinition["secrets"];
  };
  const named = [...secrets, ...secretOptions].map((each): SecretUse => ({
    valueFrom: each.valueFrom,
    reference: parseSecretReference(each.valueFrom),
    user: `${each.name} of ${name}`,
  }));
  const { credentialsParameter } = (repositoryCredentials ?? {}) as { readonly credentialsParameter?: string };
  if (credentialsParameter === undefined) return named;
  const reference = parseSecretReference(credentialsParameter);
  // Here a name is a secret's. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RepositoryCredentials.html
  return [
    ...named,
    {
      valueFrom: credentialsParameter,
      reference: credentialsParameter.startsWith("arn:")
        ? reference
        : { service: "secretsmanager", id: credentialsParameter },
      user: `the registry credentials of ${name}`,
    },
  ];
}

/** The items by a text that each has, in their order; those without it are left out. */
function grouped<Item>(
  items: readonly Item[],
  textOf: (item: Item) => string | undefined,
): readonly (readonly [string, readonly Item[]])[] {
  const groups = groupBy(items, (item) => textOf(item) ?? "");
  groups.delete("");
  return [...groups];
}

function namesOf(containers: readonly ContainerDefinition[]): readonly string[] {
  return [...new Set(containers.map(({ name }) => name))];
}
