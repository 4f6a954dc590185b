import type { InstanceType } from "../core/catalog/instance-types/instance-type.ts";
import type { InstanceTypeSummary } from "../core/catalog/instance-types/summary.ts";
import type { View } from "./print.ts";
import type { Style } from "./style.ts";
import { alignedTable, type Column, type Table } from "./table.ts";

/** The list of `instances list`: exact figures for scripts and pages, a narrow table for terminals. */
export function instanceTypeListView(summaries: readonly InstanceTypeSummary[]): View {
  return {
    kind: "InstanceTypeList",
    document: { ...pricesDocument(summaries), items: summaries.map(toItem) },
    table: listTable(summaries),
    ...pricesBelow(summaries),
    text: async (style) =>
      summaries.length === 0 ? "" : (await alignedTable(narrowTable(summaries), style)) + footnote(summaries, style),
  };
}

/** One type as scripts rely on it; more fields may follow. */
export function toItem({ type, devicePaths, price }: InstanceTypeSummary): Readonly<Record<string, unknown>> {
  const {
    status,
    retiredOn,
    note,
    source,
    topology: _wiring,
    maxNetworkInterfaces: _interfaces,
    maxPods: _pods,
    localNvmeGB: _disks,
    ...figures
  } = type;
  return {
    ...figures,
    devicePaths,
    ...(price === undefined ? {} : { pricePerHour: price.usdPerHour }),
    status,
    ...(retiredOn === undefined ? {} : { retiredOn }),
    ...(note === undefined ? {} : { note }),
    source,
  };
}

/** Where and when the prices of the items are from; nothing where none has one. */
export function pricesDocument(summaries: readonly InstanceTypeSummary[]): Readonly<Record<string, unknown>> {
  const price = summaries.find((each) => each.price !== undefined)?.price;
  return price === undefined
    ? {}
    : { prices: { currency: "USD", region: price.region, asOf: price.asOf, source: price.source } };
}

/** Which prices these are, in words; nothing where none has one. */
export function pricesBelow(summaries: readonly InstanceTypeSummary[]): { readonly below?: string } {
  const prices = pricesText(summaries);
  return prices === undefined ? {} : { below: `USD/HOUR: ${prices}.` };
}

export function pricesText(summaries: readonly InstanceTypeSummary[]): string | undefined {
  const price = summaries.find((each) => each.price !== undefined)?.price;
  return price === undefined ? undefined : `prices on demand in ${price.region}, ${price.asOf}`;
}

/** `16 Trainium2`, `1/8 L4`. */
export function acceleratorLabel({ accelerator }: InstanceType): string {
  const { count, fraction, name } = accelerator;
  return `${fraction === undefined ? count : `1/${1 / fraction}`} ${name}`;
}

/** `22.4`: MiB in GiB, to one decimal place. */
export function gibibytes(mib: number): string {
  return String(Math.round((mib / 1024) * 10) / 10);
}

function listTable(summaries: readonly InstanceTypeSummary[]): Table {
  const columns: readonly Column[] = [
    { title: "TYPE" },
    { title: "KIND" },
    { title: "ACCELERATOR" },
    { title: "DEVICES", align: "right" },
    { title: "MIB EACH", align: "right" },
    { title: "VCPU", align: "right" },
    { title: "MEMORY MIB", align: "right" },
    { title: "ARCHITECTURE" },
    { title: "EFA", align: "right" },
    { title: "USD/HOUR", align: "right" },
    { title: "STATUS" },
  ];
  const rows = summaries.map(({ type, price }) => {
    const { kind, name, count, fraction, memoryMiBPerDevice } = type.accelerator;
    return [
      type.instanceType,
      kind,
      name,
      String(fraction ?? count),
      String(memoryMiBPerDevice),
      String(type.vcpus),
      String(type.memoryMiB),
      type.architecture,
      efaLabel(type),
      price === undefined ? "-" : String(price.usdPerHour),
      type.status,
    ];
  });
  return { columns, rows };
}

/** 80 columns hold the longest row: memory in GiB, and the status only of a type that is not current. */
function narrowTable(summaries: readonly InstanceTypeSummary[]): Table {
  const columns: readonly Column[] = [
    { title: "TYPE", mark: (text, style) => text.replace(/ .+$/, (status) => style.yellow(status)) },
    { title: "ACCELERATOR" },
    { title: "EACH", align: "right" },
    { title: "VCPU", align: "right" },
    { title: "MEM", align: "right" },
    { title: "EFA", align: "right" },
    { title: "USD/HOUR", align: "right" },
  ];
  const rows = summaries.map(({ type, price }) => [
    type.status === "current" ? type.instanceType : `${type.instanceType} ${type.status}`,
    // The FPGA's name without the words around it: Virtex UltraScale+ (VU47P).
    acceleratorLabel(type).replace(/Virtex UltraScale\+? \((.+)\)/, "$1"),
    gibibytes(type.accelerator.memoryMiBPerDevice),
    String(type.vcpus),
    gibibytes(type.memoryMiB),
    efaLabel(type),
    price === undefined ? "-" : price.usdPerHour.toFixed(4),
  ]);
  return { columns, rows };
}

function footnote(summaries: readonly InstanceTypeSummary[], style: Style): string {
  const prices = pricesText(summaries);
  const more = prices === undefined ? "" : `; ${prices}`;
  return style.dim(`\nMemory in GiB, of one device (EACH) and of the instance (MEM)${more}.\n`);
}

export function efaLabel({ efaInterfaces }: InstanceType): string {
  return efaInterfaces === null ? "?" : String(efaInterfaces);
}
