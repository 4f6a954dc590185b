import {
  DescribeDaemonCommand,
  DescribeDaemonRevisionsCommand,
  DescribeDaemonTaskDefinitionCommand,
  ListDaemonsCommand,
  type DaemonRevisionDetail,
  type DaemonSummary,
  type DaemonTaskDefinition,
} from "@aws-sdk/client-ecs";
import { present } from "../core/base/present.ts";
import type { ManagedDaemon } from "../core/cluster/managed-daemons.ts";
import { definitionNameOf } from "../core/ecs-api/arn.ts";
import type { EcsServicePort } from "../ports.ts";
import { everyPage } from "./ecs-calls.ts";
import type { OnWire } from "./ecs-client.ts";
import { optional } from "./ecs-service-deployments.ts";
import type { ServiceCalls } from "./ecs-services.ts";

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListDaemons.html */
const listPage = 100;

/** Reads the managed daemons of a cluster over the SDK. */
export function createDaemonReader({ client, call, read }: ServiceCalls): EcsServicePort["managedDaemons"] {
  const revisionOf = async (daemonArn: string) => {
    const command = new DescribeDaemonCommand({ daemonArn });
    const { daemon } = await read(() => call("DescribeDaemon", (options) => client.send(command, options)));
    return newestOf(daemon?.currentRevisions ?? []);
  };
  /** Of several current revisions, while one replaces another, new instances have the newest. */
  const newestOf = async (revisions: readonly DaemonRevisionDetail[]) => {
    const daemonRevisionArns = revisions.flatMap(({ arn }) => arn ?? []);
    if (daemonRevisionArns.length === 0) return undefined;
    const command = new DescribeDaemonRevisionsCommand({ daemonRevisionArns });
    const { daemonRevisions = [] } = await read(() =>
      call("DescribeDaemonRevisions", (options) => client.send(command, options)),
    );
    const [newest] = daemonRevisions.toSorted((one, other) => (other.createdAt ?? 0) - (one.createdAt ?? 0));
    return {
      daemonTaskDefinition: newest?.daemonTaskDefinitionArn,
      capacityProviders: revisions.flatMap(({ capacityProviders = [] }) => capacityProviders),
    };
  };
  const describe = async (daemonArn: string): Promise<readonly ManagedDaemon[]> => {
    const revision = await revisionOf(daemonArn);
    if (revision?.daemonTaskDefinition === undefined) return [];
    const command = new DescribeDaemonTaskDefinitionCommand({ daemonTaskDefinition: revision.daemonTaskDefinition });
    const { daemonTaskDefinition } = await read(() =>
      call("DescribeDaemonTaskDefinition", (options) => client.send(command, options)),
    );
    if (daemonTaskDefinition === undefined) return [];
    const names = revision.capacityProviders.flatMap(({ arn }) => (arn === undefined ? [] : [definitionNameOf(arn)]));
    return [
      {
        name: definitionNameOf(daemonArn),
        capacityProviders: [...new Set(names)],
        definition: toDefinition(daemonTaskDefinition),
      },
    ];
  };
  return async (clusterArn) => {
    // An endpoint that plays ECS may not know daemons, nor may ECS itself in every region.
    const listed = await optional(true, () =>
      everyPage<OnWire<DaemonSummary>>(async (nextToken) => {
        const command = new ListDaemonsCommand({ clusterArn, maxResults: listPage, ...nextToken });
        const answer = await read(() => call("ListDaemons", (options) => client.send(command, options)));
        return { items: answer.daemonSummariesList, nextToken: answer.nextToken };
      }),
    );
    if (listed === undefined) return undefined;
    const active = listed.flatMap(({ daemonArn, status }) =>
      daemonArn === undefined || status === "DELETE_IN_PROGRESS" ? [] : [daemonArn],
    );
    return (await Promise.all(active.map(describe))).flat();
  };
}

function toDefinition({
  family = "",
  cpu,
  memory,
  containerDefinitions = [],
}: OnWire<DaemonTaskDefinition>): ManagedDaemon["definition"] {
  return {
    family,
    ...present({ cpu, memory }),
    containerDefinitions: containerDefinitions.map((container) =>
      present({
        name: container.name ?? "",
        image: container.image ?? "",
        cpu: container.cpu,
        memory: container.memory,
        memoryReservation: container.memoryReservation,
      }),
    ),
  };
}
