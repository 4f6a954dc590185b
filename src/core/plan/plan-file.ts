import * as z from "zod/mini";
import { mismatchesOf, type Mismatch } from "../base/document-issues.ts";
import { pathText, problem, Refusal, type Path } from "../base/problem.ts";
import { isRaw, type Raw } from "../base/merge.ts";
import { clusterBasis, rollout, runBasis, runSettings, runStep, serviceBasis, serviceStep } from "./plan-shapes.ts";
import type { PlannedRun } from "./planned-run.ts";
import type { ServicePlan } from "./service-plan.ts";

const text = z.string();
const list = z.array(z.looseObject({}));
const failures = z.array(z.looseObject({ reason: text, detail: z.optional(text), hint: text }));
const registrations = z.array(
  z.looseObject({
    family: text,
    action: z.enum(["register", "keep"]),
    taskDefinitionArn: z.optional(text),
    changes: list,
  }),
);
const count = z.number().check(z.int(), z.gte(0));

const runPlan = z.looseObject({
  run: text.check(z.regex(/^[A-Za-z0-9_-]{1,128}$/, "is no id of a run")),
  clientToken: z.optional(text),
  cluster: text.check(z.minLength(1)),
  requested: count,
  plannedAt: text.check(z.refine((value) => !Number.isNaN(Date.parse(value)), "is no time")),
  settings: runSettings,
  registrations,
  steps: z.array(runStep),
  failures,
  basis: runBasis,
  unknown: z.array(text),
});

const servicePlan = z.looseObject({
  workload: text.check(z.minLength(1)),
  cluster: text.check(z.minLength(1)),
  replicas: count,
  registrations: z.array(
    z.looseObject({
      service: text,
      family: text,
      action: z.enum(["register", "keep"]),
      taskDefinitionArn: z.optional(text),
      changes: list,
    }),
  ),
  steps: z.array(serviceStep),
  deployments: z.array(rollout),
  stalls: z.array(z.looseObject({ message: text })),
  basis: z.array(serviceBasis),
  clusterBasis: z.optional(clusterBasis),
});

/**
 * Reads what `aiplat plan -o json` printed for a run.
 *
 * @throws Refusal where it is something else, with everything that is wrong.
 */
export function parseRunPlan(json: string, name: string): PlannedRun {
  const document = readPlan(json, name);
  if (document["run"] === undefined && document["workload"] !== undefined)
    throw refusal(
      name,
      "is the plan of a service",
      "Carry it out with: aiplat service deploy --plan FILE. For tasks, plan with --count.",
    );
  const plan = checked(runPlan, document, name) as unknown as PlannedRun;
  refuseAll(name, runMismatches(plan));
  return plan;
}

/**
 * Reads what `aiplat plan -o json` printed for a service.
 *
 * @throws Refusal where it is something else, with everything that is wrong.
 */
export function parseServicePlan(json: string, name: string): ServicePlan {
  const document = readPlan(json, name);
  if (document["workload"] === undefined && document["run"] !== undefined)
    throw refusal(
      name,
      "is the plan of a run",
      "Carry it out with: aiplat run-task --plan FILE. For a service, plan a workload of kind: service without --count.",
    );
  const { reviewOnly } = document;
  if (typeof reviewOnly === "string")
    throw refusal(
      name,
      `cannot be carried out: ${reviewOnly}`,
      "Plan again from the cluster, or from a snapshot that aiplat cluster snapshot has made without --redact.",
    );
  const plan = checked(servicePlan, document, name) as unknown as ServicePlan;
  refuseAll(name, serviceMismatches(plan));
  return plan;
}

function readPlan(json: string, name: string): Raw {
  let document: unknown;
  try {
    document = JSON.parse(json);
  } catch (error) {
    throw refusal(name, `is not JSON: ${(error as Error).message}`, again);
  }
  if (!isRaw(document) || document["kind"] !== "Plan" || document["apiVersion"] !== "aiplat/v1")
    throw refusal(name, "is not a plan of aiplat", again);
  return document;
}

const again = "Write one with: aiplat plan -o json > plan.json";

