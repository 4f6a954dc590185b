import type { InstanceTypeDetail } from "../core/catalog/instance-types/detail.ts";
import { acceleratorLabel, gibibytes, pricesDocument, toItem } from "./instance-types.ts";
import type { View } from "./print.ts";
import type { Style } from "./style.ts";
import { wrapAfter } from "./wrap.ts";
import { tabSeparated, type Table } from "./table.ts";

/** What `instances show` prints: a block a type on a terminal, a column a type in tables. */
export function instanceTypeDetailView(details: readonly InstanceTypeDetail[]): View {
  const table = comparison(details);
  return {
    kind: "InstanceTypeList",
    document: { ...pricesDocument(details), items: details.map(toDetailedItem) },
    table,
    // The header is the one line that says which column is which type.
    piped: tabSeparated({ ...table, rows: [table.columns.map(({ title }) => title), ...table.rows] }),
    text: (style, columns) => details.map((detail) => block(detail, columns, style)).join("\n"),
  };
}

function toDetailedItem(detail: InstanceTypeDetail): Readonly<Record<string, unknown>> {
  const { legalSlots, topology, amiFamilies } = detail;
  if (topology === undefined) return { ...toItem(detail), legalSlots, amiFamilies };
  // The sizes are in legalSlots, with the sets of each.
  const { sizes: _, ...wiring } = topology;
  return { ...toItem(detail), legalSlots, topology: wiring, amiFamilies };
}

/** A fact of several lines is a list. */
type Fact = readonly [name: string, text: string | undefined];

/** The facts of one type under the name a reader looks for, in the order on screen: the same names for every type. */
function facts(detail: InstanceTypeDetail): readonly Fact[] {
  const { type, devicePaths, price, topology, amiFamilies } = detail;
  const { accelerator } = type;
  return [
    ["Status", type.retiredOn === undefined ? type.status : `${type.status} on ${type.retiredOn}`],
    ["Accelerator", acceleratorText(detail)],
    ["Kind", accelerator.kind],
    ["Architecture", type.architecture],
    ["vCPU", String(type.vcpus)],
    ["Memory", `${gibibytes(type.memoryMiB)} GiB`],
    ["EFA", efaText(type.efaInterfaces)],
    ["Price", price === undefined ? "none in the list (Capacity Blocks only, or not sold in us-east-1)" : price.text],
    ["Devices", devicePaths.length === 0 ? undefined : devicePaths.join(" ")],
    ["Legal slots", slotsText(detail)],
    ["Topology", topology === undefined ? undefined : [topology.wiring, topology.note].filter(Boolean).join("; ")],
    ["Topology source", topology?.source],
    ["AMI families", amiFamilies.length === 0 ? "none" : amiFamilies.join("\n")],
    ["Note", type.note],
    ["Source", type.source],
  ];
}

function acceleratorText({ type }: InstanceTypeDetail): string {
  const { count, coresPerDevice, memoryMiBPerDevice, manufacturer, name } = type.accelerator;
  const cores = coresPerDevice === undefined ? "" : ` and ${coresPerDevice} NeuronCores`;
  const each = `${gibibytes(memoryMiBPerDevice)} GiB${cores}`;
  const label = name.startsWith(manufacturer)
    ? acceleratorLabel(type)
    : acceleratorLabel(type).replace(" ", ` ${manufacturer} `);
  return count === 1
    ? `${label} with ${each}`
    : `${label} with ${each} each, ${gibibytes(memoryMiBPerDevice * count)} GiB in all`;
}

function efaText(interfaces: number | null): string {
  if (interfaces === null) return "yes; no source gives the number of interfaces";
  return interfaces === 0 ? "none" : `${interfaces} ${interfaces === 1 ? "interface" : "interfaces"}`;
}

function slotsText({ legalSlots, topology }: InstanceTypeDetail): string | undefined {
  if (topology === undefined) return undefined;
  const largest = legalSlots[legalSlots.length - 1]!;
  if (topology.slots === "single") return "the one device";
  const range = (slot: readonly number[]) =>
    slot.length === 1 ? String(slot[0]) : `${slot[0]}-${slot[slot.length - 1]}`;
  if (topology.slots === "run") {
    const number = legalSlots.reduce((sum, { slots }) => sum + slots.length, 0);
    return (
      `1 to ${largest.devices} devices that follow one another, ` +
      `such as 0-1 or ${largest.devices - 2}-${largest.devices - 1}; ${number} slots`
    );
  }
  return legalSlots
    .map(({ devices, slots }) => `${devices}: ${devices === 1 ? "any one" : slots.map(range).join(" ")}`)
    .join("; ");
}

function block(detail: InstanceTypeDetail, columns: number, style: Style): string {
  const known = facts(detail).flatMap(([name, text]) => (text === undefined ? [] : [{ name, text }]));
  const width = Math.max(...known.map(({ name }) => name.length)) + 4;
  const lines = known.map(({ name, text }) => {
    const value = text
      .split("\n")
      .map((line) => wrapAfter(width, line, columns))
      .join(`\n${" ".repeat(width)}`);
    const marked = name === "Status" && detail.type.status !== "current" ? style.yellow(value) : value;
    return `  ${style.dim(name.padEnd(width - 2))}${marked}\n`;
  });
  return `${style.bold(detail.type.instanceType)}\n${lines.join("")}`;
}

function comparison(details: readonly InstanceTypeDetail[]): Table {
  const all = details.map(facts);
  const rows = all[0]!.map(([name], index) => [name, ...all.map((each) => each[index]![1])]);
  const known = rows.filter(([, ...texts]) => texts.some((text) => text !== undefined));
  return {
    columns: ["Instance type", ...details.map(({ type }) => type.instanceType)].map((title) => ({ title })),
    rows: known.map((row) => row.map((text) => text?.replaceAll("\n", ", ") ?? "-")),
  };
}
