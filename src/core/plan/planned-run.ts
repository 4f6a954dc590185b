import { present } from "../base/present.ts";
import type { Cost } from "../catalog/instance-types/cost.ts";
import { lockPortBaseOf } from "../cluster/lock-port-base.ts";
import type { TaskDefinition } from "../ecs-api/api.ts";
import { requirementsOf } from "../ecs/requirements.ts";
import { costOfTasks } from "../placement/task-cost.ts";
import { clusterInputsOf, type DescribedCluster } from "./cluster-inputs.ts";
import { familiesKnown, unknownRevisions, type NewestRevisions } from "./newest-revisions.ts";
import { unknownLogGroups, type LogGroupStep } from "./log-groups.ts";
import { planRegistrations } from "./registrations.ts";
import type { RunPlan, RunRound, RunStep } from "./run-plan.ts";
import { placementOptions, type RunSettings } from "./run-request.ts";

/** What is planned, and from what. */
export interface PlannedFrom {
  readonly settings: RunSettings;
  readonly clientToken?: string;
  readonly round: RunRound;
  readonly cluster: DescribedCluster;
  /** Whether devices were chosen on the cluster's machines. */
  readonly devices: boolean;
  /** Families whose newest revision the user asked for, besides those that steps register. */
  readonly follows: readonly string[];
  /** The definition of the steps that register none. */
  readonly runs?: TaskDefinition;
  readonly newest: NewestRevisions;
  readonly logGroups?: readonly LogGroupStep[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The families that a plan of these steps compares or follows. */
export function familiesOf(steps: readonly RunStep[], follows: readonly string[]): readonly string[] {
  return [...new Set([...steps.flatMap(({ definition }) => definition?.family ?? []), ...follows])];
}

/** A run's first round with all that carrying it out later needs. */
export function plannedRun({
  settings,
  clientToken,
  round: { steps, unplaced },
  cluster,
  devices,
  follows,
  runs,
  newest,
  logGroups = [],
  now,
}: PlannedFrom): RunPlan {
  const families = familiesOf(steps, follows);
  const providers = steps.flatMap(({ request }) =>
    (request.capacityProviderStrategy ?? []).map(({ capacityProvider }) => capacityProvider),
  );
  return {
    inputs: {
      settings,
      ...present({ clientToken }),
      plannedAt: new Date(now).toISOString(),
      cluster: clusterInputsOf(cluster, { locks: devices, providers: [...new Set(providers)] }),
      families: familiesKnown(families, newest),
      devices,
    },
    registrations: planRegistrations(
      steps.flatMap(({ definition }) => definition ?? []),
      newest,
    ),
    steps,
    ...(logGroups.length === 0 ? {} : { logGroups }),
    unplaced,
    ...present({ cost: costOfSteps(steps, runs, settings, cluster) }),
    warnings: [...unknownRevisions(families, newest), ...unknownLogGroups(logGroups)],
  };
}

function costOfSteps(
  steps: readonly RunStep[],
  runs: TaskDefinition | undefined,
  settings: RunSettings,
  { arn, tags }: DescribedCluster,
): Cost | undefined {
  const tasks = steps.flatMap(({ count, definition = runs }) =>
    definition === undefined
      ? []
      : [{ count, variants: [requirementsOf(definition, placementOptions(settings), lockPortBaseOf(tags))] }],
  );
  return costOfTasks(tasks, { instances: [], ...present({ clusterArn: arn }) });
}
