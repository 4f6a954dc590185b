import type { ClusterDevices, MappedDevice, MappedInstance, MappedTask } from "../core/devices/device-map.ts";
import { usdText } from "./cost.ts";
import { idOf, summarise, workloadName } from "./device-summary.ts";
import { describeMissing, describeShares } from "./gpu-notes.ts";
import { wrapAfter, wrapWords } from "./wrap.ts";
import type { Style } from "./style.ts";

/** Of more instances than this, those that look the same are drawn once. */
const singlyDrawn = 12;

/** Tasks are told beneath their instances as long as they leave a terminal of 24 lines room for the map. */
const toldTasks = 16;

/** How many clashes are told; the other forms tell them all. */
const toldClashes = 10;

/** A line for each instance with one character a device; then the devices that two tasks hold. */
export function drawDevices(map: ClusterDevices, style: Style, columns: number): string {
  if (map.instances.length === 0) return "";
  const tasks = new Map(map.tasks.map((task) => [task.taskArn, task]));
  const holding = new Set(map.instances.flatMap(({ devices }) => devices.flatMap(({ claimedBy }) => claimedBy)));
  const told = holding.size <= toldTasks;
  const rows = map.instances.map((instance) => drawInstance(instance, tasks));
  const hues = huesOf(map.tasks, style);
  const hints = told ? [] : ["every device with its task: aiplat cluster devices -o table"];
  const blocks = [
    summarise(map, style, columns),
    drawRows(rows, told, hues, { style, columns }),
    told ? "" : describeWorkloads(map.tasks, holding, hues, columns),
    clashes(map, tasks, style),
    describeShares(map, tasks, columns),
    describeMissing(map, columns),
    describeReach(map, tasks, columns),
    [...hints, key(rows)].map((line) => `${style.dim(line)}\n`).join(""),
  ];
  return blocks.filter((block) => block !== "").join("\n");
}

/** An instance as the map shows it, before colour. */
interface Row {
  readonly instance: MappedInstance;
  /** One character a device. */
  readonly drawn: string;
  /** The task that each character stands for. */
  readonly holders: readonly (string | undefined)[];
  readonly free: string;
  /** The tasks with the letters that stand for them. */
  readonly letters: ReadonlyMap<string, string>;
  readonly tasks: ReadonlyMap<string, MappedTask>;
}

function drawInstance(instance: MappedInstance, tasks: ReadonlyMap<string, MappedTask>): Row {
  const letters = new Map<string, string>();
  for (const arn of new Set(instance.devices.flatMap(({ claimedBy }) => claimedBy))) {
    const letter = letters.size < 26 ? String.fromCharCode(97 + letters.size) : "*";
    letters.set(arn, tasks.get(arn)?.stopping === true ? letter.toUpperCase() : letter);
  }
  return {
    instance,
    drawn:
      instance.devices.map((device) => drawDevice(device, letters)).join("") + "?".repeat(instance.missing?.count ?? 0),
    holders: instance.devices.map(({ claimedBy }) => claimedBy[0]),
    free: describeFree(instance),
    letters,
    tasks,
  };
}

const signs: Readonly<Record<string, string>> = { free: ".", "hand-over": ">", conflict: "!", shared: "%" };

function drawDevice({ state, claimedBy: [task] }: MappedDevice, letters: ReadonlyMap<string, string>): string {
  return signs[state] ?? (task === undefined ? "#" : letters.get(task)!);
}

type Paint = (text: string) => string;

/** A colour for each workload, by the ARNs of its tasks: the same on every instance. */
function huesOf(tasks: readonly MappedTask[], { hues }: Style): ReadonlyMap<string, Paint> {
  const names = [...new Set(tasks.map(workloadName))].toSorted();
  const places = new Map(names.map((name, index) => [name, index]));
  return new Map(tasks.map((task) => [task.taskArn, hues[places.get(workloadName(task))! % hues.length]!]));
}

