import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { workloadJsonSchema } from "../../../../src/core/workload/json-schema.ts";
import { workloadRules } from "../../../../src/core/workload/rules.ts";
import { minimal, problemsOf } from "../../../support/workload.ts";

const accepts = new Ajv({
  keywords: ["errorMessage"],
  strictTypes: false,
  strictRequired: false,
  strictTuples: false,
  allowUnionTypes: true,
}).compile(workloadJsonSchema());

const efs = { fileSystem: "fs-1" };
const ebs = { size: "1GiB" };
/** What only `validate` says: where two items have to be compared. */
const beyond = new Set<string>(
  workloadRules.flatMap((rule) => (rule.severity === "error" && rule.beyondJsonSchema !== undefined ? rule.code : [])),
);

describe("volumes", () => {
  test.each<[what: string, volumes: readonly object[], problems: readonly string[]]>([
    [
      "one of each kind",
      [
        { path: "/a", efs: { fileSystem: "fs-1", accessPoint: "fsap-1" }, readOnly: true },
        { path: "/b", lustre: { fileSystem: "fs-2", mountName: "abcd", dnsName: "fs-2.fsx.us-east-1.amazonaws.com" } },
        {
          path: "/c",
          ebs: { size: "500GiB", type: "gp3", snapshot: "snap-1", role: "arn:aws:iam::111122223333:role/e" },
        },
        { path: "/d", scratch: "200GiB" },
        { path: "/e", host: "/opt/neuron-cache" },
        { path: "/f", s3: { bucket: "models", prefix: "bert/" } },
        { path: "/g", s3Files: { arn: "arn:aws:s3files:us-east-1:111122223333:file-system/fs-3" } },
        { path: "/h", claim: "data" },
        { path: "/i", configMap: "app" },
        { path: "/j", secret: "keys" },
      ],
      [],
    ],
    ["none of a kind", [{ path: "/a" }], ["volume-kind volumes.0"]],
    ["two kinds at once", [{ path: "/a", efs, scratch: "1GiB" }], ["volume-kind volumes.0"]],
    [
      "two at one path",
      [
        { path: "/a", efs },
        { path: "/a", scratch: "1GiB" },
      ],
      ["volume-path-twice volumes.1.path"],
    ],
    [
      "one in another",
      [
        { path: "/a/b", scratch: "1GiB" },
        { path: "/a", efs },
      ],
      ["volume-in-volume volumes.0.path"],
    ],
    [
      "one in another that is read-only",
      [
        { path: "/a", efs, readOnly: true },
        { path: "/a/b", scratch: "1GiB" },
      ],
      ["volume-in-read-only volumes.1.path"],
    ],
    [
      "one in a ConfigMap",
      [
        { path: "/a", configMap: "app" },
        { path: "/a/b", scratch: "1GiB" },
      ],
      ["volume-in-read-only volumes.1.path"],
    ],
    [
      "a path that begins like another",
      [
        { path: "/a", efs },
        { path: "/ab", scratch: "1GiB" },
      ],
      [],
    ],
    [
      "two names made alike",
      [
        { path: "/a/b", efs },
        { path: "/a-b", scratch: "1GiB" },
      ],
      ["volume-name-twice volumes.1.path"],
    ],
    [
      "one name twice",
      [
        { path: "/a", name: "x", efs },
        { path: "/b", name: "x", efs },
      ],
      ["volume-name-twice volumes.1.name"],
    ],
    [
      "names that tell them apart",
      [
        { path: "/a/b", efs },
        { path: "/a-b", name: "c", scratch: "1GiB" },
      ],
      [],
    ],
    ["the place of devices", [{ path: "/dev/neuron0", host: "/x" }], ["volume-place volumes.0.path"]],
    ["the kernel's place", [{ path: "/proc", host: "/proc" }], ["volume-place volumes.0.path"]],
    ["shared memory of its own", [{ path: "/dev/shm", scratch: "8GiB" }], []],
    [
      "a second block device",
      [
        { path: "/a", ebs },
        { path: "/b", ebs },
      ],
      ["volume-ebs-twice volumes.1.ebs"],
    ],
    [
      "a block device of a part of a GiB",
      [{ path: "/a", ebs: { size: "1.5GiB" } }],
      ["volume-ebs-size volumes.0.ebs.size"],
    ],
    ["a block device too large", [{ path: "/a", ebs: { size: "17TiB" } }], ["volume-ebs-size volumes.0.ebs.size"]],
    ["a block device of nothing", [{ path: "/a", ebs: { size: "512MiB" } }], ["volume-ebs-size volumes.0.ebs.size"]],
    ["no room at all", [{ path: "/a", scratch: "0GiB" }], ["volume-scratch-size volumes.0.scratch"]],
    [
      "a directory beside an access point",
      [{ path: "/a", efs: { fileSystem: "fs-1", accessPoint: "fsap-1", directory: "/x" } }],
      ["volume-efs-directory volumes.0.efs.directory"],
    ],
  ])("%s", (_, volumes, problems) => {
    const document = { ...minimal, volumes };
    const found = problemsOf(document, workloadRules);
    expect(found.map(({ code, path }) => `${code} ${path!.join(".")}`)).toEqual(problems);
    const errors = found.filter(({ severity, code }) => severity === "error" && !beyond.has(code));
    const tooSmall = JSON.stringify(volumes).includes("512MiB");
    expect(accepts(document)).toBe(errors.length === 0 && !tooSmall);
  });

  test.each(["models", "/models/", "//models", "/a/../b", "/a/./b", "/a:b", "/", "/a b", ""])(
    "is never at %j",
    (path) => {
      const document = { ...minimal, volumes: [{ path, efs }] };
      expect([problemsOf(document, workloadRules).map(({ code }) => code), accepts(document)]).toEqual([
        ["invalid-value"],
        false,
      ]);
    },
  );
});
