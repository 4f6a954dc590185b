import { agreeing, counted } from "../base/counted.ts";
import * as z from "zod/mini";
import { text } from "../ecs-api/field.ts";
import type { Mismatch } from "../base/document-issues.ts";
import { present } from "../base/present.ts";
import { checkShape, differ, planRefusal, readPlan, refuseAll } from "./plan-file.ts";
import {
  cost,
  count,
  failures,
  logGroups,
  registration,
  runInputs,
  runSettings,
  runStep,
  time,
} from "./plan-shapes.ts";
import { tasksIn, type RunPlan } from "./run-plan.ts";

const runPlan = z.looseObject({
  run: text.check(z.regex(/^[A-Za-z0-9_-]{1,128}$/, "is no id of a run")),
  clientToken: z.optional(text),
  cluster: text.check(z.minLength(1)),
  requested: count,
  plannedAt: time,
  settings: runSettings,
  registrations: z.array(registration),
  steps: z.array(runStep),
  logGroups: z.optional(logGroups),
  failures,
  cost: z.optional(cost),
  basis: runInputs,
  unknown: z.array(text),
});

type RunPlanDocument = z.infer<typeof runPlan>;

/**
 * Reads what `aiplat plan -o json` printed for a run.
 *
 * @throws Refusal where it is something else, with everything that is wrong.
 */
export function parseRunPlan(json: string, name: string): RunPlan {
  const document = readPlan(json, name);
  if (document["run"] === undefined && document["workload"] !== undefined)
    throw planRefusal(
      name,
      "is the plan of a service",
      "Carry it out with: aiplat service deploy --plan FILE. For tasks, plan with --count.",
    );
  const plan = checkShape(runPlan, document, name);
  const read = planOf(plan);
  refuseAll(name, mismatchesIn(plan, read));
  return read;
}

function planOf({
  settings,
  clientToken,
  plannedAt,
  basis: { cluster, families, devices },
  registrations,
  steps,
  logGroups: groups,
  failures: unplaced,
  cost: paid,
  unknown,
}: RunPlanDocument): RunPlan {
  const inputs = { settings, ...present({ clientToken }), plannedAt, cluster, families, devices };
  // What the shapes leave open was checked where it counts.
  return {
    inputs,
    registrations,
    steps,
    ...present({ logGroups: groups }),
    unplaced,
    ...present({ cost: paid }),
    warnings: unknown,
  } as unknown as RunPlan;
}

/** What the parts of a run's plan say of each other: its tasks must be found again, and all of them in its cluster. */
function mismatchesIn({ run, cluster, requested }: RunPlanDocument, { inputs, steps }: RunPlan): readonly Mismatch[] {
  const { settings } = inputs;
  const planned = tasksIn(steps);
  return [
    ...differ(["settings", "run"], settings.run, run, "run"),
    ...differ(["settings", "cluster"], settings.cluster, cluster, "cluster"),
    ...differ(["settings", "count"], settings.count, requested, "number of tasks requested"),
    ...(planned <= requested
      ? []
      : [
          {
            path: ["steps"],
            message: `they start ${counted(planned, "task")}, and ${requested} ${agreeing(requested, "is", "are")} requested`,
          },
        ]),
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
