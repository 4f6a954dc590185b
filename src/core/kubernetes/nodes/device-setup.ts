/** What nodes need, besides their devices, to offer what a workload asks for in place of whole ones. */
import type { DeviceRequest, ResourceRequest } from "../../workload/resolved.ts";
import { nvidiaResource } from "../devices.ts";
import { hamiInstall } from "../installs.ts";
import { sharedLabels } from "../labels.ts";
import type { Manifest } from "../manifest.ts";
import { migPrefix, sharedSuffix, unsharedResource } from "../node-resources.ts";

export interface DeviceSetup {
  readonly labels: Readonly<Record<string, string>>;
  /** The configuration that the node's label chooses, for NVIDIA's device plugin. */
  readonly configuration?: Manifest;
  /** What the operator has to see to. */
  readonly notes: readonly string[];
}

/** Where installsOf puts NVIDIA's device plugin. */
const pluginNamespace = "kube-system";
/** Which key of its ConfigMap the plugin takes (NVIDIA/k8s-device-plugin @1b826acc6, README.md, "Catalog of Labels"). */
const configLabel = "nvidia.com/device-plugin.config";

/** Undefined where the device plugins as they come offer it. */
export function deviceSetup(request: DeviceRequest): DeviceSetup | undefined {
  if (request.kind !== "resource") return undefined;
  if (request.hami !== undefined) return hamiSetup;
  const configuration = pluginConfiguration(request);
  if (configuration === undefined) return undefined;
  const { name, namespace } = configuration.metadata;
  const mig = unsharedResource(request.resource).startsWith(migPrefix);
  return {
    labels: { ...(mig ? migLabels(request) : {}), ...mpsLabels(request), [configLabel]: name },
    configuration,
    notes: [
      ...(mig
        ? [
            "nvidia.com/mig.config is read by NVIDIA's MIG manager, which comes with its GPU Operator (mig.strategy=mixed): " +
              "without it the GPUs stay whole.",
          ]
        : []),
      `NVIDIA's device plugin reads one ConfigMap of its namespace, here ${namespace}: give its chart config.name=${name} ` +
        "(the GPU Operator devicePlugin.config.name), or where it reads another put the key into that one.",
    ],
  };
}

/** HAMi's device plugin runs in place of NVIDIA's, on the nodes with its label (Project-HAMi/HAMi @4707fb02, README.md). */
const hamiSetup: DeviceSetup = {
  labels: { gpu: "on" },
  notes: [
    `HAMi has a device plugin and a scheduler of its own: ${hamiInstall}. ` +
      "Where NVIDIA's device plugin runs on every node with GPUs, keep it off these.",
  ],
};

/** `all-1g.10gb` of `nvidia.com/mig-1g.10gb`: a configuration that the MIG manager comes with. */
function migLabels({ resource }: ResourceRequest): Readonly<Record<string, string>> {
  return { "nvidia.com/mig.config": `all-${unsharedResource(resource).slice(migPrefix.length)}` };
}

/** What the daemon of MPS looks for, where nothing discovers the nodes' features. */
function mpsLabels({ sharing }: ResourceRequest): Readonly<Record<string, string>> {
  return sharing?.strategy === "mps" ? { "nvidia.com/mps.capable": "true" } : {};
}

/**
 * The device plugin's configuration, under a name of its content: what two workloads ask for alike is one, and what they
 * ask for differently are two. https://github.com/NVIDIA/k8s-device-plugin#configuring-the-nvidia-device-plugin-binary
 */
function pluginConfiguration({ resource, sharing }: ResourceRequest): Manifest | undefined {
  const unshared = unsharedResource(resource);
  const mig = unshared.startsWith(migPrefix);
  if (!mig && (unshared !== nvidiaResource || sharing === undefined)) return undefined;
  const renamed = resource.endsWith(sharedSuffix);
  const words = [
    "nvidia",
    mig ? unshared.slice("nvidia.com/".length) : undefined,
    sharing?.strategy,
    sharing?.replicas,
    renamed && sharing !== undefined ? "renamed" : undefined,
  ];
  const name = words.filter((word) => word !== undefined).join("-");
  const shared =
    sharing === undefined
      ? ""
      : `sharing:
  ${sharing.strategy === "mps" ? "mps" : "timeSlicing"}:
    renameByDefault: ${renamed}
    failRequestsGreaterThanOne: true
    resources:
      - name: ${unshared}
        replicas: ${sharing.replicas}
`;
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: pluginNamespace, labels: sharedLabels },
    data: { [name]: `version: v1\nflags:\n  migStrategy: ${mig ? "mixed" : "none"}\n${shared}` },
  };
}

/** The configurations of several fleets, each once. */
export function pluginConfigurations(fleets: readonly { readonly setup?: DeviceSetup }[]): readonly Manifest[] {
  const found = fleets.flatMap(({ setup }) => (setup?.configuration === undefined ? [] : [setup.configuration]));
  return [...new Map(found.map((each) => [each.metadata.name, each])).values()];
}

/** The command that makes a configuration where nothing else of Kubernetes' is printed. */
export function createCommand({ metadata: { name, namespace }, data }: Manifest): string {
  const text = (data as Readonly<Record<string, string>>)[name]!;
  return `kubectl create configmap ${name} --namespace ${namespace} --from-literal='${name}=${text}'`;
}
