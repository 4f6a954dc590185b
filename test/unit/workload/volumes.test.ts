import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { volumePathRule } from "../../../src/core/workload/volume-fields.ts";
import { defaultVolumeName, isShared, resolveVolumes, volumeHolding } from "../../../src/core/workload/volumes.ts";
import { runs } from "../../support/depth.ts";

const volumes = resolveVolumes({
  volumes: [
    { path: "/models", efs: { fileSystem: "fs-1" } },
    { path: "/models/cache", scratch: "10GiB" },
    { path: "/data", ebs: { size: "1TiB" } },
  ],
});

describe("volumes, resolved", () => {
  test.each([
    ["/models", "models"],
    ["/var/tmp/neuron-compile-cache", "var-tmp-neuron-compile-cache"],
    ["/root/.cache/HF_home", "root-cache-hf-home"],
    ["/é", "volume"],
  ])("%s is called %s", (path, name) => expect(defaultVolumeName(path)).toBe(name));

  test("have names that Kubernetes takes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (text) => {
        const path = `/${text}`;
        fc.pre(volumePathRule.pattern.test(path));
        expect(defaultVolumeName(path)).toMatch(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/);
      }),
      { numRuns: runs(1_000) },
    );
  });

  test.each([
    ["/models", "/models"],
    ["/models/bert", "/models"],
    ["/models/cache/x", "/models/cache"],
    ["/modelsx", undefined],
    ["/", undefined],
  ])("%s is held by %s", (path, holder) => expect(volumeHolding(volumes, path)?.path).toBe(holder));

  test("are one for all replicas, or one each", () => {
    expect(volumes.map(({ source }) => isShared(source))).toEqual([true, false, false]);
  });

  test("have their sizes in the unit of their kind", () => {
    expect(volumes.map(({ source }) => source)).toEqual([
      { kind: "efs", fileSystem: "fs-1" },
      { kind: "scratch", sizeMiB: 10_240 },
      { kind: "ebs", sizeGiB: 1024 },
    ]);
  });
});
