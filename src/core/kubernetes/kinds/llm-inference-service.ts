import { present } from "../../base/present.ts";
import type { ResolvedWorkload, Shape } from "../../workload/resolved.ts";
import { renamed, withContainer, type KindDefinition, type UnsupportedField } from "../kind-definition.ts";
import { withoutProbes } from "../probes.ts";
import { processesPerNode } from "../rendezvous.ts";
import { updateBounds } from "../update-strategy.ts";

/** The container that KServe's own configurations are merged into, by its name. */
const containerName = "main";

/** One way into the service, over KServe's scheduler: what its own first example asks for. */
const router = { gateway: {}, route: {}, scheduler: {} };

/** The model is on the devices of a node, and over the nodes of a replica, of which KServe makes a LeaderWorkerSet. */
function parallelism(workload: ResolvedWorkload, shape: Shape): Readonly<Record<string, unknown>> {
  const tensor = processesPerNode(workload, shape);
  const sizes = present({
    tensor: tensor === undefined || tensor === 1 ? undefined : tensor,
    pipeline: workload.nodes === 1 ? undefined : workload.nodes,
  });
  return Object.keys(sizes).length === 0 ? {} : { parallelism: sizes };
}

function languageModel({ model }: ResolvedWorkload): readonly UnsupportedField[] {
  if (model === undefined) return [{ path: ["model"], message: "serves a model, and there is none" }];
  return model.format === undefined
    ? []
    : [
        {
          path: ["model", "format"],
          message: "serves language models, which have no format, and there is model.format",
        },
      ];
}

/** https://kserve.github.io/website/docs/model-serving/generative-inference/llmisvc/llmisvc-configuration */
export const llmInferenceService: KindDefinition = {
  kind: "LLMInferenceService",
  apiVersion: "serving.kserve.io/v1alpha2",
  runs: "service",
  rollsOut: true,
  unsupportedFields: languageModel,
  // The longest of its resources is NAME-kserve-router-scheduler.
  reservedNameLength: () => "-kserve-router-scheduler".length,
  wrap: ({ workload, metadata, pod, shape }) => {
    const main = renamed(pod, containerName);
    return {
      metadata,
      spec: {
        model: { uri: workload.model!.uri },
        replicas: workload.replicas,
        ...parallelism(workload, shape),
        ...present({ rolloutStrategy: updateBounds(workload, shape) }),
        router,
        // Of the pods.
        ...pod.metadata,
        template: main.spec,
        // Requests come to the leader, and so do probes.
        ...(workload.nodes === 1 ? {} : { worker: withContainer(main, withoutProbes).spec }),
      },
    };
  },
  // kserve/kserve pkg/apis/serving/v1alpha2
  ready: { condition: "Ready" },
  loadsModels: true,
  budgeted: true,
  documentation: {
    replicas: "`spec.replicas`",
    nodes: "`parallelism.pipeline`, with a `worker`",
    coordinator: "the leader is one of the nodes",
    devices: "`spec.template`, and `spec.worker`",
    container: "`main`",
    command: "`args`",
    health: "probes of the leader",
    rendezvous: "`LWS_LEADER_ADDRESS`, `LWS_GROUP_SIZE`, `LWS_WORKER_INDEX`",
  },
};
