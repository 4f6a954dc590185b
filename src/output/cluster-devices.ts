import type { ClusterDevices, MappedDevice, MappedInstance, MappedTask } from "../core/devices/device-map.ts";
import type { View } from "./print.ts";
import type { Style } from "./style.ts";

/** What `cluster devices` answers: on a terminal a map with one character a device, else a line a device. */
export function clusterDevicesView(map: ClusterDevices): View {
  return {
    kind: "ClusterDevices",
    document: { ...map },
    text: (style) => drawMap(map, style),
    table: {
      columns: [
        { title: "INSTANCE" },
        { title: "TYPE" },
        { title: "DEVICE" },
        { title: "STATE", mark: (text, style) => (text === "conflict" ? style.red(text) : text === "free" ? style.green(text) : text) },
        { title: "TASKS" },
      ],
      rows: map.instances.flatMap(({ ec2InstanceId, instanceType, devices }) => devices.map(({ path, state, claimedBy }) => [ec2InstanceId, instanceType, path, state, claimedBy.map(shortId).join(", ")])),
    },
  };
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

function drawMap(map: ClusterDevices, style: Style): string {
  if (map.instances.length === 0) return "";
  const tasks = new Map(map.tasks.map((task) => [task.taskArn, task]));
  const idWidth = Math.max(...map.instances.map(({ ec2InstanceId }) => ec2InstanceId.length));
  const typeWidth = Math.max(...map.instances.map(({ instanceType }) => instanceType.length));
  const devicesWidth = Math.max(...map.instances.map(({ devices }) => devices.length));
  const blocks = map.instances.map((instance) => {
    const names = nameHolders(instance);
    const drawn = instance.devices.map((device) => drawDevice(device, names, tasks, style)).join("");
    const padding = " ".repeat(devicesWidth - instance.devices.length);
    const head = `${style.bold(instance.ec2InstanceId.padEnd(idWidth))}  ${instance.instanceType.padEnd(typeWidth)}  ${drawn}${padding}  ${describeFree(instance)}\n`;
    return head + legend(instance, names, tasks, style);
  });
  return `${summary(map, style)}\n\n${blocks.join("")}\n${style.dim(". free   > hand-over   ! conflict   letters: the task that holds it")}\n`;
}

function summary({ cluster, instances, conflicts, handOvers }: ClusterDevices, style: Style): string {
  const devices = instances.flatMap((instance) => instance.devices);
  const free = devices.filter(({ state }) => state === "free").length;
  const parts = [`${devices.length} devices on ${instances.length} ${instances.length === 1 ? "instance" : "instances"}`, style.green(`${free} free`), `${devices.length - free} held`];
  if (handOvers.length > 0) parts.push(style.yellow(`${handOvers.length} in hand-over`));
  if (conflicts.length > 0) parts.push(style.red(`${conflicts.length} in conflict`));
  return `cluster ${style.bold(cluster)}: ${parts.join(", ")}`;
}

/** A letter for each task on the instance, in the order of its first device. */
function nameHolders({ devices }: MappedInstance): ReadonlyMap<string, string> {
  const holders = new Set(devices.flatMap(({ claimedBy }) => claimedBy));
  return new Map([...holders].map((task, index) => [task, letters[index] ?? "*"]));
}

function drawDevice({ state, claimedBy }: MappedDevice, names: ReadonlyMap<string, string>, tasks: ReadonlyMap<string, MappedTask>, style: Style): string {
  if (state === "free") return style.green(".");
  if (state === "conflict") return style.red("!");
  if (state === "hand-over") return style.yellow(">");
  const [task] = claimedBy;
  const letter = task === undefined ? "#" : names.get(task)!;
  return task !== undefined && tasks.get(task)?.stopping === true ? style.dim(letter) : style.cyan(letter);
}

function describeFree({ devices, freeSlots }: MappedInstance): string {
  const free = devices.filter(({ state }) => state === "free").length;
  const largest = Math.max(0, ...Object.keys(freeSlots).map(Number));
  if (free === 0) return "full";
  return largest === 0 || largest === free ? `${free} free` : `${free} free, at most ${largest} together`;
}

function legend({ devices }: MappedInstance, names: ReadonlyMap<string, string>, tasks: ReadonlyMap<string, MappedTask>, style: Style): string {
  const held = [...names].map(([arn, letter]) => {
    const task = tasks.get(arn);
    const status = task?.stopping === true ? `${task.status}, stopping` : (task?.status ?? "");
    return `  ${letter}  ${shortId(arn)}  ${task?.definition ?? ""}  ${style.dim(status)}\n`;
  });
  const clashes = new Map<string, MappedDevice[]>();
  for (const device of devices.filter(({ state }) => state === "conflict" || state === "hand-over")) {
    const key = [device.state, ...device.claimedBy].join(" ");
    clashes.set(key, [...(clashes.get(key) ?? []), device]);
  }
  const told = [...clashes.values()].map((some) => {
    const { state, claimedBy } = some[0]!;
    const sign = state === "conflict" ? style.red("!") : style.yellow(">");
    return `  ${sign}  ${some.length === 1 ? some[0]!.path : `${some[0]!.path} to ${some.at(-1)!.path.replace(/.*\//, "")}`}: ${claimedBy.map((task) => `${names.get(task)} ${shortId(task)}`).join(", ")}\n`;
  });
  return [...held, ...told].join("");
}

function shortId(taskArn: string): string {
  return taskArn.slice(taskArn.lastIndexOf("/") + 1).slice(0, 8);
}
