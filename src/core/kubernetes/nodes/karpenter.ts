/** Nodes as Karpenter's resources: aws/karpenter-provider-aws @1d92708. */
import { present } from "../../base/present.ts";
import { refuseErrors, settingProblem } from "../../base/problem.ts";
import { defaultDiskGiB, defaultImdsHopLimit, hasInstanceStore, imageVolume } from "../../catalog/machine-settings.ts";
import { celViolations, violationText } from "../cel/violations.ts";
import {
  deviceKind,
  deviceResource,
  hugepagesMiB,
  hugepagesResource,
  neuronCoreResource,
  neuronResource,
  nvidiaResource,
} from "../devices.ts";
import type { ResolvedWorkload } from "../../workload/resolved.ts";
import type { Manifest, Quantities } from "../manifest.ts";
import type { PlannedNodes } from "./planned-nodes.ts";
import { sharedName } from "./node-group.ts";
import { lifetimeOf, metadataOf, nodePool, typeLabel } from "./node-pool.ts";
import type { NodeSettings } from "./settings.ts";

/**
 * The class, the pool, and the overlay where Karpenter has to be told what the nodes will offer.
 *
 * @throws Refusal where the operator's settings break a rule by which the API server would refuse them.
 */
export function karpenterManifests(
  { name, kind }: Pick<ResolvedWorkload, "name" | "kind">,
  fleet: PlannedNodes,
  settings: NodeSettings,
): readonly Manifest[] {
  const overlay = nodeOverlay(fleet);
  const manifests = [
    nodeClass(name, fleet, settings),
    nodePool(kind, fleet, settings, { group: "karpenter.k8s.aws", kind: "EC2NodeClass" }, lifetimeOf(kind)),
    ...(overlay === undefined ? [] : [overlay]),
  ];
  refuseErrors(
    manifests.flatMap((manifest) =>
      celViolations(manifest).map((violation) => settingProblem("cel", violationText(manifest, violation))),
    ),
  );
  return manifests;
}

/** https://karpenter.sh/docs/concepts/nodeclasses/ */
function nodeClass(workload: string, fleet: PlannedNodes, settings: NodeSettings): Manifest {
  const {
    cluster,
    nodeRole,
    subnets,
    securityGroups,
    reservation,
    capacityBlock,
    diskGiB = defaultDiskGiB,
    imdsHopLimit = defaultImdsHopLimit,
  } = settings;
  // Karpenter's getting-started guide tags what the cluster's nodes may use.
  const discovered = [{ tags: { "karpenter.sh/discovery": cluster } }];
  const id = reservation ?? capacityBlock;
  return {
    apiVersion: "karpenter.k8s.aws/v1",
    kind: "EC2NodeClass",
    metadata: metadataOf(fleet),
    spec: {
      // Karpenter picks the accelerated image of the family by instance type.
      amiSelectorTerms: [{ alias: amiAlias(fleet, settings) }],
      role: nodeRole!.replace(/^arn:.*\//, ""),
      subnetSelectorTerms: subnets.length === 0 ? discovered : subnets.map((each) => ({ id: each })),
      securityGroupSelectorTerms:
        securityGroups.length === 0 ? discovered : securityGroups.map((each) => ({ id: each })),
      blockDeviceMappings: [
        {
          deviceName: imageVolume[fleet.os],
          ebs: { volumeSize: `${diskGiB}Gi`, volumeType: "gp3", encrypted: true, deleteOnTermination: true },
        },
      ],
      // Images, containers and empty volumes on the instance store.
      ...(hasInstanceStore(fleet.types) ? { instanceStorePolicy: "RAID0" } : {}),
      metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: imdsHopLimit },
      ...present({ networkInterfaces: fleet.interfaces }),
      ...(fleet.placementGroup ? { placementGroupSelector: { name: sharedName(cluster, fleet) } } : {}),
      ...(id === undefined ? {} : { capacityReservationSelectorTerms: [{ id }] }),
      tags: { "aiplat:workload": workload },
    },
  };
}

/** `al2023@v20250819` of EKS's release 1.33.3-20250819; `bottlerocket@v1.20.3` of 1.20.3-5d9ac849. */
function amiAlias({ os }: PlannedNodes, { releaseVersion }: NodeSettings): string {
  if (releaseVersion === undefined) return `${os}@latest`;
  const version =
    os === "al2023" ? /-(\d{8})$/.exec(releaseVersion)?.[1] : /^(\d+\.\d+\.\d+)/.exec(releaseVersion)?.[1];
  return `${os}@v${version ?? releaseVersion.replace(/^v/, "")}`;
}

/**
 * What nodes will offer that Karpenter does not simulate: huge pages, parts of devices, and the one GPU of a fractional
 * type, of which EC2 says 0. https://karpenter.sh/docs/concepts/nodeoverlays/
 */
function nodeOverlay(fleet: PlannedNodes): Manifest | undefined {
  const capacity = overlaidCapacity(fleet);
  if (Object.keys(capacity).length === 0) return undefined;
  return {
    apiVersion: "karpenter.sh/v1alpha1",
    kind: "NodeOverlay",
    metadata: metadataOf(fleet),
    spec: {
      requirements: [
        { key: typeLabel, operator: "In", values: fleet.types.map((type) => type.instanceType) },
        { key: "karpenter.sh/nodepool", operator: "In", values: [fleet.name] },
      ],
      capacity,
    },
  };
}

/** What Karpenter knows of a type by itself; an overlay adds to it and replaces nothing. */
const simulated: ReadonlySet<string> = new Set([nvidiaResource, neuronResource, neuronCoreResource]);

/** Whether a fleet has a NodeOverlay, which Karpenter takes behind a feature gate. */
export function needsOverlay(fleet: PlannedNodes): boolean {
  return nodeOverlay(fleet) !== undefined;
}

function overlaidCapacity({ shape, types, offered }: PlannedNodes): Quantities {
  const resource = deviceResource(shape.request);
  const parts = Object.entries(offered).filter(([name]) => !simulated.has(name));
  return {
    ...(shape.efaInterfaces > 0 && deviceKind(shape) !== "neuron"
      ? { [hugepagesResource]: `${Math.min(...types.map(hugepagesMiB))}Mi` }
      : {}),
    ...(types.every(({ accelerator }) => accelerator.fraction !== undefined) && resource === nvidiaResource
      ? { [resource]: "1" }
      : {}),
    ...(shape.request.kind === "resource" ? Object.fromEntries(parts) : {}),
  };
}
