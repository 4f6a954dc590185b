import type { ClusterDevices, MappedDevice, MappedInstance, MappedTask } from "../../core/devices/device-map.ts";
import { devicesCostText, usdText } from "../cost.ts";
import { byType, describeRoom, idOf, workloadName } from "../device-summary.ts";
import { devicesScript } from "./devices-script.ts";
import { devicesStyle } from "./devices-style.ts";
import { escapeHtml, type Page } from "./page.ts";

/** The map of a cluster's devices to show around: machines as cards, devices in the rows of their wiring. */
export function devicesPage(map: ClusterDevices): Page {
  const workloads = workloadsOf(map);
  return {
    title: `${map.cluster}: accelerator devices`,
    body: head(map, workloads) + main(map, workloads),
    style: devicesStyle,
    script: devicesScript,
  };
}

/** What runs here under one name and in one colour: a workload of aiplat, or a family of other people's definitions. */
interface Workload {
  readonly name: string;
  readonly index: number;
  /** Degrees on the colour wheel. */
  readonly hue: number;
  /** Devices that its tasks hold. */
  readonly devices: number;
}

/** The workloads by the ARNs of their tasks. */
type Workloads = ReadonlyMap<string, Workload>;

/** Neighbours in a list of any length are far apart on the wheel: the golden angle. */
const hueStep = 137.508;

function workloadsOf({ tasks, instances }: ClusterDevices): Workloads {
  const devices = new Map<string, number>();
  for (const arn of instances.flatMap((instance) => instance.devices.flatMap(({ claimedBy }) => claimedBy)))
    devices.set(arn, (devices.get(arn) ?? 0) + 1);
  const byName = new Map<string, MappedTask[]>();
  for (const task of tasks) byName.set(workloadName(task), [...(byName.get(workloadName(task)) ?? []), task]);
  return new Map(
    [...byName]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .flatMap(([name, some], index) => {
        const held = some.reduce((sum, { taskArn }) => sum + (devices.get(taskArn) ?? 0), 0);
        const workload = { name, index, hue: Math.round((200 + index * hueStep) % 360), devices: held };
        return some.map(({ taskArn }) => [taskArn, workload] as const);
      }),
  );
}

/** The states in the order of the bar, with the words for them. */
const states: readonly (readonly [MappedDevice["state"] | "missing", string])[] = [
  ["held", "held"],
  ["shared", "shared by MPS"],
  ["stopping", "held by stopping tasks"],
  ["hand-over", "in hand-over"],
  ["conflict", "in conflict"],
  ["missing", "missing"],
  ["free", "free"],
];

function head({ cluster, observedAt, instances, cost }: ClusterDevices, workloads: Workloads): string {
  const counts = new Map<string, number>();
  for (const { devices, missing } of instances) {
    for (const { state } of devices) counts.set(state, (counts.get(state) ?? 0) + 1);
    if (missing !== undefined) counts.set("missing", (counts.get("missing") ?? 0) + missing.count);
  }
  const present = states.filter(([state]) => counts.has(state));
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const bar = present.map(([state]) => `<i class="${state}" style="flex-grow:${counts.get(state)}"></i>`);
  const stateChips = present.map(([state, words]) =>
    chip(`class="chip ${state}" data-state="${state}"`, `${counts.get(state)} ${words}`),
  );
  const workloadChips = [...new Set(workloads.values())]
    .filter(({ devices }) => devices > 0)
    .map(({ name, index, hue, devices }) =>
      chip(
        `class="chip work" data-work="${index}" style="--hue:${hue}"`,
        `<span>${escapeHtml(name)} <b>${devices}</b></span>`,
      ),
    );
  return `<header>
<h1>${escapeHtml(cluster)}</h1>
<p class="sub">${count(total, "accelerator device")} on ${count(instances.length, "instance")}, ${time(observedAt)}</p>
${cost === undefined ? "" : `<p class="sub">${escapeHtml(devicesCostText(cost))}</p>\n`}<div class="bar" aria-hidden="true">${bar.join("")}</div>
<div class="chips" role="group" aria-label="States">${stateChips.join("")}</div>
${tools}
<div class="chips" role="group" aria-label="Workloads">${workloadChips.join("")}</div>
${keys}
</header>
`;
}

const filterWords = "instance, type, workload, task";

const tools =
  `<div class="tools"><input id="filter" type="search" placeholder="Filter: ${filterWords}" ` +
  `aria-label="Filter: ${filterWords}" aria-keyshortcuts="/"><output id="shown"></output></div>`;

const keys =
  '<p class="keys"><kbd>/</kbd> filter <kbd>←</kbd> <kbd>→</kbd> <kbd>↑</kbd> <kbd>↓</kbd> machines ' +
  "<kbd>Esc</kbd> all</p>";

function chip(attributes: string, content: string): string {
  return `<button type="button" aria-pressed="false" ${attributes}><i></i>${content}</button>`;
}

function time(iso: string): string {
  return `<time datetime="${iso}">${iso.slice(0, 16).replace("T", " ")} UTC</time>`;
}

function main(map: ClusterDevices, workloads: Workloads): string {
  const tasks = new Map(map.tasks.map((task) => [task.taskArn, task]));
  if (map.instances.length === 0) return "<main><p>No accelerated instance is registered here.</p></main>\n";
  const sections = byType(map.instances).map(([type, some]) => {
    const devices = some.flatMap((instance) => instance.devices);
    const free = devices.filter(({ state }) => state === "free").length;
    // "4 x 4" stays on one line of a phone.
    const room = describeRoom(some)?.replaceAll(" x ", "\u00a0x\u00a0");
    const said = [count(some.length, "instance"), `${free} of ${devices.length} free`, room ?? []].flat();
    return `<section>
<h2>${escapeHtml(type)} <small>${said.join(", ")}</small></h2>
<div class="cards">
${some.map((instance) => card(instance, tasks, workloads)).join("")}</div>
</section>
`;
  });
  return `<main>\n${sections.join("")}<p id="none" hidden>Nothing matches.</p>\n</main>\n`;
}

