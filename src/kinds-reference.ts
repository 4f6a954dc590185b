/** The parts of docs/kubernetes-kinds.md that are derived from the kinds. */
import { listOr } from "./core/base/problem.ts";
import { extraFlags, extraOf, extras } from "./core/kubernetes/extras.ts";
import { definitionOf, kinds } from "./core/kubernetes/kinds.ts";

const ordered = [
  ...kinds.filter((kind) => definitionOf(kind).runs === "service"),
  ...kinds.filter((kind) => definitionOf(kind).runs === "job"),
].map((kind) => ({ ...definitionOf(kind), ...definitionOf(kind).documentation }));

function table(head: readonly string[], rows: readonly (readonly (string | undefined)[])[]): string {
  const line = (cells: readonly (string | undefined)[]) => `|${cells.map((cell) => ` ${cell ?? ""} `).join("|")}|`;
  return [line(head).replace(/ {2}/g, " "), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

const listOf = (some: readonly string[]) => listOr(some, "and");

/** By the name of their markers. */
export const generatedParts: Readonly<Record<string, string>> = {
  kinds: table(
    ["kind", "runs", "`replicas`", "`nodes`", "coordinator", "devices are requested in"],
    ordered.map(({ kind, apiVersion, runs, replicas, nodes, coordinator, devices }) => [
      `${kind} (${apiVersion})`,
      runs,
      replicas,
      nodes,
      coordinator,
      devices,
    ]),
  ),
  "pods of the kinds": table(
    [
      "kind",
      "the container's name",
      "`command`",
      "`health`",
      "how the nodes find each other",
      "Kueue",
      "Volcano",
      "YuniKorn",
    ],
    ordered.map(({ kind, container, command, health, rendezvous, queues }) => [
      kind,
      container,
      command,
      health,
      rendezvous,
      queues?.kueue ?? "refused: Kueue has no integration",
      queues?.volcano === false ? "refused" : (queues?.volcano ?? "PodGroup"),
      queues?.yunikorn === false ? "refused" : "labels, task group",
    ]),
  ),
  "what goes beside": table(
    ["`--with`", "what it does", "needs", "also reads", "for"],
    extras.map((extra) => {
      const { needs, reads, documentation } = extraOf(extra);
      const needed = reads.filter((key) => key in needs);
      const flags = (keys: typeof reads) => keys.map((key) => `\`${extraFlags[key]}\``).join(", ");
      return [
        `\`${extra}\``,
        documentation.does,
        flags(needed),
        flags(reads.filter((key) => !(key in needs))),
        documentation.for,
      ];
    }),
  ),
  "scalable kinds": `Kinds with a scale subresource: ${listOf(
    ordered.filter(({ scalable }) => scalable === true).map(({ kind }) => kind),
  )}. Kinds that scale themselves with \`--max-replicas\`: ${listOf(
    ordered.filter(({ scalesItself }) => scalesItself === true).map(({ kind }) => kind),
  )}.`,
};
