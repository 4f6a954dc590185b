/** What the operator of node pools should know that the manifests do not say. */
import type { ResolvedWorkload } from "../../workload/resolved.ts";
import { allocationOf } from "../allocation.ts";
import { karpenterAndClaims } from "../claims.ts";
import { createCommand } from "./device-setup.ts";
import { needsOverlay } from "./karpenter.ts";
import { sharedName } from "./node-group.ts";
import type { PlannedNodes } from "./planned-nodes.ts";
import type { NodeSettings, NodeTarget } from "./settings.ts";

export function poolNotes(
  target: Exclude<NodeTarget, "nodegroup">,
  workload: Pick<ResolvedWorkload, "kind" | "name" | "eks" | "nodes" | "environment">,
  settings: NodeSettings,
  fleets: readonly PlannedNodes[],
): readonly string[] {
  const { kind, name, eks } = workload;
  return [
    ...(target === "auto-mode" ? autoModeNotes(kind) : karpenterNotes(workload, settings, fleets)),
    ...(eks.namespace === undefined
      ? [
          `The pools are of the whole cluster: those of another ${name} would overwrite them. With eks.namespace their names have it.`,
        ]
      : []),
  ];
}

function karpenterNotes(
  workload: Pick<ResolvedWorkload, "kind" | "nodes" | "environment">,
  { cluster, releaseVersion }: NodeSettings,
  fleets: readonly PlannedNodes[],
): readonly string[] {
  const { kind } = workload;
  const systems = [...new Set(fleets.map(({ os }) => os))].map((os) => `${os}@latest`).join(", ");
  const moved =
    kind === "job"
      ? "nodes that run keep the image that they began with, and new ones may have another"
      : "with every image that AWS publishes nodes drift and are replaced, a tenth of them at once";
  return [
    ...(releaseVersion === undefined ? [`${systems}: ${moved}. --release-version pins it.`] : []),
    ...fleets
      .filter((each) => each.placementGroup)
      .map(
        (fleet) =>
          "Karpenter makes no placement group: aws ec2 create-placement-group --strategy cluster " +
          `--group-name ${sharedName(cluster, fleet)}`,
      ),
    ...setupNotes(fleets),
    ...(fleets.some(({ shape }) => allocationOf(workload, shape, {}) === "dra")
      ? [`The pods claim their devices: ${karpenterAndClaims}`]
      : []),
    ...(fleets.some(needsOverlay)
      ? ["NodeOverlay needs Karpenter's feature gate: settings.featureGates.nodeOverlay=true in its Helm chart."]
      : []),
    ...serviceNotes(kind),
  ];
}

/** What the nodes' device plugins need; for node groups with the command that makes their configuration. */
export function setupNotes(fleets: readonly PlannedNodes[], withCommand = false): readonly string[] {
  const said = fleets.flatMap(({ setup }) => [
    ...(setup?.notes ?? []),
    ...(withCommand && setup?.configuration !== undefined
      ? [`The configuration: ${createCommand(setup.configuration)}`]
      : []),
  ]);
  return [...new Set(said)];
}

function autoModeNotes(kind: ResolvedWorkload["kind"]): readonly string[] {
  return [
    "The node role needs an access entry of type EC2 with AmazonEKSAutoNodePolicy: " +
      "https://docs.aws.amazon.com/eks/latest/userguide/create-node-class.html",
    ...(kind === "job"
      ? [
          "EKS Auto Mode ends a node after 21 days, whatever runs on it: a longer job needs checkpoints, or other nodes.",
        ]
      : []),
    ...serviceNotes(kind),
  ];
}

function serviceNotes(kind: ResolvedWorkload["kind"]): readonly string[] {
  return kind === "service"
    ? ["Nodes are renewed: eks generate --with pdb keeps the service's pods from going all at once."]
    : [];
}
