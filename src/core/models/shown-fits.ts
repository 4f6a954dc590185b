import type { SlotFit } from "./fit.ts";

/** The smallest slot of each type that the model fits, in the order given. */
export function shownFits(fits: readonly SlotFit[]): readonly SlotFit[] {
  const seen = new Set<string>();
  return fits.filter(({ type, fits: isFitting }) => {
    if (!isFitting || seen.has(type.instanceType)) return false;
    seen.add(type.instanceType);
    return true;
  });
}
