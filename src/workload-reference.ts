// Prints docs/workload.md from the workload file's keys; scripts/build-schema.mjs runs it.
import { descriptions } from "./core/workload/descriptions.ts";
import { examples, guide } from "./core/workload/guide.ts";

/** Of a key whose items have none of their own, what an item is: told in the key's own row. */
const isItem = (path: string) => path.endsWith(".*");

/**
 * docs/workload.md: every key with what it is, what it becomes on ECS and on EKS, and an example.
 *
 * @throws Error where a key of the schema says nothing of that: `src/core/workload/guide.ts` is the place.
 */
export function workloadPage(): string {
  const paths = Object.keys(descriptions).filter((path) => !isItem(path));
  const missing = paths.filter((path) => guide[path] === undefined || (isTop(path) && examples[path] === undefined));
  if (missing.length > 0)
    throw new Error(
      `src/core/workload/guide.ts lacks ${missing.join(", ")}: say there what it becomes on ECS and on EKS, with an example`,
    );
  return [
    "# The workload file",
    "",
    "Every key, what it is, what it becomes on ECS and on EKS, and an example. Made from the schema that `aiplat validate`",
    "checks, and that `schema/workload.json` gives to editors. Unknown keys are errors with a suggestion, except inside the",
    "raw fields (`ecs.taskDefinition`, `ecs.service`, `eks.pod`, `eks.resource`, `eks.companions`), where nothing is ever dropped. What a",
    "target cannot carry is refused by name, never ignored. Sizes carry units. `name` and `image` are all that a file must",
    "have. What becomes of each key in every kind of Kubernetes resource, with the refusals, is in",
    "[workload-targets.md](workload-targets.md).",
    "",
    "Several paths are merged in order: objects deeply, containers, environment, secrets and volumes by name, other lists",
    "as a whole, and `null` deletes. `${env:VAR}` and `${env:VAR:-default}` are filled in, in values; every other `$` is the",
    "container's own. `--set path=value` sets one value, and a flag overrides the files.",
    "",
    ...paths.filter(isTop).flatMap((path) => section(path, paths)),
  ].join("\n");
}

function isTop(path: string): boolean {
  return !path.includes(".");
}

function section(top: string, paths: readonly string[]): readonly string[] {
  const rows = paths.filter((path) => path === top || path.startsWith(`${top}.`));
  return [
    `## ${top}`,
    "",
    "| key | what it is | on ECS | on EKS |",
    "|---|---|---|---|",
    ...rows.map((path) => row(path)),
    "",
    "```yaml",
    examples[top]!,
    "```",
    "",
  ];
}

function row(path: string): string {
  const { ecs, eks } = guide[path]!;
  const cells = [`\`${path.replaceAll(".*", "[]")}\``, descriptions[path]!, ecs, eks];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}
