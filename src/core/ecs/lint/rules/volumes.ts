import { listOr } from "../../../base/problem.ts";
import { mountAttribute, mountNameOf } from "../../volumes.ts";
import type { Breach, LintRule } from "../rule.ts";
import { type Subject, itemsOf } from "../subject.ts";

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Volume.html */
export const volumeRules: readonly LintRule[] = [
  // That ECS refuses it, no page and no report says; which of the two is mounted, neither.
  { id: "volume-twice", severity: "warning", check: repeatedVolumes },
  { id: "volume-kinds", severity: "error", check: severalKinds },
  { id: "volume-unmounted", severity: "error", check: unmounted },
  { id: "efs-access-point", severity: "error", check: wrongAccessPoints },
  { id: "mount-constraint", severity: "warning", check: unconstrainedMounts },
];

function repeatedVolumes({ given }: Subject): readonly Breach[] {
  const volumes = itemsOf(given.volumes, ["volumes"]);
  return volumes
    .filter(({ item }, index) => volumes.findIndex((each) => each.item.name === item.name) < index)
    .map(({ item, path }) => ({
      path: [...path, "name"],
      message: `the volume ${item.name} is there twice`,
      fix: "Keep one of them, or give it another name.",
    }));
}

/** A volume is of one kind; a host without a folder is the empty volume that any other may be written with. */
function severalKinds({ given }: Subject): readonly Breach[] {
  return itemsOf(given.volumes, ["volumes"]).flatMap(({ item, path }) => {
    const kinds = [
      ...(item.host?.sourcePath === undefined ? [] : ["host"]),
      ...(item.configuredAtLaunch === true ? ["configuredAtLaunch"] : []),
      ...Object.keys(item).filter((key) => key.endsWith("VolumeConfiguration")),
    ];
    return kinds.length < 2
      ? []
      : [
          {
            path,
            message: `the volume ${item.name ?? ""} is of ${kinds.length} kinds: ${listOr(kinds, "and")}`,
            fix: `Keep one of ${listOr(kinds)}.`,
          },
        ];
  });
}

/** "Volumes [x] are not referenced by any of the containers" (RegisterTaskDefinition), of those that a launch configures. */
function unmounted({ given, containers }: Subject): readonly Breach[] {
  const mounted = new Set(containers.flatMap(({ mounts }) => mounts.map(({ name }) => name)));
  return itemsOf(given.volumes, ["volumes"])
    .filter(({ item }) => item.configuredAtLaunch === true && item.name !== undefined && !mounted.has(item.name))
    .map(({ item, path }) => ({
      path: [...path, "name"],
      message: `no container mounts the volume ${item.name}, which is configured at launch: RegisterTaskDefinition refuses it`,
      fix: "Add it to a container's mountPoints, or leave the volume out.",
    }));
}

/**
 * "If an EFS access point is specified in the authorizationConfig, this parameter must either be omitted or set to /",
 * and "If you use IAM authorization [or an access point], transit encryption must be turned on".
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EFSVolumeConfiguration.html
 */
function wrongAccessPoints({ given }: Subject): readonly Breach[] {
  return itemsOf(given.volumes, ["volumes"]).flatMap(({ item, path }): readonly Breach[] => {
    const { authorizationConfig, rootDirectory = "/", transitEncryption } = item.efsVolumeConfiguration ?? {};
    const point = authorizationConfig?.accessPointId;
    const at = [...path, "efsVolumeConfiguration"];
    return [
      ...(point === undefined || rootDirectory === "/" || rootDirectory === ""
        ? []
        : [
            {
              path: [...at, "rootDirectory"],
              message: `the volume ${item.name ?? ""} has the access point ${point}, which has a root directory of its own`,
              fix: "Leave rootDirectory out.",
              edits: [{ kind: "remove" as const, path: [...at, "rootDirectory"] }],
            },
          ]),
      ...((point === undefined && authorizationConfig?.iam !== "ENABLED") || transitEncryption === "ENABLED"
        ? []
        : [
            {
              path: transitEncryption === undefined ? at : [...at, "transitEncryption"],
              message: `the volume ${item.name ?? ""} has ${point === undefined ? "IAM authorization" : "an access point"} and no encryption in transit`,
              fix: "Set transitEncryption to ENABLED.",
              edits: [{ kind: "set" as const, path: [...at, "transitEncryption"], value: "ENABLED" }],
            },
          ]),
    ];
  });
}

/** Docker makes an empty folder where a machine has no such mount, and the task finds nothing in it. */
function unconstrainedMounts({ given, constraints }: Subject): readonly Breach[] {
  return itemsOf(given.volumes, ["volumes"]).flatMap(({ item, path }) => {
    const mount = mountNameOf(item.host?.sourcePath);
    if (mount === undefined) return [];
    const attribute = `attribute:${mountAttribute(mount)}`;
    return constraints.some(({ expression }) => expression.includes(attribute))
      ? []
      : [
          {
            path: [...path, "host", "sourcePath"],
            message: `the volume ${item.name ?? ""} is the machine's mount ${mount}, and no constraint keeps the task off machines without it: Docker makes an empty folder there`,
            fix: `Add { "type": "memberOf", "expression": "${attribute} exists" } to placementConstraints.`,
          },
        ];
  });
}
