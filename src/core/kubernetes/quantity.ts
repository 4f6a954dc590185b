/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */

/** CPU as the API server writes it, of thousandths of a core: whole cores where they are. */
export function cpuQuantity(milliCpu: number): string {
  const milli = Math.max(1, milliCpu);
  return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`;
}

/** Memory in whole GiB where it is, else in MiB. */
export function memoryQuantity(mib: number): string {
  return mib >= 1024 && mib % 1024 === 0 ? `${mib / 1024}Gi` : `${mib}Mi`;
}

const multipliers: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** The number that a quantity says; what is none, which the API server refuses, counts for nothing. */
export function parseQuantity(quantity: unknown): number {
  if (typeof quantity === "number") return quantity;
  const [, number, suffix, exponent] =
    /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d+))?$/.exec(String(quantity)) ?? [];
  if (number === undefined) return 0;
  return Number(number) * (exponent === undefined ? multipliers[suffix ?? ""]! : 10 ** Number(exponent));
}
