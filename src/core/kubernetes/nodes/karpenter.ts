/** Nodes as Karpenter's resources: aws/karpenter-provider-aws @1d92708. */
import { present } from "../../base/present.ts";
import { hugepagesMiB } from "../allocatable.ts";
import { refuseErrors, settingProblem } from "../../base/problem.ts";
import { celViolations, violationText } from "../cel/violations.ts";
import { deviceResource, hugepagesResource, neuronResource } from "../devices.ts";
import { sharedLabels } from "../labels.ts";
import type { Manifest, Quantities } from "../manifest.ts";
import type { PlannedNodes } from "./planned-nodes.ts";
import { imageVolume, sharedName } from "./node-group.ts";
import { defaultDiskGiB, type NodeSettings } from "./settings.ts";

const typeLabel = "node.kubernetes.io/instance-type";

/**
 * The class, the pool, and the overlay where Karpenter has to be told what the nodes will offer.
 *
 * @throws Refusal where the operator's settings break a rule by which the API server would refuse them.
 */
export function karpenterManifests(workload: string, fleet: PlannedNodes, settings: NodeSettings): readonly Manifest[] {
  const overlay = nodeOverlay(fleet);
  const manifests = [
    nodeClass(workload, fleet, settings),
    nodePool(fleet, settings),
    ...(overlay === undefined ? [] : [overlay]),
  ];
  refuseErrors(
    manifests.flatMap((manifest) =>
      celViolations(manifest).map((violation) => settingProblem("cel", violationText(manifest, violation))),
    ),
  );
  return manifests;
}

function metadata({ name }: PlannedNodes): Manifest["metadata"] {
  return { name, labels: sharedLabels };
}

/** https://karpenter.sh/docs/concepts/nodeclasses/ */
function nodeClass(workload: string, fleet: PlannedNodes, settings: NodeSettings): Manifest {
  const { cluster, nodeRole, subnets, securityGroups, reservation, capacityBlock, diskGiB = defaultDiskGiB } = settings;
  // Karpenter's getting-started guide tags what the cluster's nodes may use.
  const discovered = [{ tags: { "karpenter.sh/discovery": cluster } }];
  const id = reservation ?? capacityBlock;
  return {
    apiVersion: "karpenter.k8s.aws/v1",
    kind: "EC2NodeClass",
    metadata: metadata(fleet),
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

/** https://karpenter.sh/docs/concepts/nodepools/ */
function nodePool(fleet: PlannedNodes, { reservation, capacityBlock, maxSize }: NodeSettings): Manifest {
  const types = fleet.types.map((type) => type.instanceType);
  const resource = deviceResource(fleet.shape.request) ?? neuronResource;
  const devices = Math.max(...fleet.types.map((type) => type.accelerator.count));
  const capacity = (reservation ?? capacityBlock) === undefined ? "on-demand" : "reserved";
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: metadata(fleet),
    spec: {
      template: {
        ...(Object.keys(fleet.labels).length === 0 ? {} : { metadata: { labels: fleet.labels } }),
        spec: {
          nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: fleet.name },
          requirements: [
            { key: typeLabel, operator: "In", values: types },
            {
              key: "kubernetes.io/arch",
              operator: "In",
              values: [fleet.types[0]!.architecture === "x86_64" ? "amd64" : "arm64"],
            },
            { key: "karpenter.sh/capacity-type", operator: "In", values: [capacity] },
          ],
          taints: [fleet.taint],
        },
      },
      // Never moves a running pod: models take minutes to load, and training starts over from its last checkpoint.
      disruption: { consolidationPolicy: "WhenEmpty", consolidateAfter: "5m" },
      limits: { [resource]: String((maxSize ?? fleet.desiredSize) * devices) },
    },
  };
}

/**
 * What nodes will offer that Karpenter does not simulate: huge pages, and the one GPU of a fractional type, of which
 * EC2 says 0. https://karpenter.sh/docs/concepts/nodeoverlays/
 */
function nodeOverlay(fleet: PlannedNodes): Manifest | undefined {
  const capacity = overlaidCapacity(fleet);
  if (Object.keys(capacity).length === 0) return undefined;
  return {
    apiVersion: "karpenter.sh/v1alpha1",
    kind: "NodeOverlay",
    metadata: metadata(fleet),
    spec: {
      requirements: [
        { key: typeLabel, operator: "In", values: fleet.types.map((type) => type.instanceType) },
        { key: "karpenter.sh/nodepool", operator: "In", values: [fleet.name] },
      ],
      capacity,
    },
  };
}

function overlaidCapacity({ shape, types }: PlannedNodes): Quantities {
  const resource = deviceResource(shape.request);
  return {
    ...(shape.efaInterfaces > 0 && resource !== neuronResource
      ? { [hugepagesResource]: `${Math.min(...types.map(hugepagesMiB))}Mi` }
      : {}),
    ...(shape.request.kind === "nvidia-fraction" && resource !== undefined ? { [resource]: "1" } : {}),
  };
}
