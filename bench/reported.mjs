/**
 * The figure that a hook in a measured process wrote on descriptor 3.
 *
 * @throws Where it wrote none: 0 is within every bound.
 */
export function reported(text, args) {
  const figure = Number(text);
  if (figure > 0) return figure;
  throw new Error(`${args.join(" ")} has ended without its figure`);
}
