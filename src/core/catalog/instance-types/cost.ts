import { present } from "../../base/present.ts";
import { priceList, priceOf } from "./price.ts";

/** So much of one machine of a type: all of it, or the part that a replica's devices are. */
export interface MachineShare {
  readonly instanceType: string;
  /** Above 0, and 1 for the whole machine. */
  readonly share: number;
  /** `2 of 6 devices`; left out for the whole machine. */
  readonly takes?: string;
}

/** So many machines, or shares of them. Of several choices any will do: somebody else chooses. */
export interface WantedMachines {
  readonly count: number;
  readonly choices: readonly MachineShare[];
}

/** A choice with what it costs an hour; without prices where the list has none of its type. */
export interface PricedChoice extends MachineShare {
  /** Of the whole machine. */
  readonly pricePerHour?: number;
  /** Of all that is wanted. */
  readonly perHour?: number;
}

/** What machines, or shares of them, cost an hour at the list's on-demand prices: nobody knows of Spot or savings. */
export interface Cost {
  readonly currency: string;
  /** Whose prices they are. */
  readonly region: string;
  readonly asOf: string;
  readonly source: string;
  /** Where the machines are, where that is another region: its prices may differ. */
  readonly machinesIn?: string;
  /** Whether ECS makes the machines: its own fee for that is not in the price. https://aws.amazon.com/ecs/pricing/ */
  readonly managedInstances?: true;
  /** The same where nobody is left to choose; left out where no price is known. */
  readonly perHour?: { readonly least: number; readonly most: number };
  /** Types whose price the list does not have: `perHour` is without what could be of none other. */
  readonly unpriced?: readonly string[];
  readonly parts: readonly (Omit<WantedMachines, "choices"> & { readonly choices: readonly PricedChoice[] })[];
}

/** Where the machines are, as far as that is known, and whether ECS makes them. */
export interface Machines {
  readonly region?: string | undefined;
  readonly managedInstances?: boolean;
}

/**
 * Works out what is wanted costs.
 *
 * @returns Undefined where no machine is wanted, or nobody knows of which type.
 */
export function costOf(
  wanted: readonly WantedMachines[],
  { region, managedInstances = false }: Machines = {},
): Cost | undefined {
  const parts = joined(wanted).map(({ count, choices }) => ({
    count,
    choices: choices.map((choice) => priced(choice, count)),
  }));
  if (parts.length === 0) return undefined;
  const known = parts.flatMap(({ choices }) => {
    const prices = choices.flatMap(({ perHour }) => perHour ?? []);
    return prices.length === 0 ? [] : [{ least: Math.min(...prices), most: Math.max(...prices) }];
  });
  const unpriced = parts.flatMap(({ choices }) =>
    choices.filter(({ perHour }) => perHour === undefined).map(({ instanceType }) => instanceType),
  );
  return {
    ...priceList,
    ...present({
      machinesIn: region === priceList.region ? undefined : region,
      managedInstances: managedInstances ? (true as const) : undefined,
      perHour:
        known.length === 0
          ? undefined
          : { least: sumUsd(known.map(({ least }) => least)), most: sumUsd(known.map(({ most }) => most)) },
      unpriced: unpriced.length === 0 ? undefined : [...new Set(unpriced)],
    }),
    parts,
  };
}

/** A share of a price, to the millionth of a dollar: finer than the list is. */
export function shareUsd(price: number, share: number): number {
  return Math.round(price * share * millionths) / millionths;
}

/** Adds amounts of at most a millionth of a dollar without the dust of binary fractions. */
export function sumUsd(amounts: readonly number[]): number {
  return amounts.reduce((sum, amount) => sum + Math.round(amount * millionths), 0) / millionths;
}

const millionths = 1_000_000;

/** What is wanted several times of the same kind together, without what is of no known type. */
function joined(wanted: readonly WantedMachines[]): readonly WantedMachines[] {
  const kinds = new Map<string, WantedMachines>();
  for (const each of wanted.filter(({ count, choices }) => count > 0 && choices.length > 0)) {
    const kind = JSON.stringify(each.choices);
    kinds.set(kind, { ...each, count: each.count + (kinds.get(kind)?.count ?? 0) });
  }
  return [...kinds.values()];
}

function priced(choice: MachineShare, count: number): PricedChoice {
  const price = priceOf(choice)?.usdPerHour;
  return price === undefined
    ? choice
    : { ...choice, pricePerHour: price, perHour: shareUsd(price, choice.share * count) };
}
