import { listOr } from "../../base/problem.ts";
import { amiFamiliesFor } from "../../catalog/machine-images/amis.ts";
import { isOfNvlink } from "../allocation.ts";
import { deviceTolerations, nvidiaResource } from "../devices.ts";
import { hamiInstall, installsOf } from "../installs.ts";
import { deviceSetup, pluginConfigurations, type DeviceSetup } from "../nodes/device-setup.ts";
import { migPrefix, unsharedResource } from "../node-resources.ts";
import { shapeOfNode } from "../whole-node.ts";
import { charts } from "./charts.ts";
import { efaNotes, missingDevices, typesOfKind } from "./fleet.ts";
import type { Platform, PlatformFleet } from "./platform.ts";

/** The ConfigMap that the chart makes of the device plugin's configurations. */
const configurationName = "device-plugin";

/**
 * The operator's default leaves nodes without the label as they are: it runs the plugin's manager with the fallback
 * `empty` (NVIDIA/gpu-operator @10ee5b3, controllers/object_controls.go).
 */
function configurationOf(setups: readonly DeviceSetup[]): Readonly<Record<string, string>> {
  const configurations = pluginConfigurations(setups.map((setup) => ({ setup })));
  return Object.assign({}, ...configurations.map(({ data }) => data as Readonly<Record<string, string>>)) as Readonly<
    Record<string, string>
  >;
}

function setupsOf({ pods }: PlatformFleet): readonly DeviceSetup[] {
  return pods.flatMap(({ shape }) => deviceSetup(shape.request) ?? []);
}

/** Whether a pod of the fleet asks for a part that MIG makes. */
function usesMig({ pods }: PlatformFleet): boolean {
  return pods.some(
    ({ shape: { request } }) => request.kind === "resource" && unsharedResource(request.resource).startsWith(migPrefix),
  );
}

/** Whether a node of the fleet has GPUs for the device plugin: claimed ones it would give out a second time. */
function hasPlugin(fleet: PlatformFleet): boolean {
  return !typesOfKind(fleet, "nvidia").every(isOfNvlink);
}

/** https://docs.nvidia.com/datacenter/cloud-native/gpu-operator/latest/ */
export const gpuOperator: Platform = {
  summary: "NVIDIA's operator: device plugin, MIG manager, DCGM's exporter",
  chartOf: () => charts["gpu-operator"],
  fleetProblems: (fleet) => missingDevices(fleet, "nvidia", "gpu-operator", "g6.xlarge"),
  values: (fleet) => {
    const configuration = configurationOf(setupsOf(fleet));
    const mig = usesMig(fleet);
    return {
      // EKS's accelerated images have both. https://docs.aws.amazon.com/eks/latest/userguide/ml-eks-optimized-ami.html
      driver: { enabled: false },
      toolkit: { enabled: false },
      daemonsets: { tolerations: deviceTolerations(shapeOfNode(typesOfKind(fleet, "nvidia")[0]!)) },
      devicePlugin: {
        enabled: hasPlugin(fleet),
        ...(Object.keys(configuration).length === 0
          ? {}
          : { config: { name: configurationName, create: true, data: configuration } }),
      },
      ...(mig ? { mig: { strategy: "mixed" } } : {}),
      migManager: { enabled: mig },
      // Without it Prometheus calls the pod that uses a GPU exported_pod.
      dcgmExporter: { enabled: true, serviceMonitor: { enabled: true, honorLabels: true } },
    };
  },
  notes: (fleet) => {
    const types = typesOfKind(fleet, "nvidia");
    const labels = setupsOf(fleet).map((setup) =>
      Object.entries(setup.labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(", "),
    );
    const hami = fleet.pods.some(({ shape: { request } }) => request.kind === "resource" && request.hami !== undefined);
    const claimed = types.filter(isOfNvlink);
    return [
      ...(hasPlugin(fleet)
        ? [
            `It has the device plugin: where that is installed alone (${installsOf[nvidiaResource]!.split(" ")[3]!}), remove it first.`,
          ]
        : []),
      ...[...new Set(labels)].map(
        (each) => `Nodes that share their GPUs so carry ${each}: aiplat eks nodegroup generate writes it.`,
      ),
      ...(types.some((type) => amiFamiliesFor(type).some((family) => family.includes("bottlerocket")))
        ? [
            "Bottlerocket has its own device plugin: label its nodes nvidia.com/gpu.deploy.operands=false, or use AL2023.",
          ]
        : []),
      ...(hami ? [`HAMi's device plugin runs in place of this one on its nodes: ${hamiInstall}`] : []),
      ...(claimed.length === 0
        ? []
        : [
            `The GPUs of ${listOr(
              claimed.map(({ instanceType }) => instanceType),
              "and",
            )} are claimed: ${installsOf["gpu.nvidia.com"]!}`,
            ...(hasPlugin(fleet)
              ? [
                  "Label the nodes whose GPUs are claimed nvidia.com/gpu.deploy.device-plugin=false: the plugin would give those GPUs out too.",
                ]
              : []),
          ]),
      ...efaNotes({ types }),
    ];
  },
};
