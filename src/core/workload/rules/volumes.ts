/** What the volumes of a workload say together, whatever the target. */
import { listOr } from "../../base/problem.ts";
import { parseMemoryMiB } from "../fields.ts";
import { defaultVolumeName, isWithin, kindsOf, nameOfVolume, volumeKinds } from "../volumes.ts";
import { ofEachVolume, type WrittenVolume } from "./each-volume.ts";
import { all, any, at, given, not } from "./fragments.ts";
import type { Rule } from "./rule.ts";
import { sizeBelowPattern } from "./size-pattern.ts";

const reads = ["volumes"];
const comparesItems = "two items of a list that agree in one key: JSON Schema compares whole items only";

/** Folders that the kernel and the platform fill in every container. */
const platformPlace = /^\/(?:proc|sys|dev)(?:\/|$)/;
const sharedMemoryPath = "/dev/shm";

/** https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html, as ECS's managed volumes have it. */
const mostEbsGiB = 16_384;

/** Nothing can be made in it, so that no other volume can have its place there. */
function isReadOnly({ readOnly, configMap, secret }: WrittenVolume): boolean {
  return readOnly === true || configMap !== undefined || secret !== undefined;
}

const oneKind = any(
  ...volumeKinds.map((kind) =>
    all(given(kind), ...volumeKinds.filter((other) => other !== kind).map((other) => not(given(other)))),
  ),
);

