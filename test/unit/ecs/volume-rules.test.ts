import { describe, expect, test } from "vitest";
import { ecsRules } from "../../../src/core/ecs/rules.ts";
import { minimal, problemsOf } from "../../support/workload.ts";

const role = "arn:aws:iam::111122223333:role/r";
const s3Files = { arn: "arn:aws:s3files:us-east-1:111122223333:file-system/fs-1" };
const managed = { ecs: { capacity: { managedInstances: "m" } } };

describe("volumes on ECS", () => {
  test.each<[what: string, volume: object, rest: object, problems: readonly string[]]>([
    ["efs", { efs: { fileSystem: "fs-1" } }, {}, []],
    ["efs on Managed Instances", { efs: { fileSystem: "fs-1" } }, managed, []],
    [
      "lustre",
      { lustre: { fileSystem: "fs-1", mountName: "a", dnsName: "a" } },
      managed,
      ["error volume-on-managed-instances volumes.0.lustre"],
    ],
    ["s3", { s3: { bucket: "models" } }, {}, ["warning volume-s3-role volumes.0.s3"]],
    [
      "s3 on Managed Instances",
      { s3: { bucket: "models" } },
      managed,
      ["error volume-on-managed-instances volumes.0.s3"],
    ],
    ["host", { host: "/opt" }, {}, []],
    ["host on Managed Instances", { host: "/opt" }, managed, ["error volume-on-managed-instances volumes.0.host"]],
    ["s3Files with its role", { s3Files }, { roles: { task: role }, ...managed }, []],
    ["s3Files without one", { s3Files }, {}, ["error volume-s3-files-role volumes.0.s3Files"]],
    ["ebs with its role", { ebs: { size: "1GiB", role } }, managed, []],
    ["ebs without one", { ebs: { size: "1GiB" } }, {}, ["error volume-ebs-role volumes.0.ebs"]],
    [
      "ebs of a DAEMON",
      { ebs: { size: "1GiB", role } },
      { kind: "service", ecs: { service: { schedulingStrategy: "DAEMON" } } },
      ["error volume-ebs-daemon volumes.0.ebs"],
    ],
    [
      "io2 without IOPS",
      { ebs: { size: "100GiB", type: "io2", role } },
      {},
      ["error volume-ebs-iops volumes.0.ebs.type"],
    ],
    [
      "io1 with IOPS of the raw fields",
      { ebs: { size: "100GiB", type: "io1", role } },
      {
        kind: "service",
        ecs: { service: { volumeConfigurations: [{ name: "v", managedEBSVolume: { iops: 3000 } }] } },
      },
      [],
    ],
    ["st1 of its least size", { ebs: { size: "125GiB", type: "st1", role } }, {}, []],
    [
      "st1 below it",
      { ebs: { size: "124GiB", type: "st1", role } },
      {},
      ["error volume-ebs-bounds volumes.0.ebs.size"],
    ],
    [
      "standard above 1 TiB",
      { ebs: { size: "2TiB", type: "standard", role } },
      {},
      ["error volume-ebs-bounds volumes.0.ebs.size"],
    ],
    [
      "gp3, as of no type, above its most",
      { ebs: { size: "20TiB", role } },
      {},
      ["error volume-ebs-bounds volumes.0.ebs.size"],
    ],
    ["host for a user", { host: "/opt" }, { user: 1000 }, ["warning volume-of-root volumes.0.host"]],
    ["host for a user, to read", { host: "/opt", readOnly: true }, { user: 1000 }, []],
    ["host for root", { host: "/opt" }, { user: 0 }, []],
    ["ebs for a user", { ebs: { size: "1GiB", role } }, { user: 1000 }, []],
    [
      "host that a container of init gives to the user",
      { host: "/opt" },
      { user: 1000, init: [{ name: "own", image: "busybox", command: ["chown", "1000", "/v"], mounts: ["/v"] }] },
      [],
    ],
    [
      "scratch for a user",
      { scratch: "1GiB" },
      { user: 1000 },
      ["warning volume-scratch-unbounded volumes.0.scratch", "warning volume-of-root volumes.0.scratch"],
    ],
    ["scratch", { scratch: "1GiB" }, {}, ["warning volume-scratch-unbounded volumes.0.scratch"]],
    ["claim", { claim: "data" }, {}, ["error volume-of-kubernetes volumes.0.claim"]],
    ["configMap", { configMap: "app" }, {}, ["error volume-of-kubernetes volumes.0.configMap"]],
    ["secret", { secret: "keys" }, {}, ["error volume-of-kubernetes volumes.0.secret"]],
  ])("%s", (_, volume, rest, problems) => {
    const found = problemsOf({ ...minimal, ...rest, volumes: [{ path: "/v", ...volume }] }, ecsRules);
    expect(found.map(({ severity, code, path }) => `${severity} ${code} ${path!.join(".")}`)).toEqual(problems);
    // Whoever is refused is told what to write instead.
    for (const { severity, hint } of found) if (severity === "error") expect(hint).toMatch(/^(?:Write|Add|Put) /);
  });
});
