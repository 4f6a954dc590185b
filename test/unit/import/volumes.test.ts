import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RegisteredTaskDefinition } from "../../../src/core/ecs-api/api.ts";
import { runs } from "../../support/depth.ts";
import { asRegistered, asService, importUnchanged } from "../../support/imports.ts";
import { chip, LiveWorld } from "../../support/live-services.ts";
import { besideVolumes, volumesFor } from "../../support/random-volumes.ts";

/** The service of a workload with these volumes, and what is imported of it. */
function imported(volumes: readonly object[]) {
  const world = new LiveWorld();
  world.carryOut(world.plan(chip({ roles: besideVolumes.roles, volumes })));
  const [service] = world.services;
  const definition = asRegistered(world.definitions[0]!, 1);
  return importUnchanged({ parts: [{ definition, service: asService(definition, service!) }], cluster: "prod" });
}

describe("volumes", () => {
  test("come back as they were written, and leave no raw fields", () => {
    fc.assert(
      fc.property(volumesFor("ecs"), (volumes) => {
        const { document } = imported(volumes);
        const ecs = document["ecs"] as Readonly<Record<string, unknown>>;
        expect([ecs["taskDefinition"], ecs["service"], ecs["placement"]]).toEqual([undefined, undefined, undefined]);
        const byPath = (list: readonly object[]) =>
          list.map((each) => withDefaults(each as Written)).toSorted((one, other) => (one.path < other.path ? -1 : 1));
        expect(byPath((document["volumes"] ?? []) as readonly object[])).toEqual(byPath(volumes));
      }),
      { numRuns: runs(300) },
    );
  });

  const base = {
    family: "old",
    networkMode: "bridge",
    requiresCompatibilities: ["EC2"],
    containerDefinitions: [{ name: "old", image: "old:1", cpu: 256, memory: 512, essential: true }],
  };
  const mounting = (volume: object, mount: object = {}, rest: object = {}): RegisteredTaskDefinition =>
    asRegistered({
      ...base,
      ...rest,
      containerDefinitions: [
        { ...base.containerDefinitions[0], mountPoints: [{ sourceVolume: "v", containerPath: "/v", ...mount }] },
      ],
      volumes: [{ name: "v", ...volume }],
    });

  test.each<[what: string, definition: RegisteredTaskDefinition, volumes: unknown]>([
    [
      "a folder of the machine",
      mounting({ host: { sourcePath: "/opt" } }, { readOnly: true }),
      [{ path: "/v", readOnly: true, host: "/opt" }],
    ],
    [
      "an encrypted file system",
      mounting({ efsVolumeConfiguration: { fileSystemId: "fs-1", rootDirectory: "/", transitEncryption: "ENABLED" } }),
      [{ path: "/v", efs: { fileSystem: "fs-1" } }],
    ],
    ["one that is not", mounting({ efsVolumeConfiguration: { fileSystemId: "fs-1" } }), undefined],
    [
      "one with IAM and no access point",
      mounting({
        efsVolumeConfiguration: {
          fileSystemId: "fs-1",
          transitEncryption: "ENABLED",
          authorizationConfig: { iam: "ENABLED" },
        },
      }),
      undefined,
    ],
    ["an empty folder of no known size", mounting({}), undefined],
    [
      "a volume of a driver",
      mounting({ dockerVolumeConfiguration: { driver: "rexray/ebs", scope: "shared" } }),
      undefined,
    ],
    [
      "the host's own folder for devices",
      mounting({ host: { sourcePath: "/dev" } }, { containerPath: "/dev" }),
      undefined,
    ],
    ["a path that no word has", mounting({ host: { sourcePath: "/opt" } }, { containerPath: "/v/" }), undefined],
    [
      "a mount that nobody has a tag of",
      mounting({ host: { sourcePath: "/mnt/aiplat/v" } }),
      [{ path: "/v", host: "/mnt/aiplat/v" }],
    ],
  ])("%s is said in words where they come to the same", (_, definition, volumes) => {
    expect(importUnchanged({ parts: [{ definition }] }).document["volumes"]).toEqual(volumes);
  });

  test("a mount of which nothing says what it is of is told of", () => {
    const { warnings } = importUnchanged({
      parts: [{ definition: mounting({ host: { sourcePath: "/mnt/aiplat/v" } }) }],
    });
    expect(warnings.map(({ message }) => message)).toContainEqual(expect.stringContaining("mounted as v"));
  });

  test("a volume whose size only its service says stands there", () => {
    const definition = mounting({ configuredAtLaunch: true });
    const managed = { roleArn: "arn:aws:iam::111122223333:role/i", sizeInGiB: 10, volumeType: "gp3" };
    const of = (managedEBSVolume: object) =>
      importUnchanged({
        parts: [
          {
            definition,
            service: asService(definition, {
              deployments: [{ id: "1", status: "PRIMARY", volumeConfigurations: [{ name: "v", managedEBSVolume }] }],
            }),
          },
        ],
      }).document;
    expect(of({ ...managed, filesystemType: "xfs" })["volumes"]).toEqual([
      { path: "/v", ebs: { size: "10GiB", type: "gp3", role: managed.roleArn } },
    ]);
    // There is no word for it.
    expect(of({ ...managed, iops: 6000 })).not.toHaveProperty("volumes");
  });
});

interface Written {
  readonly path: string;
  readonly name?: string;
  readonly ebs?: { readonly type?: string };
  readonly scratch?: string;
}

/** With what is the default anyway, and sizes in one unit. */
function withDefaults({ name, ...volume }: Written): Written {
  const { path, ebs, scratch } = volume;
  const own = path
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  const mib = scratch === undefined ? undefined : Number.parseInt(scratch, 10) * (scratch.endsWith("GiB") ? 1024 : 1);
  return {
    ...volume,
    name: name ?? own,
    ...(ebs === undefined ? {} : { ebs: { ...ebs, type: ebs.type ?? "gp3" } }),
    ...(mib === undefined ? {} : { scratch: `${mib}MiB` }),
  };
}
