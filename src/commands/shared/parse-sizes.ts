import { parseMemoryMiB, suggestMemory } from "../../core/workload/fields.ts";
import { AiplatError } from "../../errors.ts";

/** MiB of a size such as `24GiB` for a flag. */
export function memorySize(flag: string): (text: string) => number {
  return (text) => {
    const mib = parseMemoryMiB(text);
    if (mib !== undefined) return mib;
    const instead = suggestMemory(text);
    throw new AiplatError(
      "Usage",
      `${flag} ${text}: must be a size with a unit (MiB, GiB or TiB), e.g. 24GiB`,
      instead === undefined ? {} : { hint: `Write ${instead}.` },
    );
  };
}
