// Prints docs/codes.md from the registry of codes; scripts/build-codes.mjs runs it.
import { checkCodes } from "./core/base/codes/check-codes.ts";
import type { CodeEntry } from "./core/base/codes/entry.ts";
import { errorCodes, exitCodes, exitMeanings } from "./core/base/codes/error-codes.ts";
import { lintRules } from "./core/base/codes/lint-rules.ts";
import { problemCodes } from "./core/base/codes/problem-codes.ts";
import { failureReasons, fitCodes, reasonCodes } from "./core/base/codes/reason-codes.ts";

/** The exit codes as a table of Markdown: README.md and docs/codes.md have it. */
export function exitTable(): string {
  const names = Object.keys(exitCodes) as readonly (keyof typeof exitCodes)[];
  return table(
    ["exit", "meaning"],
    names.map((name) => [String(exitCodes[name]), exitMeanings[name]]),
  );
}

/** docs/codes.md. */
export function codesPage(): string {
  return `# Codes

Scripts branch on codes, never on sentences. A code keeps its name and its meaning; a sentence may be worded better from
one version to the next. This page is made from the registry that the program is checked against.

- [Exit codes](#exit-codes) of every command
- [Errors](#errors): \`code\` of the Error document
- [Problems](#problems): \`details.problems[].code\` of an error, warnings
- [Rules of taskdef lint](#rules-of-taskdef-lint): \`findings[].rule\`
- [Checks of doctor, capacity check and eks check](#checks-of-doctor-capacity-check-and-eks-check): \`groups[].items[].check\`
- [Reasons of placement](#reasons-of-placement): \`instances[].reasons[].code\` of \`cluster explain\`
- [Reasons of instances fit](#reasons-of-instances-fit): \`items[].reasons[].code\`

## Exit codes

${exitTable()}

## Errors

Under \`-o json\` a command that fails ends with one compact document on the last line of stderr:

\`\`\`json
{"apiVersion":"aiplat/v1","kind":"Error","code":"InvalidInput","message":"...","hint":"...","details":{"problems":[]}}
\`\`\`

\`code\` is one of these. \`message\` says what is wrong, \`hint\` what to do about it, and \`details\` has facts for
scripts, such as AWS's own code (\`awsCode\`) and request id.

${table(
  ["code", "exit", "meaning"],
  Object.entries(errorCodes).map(([code, { exit, meaning }]) => [literal(code), String(exit), meaning]),
)}

## Problems

What is wrong with the input is told at once, however much it is. Each problem is
\`{severity, code, message, hint?, path?, file?, line?, column?, flag?}\`: \`path\` is the key in the workload,
\`file\`, \`line\` and \`column\` are where it is written, \`flag\` is the flag that set it. An \`error\` refuses the
input; a \`warning\` is told on stderr, and the command goes on. Where several regions were asked and some failed,
\`details.problems[].code\` is the error's of each region. What [the linter](#rules-of-taskdef-lint) calls an error in
the definition that a workload comes to is a problem too, with the rule's id: the commands that put a workload on ECS
refuse it, and \`validate\` where the file has a section \`ecs\`.

${grouped(problemCodes, toldBy)}

## Rules of taskdef lint

An \`error\` is what ECS refuses, or what cannot work where it is placed: exit 3. A \`warning\` can work and may not:
exit 3 with \`--fail-on warning\`.

${grouped(lintRules)}

## Checks of doctor, capacity check and eks check

A check is OK, WARN, SKIP or FAIL; a FAIL is exit 3. Where the catalogue speaks against a container image, the check has
the code of that [problem](#container-images).

${Object.entries(checkCodes)
  .map(([command, codes]) => `### ${command}\n\n${codeTable(["check", "what it looks at"], codes)}`)
  .join("\n\n")}

## Reasons of placement

Why a task does not fit a container instance. The failures of a run have them as \`reason\`, beside ECS's own words such
as \`RESOURCE:MEMORY\`.

${codeTable(["code", "meaning"], reasonCodes)}

Where neither says why, the \`reason\` is one of these:

${codeTable(["reason", "meaning"], failureReasons)}

## Reasons of instances fit

Why a model does not fit a slot of an instance type, as \`instances fit --all\` has it.

${codeTable(["code", "meaning"], fitCodes)}
`;
}

const everyTarget = "Commands that take a workload.";
const ecsCommands = "Commands that put a workload on ECS: `taskdef`, `plan`, `run-task`, `service`, `doctor`.";

/** Which commands tell the problems of a group. */
const toldBy: Readonly<Record<keyof typeof problemCodes, string>> = {
  "The text of a file": "Commands that read a workload, task definitions (`taskdef lint`) or manifests (`eks apply`).",
  "Keys and values of a workload": everyTarget,
  "Accelerators and devices": everyTarget,
  Models: "`instances fit`.",
  "CPU and memory": everyTarget,
  "Ports and health": everyTarget,
  "What does not go together": everyTarget,
  Volumes: everyTarget,
  "Containers beside the workload's": everyTarget,
  "The model": everyTarget,
  "Workloads on ECS": ecsCommands,
  "Raw fields of ECS": ecsCommands,
  "Runs and deployments": "`plan`, `run-task`, `service deploy` and `cluster explain`.",
  "Plans and snapshots": "Commands that take `--plan` or `--cluster-state`.",
  "service import": "`service import`.",
  "Machine images": "`ami`.",
  "Container images":
    "`doctor`; in a workload they are told as `image-and-type`, in a task definition by lint's own rules.",
  "Workloads on EKS": "`eks generate`, and of its nodes `eks nodegroup`, of a fleet `eks platform`.",
  "Machines on ECS": "`capacity`.",
  "Nodes on EKS": "`eks nodegroup`, and what machines of both share `capacity`.",
  "Platforms on EKS": "`eks platform generate`.",
};

/** A table a group, each with its heading and what is told of it. */
function grouped(
  groups: Readonly<Record<string, Readonly<Record<string, CodeEntry>>>>,
  about: Readonly<Record<string, string>> = {},
): string {
  return Object.entries(groups)
    .map(([title, codes]) => {
      const rows = Object.entries(codes).map(([code, { severity, meaning }]) => [
        literal(code),
        severity === "either" ? "error or warning" : severity,
        meaning,
      ]);
      const parts = [`### ${title}`, about[title], table(["code", "severity", "meaning"], rows)];
      return parts.filter((part) => part !== undefined).join("\n\n");
    })
    .join("\n\n");
}

function codeTable(head: readonly string[], codes: Readonly<Record<string, string>>): string {
  return table(
    head,
    Object.entries(codes).map(([code, meaning]) => [literal(code), meaning]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), `|${head.map(() => "---|").join("")}`, ...rows.map(line)].join("\n");
}

function literal(code: string): string {
  return `\`${code}\``;
}
