import { describe, expect, test } from "vitest";
import { eksRules } from "../../../src/core/kubernetes/rules.ts";
import { minimal, problemsOf } from "../../support/workload.ts";

const inNamespace = { eks: { namespace: "ml" } };
const ebs = { size: "1GiB" };

describe("volumes on EKS", () => {
  test.each<[what: string, volume: object, rest: object, codes: readonly string[]]>([
    ["efs", { efs: { fileSystem: "fs-1" } }, inNamespace, []],
    ["efs without a namespace", { efs: { fileSystem: "fs-1" } }, {}, ["volume-namespace volumes.0.efs"]],
    [
      "lustre without a namespace",
      { lustre: { fileSystem: "fs-1", mountName: "a", dnsName: "a" } },
      {},
      ["volume-namespace volumes.0.lustre"],
    ],
    ["s3 without a namespace", { s3: { bucket: "models" } }, {}, ["volume-namespace volumes.0.s3"]],
    ["ebs", { ebs }, {}, []],
    ["ebs from a snapshot", { ebs: { ...ebs, snapshot: "snap-1" } }, {}, ["volume-namespace volumes.0.ebs"]],
    ["ebs of a type", { ebs: { ...ebs, type: "gp3" } }, {}, ["volume-ebs-type-on-eks volumes.0.ebs.type"]],
    ["ebs of a type and a class", { ebs: { ...ebs, type: "gp3", storageClass: "gp3" } }, {}, []],
    [
      "ebs of no class",
      { ebs: { ...ebs, storageClass: "Gp 3" } },
      {},
      ["volume-object-name volumes.0.ebs.storageClass"],
    ],
    [
      "s3Files",
      { s3Files: { arn: "arn:aws:s3files:us-east-1:111122223333:file-system/fs-1" } },
      {},
      ["volume-s3-files-on-eks volumes.0.s3Files"],
    ],
    ["scratch, host, claim", { scratch: "1GiB" }, {}, []],
    ["a claim", { claim: "data.x" }, {}, []],
    ["a claim with a slash", { claim: "a/b" }, {}, ["volume-object-name volumes.0.claim"]],
    ["a secret in capitals", { secret: "Keys" }, {}, ["volume-object-name volumes.0.secret"]],
    ["ECS's name", { name: "My_Data", host: "/opt" }, {}, ["volume-name-on-eks volumes.0.name"]],
    ["host for a user", { host: "/opt" }, { user: 1000 }, ["volume-of-root volumes.0.host"]],
    ["scratch for a user", { scratch: "1GiB" }, { user: 1000 }, []],
    [
      "host below which the model is fetched",
      { host: "/opt" },
      { user: 1000, model: { uri: "s3://models/x", path: "/v/x" } },
      [],
    ],
    ["aiplat's own name", { name: "shared-memory", host: "/opt" }, {}, ["volume-name-on-eks volumes.0.name"]],
  ])("%s", (_, volume, rest, codes) => {
    const found = problemsOf({ ...minimal, ...rest, volumes: [{ path: "/v", ...volume }] }, eksRules);
    expect(found.map(({ code, path }) => `${code} ${path!.join(".")}`)).toEqual(codes);
  });
});
