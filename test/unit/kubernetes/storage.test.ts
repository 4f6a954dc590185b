import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { generateManifests, resolveForKubernetes } from "../../../src/core/kubernetes/generate.ts";
import { kinds } from "../../../src/core/kubernetes/kinds.ts";
import type { Manifest, PodTemplate } from "../../../src/core/kubernetes/manifest.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { runs } from "../../support/depth.ts";
import { schemaProblems } from "../../support/kubernetes-schemas.ts";
import { workloadOf } from "../../support/kubernetes-workloads.ts";
import { volumesFor } from "../../support/random-volumes.ts";

const manifestsOf = (volumes: readonly object[], rest: object = {}): readonly Manifest[] =>
  generateManifests(
    resolveForKubernetes({
      name: "bert",
      image: "bert:1",
      kind: "service",
      accelerator: { instanceTypes: ["inf2.24xlarge"] },
      eks: { namespace: "ml" },
      volumes,
      ...rest,
    } as unknown as Workload),
  ).manifests;
const ofKind = (manifests: readonly Manifest[], kind: string) => manifests.filter((each) => each.kind === kind);
const podOf = (manifests: readonly Manifest[]) =>
  (ofKind(manifests, "Deployment")[0]!["spec"] as { readonly template: PodTemplate }).template.spec;
const specOf = (manifest: Manifest | undefined) => manifest!["spec"] as Readonly<Record<string, unknown>>;

const efs = { fileSystem: "fs-1" };

