import { present } from "../base/present.ts";
import { listOr, problem, type Path, type Problem } from "../base/problem.ts";
import type { TaskDefinition } from "../ecs-api/api.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";
import type { Capacity } from "./capacity.ts";
import type { GeneratedDefinition } from "./generate.ts";
import type { Finding, Lint } from "./lint/rule.ts";
import type { Judge, JudgeFacts } from "./resolve-for-ecs.ts";
import { writtenPath } from "./written-path.ts";

const aboutExecutionRole: ReadonlySet<Finding["rule"]> = new Set(["secrets-without-role", "managed-instances-role"]);

/** For `doctor`, which looks at container images and the execution role itself, and says what to do about them. */
export function lintForDoctor(lint: Lint): Lint {
  return (definition, known) =>
    lint(definition, known).filter(({ rule }) => !rule.startsWith("image-") && !aboutExecutionRole.has(rule));
}

/**
 * What speaks against the definitions that a workload comes to, once each: the linter's errors are aiplat's own, and
 * each is told at the place in the file that it comes from.
 *
 * @param lint `lintTaskDefinition` where there are raw fields of the definition.
 */
export function judgeBy(lint: Lint): Judge {
  return (workload, generated, facts) => judgeDefinitions(workload, generated, { ...facts, lint });
}

function judgeDefinitions(
  workload: ResolvedWorkload,
  generated: readonly GeneratedDefinition[],
  { capacity, lockPortBase, lint }: JudgeFacts & { readonly lint: Lint },
): readonly Problem[] {
  const problems = [
    ...sharedFamily(generated),
    ...generated.flatMap(({ definition, problems: own }) => {
      const compatibility = wrongCompatibility(workload, definition, capacity);
      const known = [...own, ...compatibility];
      // A container of no size breaks other rules too: why it has none has been said.
      if (own.some(({ code }) => code === "containers-above-share")) return known;
      const linted = lint(definition, present({ lockPortBase }))
        .flatMap(({ rule, severity, path, message, fix }) =>
          severity === "error" ? [problem(rule, writtenPath(workload, definition, path), message, fix)] : [],
        )
        // What follows from a device that was taken away, or added, has been said.
        .filter(({ code }) => code !== "neuron-device-mixed" || !known.some((each) => each.code === "devices-mixed"))
        .filter(({ path = [] }) => !known.some((each) => leadsTo(containerPart(each.path ?? []), path)));
      return [...known, ...linted];
    }),
  ];
  return [...new Map(problems.map((each) => [keyOf(each), each])).values()];
}

/** A container's `linuxParameters` where the path is of one of its devices. */
function containerPart(path: Path): Path {
  const end = path.indexOf("linuxParameters");
  return end < 0 ? path : path.slice(0, end + 1);
}

/** Whether one path is the other, or what the other is a part of. */
function leadsTo(one: Path, other: Path): boolean {
  return one.every((segment, index) => segment === other[index]);
}

/** Definitions of several variants say the same of their own type and slot. */
function keyOf({ code, path = [], message }: Problem): string {
  return JSON.stringify(code === "device-removed" || code === "lock-removed" ? [code, path, message] : [code, path]);
}

/** Registered under one family, the definitions of several slots would be revisions of each other. */
function sharedFamily(generated: readonly GeneratedDefinition[]): readonly Problem[] {
  const families = generated.map(({ definition }) => definition.family);
  const shared = families.find((family, index) => families.indexOf(family) < index);
  if (shared === undefined) return [];
  return [
    problem(
      "family-shared",
      ["ecs", "taskDefinition", "family"],
      `ecs.taskDefinition.family ${shared} is one family, and the workload has ${families.length} task definitions: ` +
        "one for each instance type and slot",
      "Remove it: they are named after the workload, the type and the slot.",
    ),
  ];
}

/**
 * A definition runs where `requiresCompatibilities` says.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
 */
function wrongCompatibility(
  workload: ResolvedWorkload,
  definition: TaskDefinition,
  { kind }: Capacity,
): readonly Problem[] {
  const given: unknown = definition.requiresCompatibilities;
  // A provider may be of either kind.
  if (!Array.isArray(given) || given.length === 0 || kind === "providers") return [];
  const wanted = kind === "managed-instances" ? "MANAGED_INSTANCES" : "EC2";
  if (given.includes(wanted)) return [];
  return [
    problem(
      "compatibility-capacity",
      writtenPath(workload, definition, ["requiresCompatibilities"]),
      `requiresCompatibilities is ${listOr(given.map(String), "and")}, and the tasks run on ` +
        `${wanted === "EC2" ? "EC2 capacity" : "Managed Instances"}`,
      wanted === "EC2"
        ? "Remove it; ecs.capacity: managed-instances runs the workload on Managed Instances."
        : "Remove it; ecs.capacity: ec2 runs the workload on EC2 instances.",
    ),
  ];
}
