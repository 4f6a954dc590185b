import type { Assumption } from "../core/models/engines.ts";
import type { SlotFit } from "../core/models/fit.ts";
import type { ModelFigures } from "../core/models/model-figures.ts";
import type { FitRequest } from "../core/models/request.ts";
import type { InstanceTypeSummary } from "../core/catalog/instance-types/summary.ts";
import { billions } from "./billions.ts";
import { gibibytes, pricesDocument, pricesBelow, pricesText } from "./instance-types.ts";
import { fitArithmetic } from "./model-fit-arithmetic.ts";
import type { View } from "./print.ts";
import type { Style } from "./style.ts";
import { alignedTable, type Column, type Table } from "./table.ts";
import { wrapLines } from "./wrap.ts";

/** A fit with the type's price. */
export interface PricedFit extends SlotFit {
  readonly price?: InstanceTypeSummary["price"];
}

/** What `instances fit` prints: the slots that fit, or all with the reasons of those that do not. */
export function modelFitView(
  model: ModelFigures,
  request: FitRequest,
  fits: readonly PricedFit[],
  { all, arithmetic }: { readonly all: boolean; readonly arithmetic: boolean },
): View {
  return {
    kind: "ModelFit",
    document: {
      model,
      request: requestDocument(request),
      ...pricesDocument(summariesOf(fits)),
      assumptions: assumptionGroups(fits),
      items: fits.map(toItem),
    },
    table: exactTable(fits),
    ...pricesBelow(summariesOf(fits)),
    text: async (style, columns) => {
      const head = headText(model, request, style, columns);
      if (arithmetic) return `${head}\n${fits.map((each) => fitArithmetic(each, request, style)).join("\n")}`;
      if (fits.length === 0) return head;
      return `${head}\n${await alignedTable(narrowTable(fits, all), style, columns)}${footnote(fits, style, columns)}`;
    },
    ...(arithmetic ? { piped: fits.map((each) => fitArithmetic(each, request, undefined)).join("\n") } : {}),
  };
}

function requestDocument(request: FitRequest): Readonly<Record<string, unknown>> {
  const { task, engine, precision, contextTokens, sequences, sharding, loraRank } = request;
  return {
    task,
    ...(task === "inference" ? { engine } : { sharding }),
    ...(precision === undefined ? {} : { precision }),
    contextTokens,
    sequences,
    ...(task === "lora" ? { loraRank } : {}),
  };
}

/** One slot as scripts rely on it; more fields may follow. */
function toItem(fit: PricedFit): Readonly<Record<string, unknown>> {
  const { type, assumptions: _assumptions, price, image, ...rest } = fit;
  const { kind, name, count } = type.accelerator;
  return {
    instanceType: type.instanceType,
    accelerator: { kind, name, count },
    ...rest,
    ...(image === undefined ? {} : { images: [image] }),
    ...(price === undefined ? {} : { pricePerHour: price.usdPerHour }),
  };
}

/** The assumptions of each engine once; those without a source are not verified. */
function assumptionGroups(fits: readonly PricedFit[]): readonly unknown[] {
  const groups = new Map<string, readonly Assumption[]>();
  for (const { engine, assumptions } of fits) if (engine !== undefined) groups.set(engine, assumptions);
  return [...groups].map(([engine, assumptions]) => ({
    engine,
    items: assumptions.map(({ what, value, source }) => ({
      what,
      value,
      verified: source !== undefined,
      ...(source === undefined ? {} : { source }),
    })),
  }));
}

function headText(model: ModelFigures, request: FitRequest, style: Style, columns: number): string {
  const { name, architecture, parameters, publishedPrecision, cacheBytesPerToken, maxContextTokens, asOf } = model;
  const { task, contextTokens, sequences } = request;
  const own = maxContextTokens === undefined ? "" : ` of at most ${maxContextTokens}`;
  const what = task === "inference" ? "a replica" : "a device or core";
  const text =
    `${name}: ${billions(parameters)} billion parameters (${architecture}, published in ${publishedPrecision}` +
    `${asOf === undefined ? "" : `, figures of ${asOf}`}), ${cacheBytesPerToken} bytes of cache a token\n` +
    `${task}: ${sequences} ${sequences === 1 ? "sequence" : "sequences"} at once on ${what}, ${contextTokens} tokens` +
    `${own} each\n`;
  // Coloured after it is wrapped: colours have no width.
  return wrapLines(text, columns, "").replace(name, () => style.bold(name));
}