describe("the names of a volume's objects", () => {
  const ebs = { size: "1GiB", snapshot: "snap-1" };
  const namesOf = (namespace: string, name: string, volume: string) =>
    manifestsOf(
      [
        { path: `/${volume}`, name: volume, efs },
        { path: "/x", name: `${volume}-x`, ebs },
      ],
      { name, eks: { namespace } },
    )
      .filter(({ kind }) => kind !== "Deployment")
      .map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ""} ${metadata.name}`);

  type Names = readonly [namespace: string, name: string, volume: string];
  test.each<[what: string, one: Names, other: Names]>([
    ["namespace and workload", ["ml", "big-x", "models"], ["ml-big", "x", "models"]],
    ["workload and volume", ["ml", "bert", "a-models"], ["ml", "bert-a", "models"]],
  ])("are two workloads' own, wherever %s meet", (_, one, other) => {
    const names = [...namesOf(...one), ...namesOf(...other)];
    expect(names).toHaveLength(8);
    expect(new Set(names).size).toBe(8);
  });
});

describe("a volume of the whole cluster", () => {
  test.each<[what: string, source: object, rest: object, spec: object]>([
    ["efs", { efs }, {}, { csi: { driver: "efs.csi.aws.com", volumeHandle: "fs-1" } }],
    [
      "a directory of efs",
      { efs: { ...efs, directory: "/team" } },
      {},
      { csi: { driver: "efs.csi.aws.com", volumeHandle: "fs-1:/team" } },
    ],
    [
      "an access point of efs",
      { efs: { ...efs, accessPoint: "fsap-1" } },
      {},
      { csi: { driver: "efs.csi.aws.com", volumeHandle: "fs-1::fsap-1" } },
    ],
    [
      "lustre",
      { lustre: { fileSystem: "fs-2", mountName: "abcd", dnsName: "fs-2.fsx.x" } },
      {},
      {
        mountOptions: ["flock"],
        csi: {
          driver: "fsx.csi.aws.com",
          volumeHandle: "fs-2",
          volumeAttributes: { dnsname: "fs-2.fsx.x", mountname: "abcd" },
        },
      },
    ],
    [
      "s3 for a user that is not root",
      { s3: { bucket: "models", prefix: "bert/" } },
      { user: 1000 },
      { mountOptions: ["prefix bert/", "allow-other", "uid=1000"] },
    ],
  ])("%s", (_, source, rest, spec) => {
    const manifests = manifestsOf([{ path: "/models", readOnly: true, ...source }], rest);
    const [volume] = ofKind(manifests, "PersistentVolume");
    const [claim] = ofKind(manifests, "PersistentVolumeClaim");
    expect(specOf(volume)).toMatchObject(spec);
    expect(volume!.metadata.name).toMatch(/^ml-bert-models-[0-9a-f]{8}$/);
    expect(volume!.metadata.namespace).toBeUndefined();
    // Each is bound to the other, whoever else asks for such a volume.
    expect(specOf(volume)["claimRef"]).toMatchObject({ namespace: "ml", name: claim!.metadata.name });
    expect(specOf(claim)).toMatchObject({ volumeName: volume!.metadata.name, storageClassName: "" });
    expect(manifests.map(({ kind }) => kind)).toEqual(["PersistentVolume", "PersistentVolumeClaim", "Deployment"]);
    const pod = podOf(manifests);
    expect(pod.volumes![0]).toEqual({
      name: "models",
      persistentVolumeClaim: { claimName: claim!.metadata.name },
    });
    expect(pod.containers[0]!.volumeMounts![0]).toEqual({ name: "models", mountPath: "/models", readOnly: true });
  });

  test("is another one when what it is of is another, since no volume can change", () => {
    const nameFor = (source: object, rest: object = {}) =>
      ofKind(manifestsOf([{ path: "/models", ...source }], rest), "PersistentVolume")[0]!.metadata.name;
    const names = [
      nameFor({ efs }),
      nameFor({ efs: { fileSystem: "fs-2" } }),
      nameFor({ s3: { bucket: "models" } }),
      nameFor({ s3: { bucket: "models" } }, { user: 1000 }),
    ];
    expect(new Set(names).size).toBe(names.length);
    expect(nameFor({ efs, readOnly: true })).toBe(names[0]);
  });

  test("has a name that no other namespace's has, and that a label can have", () => {
    const nameFor = (kind: string, volume: object, name: string, namespace: string) =>
      ofKind(manifestsOf([{ path: "/data", ...volume }], { name, eks: { namespace } }), kind)[0]!.metadata.name;
    const snapshot = { ebs: { size: "1GiB", storageClass: "fast", snapshot: "snap-1" } };
    for (const [kind, volume] of [
      ["PersistentVolume", { s3: { bucket: "models" } }],
      ["VolumeSnapshotContent", snapshot],
    ] as const) {
      expect(nameFor(kind, volume, "a-bert", "team")).not.toBe(nameFor(kind, volume, "bert", "team-a"));
      const long = nameFor(kind, volume, "a-name-as-long-as-a-name-of-a-workload-is", "a-namespace-of-some-length");
      expect(long).toMatch(/^a-namespace-of-some-length-a-name[a-z-]*-[0-9a-f]{8}$/);
      expect(long.length).toBeLessThanOrEqual(63);
    }
  });

  test("is one where a pod has it twice", () => {
    const manifests = manifestsOf([
      { path: "/a", efs },
      { path: "/b", efs, readOnly: true },
    ]);
    expect(ofKind(manifests, "PersistentVolume")).toHaveLength(1);
    expect(
      new Set(
        podOf(manifests)
          .volumes!.slice(0, 2)
          .map((each) => JSON.stringify(each["persistentVolumeClaim"])),
      ).size,
    ).toBe(1);
  });
});

describe("an ebs volume", () => {
  const ebs = { size: "500GiB", storageClass: "fast", snapshot: "snap-1" };

  test("is a generic ephemeral one, from a snapshot of its own", () => {
    const manifests = manifestsOf([{ path: "/data", ebs }]);
    const [content] = ofKind(manifests, "VolumeSnapshotContent");
    const [snapshot] = ofKind(manifests, "VolumeSnapshot");
    expect(specOf(content)).toMatchObject({
      source: { snapshotHandle: "snap-1" },
      deletionPolicy: "Retain",
      volumeSnapshotRef: { namespace: "ml", name: snapshot!.metadata.name },
    });
    expect(specOf(snapshot)).toEqual({ source: { volumeSnapshotContentName: content!.metadata.name } });
    expect(podOf(manifests).volumes![0]).toMatchObject({
      name: "data",
      ephemeral: {
        volumeClaimTemplate: {
          spec: {
            accessModes: ["ReadWriteOnce"],
            storageClassName: "fast",
            resources: { requests: { storage: "500Gi" } },
            dataSource: { kind: "VolumeSnapshot", name: snapshot!.metadata.name },
          },
        },
      },
    });
  });

  test("belongs to the group of a user that is not root", () => {
    const group = (rest: object) => podOf(manifestsOf([{ path: "/data", ebs }], rest)).securityContext;
    expect(group({ user: 1000 })).toMatchObject({ fsGroup: 1000 });
    expect([group({ user: 0 }), group({})]).toEqual([undefined, undefined]);
  });
});

test("scratch is held to its size, and the scheduler counts it", () => {
  const pod = podOf(
    manifestsOf([
      { path: "/a", scratch: "1GiB" },
      { path: "/b", scratch: "512MiB" },
    ]),
  );
  expect(pod.volumes!.slice(0, 2)).toEqual([
    { name: "a", emptyDir: { sizeLimit: "1Gi" } },
    { name: "b", emptyDir: { sizeLimit: "512Mi" } },
  ]);
  expect(pod.containers[0]!.resources!.requests!["ephemeral-storage"]).toBe("1536Mi");
});

test.each(["/var/tmp/neuron-compile-cache", "/var/tmp", "/var"])("a volume at %s is not hidden by a cache", (path) => {
  const pod = podOf(manifestsOf([{ path, host: "/opt" }]));
  expect(pod.volumes!.map(({ name }) => name)).not.toContain("neuron-compile-cache");
  expect(pod.containers[0]!.volumeMounts!.map(({ mountPath }) => mountPath)).toEqual([path, "/dev/shm"]);
});

test("a volume beside the cache leaves it", () => {
  const pod = podOf(manifestsOf([{ path: "/var/tmp/neuron", host: "/opt" }]));
  expect(pod.volumes!.map(({ name }) => name)).toContain("neuron-compile-cache");
});

test("a volume at /dev/shm is not hidden by shared memory", () => {
  const pod = podOf(manifestsOf([{ path: "/dev/shm", scratch: "8GiB" }]));
  expect(pod.volumes!.filter(({ emptyDir }) => emptyDir !== undefined).map(({ name }) => name)).toEqual([
    "dev-shm",
    "neuron-compile-cache",
  ]);
});

test("any volumes are in the pods of every kind, each place once", () => {
  fc.assert(
    fc.property(volumesFor("eks"), fc.constantFrom(...kinds), (volumes, kind) => {
      const workload = { ...workloadOf({ kind, accelerator: "neuron", devices: "whole instance", nodes: 1 }), volumes };
      const { manifests } = generateManifests(resolveForKubernetes(workload as unknown as Workload, kind));
      const text = JSON.stringify(manifests);
      for (const { path } of volumes) expect(text).toContain(`"mountPath":${JSON.stringify(path)}`);
      for (const mounts of mountsIn(manifests)) expect(new Set(mounts).size).toBe(mounts.length);
      const names = manifests.map((each) => `${each.kind} ${each.metadata.name}`);
      expect(new Set(names).size).toBe(names.length);
    }),
    { numRuns: runs(300) },
  );
});

test("any volumes come to what the API takes", async () => {
  await fc.assert(
    fc.asyncProperty(volumesFor("eks"), async (volumes) => {
      expect((await Promise.all(manifestsOf(volumes).map(schemaProblems))).flat()).toEqual([]);
    }),
    { numRuns: runs(200) },
  );
});

/** The paths of each container's mounts. */
function mountsIn(value: unknown): readonly (readonly unknown[])[] {
  if (Array.isArray(value)) return value.flatMap(mountsIn);
  if (typeof value !== "object" || value === null) return [];
  const { volumeMounts } = value as { readonly volumeMounts?: readonly { readonly mountPath: string }[] };
  return [
    ...(volumeMounts === undefined ? [] : [volumeMounts.map(({ mountPath }) => mountPath)]),
    ...Object.values(value).flatMap(mountsIn),
  ];
}
