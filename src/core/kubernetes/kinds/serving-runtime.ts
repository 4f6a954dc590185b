import { warning } from "../../base/problem.ts";
import { oneNode, renamed, type KindDefinition, type UnsupportedField } from "../kind-definition.ts";
import type { ResolvedWorkload } from "../../workload/resolved.ts";
import { kserveContainer, kserveModelPath } from "../kserve.ts";

/** What says how many pods there are, and as whom they run, is the InferenceService that names the runtime. */
const users = "the InferenceServices that name it";

function ofTheService({ replicas, eks }: ResolvedWorkload): readonly UnsupportedField[] {
  return [
    ...(replicas === 1
      ? []
      : [
          {
            path: ["replicas"],
            message: `has no replicas, which are those of ${users}, and replicas is ${replicas}`,
          },
        ]),
    ...(eks.serviceAccount === undefined
      ? []
      : [{ path: ["eks", "serviceAccount"], message: `has no service account, which is that of ${users}` }]),
  ];
}

function formatted({ model }: ResolvedWorkload): readonly UnsupportedField[] {
  return model?.format === undefined
    ? [{ path: ["model"], message: "serves models of a format, and there is no model.format" }]
    : [];
}

/** https://kserve.github.io/website/docs/concepts/resources/servingruntime */
export const servingRuntime: KindDefinition = {
  kind: "ServingRuntime",
  apiVersion: "serving.kserve.io/v1alpha1",
  runs: "service",
  unsupportedFields: (workload) => [...oneNode(workload), ...ofTheService(workload), ...formatted(workload)],
  // kserve/kserve @aaac4e2, pkg/apis/serving/v1alpha1/servingruntime_types.go
  podFields: () => [
    "affinity",
    "containers",
    "hostIPC",
    "imagePullSecrets",
    "nodeSelector",
    "resourceClaims",
    "schedulerName",
    "tolerations",
    "volumes",
  ],
  reservedNameLength: () => 0,
  warnings: ({ name, model }) => [
    warning(
      "model-not-loaded",
      ["model", "uri"],
      `a ServingRuntime serves any model of its format, and ${model!.uri} is none of its fields`,
      `Write it in an InferenceService: spec.predictor.model with modelFormat ${model!.format!}, runtime ${name} and storageUri.`,
    ),
  ],
  wrap: ({ workload, metadata, pod }) => ({
    metadata,
    spec: {
      // Chosen by name only: else every InferenceService of the format would get it.
      supportedModelFormats: [{ name: workload.model!.format! }],
      multiModel: false,
      ...pod.metadata,
      ...renamed(pod, kserveContainer).spec,
    },
  }),
  loadsModels: true,
  modelPath: kserveModelPath,
  accountOf: { owner: users, field: "spec.predictor.serviceAccountName" },
  // Its pods are its InferenceServices'.
  queues: { volcano: false, yunikorn: false },
  documentation: {
    replicas: "1 only: its InferenceServices say how many",
    nodes: "1 only",
    devices: "`spec.containers[0]`",
    container: "`kserve-container`",
    command: "`args`",
    health: "probes",
  },
};
