import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lintTaskDefinition } from "../../../src/core/ecs/lint/lint.ts";
import { mountNameOf, volumeTags } from "../../../src/core/ecs/volumes.ts";
import { resolveVolumes } from "../../../src/core/workload/volumes.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { runs } from "../../support/depth.ts";
import { ecsOf } from "../../support/ecs.ts";
import { chip, LiveWorld } from "../../support/live-services.ts";
import { besideVolumes, volumesFor } from "../../support/random-volumes.ts";

const role = "arn:aws:iam::111122223333:role/r";
const definitionOf = (volumes: readonly object[], rest: object = {}) =>
  ecsOf({
    name: "bert",
    image: "bert:1",
    accelerator: { instanceTypes: ["g5.xlarge"] },
    volumes,
    ...rest,
  } as unknown as Workload).variants[0]!.definition;
const tagsOf = (volumes: readonly object[]) =>
  Object.fromEntries((definitionOf(volumes).tags ?? []).map(({ key, value }) => [key, value]));

describe("a volume of a task definition", () => {
  test.each<[what: string, volume: object, rest: object, expected: object]>([
    [
      "efs is encrypted in transit",
      { efs: { fileSystem: "fs-1", directory: "/d" } },
      {},
      { efsVolumeConfiguration: { fileSystemId: "fs-1", rootDirectory: "/d", transitEncryption: "ENABLED" } },
    ],
    [
      "an access point is mounted with the task's role where there is one",
      { efs: { fileSystem: "fs-1", accessPoint: "fsap-1" } },
      { roles: { task: role } },
      {
        efsVolumeConfiguration: {
          fileSystemId: "fs-1",
          transitEncryption: "ENABLED",
          authorizationConfig: { accessPointId: "fsap-1", iam: "ENABLED" },
        },
      },
    ],
    [
      "and without it where there is none",
      { efs: { fileSystem: "fs-1", accessPoint: "fsap-1" } },
      {},
      {
        efsVolumeConfiguration: {
          fileSystemId: "fs-1",
          transitEncryption: "ENABLED",
          authorizationConfig: { accessPointId: "fsap-1" },
        },
      },
    ],
    [
      "lustre is the machine's mount",
      { lustre: { fileSystem: "fs-1", mountName: "a", dnsName: "a" } },
      {},
      { host: { sourcePath: "/mnt/aiplat/v" } },
    ],
    ["s3 too", { s3: { bucket: "models" } }, {}, { host: { sourcePath: "/mnt/aiplat/v" } }],
    ["ebs is configured at launch", { ebs: { size: "1GiB", role } }, {}, { configuredAtLaunch: true }],
    ["scratch is Docker's", { scratch: "1GiB" }, {}, { host: {} }],
    ["host is a folder", { host: "/opt/cache" }, {}, { host: { sourcePath: "/opt/cache" } }],
    [
      "s3Files by its ARN",
      { s3Files: { arn: "arn:aws:s3files:us-east-1:111122223333:file-system/fs-1" } },
      { roles: { task: role } },
      { s3filesVolumeConfiguration: { fileSystemArn: "arn:aws:s3files:us-east-1:111122223333:file-system/fs-1" } },
    ],
  ])("%s", (_, volume, rest, expected) => {
    const { volumes, containerDefinitions } = definitionOf([{ path: "/v", readOnly: true, ...volume }], rest);
    expect(volumes).toEqual([{ name: "v", ...expected }]);
    expect(containerDefinitions[0]!.mountPoints).toEqual([{ sourceVolume: "v", containerPath: "/v", readOnly: true }]);
  });

  test("keeps tasks off machines that lack a mount, once, whatever the file says besides", () => {
    const { placementConstraints } = definitionOf(
      [
        { path: "/fsx", lustre: { fileSystem: "fs-1", mountName: "a", dnsName: "a" } },
        { path: "/w", name: "weights", s3: { bucket: "models" } },
        { path: "/opt", host: "/opt" },
      ],
      { ecs: { placement: { constraints: ["attribute:aiplat.mount.fsx exists", "attribute:rack == a"] } } },
    );
    expect(placementConstraints!.map(({ expression }) => expression)).toEqual([
      "attribute:ecs.instance-type == g5.xlarge",
      "attribute:aiplat.mount.fsx exists",
      "attribute:aiplat.mount.weights exists",
      "attribute:rack == a",
    ]);
  });

  test("is remembered where no field says what it is of", () => {
    expect(
      tagsOf([
        { path: "/fsx", lustre: { fileSystem: "fs-1", mountName: "a", dnsName: "a.b" } },
        { path: "/w", s3: { bucket: "models" } },
        { path: "/s", scratch: "2GiB" },
        { path: "/h", host: "/opt" },
      ]),
    ).toEqual({
      "aiplat:workload": "bert",
      "aiplat:slot": "gpu",
      "aiplat:volume:fsx": "lustre fs-1 a a.b",
      "aiplat:volume:w": "s3 models",
      "aiplat:volume:s": "scratch 2GiB",
    });
  });

  test("is not remembered where a tag cannot say it, or the definition has no room for one", () => {
    const volumes = resolveVolumes({
      volumes: [
        { path: "/a", s3: { bucket: "models", prefix: "what?/" } },
        { path: "/b", scratch: "1GiB" },
        { path: "/c", scratch: "1GiB" },
      ],
    });
    expect(volumeTags({ volumes }, 10).map(({ key }) => key)).toEqual(["aiplat:volume:b", "aiplat:volume:c"]);
    // One of the fifty is the run's.
    expect(volumeTags({ volumes }, 48).map(({ key }) => key)).toEqual(["aiplat:volume:b"]);
    expect(volumeTags({ volumes }, 49)).toEqual([]);
  });

  test("at /dev/shm takes the place of shared memory", () => {
    const on = { accelerator: { instanceTypes: ["g5.12xlarge"] } };
    expect(definitionOf([], on).containerDefinitions[0]!.linuxParameters).toBeDefined();
    const { linuxParameters } = definitionOf([{ path: "/dev/shm", scratch: "8GiB" }], on).containerDefinitions[0]!;
    expect(linuxParameters).toBeUndefined();
  });

  test("takes raw fields by its name", () => {
    const { volumes } = definitionOf([{ path: "/v", efs: { fileSystem: "fs-1" } }], {
      ecs: { taskDefinition: { volumes: [{ name: "v", efsVolumeConfiguration: { transitEncryptionPort: 2999 } }] } },
    });
    expect(volumes).toEqual([
      {
        name: "v",
        efsVolumeConfiguration: { fileSystemId: "fs-1", transitEncryption: "ENABLED", transitEncryptionPort: 2999 },
      },
    ]);
  });
});

