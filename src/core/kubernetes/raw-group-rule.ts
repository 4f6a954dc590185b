import { isRaw, type Raw } from "../base/merge.ts";
import type { Path } from "../base/problem.ts";
import type { RuleFinding, TargetRule } from "../workload/rules/rule.ts";

/** What names an item of the lists that merge by it, and what the workload's own is called. */
const naming: Readonly<Record<string, { readonly key: string; readonly own: string }>> = {
  workerGroupSpecs: { key: "groupName", own: "workers" },
  replicatedJobs: { key: "name", own: "node" },
  tasks: { key: "name", own: "node" },
  templates: { key: "name", own: "the resource's name" },
};

/** Every item without its name, wherever its list stands. */
function nameless(value: unknown, path: Path): readonly RuleFinding[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => nameless(item, [...path, index]));
  if (!isRaw(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => [
    ...(Object.hasOwn(naming, key) && Array.isArray(item)
      ? item.flatMap((each: unknown, index) => namelessItem(each, naming[key]!, [...path, key, index]))
      : []),
    ...nameless(item, [...path, key]),
  ]);
}

function namelessItem(item: unknown, { key, own }: (typeof naming)[string], path: Path): readonly RuleFinding[] {
  const value = isRaw(item) ? (item as Raw)[key] : undefined;
  return typeof value === "string" && value !== ""
    ? []
    : [
        {
          path,
          message: `${path.join(".")} has no ${key}: the items merge by it`,
          hint: `Write ${key}: ${own} for the workload's own; any other is one more.`,
        },
      ];
}

export const rawGroupRule: TargetRule = {
  code: "raw-group",
  severity: "error",
  reads: ["eks.resource", "eks.companions"],
  check: ({ eks }) => [
    ...nameless(eks?.resource, ["eks", "resource"]),
    ...nameless(eks?.companions, ["eks", "companions"]),
  ],
};