function colour(character: string, hue: Paint | undefined, style: Style): string {
  if (character === ".") return style.green(character);
  if (character === "!" || character === "?") return style.red(character);
  if (character === ">") return style.yellow(character);
  const painted = (hue ?? style.cyan)(character);
  return /[A-Z]/.test(character) ? style.dim(painted) : painted;
}

/** Where tasks are too many to be told: what they run, in the colours of their devices. */
function describeWorkloads(
  tasks: readonly MappedTask[],
  holding: ReadonlySet<string>,
  hues: ReadonlyMap<string, Paint>,
  columns: number,
): string {
  const counts = new Map<string, { readonly paint: Paint; readonly count: number }>();
  for (const task of tasks.filter(({ taskArn }) => holding.has(taskArn))) {
    const count = (counts.get(workloadName(task))?.count ?? 0) + 1;
    counts.set(workloadName(task), { paint: hues.get(task.taskArn)!, count });
  }
  const paints = new Map(
    [...counts].map(([name, { paint, count }]) => [`${name} (${count} ${count === 1 ? "task" : "tasks"})`, paint]),
  );
  const gap = "   ";
  // Coloured after it is wrapped: colours have no width.
  const coloured = (line: string) => line.split(gap).map((text) => paints.get(text)!(text));
  return wrapWords([...paints.keys()], columns, gap)
    .map((line) => `${coloured(line).join(gap)}\n`)
    .join("");
}

function describeFree({ devices, freeSlots, missing }: MappedInstance): string {
  const free = devices.filter(({ state }) => state === "free").length;
  const largest = Math.max(0, ...Object.keys(freeSlots).map(Number));
  if (devices.length === 0 && missing !== undefined) return "no GPU registered";
  if (free === 0) return devices.some(({ state }) => state === "shared") ? "0 free" : "full";
  return largest === 0 || largest === free ? `${free} free` : `${free} free, ${largest} together`;
}

/** What the idle devices of a machine cost an hour. */
function idleText({ instance: { idlePerHour = 0 } }: Row): string {
  return idlePerHour === 0 ? "" : `${usdText(idlePerHour)} USD/hour idle`;
}

function drawRows(
  rows: readonly Row[],
  told: boolean,
  hues: ReadonlyMap<string, Paint>,
  { style, columns }: { readonly style: Style; readonly columns: number },
): string {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const alone = rows.length <= singlyDrawn || (told && row.letters.size > 0);
    const look = alone ? row.instance.containerInstanceArn : [row.instance.instanceType, row.drawn].join(" ");
    const group = groups.get(look);
    if (group === undefined) groups.set(look, [row]);
    else group.push(row);
  }
  const heads = [...groups.values()].map(
    (group) => `${group[0]!.instance.ec2InstanceId}${group.length === 1 ? "" : ` +${group.length - 1}`}`,
  );
  const widthOf = (texts: readonly string[]) => texts.reduce((width, text) => Math.max(width, text.length), 0);
  const [headWidth, typeWidth, drawnWidth, freeWidth, idleWidth] = [
    widthOf(heads),
    widthOf(rows.map(({ instance }) => instance.instanceType)),
    widthOf(rows.map(({ drawn }) => drawn)),
    widthOf(rows.map(({ free }) => free)),
    widthOf(rows.map(idleText)),
  ];
  // What all of it comes to stands above in any case.
  const hasRoom = headWidth + typeWidth + drawnWidth + freeWidth + idleWidth + 4 * 2 <= columns;
  return [...groups.values()]
    .map(([row], index) => {
      const { instance, drawn, free } = row!;
      const characters =
        [...drawn].map((character, at) => colour(character, hues.get(row!.holders[at] ?? ""), style)).join("") +
        " ".repeat(drawnWidth - drawn.length);
      const idle = hasRoom ? idleText(row!) : "";
      return (
        `${style.bold(heads[index]!.padEnd(headWidth))}  ${instance.instanceType.padEnd(typeWidth)}  ` +
        `${characters}  ${idle === "" ? free : `${free.padEnd(freeWidth)}  ${style.dim(idle)}`}\n${told ? legend(row!, hues, style) : ""}`
      );
    })
    .join("");
}

