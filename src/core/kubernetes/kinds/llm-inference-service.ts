import { present } from "../../base/present.ts";
import type { ResolvedWorkload, Shape } from "../../workload/resolved.ts";
import { literal } from "../environment.ts";
import { renamed, withContainer, type KindDefinition, type UnsupportedField } from "../kind-definition.ts";
import { nameLabel } from "../labels.ts";
import type { Container } from "../manifest.ts";
import { withoutProbes } from "../probes.ts";
import { processesPerNode } from "../rendezvous.ts";
import { shellWord } from "../shell-words.ts";
import { updateBounds } from "../update-strategy.ts";

/** The container that KServe's own configurations are merged into, by its name. */
const containerName = "main";

/** Where its Service and its scheduler's pool send requests (kserve/kserve @aaac4e2, pkg/controller/v1alpha2/llmisvc/workload.go). */
const servingPort = 8000;

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

/** KServe sends requests to one port, whatever the container says of its own. */
function ofOnePort({ ports, health, entryPoint, sidecars }: ResolvedWorkload): readonly UnsupportedField[] {
  const isSaid = ports.some(({ container }) => container === servingPort);
  return [
    ...(ports.length === 0 || isSaid
      ? []
      : [{ path: ["ports"], message: `gets requests on port ${servingPort}, and ports has none of it` }]),
    // Where ports has it, every kind refuses the second.
    ...sidecars.flatMap((sidecar, index) =>
      isSaid || !sidecar.ports.some(({ container, protocol }) => container === servingPort && protocol === "tcp")
        ? []
        : [
            {
              path: ["sidecars", index, "ports"],
              message: `gets requests on port ${servingPort} of the workload's container, and sidecar ${sidecar.name} listens there`,
            },
          ],
    ),
    ...(entryPoint !== undefined || health === undefined || health.port === servingPort
      ? []
      : [
          {
            path: ["health", "port"],
            message: `has KServe start vllm serve on port ${servingPort}, and health.port is ${health.port}`,
          },
        ]),
  ];
}

/** Without an entry point the container runs what KServe's preset does: vllm serve, with the args for more options. */
function moreOptions({ command: [first] = [], entryPoint }: ResolvedWorkload): readonly UnsupportedField[] {
  return entryPoint !== undefined || first === undefined || first.startsWith("-")
    ? []
    : [
        {
          path: ["command"],
          message: `has KServe start vllm serve with the words of command as more options, which ${first} is none of: entryPoint replaces vllm serve`,
        },
      ];
}

/** The preset's shell reads the args once more (config/llmisvcconfig/config-llm-template.yaml). */
function readTwice({ command, entryPoint }: ResolvedWorkload, { args, ...container }: Container): Container {
  const ours = command?.map(literal);
  const preset = entryPoint === undefined && ours !== undefined && String(args) === String(ours);
  return { ...container, ...present({ args: preset ? ours.map(shellWord) : args }) };
}

/** As the image's own user runs on every other kind: the preset takes none that is root. */
function asImageRuns({ securityContext, ...container }: Container): Container {
  return {
    ...container,
    securityContext: { ...securityContext, runAsNonRoot: securityContext?.["runAsNonRoot"] ?? false },
  };
}

/** https://kserve.github.io/website/docs/model-serving/generative-inference/llmisvc/llmisvc-configuration */
export const llmInferenceService: KindDefinition = {
  kind: "LLMInferenceService",
  apiVersion: "serving.kserve.io/v1alpha2",
  runs: "service",
  rollsOut: true,
  unsupportedFields: (workload) => [...languageModel(workload), ...ofOnePort(workload), ...moreOptions(workload)],
  // The longest of its resources is NAME-kserve-router-scheduler.
  reservedNameLength: () => "-kserve-router-scheduler".length,
  wrap: ({ workload, metadata, pod, shape, name }) => {
    const main = withContainer(renamed(pod, containerName), (container) => asImageRuns(readTwice(workload, container)));
    return {
      metadata,
      spec: {
        model: { uri: workload.model!.uri },
        replicas: workload.replicas,
        ...parallelism(workload, shape),
        ...present({ rolloutStrategy: updateBounds(workload, shape) }),
        router,
        // Of the pods; KServe's Service and its scheduler find them by the resource's name.
        ...pod.metadata,
        labels: { ...pod.metadata.labels, [nameLabel]: name },
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
    command: "options of `vllm serve`, which KServe starts on port 8000; `entryPoint` replaces it",
    health: "probes of the leader",
    rendezvous: "`LWS_LEADER_ADDRESS`, `LWS_GROUP_SIZE`, `LWS_WORKER_INDEX`",
  },
};