export const volumeRules: readonly Rule[] = [
  {
    code: "volume-kind",
    severity: "error",
    reads,
    check: ofEachVolume((volume, index) => {
      const kinds = kindsOf(volume);
      if (kinds.length === 1) return [];
      const [path, choice] = [["volumes", index], listOr(volumeKinds)];
      return kinds.length === 0
        ? [{ path, message: `the volume at ${volume.path} says not what it is of`, hint: `Write one of ${choice}.` }]
        : [
            {
              path,
              message: `the volume at ${volume.path} is of ${kinds.length} kinds: ${listOr(kinds, "and")}`,
              hint: `Keep one of them (a file over another takes it away by ${kinds[0]}: null), or write a volume with a path of its own.`,
            },
          ];
    }),
    jsonSchema: () => at("volumes", { items: oneKind }),
  },
  {
    code: "volume-place",
    severity: "error",
    reads,
    check: ofEachVolume(({ path }, index) =>
      platformPlace.test(path) && path !== sharedMemoryPath
        ? [
            {
              path: ["volumes", index, "path"],
              message: `no volume can be at ${path}: the platform itself fills ${path.split("/").slice(0, 2).join("/")}`,
              hint: "Choose another path. Devices come by accelerator.",
            },
          ]
        : [],
    ),
    jsonSchema: () =>
      at("volumes", {
        items: at(
          "path",
          not(all({ type: "string", pattern: platformPlace.source }, not({ const: sharedMemoryPath }))),
        ),
      }),
  },
  {
    code: "volume-path-twice",
    severity: "error",
    reads,
    check: ofEachVolume(({ path }, index, { volumes = [] }) =>
      volumes.findIndex((each) => each.path === path) < index
        ? [
            {
              path: ["volumes", index, "path"],
              message: `two volumes are at ${path}: one would hide the other`,
              hint: "Keep one of them, or give it another path.",
            },
          ]
        : [],
    ),
    jsonSchema: () => at("volumes", { uniqueItems: true }),
    beyondJsonSchema: comparesItems,
  },
  {
    code: "volume-name-twice",
    severity: "error",
    reads,
    check: ofEachVolume((volume, index, { volumes = [] }) => {
      const name = nameOfVolume(volume);
      const first = volumes.findIndex((each) => nameOfVolume(each) === name);
      // Of one path that is written twice the path is wrong.
      if (first === index || volumes[first]!.path === volume.path) return [];
      return [
        {
          path: ["volumes", index, ...(volume.name === undefined ? ["path"] : ["name"])],
          message: `the volumes at ${volumes[first]!.path} and ${volume.path} are both called ${name}`,
          hint: `Write a name of its own beside one of them${name === defaultVolumeName(volume.path) ? "" : ", or leave it out"}.`,
        },
      ];
    }),
    jsonSchema: () => at("volumes", { uniqueItems: true }),
    beyondJsonSchema: comparesItems,
  },
  {
    code: "volume-in-read-only",
    severity: "error",
    reads,
    check: ofEachVolume(({ path }, index, { volumes = [] }) =>
      volumes
        .filter((outer) => outer.path !== path && isWithin(path, outer.path) && isReadOnly(outer))
        .slice(0, 1)
        .map((outer) => ({
          path: ["volumes", index, "path"],
          message: `the volume at ${path} lies in the one at ${outer.path}, which is read-only: its folder cannot be made there`,
          hint: `Move it out of ${outer.path}.`,
        })),
    ),
    jsonSchema: () => ({}),
    beyondJsonSchema: comparesItems,
  },
  {
    code: "volume-in-volume",
    severity: "warning",
    reads,
    check: ofEachVolume(({ path }, index, { volumes = [] }) =>
      volumes
        .filter((outer) => outer.path !== path && isWithin(path, outer.path) && !isReadOnly(outer))
        .slice(0, 1)
        .map((outer) => ({
          path: ["volumes", index, "path"],
          message: `the volume at ${path} lies in the one at ${outer.path}: what that one has there is hidden, and what is written there is kept in the inner one`,
        })),
    ),
  },
  {
    // "You can configure at most one volume for attachment for each task":
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ebs-volumes.html
    code: "volume-ebs-twice",
    severity: "error",
    reads,
    check: ofEachVolume(({ ebs }, index, { volumes = [] }) =>
      ebs !== undefined && volumes.findIndex((each) => each.ebs !== undefined) < index
        ? [
            {
              path: ["volumes", index, "ebs"],
              message: "a second ebs volume: ECS attaches one to a task",
              hint: "Make the first one larger, or use efs, lustre or scratch.",
            },
          ]
        : [],
    ),
    jsonSchema: () => ({}),
    beyondJsonSchema: "how many items of a list have a key",
  },
  {
    code: "volume-ebs-size",
    severity: "error",
    reads,
    check: ofEachVolume(({ ebs }, index) => {
      const mib = ebs === undefined ? 1024 : parseMemoryMiB(ebs.size)!;
      return mib % 1024 === 0 && mib >= 1024 && mib <= mostEbsGiB * 1024
        ? []
        : [
            {
              path: ["volumes", index, "ebs", "size"],
              message: `volumes[${index}].ebs.size ${ebs!.size} is no size of an EBS volume`,
              hint: "Write whole GiB from 1GiB to 16TiB.",
            },
          ];
    }),
    jsonSchema: () =>
      at("volumes", { items: at("ebs.size", not({ type: "string", pattern: sizeBelowPattern(1024) })) }),
    beyondJsonSchema: "whether a size is of whole GiB",
  },
  {
    code: "volume-scratch-size",
    severity: "error",
    reads,
    check: ofEachVolume(({ scratch }, index) =>
      scratch === undefined || parseMemoryMiB(scratch)! >= 1
        ? []
        : [
            {
              path: ["volumes", index, "scratch"],
              message: `volumes[${index}].scratch ${scratch} is less than one MiB`,
              hint: "Write how much the replica needs, e.g. 200GiB.",
            },
          ],
    ),
    jsonSchema: () => at("volumes", { items: at("scratch", not({ type: "string", pattern: sizeBelowPattern(1) })) }),
  },
  {
    // "If an EFS access point is specified [...], the root directory value [...] must either be omitted or set to /":
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EFSVolumeConfiguration.html
    code: "volume-efs-directory",
    severity: "error",
    reads,
    check: ofEachVolume(({ efs }, index) =>
      efs?.accessPoint !== undefined && efs.directory !== undefined
        ? [
            {
              path: ["volumes", index, "efs", "directory"],
              message:
                "efs.directory and efs.accessPoint exclude each other: an access point has a directory of its own",
              hint: "Keep one of them.",
            },
          ]
        : [],
    ),
    jsonSchema: () => at("volumes", { items: not(given("efs", all(given("accessPoint"), given("directory")))) }),
  },
];
