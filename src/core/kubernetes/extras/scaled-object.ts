import { listOr } from "../../base/problem.ts";
import { noRoomToScale, scalable, scaledObjectOn, targetUtilization, unscalable } from "../autoscaling.ts";
import { deviceKind } from "../devices.ts";
import type { ExtraContents, ExtraDefinition } from "../extra-definition.ts";

/** On the devices' utilisation. https://keda.sh/docs/latest/scalers/prometheus/ */
export const scaledObject: ExtraDefinition = {
  makes: ["ScaledObject"],
  reads: ["maxReplicas", "prometheusUrl"],
  needs: {
    maxReplicas: { example: "8" },
    prometheusUrl: { why: "KEDA reads the devices' utilisation there", example: "http://prometheus.monitoring:9090" },
  },
  scales: true,
  problems: (contents) => [
    ...unscalable(contents),
    ...noRoomToScale(contents),
    ...(deviceKind(contents.shape) === undefined
      ? [
          {
            message:
              contents.shape.request.kind === "none"
                ? "a CPU workload has no devices to scale on"
                : "nothing measures such devices, to scale on",
            hint: "Use hpa.",
          },
        ]
      : []),
  ],
  manifests: (contents) => [
    scaledObjectOn(contents, utilisationQuery(contents), targetUtilization, { trigger: { metricType: "Value" } }),
  ],
  documentation: { does: "has KEDA scale on the devices' utilisation in Prometheus", for: listOr(scalable, "and") },
};

/** Percent over all of the workload's devices: DCGM's exporter names the pod, neuron-monitor the instance type. */
function utilisationQuery({ shape, name, metadata }: ExtraContents): string {
  if (deviceKind(shape) === "neuron") {
    const types = shape.instanceTypes.map((type) => type.instanceType).join("|");
    return `100 * avg(neuroncore_utilization_ratio${types === "" ? "" : `{instance_type=~"${types}"}`})`;
  }
  const namespace = metadata.namespace === undefined ? "" : `namespace="${metadata.namespace}",`;
  return `avg(DCGM_FI_DEV_GPU_UTIL{${namespace}pod=~"${name}-.+"})`;
}
