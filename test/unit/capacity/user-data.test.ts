// Runs what machines are told, with stand-ins for the programs that change a machine.
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { machinesOf, machinesOfType } from "../../../src/core/capacity/machines.ts";
import { capacityPlans, type CapacityPlan } from "../../../src/core/capacity/plans.ts";
import type { CapacitySettings } from "../../../src/core/capacity/settings.ts";
import { instanceTypes } from "../../../src/core/catalog/instance-types/catalog.ts";
import { capacitiesOf, capacityCases, capacitySettings, type CapacityCase } from "../../support/capacity.ts";
import { ecsWorkload } from "../../support/ecs-workload.ts";
import { missingAnyway } from "../../support/tools.ts";

interface LaunchTemplateProperties {
  readonly LaunchTemplateData: { readonly UserData: { readonly "Fn::Base64": string } };
}

const userDataOf = (plan: CapacityPlan): string =>
  (plan.template.Resources["LaunchTemplate"]!.Properties as unknown as LaunchTemplateProperties).LaunchTemplateData
    .UserData["Fn::Base64"];

/** The parts of a text of MIME, else the text itself. */
function partsOf(text: string): readonly string[] {
  if (!text.startsWith("MIME-Version")) return [text];
  return text
    .split(/^--BOUNDARY(?:--)?\n/m)
    .slice(1, -1)
    .map((part) => part.slice(part.indexOf("\n\n") + 2));
}

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A machine's root, where each of these programs writes its call down and does what is said here. */
function machine(programs: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(tmpdir(), "aiplat-user-data-"));
  folders.push(root);
  const bin = join(root, "bin");
  for (const folder of ["bin", "etc/ecs", "etc/sysctl.d", "etc/systemd/system", "dev/disk/by-id", "mnt"])
    mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, "etc/ecs/ecs.config"), "ECS_ENABLE_GPU_SUPPORT=true\n");
  for (const [name, does] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/bash\necho "${name} $*" >> ${root}/calls\n${does}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const text = (path: string) => (existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : "");
  return {
    root,
    text,
    run: (script: string) => {
      const moved = script.replaceAll(/(?<![\w/])\/(etc|mnt|dev|var)\//g, `${root}/$1/`);
      writeFileSync(join(root, "script"), moved);
      execFileSync("bash", [join(root, "script")], {
        env: { PATH: `${bin}:/usr/bin:/bin` },
        stdio: ["ignore", "pipe", "pipe"],
      });
    },
    /** What was called, with the root's own paths as they are on a machine. */
    calls: () => text("calls").replaceAll(root, "").trim().split("\n").filter(Boolean),
  };
}

const stillPrograms = { dnf: "", systemctl: "", "systemd-escape": 'echo "unit-of-${@: -1}"', sysctl: "" };
const scriptOf = (each: CapacityCase) => partsOf(userDataOf(capacitiesOf(each)[0]!)).at(-1)!;

describe("the script of a machine's first start", () => {
  it("adds to what the image has told the agent", () => {
    const { run, text } = machine(stillPrograms);
    run(scriptOf(capacityCases["g5.12xlarge-spot"]!));
    expect(text("etc/ecs/ecs.config")).toBe(
      "ECS_ENABLE_GPU_SUPPORT=true\nECS_CLUSTER=prod\nECS_IMAGE_PULL_BEHAVIOR=default\nECS_ENABLE_SPOT_INSTANCE_DRAINING=true\n",
    );
  });

  it("says reserved memory and attributes, of flags and of the workload's constraints", () => {
    const { run, text } = machine(stillPrograms);
    run(
      scriptOf({
        workload: {
          accelerator: { instanceTypes: ["inf2.xlarge"] },
          ecs: { placement: { constraints: ["attribute:stack == prod"] } },
        },
        settings: { attributes: { rack: "a b@c" }, reservedMemoryMiB: 512 },
      }),
    );
    expect(text("etc/ecs/ecs.config")).toContain(
      'ECS_RESERVED_MEMORY=512\nECS_INSTANCE_ATTRIBUTES={"stack":"prod","rack":"a b@c"}\n',
    );
  });

  it("sets what the type needs of the kernel", () => {
    const { run, text, calls } = machine(stillPrograms);
    run(scriptOf(capacityCases["g6f.large"]!));
    expect(text("etc/sysctl.d/90-aiplat.conf")).toBe("vm.overcommit_memory = 1\n");
    expect(calls()).toEqual(["sysctl -p /etc/sysctl.d/90-aiplat.conf"]);
  });

  it("mounts volumes where the task definitions look for them, and tells ECS", () => {
    const { run, text, calls, root } = machine(stillPrograms);
    run(scriptOf(capacityCases["g5.xlarge-mounts"]!));
    expect(text("etc/fstab").replaceAll(root, "")).toBe(
      "fs-0a1b.fsx.us-east-1.amazonaws.com@tcp:/abcd /mnt/aiplat/fsx lustre rw,noatime,flock,_netdev,nofail 0 0\n" +
        "s3://models/bert/ /mnt/aiplat/weights mount-s3 _netdev,nosuid,nodev,nofail,ro,allow-other,uid=1000 0 0\n" +
        "s3://results/ /mnt/aiplat/out mount-s3 _netdev,nosuid,nodev,nofail,rw,allow-other,uid=1000 0 0\n",
    );
    expect(calls()).toEqual([
      "dnf install -y lustre-client mount-s3",
      "systemctl daemon-reload",
      ...["fsx", "weights", "out"].flatMap((name) => [
        `systemd-escape --path --suffix=mount /mnt/aiplat/${name}`,
        `systemctl start unit-of-/mnt/aiplat/${name}`,
      ]),
      "systemctl daemon-reload",
    ]);
    expect(text("etc/ecs/ecs.config")).toContain(
      'ECS_INSTANCE_ATTRIBUTES={"stack":"prod","rack":"a","aiplat.mount.fsx":"true","aiplat.mount.weights":"true","aiplat.mount.out":"true"}\n',
    );
    expect(text("etc/systemd/system/ecs.service.d/aiplat.conf").replaceAll(root, "")).toBe(
      "[Unit]\nRequiresMountsFor=/mnt/aiplat/fsx /mnt/aiplat/weights /mnt/aiplat/out\n",
    );
  });

  it.each([
    ["nothing can be installed", { dnf: "exit 1" }],
    ["a volume cannot be mounted", { systemctl: '[[ "$*" != "start unit-of-"*weights ]]' }],
  ])("joins without the mounts where %s", (_, broken) => {
    const { run, text } = machine({ ...stillPrograms, ...broken });
    run(scriptOf(capacityCases["g5.xlarge-mounts"]!));
    expect(text("etc/ecs/ecs.config")).toContain('ECS_INSTANCE_ATTRIBUTES={"stack":"prod","rack":"a"}\n');
    expect(text("etc/ecs/ecs.config")).not.toContain("aiplat.mount");
    expect(text("etc/systemd/system/ecs.service.d/aiplat.conf")).toBe("");
  });
});

describe("the script of the instance store", () => {
  const script = partsOf(userDataOf(capacitiesOf(capacityCases["g5.12xlarge-spot"]!)[0]!))[0]!;
  const programs = {
    udevadm: "",
    dnf: "",
    mdadm: "",
    "mkfs.xfs": "",
    mount: "",
    blkid: "exit 2",
    mountpoint: "exit 1",
  };
  const withDisks = (count: number, changed: Readonly<Record<string, string>> = {}) => {
    const box = machine({ ...programs, ...changed });
    for (let disk = 0; disk < count; disk++)
      for (const suffix of ["", "-ns-1"]) {
        const link = `nvme-Amazon_EC2_NVMe_Instance_Storage_AWS${disk}${suffix}`;
        if (suffix === "") writeFileSync(join(box.root, `dev/nvme${disk + 1}n1`), "");
        execFileSync("ln", ["-s", join(box.root, `dev/nvme${disk + 1}n1`), join(box.root, "dev/disk/by-id", link)]);
      }
    box.run(script);
    return box.calls();
  };
  const binds = ["/var/lib/docker", "/var/lib/containerd"].flatMap((folder) => [
    `mountpoint -q ${folder}`,
    `mount --bind /mnt/instance-store${folder} ${folder}`,
  ]);

  it("leaves a machine without disks alone", () => {
    expect(withDisks(0)).toEqual(["udevadm settle"]);
  });

  it("makes a file system on one disk, for what Docker keeps", () => {
    expect(withDisks(1)).toEqual([
      "udevadm settle",
      "blkid -L aiplat-store",
      "mkfs.xfs -f -L aiplat-store /dev/nvme1n1",
      "mountpoint -q /mnt/instance-store",
      "mount -o noatime /dev/nvme1n1 /mnt/instance-store",
      ...binds,
    ]);
  });

  it("makes one of several, each once though it has several names", () => {
    const calls = withDisks(3);
    expect(calls).toContain(
      "mdadm --create /dev/md/aiplat --run --level=0 --homehost=any --name=aiplat --raid-devices=3 /dev/nvme1n1 /dev/nvme2n1 /dev/nvme3n1",
    );
    expect(calls).toContain("mkfs.xfs -f -L aiplat-store /dev/md/aiplat");
    expect(calls.slice(-4)).toEqual(binds);
  });

  it("finds what it made before, after a restart, and makes nothing anew", () => {
    const calls = withDisks(2, { blkid: "echo /dev/md127" });
    expect(calls.filter((call) => /mkfs|--create/.test(call))).toEqual([]);
    expect(calls).toContain("mount -o noatime /dev/md127 /mnt/instance-store");
  });

  it("mounts nothing twice", () => {
    expect(withDisks(1, { mountpoint: "" }).filter((call) => call.startsWith("mount "))).toEqual([]);
  });
});

describe("user data", () => {
  /** Every type with each of the options, and each script once, on the operating system that takes a script. */
  const scripts = new Map<string, string>();
  for (const type of instanceTypes) {
    const { instanceType } = type;
    const images: CapacitySettings["images"] = new Map([[instanceType, { id: "ami-0a1b2c3d", os: "al2023" }]]);
    const mounts = capacityCases["g5.xlarge-mounts"]!.workload!.volumes!;
    for (const [what, settings] of Object.entries<Partial<CapacitySettings>>({
      plain: {},
      spot: { spot: true },
      reserved: { reservedMemoryMiB: 1024 },
      attributes: { attributes: { rack: "a b@c", "stack/x": "prod:1\\2" } },
    }))
      for (const volumes of [[], mounts]) {
        const [{ taskMemoryMiB: _, ...machines } = machinesOfType(type)] = machinesOf(
          ecsWorkload({ accelerator: { instanceTypes: ["g5.xlarge"] }, user: 1000, volumes }),
        );
        const [plan] = capacityPlans([{ ...machines, type }], { ...capacitySettings, ...settings, images });
        for (const part of partsOf(userDataOf(plan!)))
          if (!scripts.has(part)) scripts.set(part, `${instanceType}, ${what}, ${volumes.length} mounts`);
      }
  }

  it("has scripts of each kind", () => {
    expect(new Set([...scripts.values()].map((name) => name.split(", ")[1])).size).toBe(4);
    for (const told of ["overcommit_memory", "mdadm", "fstab", "RESERVED_MEMORY", "SPOT", "ATTRIBUTES"])
      expect([...scripts.keys()].join("\n")).toContain(told);
  });

  it.skipIf(missingAnyway("bash")).each([...scripts].map(([script, name]) => [name, script] as const))(
    "of %s is a script that bash reads",
    (_, script) => {
      expect(script).toMatch(/^#!\/bin\/bash\n/);
      // Only a look: nothing of it runs.
      const { status, stderr } = spawnSync("bash", ["-n"], { input: script, encoding: "utf8" });
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    },
  );

  it.each(Object.entries(capacityCases).filter(([, { settings }]) => settings?.kind !== "managed-instances"))(
    "of %s is within what EC2 takes, and plain ASCII",
    (_, each) => {
      const text = userDataOf(capacitiesOf(each)[0]!);
      // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html: 16 KB, before it is encoded.
      expect(text.length).toBeLessThan(16 * 1024);
      expect(text).toMatch(/^[\x20-\x7e\n]+$/);
    },
  );
});
