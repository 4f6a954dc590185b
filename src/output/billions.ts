/** Three digits of a number of weights, in billions: `8.03`, `70.6`, `1030`. */
export function billions(parameters: number): string {
  return String(Number((parameters / 1e9).toPrecision(3)));
}
