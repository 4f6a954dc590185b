/** What machines mount themselves, where the task definitions look for it. */
import { mountAttribute, mountFolder } from "../ecs/volumes.ts";
import type { ResolvedVolume } from "../workload/volumes.ts";
import type { CapacityMachines } from "./machines.ts";
import { appending } from "./shell-lines.ts";

/**
 * Lines that mount the volumes, now and at each later start of the machine, and tell ECS of them: a machine that could
 * not mount them all joins without the attributes, so that no task gets an empty folder in their place.
 *
 * @param telling The lines that tell ECS of these attributes beside the others.
 */
export function mountScript(
  { mounts, user }: CapacityMachines,
  telling: (attributes: Readonly<Record<string, string>>) => readonly string[],
): readonly string[] {
  const folders = mounts.map(folderOf);
  const packages = [...new Set(mounts.map(({ source }) => (source.kind === "lustre" ? "lustre-client" : "mount-s3")))];
  const attributes = Object.fromEntries(mounts.map(({ name }) => [mountAttribute(name), "true"]));
  const otherwise = telling({});
  return [
    `mkdir -p ${folders.join(" ")}`,
    ...appending(
      "/etc/fstab",
      mounts.map((mount) => fstabLine(mount, user)),
    ),
    "mount_volumes() {",
    `  dnf install -y ${packages.join(" ")} && systemctl daemon-reload || return 1`,
    `  for folder in ${folders.join(" ")}; do`,
    '    systemctl start "$(systemd-escape --path --suffix=mount "$folder")" || return 1',
    "  done",
    "}",
    "if mount_volumes; then",
    ...telling(attributes),
    "mkdir -p /etc/systemd/system/ecs.service.d",
    // After a restart the agent waits for them too.
    `printf '[Unit]\\nRequiresMountsFor=%s\\n' '${folders.join(" ")}' > /etc/systemd/system/ecs.service.d/aiplat.conf`,
    "systemctl daemon-reload",
    "else",
    `echo 'aiplat: not everything could be mounted: ${folders.join(" ")}; the machine joins without it' >&2`,
    ...otherwise,
    "fi",
  ];
}

function folderOf({ name }: ResolvedVolume): string {
  return `${mountFolder}/${name}`;
}

function fstabLine(mount: ResolvedVolume, user: number | undefined): string {
  const { source, readOnly } = mount;
  const mode = readOnly ? "ro" : "rw";
  switch (source.kind) {
    // https://docs.aws.amazon.com/fsx/latest/LustreGuide/mount-fs-auto-mount-onreboot.html
    case "lustre":
      return `${source.dnsName}@tcp:/${source.mountName} ${folderOf(mount)} lustre ${mode},noatime,flock,_netdev,nofail 0 0`;
    // https://github.com/awslabs/mountpoint-s3/blob/main/doc/CONFIGURATION.md#automatically-mounting-an-s3-bucket-at-boot
    case "s3": {
      const owner = user === undefined || user === 0 ? [] : [`uid=${user}`];
      const options = ["_netdev", "nosuid", "nodev", "nofail", mode, "allow-other", ...owner];
      return `s3://${source.bucket}/${source.prefix ?? ""} ${folderOf(mount)} mount-s3 ${options.join(",")} 0 0`;
    }
    default:
      throw new Error(`a ${source.kind} is no mount of a machine`);
  }
}
