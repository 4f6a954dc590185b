// The instance types of the facts, corrected and in the catalogue's order.
import { compare } from "./source-text.mjs";

/** The order of kinds in the catalogue; within a kind, families go by name. */
export const kinds = ["neuron", "nvidia", "amd", "habana", "qualcomm", "media", "fpga"];

/** The rows of facts/ as the catalogue has them, each wrong or open figure put right, and complete. */
export function readInstanceTypes({ rows, topologies, corrections, prices, offerings }, toInstanceType) {
  const types = applyCorrections(
    rows.map((row) => toInstanceType({ ...row, topology: topologyOf(topologies, row.instanceType) })),
    corrections,
  );
  for (const type of types) checkRow(type, prices, offerings);
  return types;
}

/** Families in catalogue order, each with its types from the smallest to the largest. */
export function groupFamilies(types) {
  const order = (row) => `${kinds.indexOf(row.accelerator.kind)} ${row.family}`;
  const bySize = (a, b) => a.vcpus - b.vcpus || a.memoryMiB - b.memoryMiB || compare(a.instanceType, b.instanceType);
  const groups = new Map();
  for (const row of types.toSorted((a, b) => compare(order(a), order(b)) || bySize(a, b)))
    groups.set(row.family, [...(groups.get(row.family) ?? []), row]);
  return groups;
}

/** The wiring that the catalogue carries; the links and the sets are what tests compare it with. */
function topologyOf(topologies, name) {
  if (topologies[name] === undefined) return undefined;
  const { adjacency: _links, legalSets: _sets, ...topology } = topologies[name];
  return topology;
}

/** Every correction must still apply: a source that has been put right needs its correction removed. */
function applyCorrections(types, corrections) {
  const byName = new Map(types.map((type) => [type.instanceType, type]));
  for (const { of, why, set = {}, note } of corrections) {
    for (const name of of) {
      const row = byName.get(name);
      if (row === undefined) throw new Error(`correction of ${name}: no such row (${why})`);
      const { accelerator, ...fields } = set;
      const changes = [
        ...Object.entries(fields).map((entry) => [row, ...entry]),
        ...Object.entries(accelerator ?? {}).map((entry) => [row.accelerator, ...entry]),
      ];
      for (const [target, field, value] of changes) {
        if (target[field] === value) throw new Error(`correction of ${name}: ${field} is ${value} already (${why})`);
        target[field] = value;
      }
      if (note !== undefined) row.note = row.note === undefined ? note : `${row.note}; ${note}`;
    }
  }
  return types;
}

function checkRow({ instanceType, accelerator, topology, ...type }, prices, offerings) {
  const stop = (what, remedy) => {
    throw new Error(`${instanceType}: ${what}; ${remedy}`);
  };
  if (!kinds.includes(accelerator.kind)) stop(`unknown accelerator kind ${accelerator.kind}`, `one of ${kinds}`);
  const numbers = {
    vcpus: type.vcpus,
    memoryMiB: type.memoryMiB,
    networkCards: type.networkCards,
    count: accelerator.count,
    memoryMiBPerDevice: accelerator.memoryMiBPerDevice,
  };
  for (const [name, value] of Object.entries(numbers))
    if (!(value > 0)) stop(`${name} is ${value}`, "add a correction with its source to facts/corrections.json");
  if (!(instanceType in prices)) stop("no price", "add it to facts/prices.json, null where the list has none");
  if (!(instanceType in offerings))
    stop("no regions that offer it", "add them to facts/offerings-by-type.json, [] where none is known");
  if (accelerator.kind !== "neuron" || accelerator.count === 1) return;
  if (topology === undefined)
    stop(`${accelerator.count} Neuron devices and no topology`, "say in facts/topology.json which sets are legal");
  if (topology.slots === "rows" && !(topology.sizes?.includes(1) && topology.sizes.at(-1) === accelerator.count))
    stop(
      `the sizes of its rows are ${topology.sizes}`,
      `facts/topology.json: ascending, from 1 to all ${accelerator.count} devices`,
    );
}
