import type { Cost } from "../core/catalog/instance-types/cost.ts";
import type { DevicesCost } from "../core/devices/device-cost.ts";

/** `98.32`, `0.228`: cents, and below a dollar tenths of them. What is worked out of list prices says no more. */
export function usdText(usd: number): string {
  return usd !== 0 && usd < 1 ? usd.toFixed(3) : usd.toFixed(2);
}

/** `3.25 USD/hour`, `0.968 to 1.57 USD/hour`, or that it is not known. */
export function amountText({ perHour }: Cost): string {
  if (perHour === undefined) return "not known";
  const [least, most] = [usdText(perHour.least), usdText(perHour.most)];
  return `${least === most ? least : `${least} to ${most}`} USD/hour`;
}

/** `3 x 2 of 6 devices of inf2.24xlarge; on-demand list price in us-east-1, 2026-07-20`. */
export function basisText(cost: Cost): string {
  return `${cost.parts.map(partText).join(" + ")}; ${listText(cost)}`;
}

/** `12.98 USD/hour, 4.33 of it idle; on-demand list price in us-east-1, 2026-07-20`. */
export function devicesCostText(cost: DevicesCost): string {
  const { perHour, idlePerHour = 0, idleDevices } = cost;
  const idle = idleDevices === 0 ? "" : `, ${usdText(idlePerHour)} of it idle`;
  return `${perHour === undefined ? "not known" : `${usdText(perHour)} USD/hour${idle}`}; ${listText(cost)}`;
}

/** Whose prices they are, and what they leave out. */
export function listText({
  region,
  asOf,
  machinesIn,
  managedInstances,
  unpriced = [],
}: Omit<Cost, "parts" | "perHour">): string {
  return [
    `on-demand list price in ${region}, ${asOf}`,
    ...(machinesIn === undefined ? [] : [`the cluster is in ${machinesIn}, where it may differ`]),
    ...(managedInstances === undefined ? [] : ["without the fee of ECS Managed Instances"]),
    ...(unpriced.length === 0 ? [] : [`without ${unpriced.join(", ")}, of which the list has none`]),
  ].join("; ");
}

function partText({ count, choices }: Cost["parts"][number]): string {
  const texts = choices.map(({ instanceType, takes }) =>
    takes === undefined ? instanceType : `${takes} of ${instanceType}`,
  );
  return `${count} x ${texts.join(" or ")}`;
}
