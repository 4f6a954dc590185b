import { present } from "../base/present.ts";
import type { Change } from "../ecs/diff.ts";
import { clusterBasisOf, type ClusterBasis, type DescribedCluster, type FamilyBasis } from "./cluster-basis.ts";
import { familiesKnown, planRegistrations, unknownRevisions, type NewestRevisions } from "./newest-revisions.ts";
import type { RunFailure } from "./run-result.ts";
import type { RunPlan, RunStep } from "./run-plan.ts";
import type { RunSettings } from "./run-request.ts";

/** What becomes of one task definition. */
export interface PlannedRegistration {
  readonly family: string;
  readonly action: "register" | "keep";
  /** The revision that stays. */
  readonly taskDefinitionArn?: string;
  /** Field by field what differs from the latest revision; empty for a new family. */
  readonly changes: readonly Change[];
  /** Why nothing was compared, where the newest revision is not known. */
  readonly notCompared?: string;
}

/** What a run's plan rests on, to tell whether the world has moved since. */
export interface RunBasis {
  readonly cluster: ClusterBasis;
  /** The families whose newest revision is known and counts. */
  readonly families: readonly FamilyBasis[];
  /** Whether devices were chosen on the cluster's machines as they were; else ECS chooses, and no machine counts. */
  readonly devices: boolean;
}

/** What `run-task` does, with all that doing it later needs: `plan` prints it, `run-task --plan` carries it out. */
export interface PlannedRun {
  /** The run's id: its tasks are found by it, and a plan that was carried out is told by them. */
  readonly run: string;
  /** The user's own; else every request's token is derived from the run's id. */
  readonly clientToken?: string;
  readonly cluster: string;
  readonly requested: number;
  /** ISO 8601. */
  readonly plannedAt: string;
  readonly settings: RunSettings;
  readonly registrations: readonly PlannedRegistration[];
  readonly steps: readonly RunStep[];
  /** Why the rest of what is requested has no place. */
  readonly failures: readonly RunFailure[];
  readonly basis: RunBasis;
  /** What the state that it was made from does not say, each in a sentence. */
  readonly unknown: readonly string[];
}

/** What is planned, and from what. */
export interface PlannedFrom {
  readonly settings: RunSettings;
  readonly clientToken?: string;
  readonly round: RunPlan;
  readonly cluster: DescribedCluster;
  /** Whether devices were chosen on the cluster's machines. */
  readonly devices: boolean;
  /** Families whose newest revision the user asked for, besides those that steps register. */
  readonly follows: readonly string[];
  readonly newest: NewestRevisions;
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
  round,
  cluster,
  devices,
  follows,
  newest,
  now,
}: PlannedFrom): PlannedRun {
  const { steps, shortages } = round;
  const families = familiesOf(steps, follows);
  const providers = [
    ...new Set(
      steps.flatMap(({ request }) =>
        (request.capacityProviderStrategy ?? []).map(({ capacityProvider }) => capacityProvider),
      ),
    ),
  ];
  return {
    run: settings.run,
    ...present({ clientToken }),
    cluster: settings.cluster,
    requested: settings.count,
    plannedAt: new Date(now).toISOString(),
    settings,
    registrations: planRegistrations(steps, newest),
    steps,
    failures: shortages,
    basis: {
      cluster: clusterBasisOf(cluster, { locks: devices, providers }),
      families: familiesKnown(families, newest),
      devices,
    },
    unknown: unknownRevisions(families, newest),
  };
}

/** How many tasks the plan starts. */
export function tasksIn({ steps }: Pick<PlannedRun, "steps">): number {
  return steps.reduce((sum, { count }) => sum + count, 0);
}