describe("an ebs volume", () => {
  const ebs = { size: "500GiB", snapshot: "snap-1", role };
  const slots = { accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 }, replicas: 3 };
  const managedEBSVolume = { roleArn: role, volumeType: "gp3", sizeInGiB: 500, snapshotId: "snap-1" };

  test("is configured by every service of the workload, for a task each", () => {
    const world = new LiveWorld();
    world.carryOut(world.plan(chip({ ...slots, volumes: [{ path: "/data", ebs }] })));
    expect(world.services.map((service) => service["volumeConfigurations"])).toEqual(
      [1, 2, 3].map(() => [{ name: "data", managedEBSVolume }]),
    );
  });

  test("goes with the file's, and comes with it, by an update", () => {
    const world = new LiveWorld();
    world.carryOut(world.plan(chip()));
    world.carryOut(world.plan(chip({ volumes: [{ path: "/data", ebs }] })));
    expect(world.services[0]!["volumeConfigurations"]).toEqual([{ name: "data", managedEBSVolume }]);
    const plan = world.plan(chip());
    expect(plan.steps[0]!.update).toMatchObject({ volumeConfigurations: [] });
  });

  test("takes raw fields of the service by its name", () => {
    const world = new LiveWorld();
    const service = { volumeConfigurations: [{ name: "data", managedEBSVolume: { iops: 6000 } }] };
    world.carryOut(world.plan(chip({ volumes: [{ path: "/data", ebs }], ecs: { service } })));
    expect(world.services[0]!["volumeConfigurations"]).toEqual([
      { name: "data", managedEBSVolume: { ...managedEBSVolume, iops: 6000 } },
    ]);
  });
});

test.each([
  ["/mnt/aiplat/fsx", "fsx"],
  ["/mnt/aiplat/fsx/", "fsx"],
  ["/mnt/aiplat/fsx/models", undefined],
  ["/mnt/aiplat/", undefined],
  ["/mnt/other", undefined],
  [undefined, undefined],
])("the mount of %s is %s", (folder, name) => expect(mountNameOf(folder)).toBe(name));

test("any volumes come to a definition that the linter has no error for", () => {
  fc.assert(
    fc.property(volumesFor("ecs"), (volumes) => {
      const definition = definitionOf(volumes, { roles: besideVolumes.roles });
      expect(lintTaskDefinition(definition).filter(({ severity }) => severity === "error")).toEqual([]);
      expect(definition.volumes ?? []).toHaveLength(volumes.length);
    }),
    { numRuns: runs(300) },
  );
});
