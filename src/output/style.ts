import type { ChalkInstance } from "chalk";
import type { Context, OutputStream } from "../context.ts";

/** How words are marked on a terminal; every function returns the text as it is where there is no colour. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
  /** Colours that tell things apart and mean nothing: none of those above that say how things are. */
  readonly hues: readonly ((text: string) => string)[];
}

const plainText = (text: string) => text;

/** No marks at all: of a pipe, and of a terminal without colour. */
export const plain: Style = {
  bold: plainText,
  dim: plainText,
  red: plainText,
  green: plainText,
  yellow: plainText,
  cyan: plainText,
  hues: [plainText],
};

/** What FORCE_COLOR can say beside "yes". https://nodejs.org/api/tty.html#writestreamgetcolordepthenv */
const forcedLevels: ReadonlyMap<string, 0 | 2 | 3> = new Map([
  ["0", 0],
  ["false", 0],
  ["2", 2],
  ["3", 3],
]);

/**
 * Whether to colour a stream: the flag, then FORCE_COLOR, then a non-empty NO_COLOR (https://no-color.org), then
 * TERM=dumb, then whether it is a terminal. The one place that decides: chalk knows nothing of NO_COLOR.
 */
export function colorLevel(flag: boolean, env: Context["env"], stream: OutputStream): 0 | 1 | 2 | 3 {
  if (!flag) return 0;
  const force = env["FORCE_COLOR"];
  if (force !== undefined && force !== "") return forcedLevels.get(force) ?? 1;
  if (env["NO_COLOR"]) return 0;
  if (env["TERM"] === "dumb" || !stream.isTTY) return 0;
  return 1;
}

function hues({ magenta, blueBright, blue, cyan }: ChalkInstance, onLight: boolean) {
  return onLight ? [blue, cyan] : [magenta, blueBright, cyan];
}

/** Whether the terminal says that its background is white or light grey: `COLORFGBG`, by rxvt, Konsole and iTerm2. */
function isLight(env: Context["env"]): boolean {
  return /;(?:7|15)$/.test(env["COLORFGBG"] ?? "");
}

/** The style for a stream; chalk is loaded only where there is colour. */
export async function styleFor(flag: boolean, env: Context["env"], stream: OutputStream): Promise<Style> {
  const level = colorLevel(flag, env, stream);
  if (level === 0) return plain;
  const { Chalk } = await import("chalk");
  const chalk = new Chalk({ level });
  const onLight = isLight(env);
  return {
    bold: chalk.bold,
    dim: chalk.dim,
    red: chalk.red,
    green: chalk.green,
    // Most palettes have a yellow that is lost on white.
    yellow: onLight ? chalk.magenta : chalk.yellow,
    cyan: chalk.cyan,
    // Those that can be read on light and dark alike: bright cyan is lost on white, blue on black.
    hues: hues(chalk, onLight).concat(hues(chalk.underline, onLight)),
  };
}
