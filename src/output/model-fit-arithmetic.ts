import type { SlotFit } from "../core/models/fit.ts";
import type { FitRequest } from "../core/models/request.ts";
import { gibibytes } from "./instance-types.ts";
import type { Style } from "./style.ts";

/** How the figures of one slot come about, a line each. */
export function fitArithmetic(fit: SlotFit, { contextTokens, task }: FitRequest, style: Style | undefined): string {
  const { type, devices, engine, precision, ranks, degrees, memory, host, image, note, reasons, replicasPerInstance } =
    fit;
  const { count, name, kind } = type.accelerator;
  const title = `${type.instanceType}, ${devices} of ${count} ${name}`;
  const lines: (readonly [what: string, figure: string, more?: string])[] = [];
  if (memory !== undefined && ranks !== undefined) {
    const { memoryMiB, usableMiB, weightsMiB, gradientsMiB, optimizerMiB, activationsMiB, runtimeMiB } = memory;
    const rank = kind === "neuron" ? "core" : "GPU";
    const of = degrees.length > 1 ? `; degrees ${degrees.join(", ")}` : "";
    lines.push(
      [
        `memory of each of ${ranks} ${rank}${ranks === 1 ? "" : "s"}`,
        gibibytes(memoryMiB),
        `${engine}, ${precision}${of}`,
      ],
      ["of which usable", gibibytes(usableMiB)],
      ["weights", less(weightsMiB)],
    );
    if (gradientsMiB !== undefined) lines.push(["gradients", less(gradientsMiB)]);
    if (optimizerMiB !== undefined) lines.push(["optimizer", less(optimizerMiB)]);
    lines.push(
      [task === "inference" ? "activations of a step" : "gathered layers", less(activationsMiB)],
      ["runtime", less(runtimeMiB)],
      ["left for sequences", gibibytes(memory.leftMiB)],
      [
        `a sequence of ${contextTokens} tokens`,
        gibibytes(memory.perSequenceMiB),
        `${memory.sequences} ${memory.sequences === 1 ? "fits" : "fit"} at once`,
      ],
    );
  }
  if (host !== undefined)
    lines.push(["host memory to load it", gibibytes(host.neededMiB), `of a share of ${gibibytes(host.shareMiB)} GiB`]);
  const width = Math.max(0, ...lines.map(([what]) => what.length));
  const text = lines.map(([what, figure, more]) =>
    `  ${what.padEnd(width)}  ${figure.padStart(8)} GiB${more === undefined ? "" : `  ${more}`}`.trimEnd(),
  );
  const verdict = fit.fits
    ? [`  fits: ${replicasPerInstance} ${replicasPerInstance === 1 ? "replica" : "replicas"} an instance`]
    : reasons.map(({ code, message }) => `  does not fit: ${code}: ${message}`);
  const served =
    image === undefined || !fit.fits
      ? []
      : [`  image ${image.image}${image.sdk === undefined ? "" : `, Neuron SDK ${image.sdk}`}`];
  if (note !== undefined) served.push(`  ${note}`);
  return `${[style?.bold(title) ?? title, ...text, ...verdict, ...served].join("\n")}\n`;
}

/** What is taken off; what is nothing has no sign. */
function less(mib: number): string {
  const shown = gibibytes(mib);
  return shown === "0" ? shown : `-${shown}`;
}