function exactTable(fits: readonly PricedFit[]): Table {
  const columns: readonly Column[] = [
    { title: "TYPE" },
    { title: "DEVICES", align: "right" },
    { title: "FITS" },
    { title: "RANKS", align: "right" },
    { title: "PRECISION" },
    { title: "MIB EACH", align: "right" },
    { title: "WEIGHTS MIB", align: "right" },
    { title: "LEFT MIB", align: "right" },
    { title: "SEQUENCE MIB", align: "right" },
    { title: "SEQUENCES", align: "right" },
    { title: "REPLICAS", align: "right" },
    { title: "USD/HOUR", align: "right" },
    { title: "REASONS" },
  ];
  const rows = fits.map(
    ({ type, devices, fits: isFitting, ranks, precision, memory, replicasPerInstance, price, reasons }) => [
      type.instanceType,
      String(devices),
      isFitting ? "yes" : "no",
      shown(ranks),
      precision ?? "-",
      shown(memory?.memoryMiB),
      shown(memory?.weightsMiB),
      shown(memory?.leftMiB),
      shown(memory?.perSequenceMiB),
      shown(memory?.sequences),
      String(replicasPerInstance),
      price === undefined ? "-" : String(price.usdPerHour),
      reasons.map(({ code, message }) => `${code}: ${message}`).join("; "),
    ],
  );
  return { columns, rows };
}

/** 80 columns hold the longest row of what fits; reasons wrap in the last. */
function narrowTable(fits: readonly PricedFit[], all: boolean): Table {
  const columns: readonly Column[] = [
    { title: "TYPE" },
    { title: "DEVICES" },
    { title: "RANKS", align: "right" },
    { title: "WEIGHTS", align: "right" },
    { title: "LEFT", align: "right" },
    { title: "AT ONCE", align: "right" },
    { title: "REPLICAS", align: "right" },
    { title: "USD/HOUR", align: "right" },
    ...(all ? [{ title: "", mark: (text: string, style: Style) => style.yellow(text) }] : []),
  ];
  const rows = fits.map(({ type, devices, ranks, memory, replicasPerInstance, price, reasons }) => [
    type.instanceType,
    `${devices} of ${type.accelerator.count}`,
    shown(ranks),
    memory === undefined ? "-" : gibibytes(memory.weightsMiB),
    memory === undefined ? "-" : gibibytes(Math.max(memory.leftMiB, 0)),
    shown(memory?.sequences),
    String(replicasPerInstance),
    price === undefined ? "-" : price.usdPerHour.toFixed(4),
    ...(all ? [reasons.map(({ code, message }) => `${code}: ${message}`).join("; ")] : []),
  ]);
  return { columns, rows };
}

function footnote(fits: readonly PricedFit[], style: Style, columns: number): string {
  const priced = pricesText(summariesOf(fits));
  const prices = priced === undefined ? "" : ` USD/HOUR: ${priced}.`;
  const estimates = fits.some(({ assumptions }) => assumptions.some(({ source }) => source === undefined))
    ? " Activations and overheads are estimates: -o json lists each figure with its source."
    : "";
  const text =
    `GiB of one rank (a GPU or NeuronCore): weights, and what is left for sequences, of which so many run at once on ` +
    `each replica.${estimates}${prices}`;
  return style.dim(`\n${wrapLines(text, columns, "")}\n`);
}

function summariesOf(fits: readonly PricedFit[]): readonly InstanceTypeSummary[] {
  return fits.map(({ type, price }) => ({ type, devicePaths: [], ...(price === undefined ? {} : { price }) }));
}

function shown(figure: number | undefined): string {
  return figure === undefined ? "-" : String(figure);
}