function legend({ letters, tasks }: Row, hues: ReadonlyMap<string, Paint>, style: Style): string {
  return [...letters]
    .map(
      ([arn, letter]) =>
        `  ${(hues.get(arn) ?? style.cyan)(letter)}  ${idOf(arn).slice(0, 8)}  ${describeTask(tasks.get(arn), style)}\n`,
    )
    .join("");
}

function describeTask(task: MappedTask | undefined, style: Style): string {
  const { definition = "", status = "", stopping = false } = task ?? {};
  return `${definition}  ${style.dim(stopping && !leaving.has(status) ? `${status}, stopping` : status)}`;
}

/**
 * Statuses that say themselves that the task is stopping.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html
 */
const leaving: ReadonlySet<string> = new Set(["DEACTIVATING", "STOPPING", "DEPROVISIONING"]);

/** Tasks that could open devices and hold none, by their definition: a daemon of every machine is told once. */
function describeReach({ instances }: ClusterDevices, tasks: ReadonlyMap<string, MappedTask>, columns: number): string {
  const places = new Map<string, string[]>();
  for (const { ec2InstanceId, reach = [] } of instances) {
    for (const arn of reach) {
      const definition = tasks.get(arn)?.definition ?? idOf(arn);
      const known = places.get(definition);
      if (known === undefined) places.set(definition, [ec2InstanceId]);
      else known.push(ec2InstanceId);
    }
  }
  return [...places]
    .map(([definition, ids]) => {
      const where = ids.length === 1 ? ids[0] : `${ids.length} instances`;
      const text = `${definition} is privileged and could open every device of ${where}; it says of none that it uses it.`;
      return `${wrapAfter(2, text, columns)}\n`;
    })
    .join("");
}

/** Devices that two tasks hold, with the whole ids: somebody has to act on them. */
function clashes({ instances }: ClusterDevices, tasks: ReadonlyMap<string, MappedTask>, style: Style): string {
  const found = new Map<string, { readonly instance: MappedInstance; readonly devices: MappedDevice[] }>();
  for (const instance of instances) {
    for (const device of instance.devices.filter(({ state }) => state === "conflict" || state === "hand-over")) {
      const look = [device.state, instance.containerInstanceArn, ...device.claimedBy].join(" ");
      const clash = found.get(look) ?? { instance, devices: [] };
      found.set(look, clash);
      clash.devices.push(device);
    }
  }
  // Conflicts before hand-overs, of which nobody has to do anything.
  const sorted = [...found.values()].sort(
    (one, other) => Number(other.devices[0]!.state === "conflict") - Number(one.devices[0]!.state === "conflict"),
  );
  const lines = sorted.slice(0, toldClashes).map(({ instance, devices }) => {
    const { state, claimedBy } = devices[0]!;
    const paths = devices.length === 1 ? devices[0]!.path : `${devices[0]!.path} to ${idOf(devices.at(-1)!.path)}`;
    const head =
      state === "conflict"
        ? style.red(`! conflict on ${instance.ec2InstanceId}, ${paths}:`)
        : style.yellow(`> hand-over on ${instance.ec2InstanceId}, ${paths}:`);
    return `${head}\n${claimedBy.map((arn) => `  ${idOf(arn)}  ${describeTask(tasks.get(arn), style)}\n`).join("")}`;
  });
  return lines.join("") + (sorted.length > toldClashes ? `and ${sorted.length - toldClashes} more: -o json\n` : "");
}

/** What the characters mean, of those that stand there. */
function key(rows: readonly Row[]): string {
  const all = rows.map(({ drawn }) => drawn).join("");
  const meanings: readonly (readonly [RegExp, string])[] = [
    [/\./, ". free"],
    [/[a-z*]/, "a-z tasks"],
    [/[A-Z]/, "A-Z tasks that are stopping"],
    [/#/, "# held"],
    [/>/, "> hand-over"],
    [/!/, "! conflict"],
    [/%/, "% shared by MPS"],
    [/\?/, "? missing"],
  ];
  return meanings
    .filter(([sign]) => sign.test(all))
    .map(([, meaning]) => meaning)
    .join("   ");
}
