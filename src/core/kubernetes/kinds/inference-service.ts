import { deviceLimits, nvidiaResource } from "../devices.ts";
import { literal, withDefaults } from "../environment.ts";
import { oneNode, renamed, withContainer, type Contents, type KindDefinition } from "../kind-definition.ts";
import { kserveContainer, kserveModelPath } from "../kserve.ts";
import type { Container, PodSpec } from "../manifest.ts";
import { rollingUpdate } from "../update-strategy.ts";

/**
 * A Deployment and a Service: Knative takes no affinity, tolerations or volumes of memory without feature flags. Newer
 * KServe calls it Standard and takes this word too.
 */
const rawDeployment = {
  "serving.kserve.io/deploymentMode": "RawDeployment",
  "serving.kserve.io/autoscalerClass": "none",
};

/**
 * Every other resource than CPU, memory and the GPUs it knows is refused unless it is named here (pkg/utils/utils.go).
 */
function resourceTypes({ shape }: Contents): Readonly<Record<string, string>> {
  const types = Object.keys(deviceLimits(shape)).filter((name) => name !== nvidiaResource);
  return types.length === 0 ? {} : { "serving.kserve.io/gpu-resource-types": JSON.stringify(types) };
}

/** Without a model's format the container is ours, and KServe downloads what STORAGE_URI says to /mnt/models. */
function customPredictor({ workload, pod }: Contents): PodSpec {
  const storage = workload.model === undefined ? [] : [{ name: "STORAGE_URI", value: literal(workload.model.uri) }];
  const env = (container: Container) => withDefaults(container.env ?? [], storage);
  return withContainer(renamed(pod, kserveContainer), (container) =>
    storage.length === 0 ? container : { ...container, env: env(container) },
  ).spec;
}

/** With a format KServe chooses a runtime by it, and the container overrides the runtime's. */
function modelPredictor(
  format: string,
  uri: string,
  { containers, ...spec }: PodSpec,
): Readonly<Record<string, unknown>> {
  const [{ name: _fixed, ...own }, ...sidecars] = containers as readonly [Container, ...Container[]];
  return {
    ...spec,
    model: { modelFormat: { name: format }, storageUri: uri, ...own },
    ...(sidecars.length === 0 ? {} : { containers: sidecars }),
  };
}

/** https://kserve.github.io/website/docs/reference/crd-api */
export const inferenceService: KindDefinition = {
  kind: "InferenceService",
  apiVersion: "serving.kserve.io/v1beta1",
  runs: "service",
  rollsOut: true,
  unsupportedFields: oneNode,
  // Its Deployment and Service are NAME-predictor.
  reservedNameLength: () => "-predictor".length,
  wrap: (contents) => {
    const { workload, metadata, pod, shape } = contents;
    const { model } = workload;
    return {
      metadata: { ...metadata, annotations: { ...metadata.annotations, ...rawDeployment, ...resourceTypes(contents) } },
      spec: {
        predictor: {
          minReplicas: workload.replicas,
          maxReplicas: workload.replicas,
          ...rollingUpdate(workload, shape, "deploymentStrategy"),
          ...pod.metadata,
          ...(model?.format === undefined
            ? customPredictor(contents)
            : modelPredictor(model.format, model.uri, pod.spec)),
        },
      },
    };
  },
  // kserve/kserve pkg/apis/serving/v1beta1
  ready: { condition: "Ready" },
  loadsModels: true,
  modelPath: kserveModelPath,
  budgeted: true,
  documentation: {
    replicas: "`predictor.minReplicas` and `maxReplicas`",
    nodes: "1 only",
    devices: "`predictor.containers[0]`, or `predictor.model`",
    container: "`kserve-container`",
    command: "`args`",
    health: "probes",
  },
};