function card(instance: MappedInstance, tasks: ReadonlyMap<string, MappedTask>, workloads: Workloads): string {
  const { ec2InstanceId, instanceType, devices, missing, rowLength, idlePerHour = 0 } = instance;
  const holders = [...new Set(devices.flatMap(({ claimedBy }) => claimedBy))];
  const free = devices.filter(({ state }) => state === "free").length;
  // A ring or a line is one row.
  const columns = rowLength ?? Math.min(16, devices.length + (missing?.count ?? 0));
  const cells = devices.map((device, index) => cell(device, index, holders, workloads));
  const gap = '<li class="missing" title="GPU, not registered">?</li>';
  const label = escapeHtml(`${ec2InstanceId}, ${instanceType}`);
  const idle = idlePerHour === 0 ? [] : [`${usdText(idlePerHour)} USD/hour idle`];
  const text = escapeHtml(searchText(instance, holders, tasks, workloads));
  const legends = holders.map((arn) => legend(arn, holders, devices, tasks, workloads));
  return `<article tabindex="-1" aria-label="${label}" data-text="${text}">
<h3>${escapeHtml(ec2InstanceId)} <small>${[free === 0 ? "full" : `${free} free`, ...idle].join(", ")}</small></h3>
<ol class="devices" style="--columns:${columns}">${cells.join("")}${gap.repeat(missing?.count ?? 0)}</ol>
${legends.length === 0 ? "" : `<ul class="tasks">${legends.join("")}</ul>\n`}${notes(instance, tasks)}</article>
`;
}

function cell(
  { path, state, claimedBy, sharing }: MappedDevice,
  index: number,
  holders: readonly string[],
  workloads: Workloads,
): string {
  const [first] = claimedBy;
  const who = claimedBy.map((arn) => `${workloads.get(arn)?.name ?? ""} ${shortId(arn)}`.trim());
  const left = sharing?.freeMiB === undefined ? [] : [`${sharing.freeMiB.toLocaleString("en-US")} MiB left`];
  const title = escapeHtml([`${path}: ${state}`, ...who, ...left].join(", "));
  if (first === undefined) return `<li class="${state}" title="${title}">${index}</li>`;
  const works = new Set(claimedBy.flatMap((arn) => workloads.get(arn)?.index ?? []));
  const hue = workloads.get(first)?.hue ?? 0;
  const data = `style="--hue:${hue}" data-work="${[...works].join(" ")}"`;
  return `<li class="${state} ${shadeOf(first, holders)}" ${data} title="${title}">${index}</li>`;
}

function legend(
  arn: string,
  holders: readonly string[],
  devices: readonly MappedDevice[],
  tasks: ReadonlyMap<string, MappedTask>,
  workloads: Workloads,
): string {
  const numbers = devices.flatMap(({ claimedBy }, index) => (claimedBy.includes(arn) ? [index] : []));
  const workload = workloads.get(arn);
  const { status = "", stopping = false, definition = "" } = tasks.get(arn) ?? {};
  const state = stopping ? `${status}, stopping` : status;
  const colour = workload === undefined ? "" : ` data-work="${workload.index}" style="--hue:${workload.hue}"`;
  const where = `<code>${escapeHtml(shortId(arn))}</code> <span class="where">${ranges(numbers)}</span>`;
  const said = state === "RUNNING" || state === "" ? "" : ` <em>${escapeHtml(state)}</em>`;
  return (
    `<li class="${shadeOf(arn, holders)}"${colour} title="${escapeHtml(`${definition} ${arn}`.trim())}">` +
    `<i></i><span>${escapeHtml(workload?.name ?? "unknown")}</span> ${where}${said}</li>`
  );
}

/** Two tasks of one workload side by side are told apart by their shade. */
function shadeOf(arn: string, holders: readonly string[]): "odd" | "even" {
  return holders.indexOf(arn) % 2 === 1 ? "odd" : "even";
}

/** What is wrong with a machine, or good to know of it. */
function notes({ devices, missing, reach = [] }: MappedInstance, tasks: ReadonlyMap<string, MappedTask>): string {
  const conflicts = devices.flatMap(({ state }, index) => (state === "conflict" ? [index] : []));
  const privileged = [...new Set(reach.map((arn) => tasks.get(arn)?.definition ?? shortId(arn)))];
  return [
    ...(conflicts.length === 0
      ? []
      : [["bad", `${conflicts.length === 1 ? "Device" : "Devices"} ${ranges(conflicts)}: held by two tasks at once.`]]),
    ...(missing === undefined ? [] : [["bad", `${missing.message}.`]]),
    ...privileged.map((definition) => ["", `${definition} is privileged and could open every device here.`]),
  ]
    .map(([kind, text]) => `<p class="note ${kind}">${escapeHtml(text!)}</p>\n`)
    .join("");
}

function searchText(
  { ec2InstanceId, containerInstanceArn, instanceType }: MappedInstance,
  holders: readonly string[],
  tasks: ReadonlyMap<string, MappedTask>,
  workloads: Workloads,
): string {
  const held = holders.flatMap((arn) => [idOf(arn), workloads.get(arn)?.name ?? "", tasks.get(arn)?.definition ?? ""]);
  return [ec2InstanceId, idOf(containerInstanceArn), instanceType, ...held].join(" ").toLowerCase();
}

/** `0-3, 7` */
function ranges(numbers: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(", ");
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function shortId(arn: string): string {
  return idOf(arn).slice(0, 8);
}
