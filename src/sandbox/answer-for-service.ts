import { isHealthy, tasksOf } from "./model/service-tasks.ts";
import type { World } from "./model/world.ts";

/** An answer over HTTP. */
export interface ServiceAnswer {
  readonly status: 200 | 404 | 503;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * Answers in place of a service's containers, which the sandbox does not run: its healthy tasks take turns, as behind a
 * load balancer; 503 where there is none.
 *
 * @param path What follows `/_sandbox/services/`: CLUSTER/SERVICE, and whatever path the caller asks for.
 * @param asks Whether the caller wants the answer, and not only to know whether there is one: only that takes a turn.
 */
export function createServiceAnswers(world: World): (path: string, asks: boolean) => ServiceAnswer {
  let turn = 0;
  return (path, asks) => {
    world.settle();
    const [clusterName = "", name = "", ...rest] = path.split("/").map(decoded);
    const cluster = world.clusters.get(clusterName);
    if (cluster === undefined) return notThere(`no cluster ${clusterName}`, [...world.clusters.keys()]);
    const service = cluster.services.get(name);
    if (service === undefined) return notThere(`no service ${name} in ${clusterName}`, [...cluster.services.keys()]);
    const serving = tasksOf(service).filter((task) => isHealthy(world, task));
    const task = serving[turn % Math.max(1, serving.length)];
    if (asks) turn++;
    if (task === undefined) return { status: 503, body: { message: `no task of ${name} is healthy` } };
    return {
      status: 200,
      body: {
        service: name,
        path: `/${rest.join("/")}`,
        task: task.id,
        instanceType: task.instance?.attributes.get("ecs.instance-type"),
        devices: task.definition.containerDefinitions.flatMap(({ linuxParameters }) =>
          (linuxParameters?.devices ?? []).map(({ hostPath }) => hostPath),
        ),
        gpus: task.gpus,
      },
    };
  };
}

function notThere(message: string, known: readonly string[]): ServiceAnswer {
  return { status: 404, body: { message, known } };
}

/** A word of a path; as it stands where its escapes are none. */
function decoded(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}
