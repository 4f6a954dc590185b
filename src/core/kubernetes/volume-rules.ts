/** What EKS asks of volumes beyond the rules for every target. */
import { ofEachVolume, type WrittenVolume } from "../workload/rules/each-volume.ts";
import { rootVolumeRule } from "../workload/rules/root-volumes.ts";
import type { TargetRule } from "../workload/rules/rule.ts";
import { nameOfVolume } from "../workload/volumes.ts";
import { dnsLabel, dnsSubdomain } from "./manifest-names.ts";
import { addedVolumes } from "./volumes.ts";

/** What of a volume is an object of the whole cluster. */
function ofCluster({ efs, lustre, s3, ebs }: WrittenVolume): readonly string[] {
  return [
    ...(efs === undefined ? [] : ["efs"]),
    ...(lustre === undefined ? [] : ["lustre"]),
    ...(s3 === undefined ? [] : ["s3"]),
    ...(ebs?.snapshot === undefined ? [] : ["ebs"]),
  ];
}

export const volumeRules: readonly TargetRule[] = [
  {
    code: "volume-s3-files-on-eks",
    severity: "error",
    reads: ["volumes"],
    check: ofEachVolume(({ s3Files, path }, index) =>
      s3Files === undefined
        ? []
        : [
            {
              path: ["volumes", index, "s3Files"],
              message: `the volume at ${path} is s3Files, which ECS mounts: aiplat knows no driver of it for EKS`,
              hint: "Write s3: { bucket: NAME } in its place, which Mountpoint's driver mounts, or claim: NAME.",
            },
          ],
    ),
  },
  {
    code: "volume-ebs-type-on-eks",
    severity: "error",
    reads: ["volumes"],
    check: ofEachVolume(({ ebs, path }, index) =>
      ebs?.type === undefined || ebs.storageClass !== undefined
        ? []
        : [
            {
              path: ["volumes", index, "ebs", "type"],
              message: `ebs.type ${ebs.type} at ${path} is ECS's: on EKS a StorageClass says the type`,
              hint: `Add storageClass: NAME, a class of ebs.csi.aws.com with type: ${ebs.type}.`,
            },
          ],
    ),
  },
  {
    code: "volume-namespace",
    severity: "error",
    reads: ["volumes", "eks.namespace"],
    check: ofEachVolume((volume, index, { eks }) =>
      eks?.namespace !== undefined
        ? []
        : ofCluster(volume).map((kind) => ({
            path: ["volumes", index, kind],
            message: `${kind} at ${volume.path} needs eks.namespace: what it is made from is of the whole cluster, and named and bound by the namespace`,
            hint: "Write eks: { namespace: NAME }, where the workload runs.",
          })),
    ),
  },
  {
    code: "volume-name-on-eks",
    severity: "error",
    reads: ["volumes"],
    check: ofEachVolume((volume, index) => {
      const name = nameOfVolume(volume);
      if (dnsLabel.test(name) && !addedVolumes.has(name)) return [];
      return [
        {
          path: ["volumes", index, "name"],
          message: addedVolumes.has(name)
            ? `${name} is the name of a volume of aiplat's own`
            : `the volume's name ${name} is none in Kubernetes: at most 63 lower-case letters, digits and dashes, with a letter or digit at both ends`,
          hint: "Leave name out, or write another.",
        },
      ];
    }),
  },
  {
    code: "volume-object-name",
    severity: "error",
    reads: ["volumes"],
    check: ofEachVolume((volume, index) => {
      const named = [
        ...(["claim", "configMap", "secret"] as const).map((kind) => ({ key: [kind], name: volume[kind] })),
        { key: ["ebs", "storageClass"], name: volume.ebs?.storageClass },
      ];
      return named.flatMap(({ key, name }) =>
        name === undefined || dnsSubdomain.test(name)
          ? []
          : [
              {
                path: ["volumes", index, ...key],
                message: `${key.join(".")} at ${volume.path} must be the name of an object of Kubernetes, not ${JSON.stringify(name)}`,
                hint: "Write lower-case letters, digits, dashes and dots, with a letter or digit at both ends.",
              },
            ],
      );
    }),
  },
  // An emptyDir is everybody's, and kubelet gives a block device to the pod's group.
  rootVolumeRule(["host"]),
];
