import { parseMemoryMiB, suggestMemory } from "../../core/workload/fields.ts";
import { AiplatError } from "../../errors.ts";

/** MiB of a size such as `24GiB` as the value of a flag. */
export function memorySize(text: string, flag: string): number {
  const mib = parseMemoryMiB(text);
  if (mib !== undefined) return mib;
  const instead = suggestMemory(text);
  throw new AiplatError(
    "Usage",
    `${flag} ${text}: must be a size with a unit (MiB, GiB or TiB), e.g. 24GiB`,
    instead === undefined ? {} : { hint: `Write ${instead}.` },
  );
}
