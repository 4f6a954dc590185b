import type { RefusalCode } from "../../base/codes/problem-codes.ts";
import { counted } from "../../base/counted.ts";
import { listOr, settingProblem, type Problem } from "../../base/problem.ts";
import { sizeFlagProblems } from "../../base/size-flags.ts";
import { compareVersions } from "../../base/version.ts";
import { draVersions, isOfNvlink } from "../allocation.ts";
import type { NodeSettings, NodeTarget } from "./settings.ts";
import type { PlannedNodes } from "./planned-nodes.ts";

const flagPatterns = {
  cluster: {
    flag: "--cluster",
    pattern: /^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/,
    wants: "the name of an EKS cluster, at most 100 letters, digits, dashes and underscores",
  },
  reservation: {
    flag: "--reservation",
    pattern: /^cr-[0-9a-z]+$/,
    wants: "a capacity reservation's id, as cr-0123456789abcdef0",
  },
  capacityBlock: {
    flag: "--capacity-block",
    pattern: /^cr-[0-9a-z]+$/,
    wants: "a capacity block's id, as cr-0123456789abcdef0",
  },
  kubernetesVersion: { flag: "--kubernetes-version", pattern: /^1\.\d{2}$/, wants: "a minor version, as 1.33" },
} as const;

/** Labels that EKS and Karpenter keep for themselves. */
const reservedLabel = /(?:^|\.)(?:karpenter\.sh|karpenter\.k8s\.aws|kubernetes\.io|k8s\.io|eks\.amazonaws\.com)\//;
const labelKey = /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^(?:[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?)?$/;

/** Everything that is wrong with what the operator said, whatever the nodes are, at once. */
export function nodeSettingProblems(settings: NodeSettings, target: NodeTarget): readonly Problem[] {
  const { cluster, subnets, securityGroups, nodeRole, reservation, capacityBlock, labels } = settings;
  const problems: Problem[] = [];
  const say = (code: RefusalCode, message: string, hint?: string) => problems.push(settingProblem(code, message, hint));
  for (const key of Object.keys(flagPatterns) as readonly (keyof typeof flagPatterns)[]) {
    const { flag, pattern, wants } = flagPatterns[key];
    const value = settings[key];
    if (value !== undefined && !pattern.test(value)) say("bad-flag", `${flag} ${value}: must be ${wants}`);
  }
  for (const id of subnets)
    if (!/^subnet-[0-9a-z]+$/.test(id))
      say("bad-flag", `--subnet ${id}: must be a subnet's id, as subnet-0123456789abcdef0`);
  for (const id of securityGroups)
    if (!/^sg-[0-9a-z]+$/.test(id))
      say("bad-flag", `--security-group ${id}: must be a security group's id, as sg-0123456789abcdef0`);
  for (const [key, value] of Object.entries(labels)) {
    if (!labelKey.test(key) || !labelValue.test(value))
      say(
        "bad-label",
        `--label ${key}=${value} is no label of Kubernetes'`,
        "Keys and values have letters, digits, dashes, dots and underscores, at most 63 of them.",
      );
    else if (reservedLabel.test(key))
      say("reserved-label", `--label ${key} is Kubernetes' or EKS's own`, "Choose a key of your own, e.g. team=nlp.");
  }
  if (nodeRole === undefined)
    say(
      "missing-node-role",
      "nodes need an IAM role, and none was given",
      "Add --node-role, e.g. arn:aws:iam::123456789012:role/eks-node; " +
        "it needs the policies AmazonEKSWorkerNodePolicy, AmazonEC2ContainerRegistryPullOnly and " +
        "AmazonEKS_CNI_Policy.",
    );
  else if (target === "nodegroup" && !/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/.test(nodeRole))
    say(
      "bad-flag",
      `--node-role ${nodeRole}: a node group takes the role's ARN`,
      "Write it as arn:aws:iam::123456789012:role/NAME.",
    );
  if (reservation !== undefined && capacityBlock !== undefined)
    say(
      "two-reservations",
      "--reservation and --capacity-block exclude each other",
      "Keep --capacity-block for what was bought for a time, --reservation for an open-ended on-demand reservation.",
    );
  if (target === "nodegroup" && subnets.length === 0)
    say(
      "missing-subnet",
      "a node group needs the subnets of its nodes, and none was given",
      `Add --subnet; aws eks describe-cluster --name ${cluster} --query cluster.resourcesVpcConfig.subnetIds ` +
        "shows the cluster's.",
    );
  return [
    ...problems,
    ...(target === "nodegroup" ? sizeFlagProblems(settings) : poolSizeProblems(settings, target)),
    ...(target === "auto-mode" ? imageOfAutoModeProblems(settings) : []),
  ];
}

/** Everything that is wrong with what the operator said for these nodes, at once. */
export function nodeProblems(
  settings: NodeSettings,
  fleets: readonly PlannedNodes[],
  target: NodeTarget,
): readonly Problem[] {
  return [
    ...otherVersionProblems(settings, fleets),
    ...(target === "nodegroup" ? nodegroupProblems(settings, fleets) : []),
    ...releaseProblems(settings, fleets, target),
    ...nvlinkProblems(settings, fleets, target),
    ...setupProblems(fleets, target),
    ...(target === "auto-mode" ? fabricOfAutoModeProblems(fleets) : []),
  ];
}

function otherVersionProblems(
  { releaseVersion, kubernetesVersion }: NodeSettings,
  fleets: readonly PlannedNodes[],
): readonly Problem[] {
  return releaseVersion !== undefined &&
    kubernetesVersion !== undefined &&
    /^1\.\d{2}\./.test(releaseVersion) &&
    fleets.some(({ os }) => os === "al2023") &&
    !releaseVersion.startsWith(`${kubernetesVersion}.`)
    ? [
        settingProblem(
          "release-of-another-version",
          `--release-version ${releaseVersion} is not for Kubernetes ${kubernetesVersion}`,
          "Leave one of the two out, or have both name the same minor version.",
        ),
      ]
    : [];
}

/** Releases of EKS's images; Karpenter's alias is made of the part that it takes. */
const releases = {
  al2023: { whole: /^1\.\d{2}\.\d+-\d{8}$/, short: /^v?\d{8}$/, example: "1.33.3-20250819" },
  bottlerocket: { whole: /^\d+\.\d+\.\d+-[0-9a-f]{8}$/, short: /^v?\d+\.\d+\.\d+$/, example: "1.20.3-5d9ac849" },
} as const;

function releaseProblems(
  { releaseVersion }: NodeSettings,
  fleets: readonly PlannedNodes[],
  target: NodeTarget,
): readonly Problem[] {
  if (releaseVersion === undefined || target === "auto-mode") return [];
  const wrong = [...new Set(fleets.map(({ os }) => os))].filter((os) => {
    const { whole, short } = releases[os];
    return !whole.test(releaseVersion) && (target === "nodegroup" || !short.test(releaseVersion));
  });
  return wrong.map((os) =>
    settingProblem(
      "bad-flag",
      `--release-version ${releaseVersion}: must be a release of EKS's image for ${os}, as ${releases[os].example}`,
      `aiplat ami latest --orchestrator eks --os ${os} -o json says the newest: releaseVersion.`,
    ),
  );
}

function nodegroupProblems(
  { cluster, subnets, securityGroups, capacityBlock, ...sizes }: NodeSettings,
  fleets: readonly PlannedNodes[],
): readonly Problem[] {
  const oneZone = whyOneZone(fleets, capacityBlock);
  return [
    ...(subnets.length > 1 && oneZone !== undefined
      ? [
          settingProblem(
            "several-zones",
            `${subnets.length} subnets were given: ${oneZone}`,
            `Give one --subnet: ${listOr(subnets)}.`,
          ),
        ]
      : []),
    // https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html: with interfaces
    // of its own, EKS adds none to the template.
    ...(securityGroups.length === 0 && fleets.some((fleet) => fleet.interfaces !== undefined)
      ? [
          settingProblem(
            "missing-security-group",
            "EFA interfaces need their security groups, and none was given",
            "Add --security-group with the cluster's own, which lets EFA through: " +
              `aws eks describe-cluster --name ${cluster} --query cluster.resourcesVpcConfig.clusterSecurityGroupId`,
          ),
        ]
      : []),
    ...(sizes.desiredSize === undefined ? fleets.flatMap((fleet) => startSizeProblems(fleet, sizes)) : []),
  ];
}

/** A node group starts with the nodes that the replicas fill, unless it is told otherwise. */
function startSizeProblems(
  { name, desiredSize: filled }: PlannedNodes,
  { minSize = 0, maxSize = filled }: Pick<NodeSettings, "minSize" | "maxSize">,
): readonly Problem[] {
  const start = `the ${counted(filled, "node")} that node group ${name} starts with, as many as the replicas fill`;
  return [
    ...(maxSize < filled
      ? [
          settingProblem(
            "bad-sizes",
            `--max-size ${maxSize} is less than ${start}`,
            `Write --max-size ${filled}, or start with fewer: --desired-size ${maxSize}.`,
          ),
        ]
      : []),
    ...(minSize > filled
      ? [
          settingProblem(
            "bad-sizes",
            `--min-size ${minSize} is more than ${start}`,
            `Write --min-size ${filled}, or start with more: --desired-size ${minSize}.`,
          ),
        ]
      : []),
  ];
}

/** Why the nodes must be in one zone; undefined where they need not. */
function whyOneZone(fleets: readonly PlannedNodes[], capacityBlock: string | undefined): string | undefined {
  if (fleets.some((fleet) => fleet.placementGroup || fleet.interfaces !== undefined))
    return "nodes of one placement group, and EFA's traffic, stay in one zone";
  return capacityBlock === undefined ? undefined : "a capacity block is in one zone";
}

/** Karpenter's pools, and Auto Mode's, start at none and grow with the pods. */
function poolSizeProblems({ minSize, desiredSize }: NodeSettings, target: NodeTarget): readonly Problem[] {
  const given = [
    ...(minSize === undefined ? [] : ["--min-size"]),
    ...(desiredSize === undefined ? [] : ["--desired-size"]),
  ];
  const maker = target === "karpenter" ? "Karpenter" : "EKS Auto Mode";
  return given.map((flag) =>
    settingProblem(
      "size-of-node-pool",
      `${flag} does not go with ${maker}: its node pools start at none and grow with the pods`,
      "Leave it out; --max-size becomes the pool's limit.",
    ),
  );
}

/** What EKS decides in Auto Mode. */
function imageOfAutoModeProblems({ os, releaseVersion, imdsHopLimit }: NodeSettings): readonly Problem[] {
  const given = [
    ...(os === undefined ? [] : [`--os ${os}`]),
    ...(releaseVersion === undefined ? [] : [`--release-version ${releaseVersion}`]),
    ...(imdsHopLimit === undefined ? [] : [`--imds-hop-limit ${imdsHopLimit}`]),
  ];
  return given.map((flag) =>
    settingProblem(
      "auto-mode-setting",
      `${flag} does not go with EKS Auto Mode, which chooses and sets up the image itself`,
      "Leave it out, or use --as karpenter.",
    ),
  );
}

/** What Auto Mode's NodeClass has no field for. */
function fabricOfAutoModeProblems(fleets: readonly PlannedNodes[]): readonly Problem[] {
  return fleets
    .filter(({ interfaces, placementGroup }) => interfaces !== undefined || placementGroup)
    .map(({ types }) =>
      settingProblem(
        "auto-mode-fabric",
        `the NodeClass of EKS Auto Mode has no field for EFA interfaces or a placement group, which several nodes of ${types[0]!.instanceType} need`,
        "Use --as karpenter, or nodegroup.",
      ),
    );
}

const bottlerocketPage = "https://bottlerocket.dev/en/os/latest/#/api/settings/kubelet-device-plugins/";
const nodeClassPage = "https://docs.aws.amazon.com/eks/latest/userguide/create-node-class.html";

/** Auto Mode and Bottlerocket bring device plugins of their own, which no ConfigMap and no label sets up. */
function setupProblems(fleets: readonly PlannedNodes[], target: NodeTarget): readonly Problem[] {
  const fleet = fleets.find(({ setup, os }) => setup !== undefined && os === "bottlerocket");
  const offered = listOr(Object.keys(fleet?.offered ?? {}), "and");
  // What no node of the type offers is refused by itself.
  if (offered === "") return [];
  return [
    target === "auto-mode"
      ? settingProblem(
          "node-resource",
          `${offered}: the device plugin of EKS Auto Mode is part of it, and its NodeClass has no field that sets it up (${nodeClassPage})`,
          "Use --as karpenter, or nodegroup.",
        )
      : settingProblem(
          "node-resource",
          `${offered}: the device plugin of Bottlerocket is part of the image, and reads settings of the node's user data in place of labels and a ConfigMap (${bottlerocketPage})`,
          "Use --os al2023, or write settings.kubelet-device-plugins.nvidia for nodes of your own.",
        ),
  ];
}

/** https://docs.aws.amazon.com/eks/latest/userguide/ml-eks-nvidia-ultraserver.html */
function nvlinkProblems(
  { capacityBlock, kubernetesVersion }: NodeSettings,
  fleets: readonly PlannedNodes[],
  target: NodeTarget,
): readonly Problem[] {
  const [type] = fleets.flatMap(({ types }) => types.filter(isOfNvlink));
  if (type === undefined) return [];
  const name = type.instanceType;
  return [
    ...(target === "nodegroup"
      ? []
      : [
          settingProblem(
            "nvlink-target",
            `${name} is for node groups, as EKS's guide has it: Karpenter starts no nodes for claims on ComputeDomains (https://karpenter.sh/docs/tasks/dra/)`,
            "Use --as nodegroup.",
          ),
        ]),
    ...(capacityBlock === undefined
      ? [
          settingProblem(
            "nvlink-capacity-block",
            `${name} is to be had in capacity blocks only, and none was given`,
            "Add --capacity-block cr-0123456789abcdef0.",
          ),
        ]
      : []),
    ...(kubernetesVersion !== undefined && compareVersions(kubernetesVersion, draVersions.nvidia) < 0
      ? [
          settingProblem(
            "dra-version",
            `${name} needs Kubernetes ${draVersions.nvidia} for its DRA driver, and --kubernetes-version is ${kubernetesVersion}`,
            `Upgrade the cluster to ${draVersions.nvidia} or newer.`,
          ),
        ]
      : []),
  ];
}
