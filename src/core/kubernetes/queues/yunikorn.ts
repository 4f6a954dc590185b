/** https://yunikorn.apache.org/docs/user_guide/gang_scheduling: a scheduler of its own, told of gangs by the pods. */
import { present } from "../../base/present.ts";
import type { ResolvedWorkload } from "../../workload/resolved.ts";
import { requestsOf } from "../check/pod-requests.ts";
import type { PodTemplate } from "../manifest.ts";
import { cpuQuantity, memoryQuantity } from "../quantity.ts";
import { podsTogether } from "./pods-together.ts";

export const yunikornScheduler = "yunikorn";

/** apache/yunikorn-k8shim, pkg/common/constants/constants.go */
export const yunikornLabels = { application: "applicationId", queue: "queue" } as const;
export const yunikornAnnotations = {
  group: "yunikorn.apache.org/task-group-name",
  groups: "yunikorn.apache.org/task-groups",
} as const;

/** The one group of pods. */
const groupName = "nodes";

/** The pod as one of an application in a queue; several nodes wait until there is room for all of them. */
export function inYunikorn(pod: PodTemplate, name: string, workload: ResolvedWorkload, queue: string): PodTemplate {
  const { labels, annotations } = pod.metadata;
  const gang =
    podsTogether(workload) === 1
      ? undefined
      : {
          [yunikornAnnotations.group]: groupName,
          [yunikornAnnotations.groups]: JSON.stringify([taskGroup(pod, podsTogether(workload))]),
        };
  const all = { ...annotations, ...gang };
  return {
    metadata: {
      ...pod.metadata,
      labels: { ...labels, [yunikornLabels.application]: name, [yunikornLabels.queue]: queue },
      ...(Object.keys(all).length === 0 ? {} : { annotations: all }),
    },
    spec: { schedulerName: yunikornScheduler, ...pod.spec },
  };
}

/**
 * What holds the places for them: as large as the pods, on the same nodes. The pods' affinity to each other is left out,
 * since the placeholders have none of their labels.
 */
function taskGroup({ spec }: PodTemplate, minMember: number): Readonly<Record<string, unknown>> {
  const nodeAffinity = spec.affinity?.["nodeAffinity"];
  return {
    name: groupName,
    minMember,
    minResource: Object.fromEntries(Array.from(requestsOf(spec), ([name, amount]) => [name, quantityOf(name, amount)])),
    ...present({
      nodeSelector: spec["nodeSelector"],
      tolerations: spec.tolerations,
      affinity: nodeAffinity === undefined ? undefined : { nodeAffinity },
    }),
  };
}

/** @param amount In the resource's unit: cores, bytes, pieces. */
function quantityOf(name: string, amount: number): string {
  if (name === "cpu") return cpuQuantity(Math.ceil(amount * 1000));
  const mib = amount / 2 ** 20;
  return mib >= 1 && Number.isInteger(mib) ? memoryQuantity(mib) : String(amount);
}