function refusal(name: string, what: string, hint: string): Refusal {
  return new Refusal([problem("not-a-plan", [], `${name} ${what}`, hint)]);
}

/** How many problems are told: a document that is something else has one for each field. */
const told = 10;

function checked(schema: z.ZodMiniType, document: Raw, name: string): unknown {
  const result = z.safeParse(schema, document);
  if (result.success) return document;
  refuseAll(name, mismatchesOf(result.error.issues, document));
  return document;
}

function refuseAll(name: string, mismatches: readonly Mismatch[]): void {
  if (mismatches.length === 0) return;
  const shown = mismatches.slice(0, told);
  const more = mismatches.length > told ? ` ${mismatches.length - told} more problems are not shown.` : "";
  // One hint for all of them.
  throw new Refusal(
    shown.map(({ path, message }, index) =>
      problem(
        "broken-plan",
        path,
        `${name}: ${pathText(path) || "the document"} ${message}`,
        index === shown.length - 1
          ? `A plan is carried out as it was printed: plan again rather than edit it.${more}`
          : undefined,
      ),
    ),
  );
}

function differ(path: Path, value: unknown, other: unknown, what: string): readonly Mismatch[] {
  return value === other
    ? []
    : [{ path, message: `${JSON.stringify(value) ?? "nothing"} is not the plan's ${what}, ${JSON.stringify(other)}` }];
}

/** What the parts of a service's plan say of each other: each step does what it says, to a service that was looked at. */
function serviceMismatches({ cluster, steps, basis }: ServicePlan): readonly Mismatch[] {
  const known = new Set(basis.map(({ service }) => service));
  return steps.flatMap(({ service, action, create, update, definition }, index) => {
    const at = (...path: readonly string[]) => ["steps", index, ...path];
    return [
      ...(known.has(service)
        ? []
        : [{ path: at("service"), message: `${JSON.stringify(service)} is not in the plan's basis` }]),
      ...(action === "create" && create === undefined ? [{ path: at("create"), message: "is missing" }] : []),
      ...(action !== "create" && create !== undefined
        ? [{ path: at("action"), message: `${JSON.stringify(action)} does not create, and there is what to create` }]
        : []),
      ...(action === "update" || update === undefined
        ? []
        : [{ path: at("action"), message: `${JSON.stringify(action)} does not update, and there is what to update` }]),
      ...(create === undefined
        ? []
        : [
            ...differ(at("create", "cluster"), create.cluster, cluster, "cluster"),
            ...differ(at("create", "serviceName"), create.serviceName, service, "service"),
          ]),
      ...(update === undefined
        ? []
        : [
            ...differ(at("update", "cluster"), update.cluster, cluster, "cluster"),
            ...differ(at("update", "service"), update.service, service, "service"),
          ]),
      ...(definition === undefined || create === undefined
        ? []
        : differ(at("create", "taskDefinition"), create.taskDefinition, definition.family, "family")),
    ];
  });
}

/** What the parts of a run's plan say of each other: its tasks must be found again, and all of them in its cluster. */
function runMismatches({ run, cluster, requested, settings, steps }: PlannedRun): readonly Mismatch[] {
  const planned = steps.reduce((sum, step) => sum + step.count, 0);
  return [
    ...differ(["settings", "run"], settings.run, run, "run"),
    ...differ(["settings", "cluster"], settings.cluster, cluster, "cluster"),
    ...differ(["settings", "count"], settings.count, requested, "number of tasks requested"),
    ...(planned <= requested
      ? []
      : [{ path: ["steps"], message: `they start ${planned} tasks, and ${requested} are requested` }]),
    ...steps.flatMap(({ request, definition }, index) => [
      ...differ(["steps", index, "request", "cluster"], request.cluster, cluster, "cluster"),
      ...(definition === undefined
        ? []
        : differ(["steps", index, "request", "taskDefinition"], request.taskDefinition, definition.family, "family")),
      ...differ(
        ["steps", index, "request", "tags"],
        request.tags?.find(({ key }) => key === "aiplat:run")?.value,
        run,
        "run",
      ),
    ]),
  ];
}
