import type { PlannedProcess, Schedule, Step } from "./schedule.ts";
import { watch } from "./watch.ts";

const mostTries = 150;

/** The smallest schedule found that still breaks the rule. */
export async function shrink(schedule: Schedule, rule: string): Promise<Schedule> {
  const breaks = async (one: Schedule) => (await watch(one)).wrongs.some((wrong) => wrong.rule === rule);
  let smallest = schedule;
  let tries = mostTries;
  for (let again = true; again;) {
    again = false;
    for (const smaller of smallerThan(smallest)) {
      if (tries-- <= 0) return smallest;
      if (!(await breaks(smaller))) continue;
      smallest = smaller;
      again = true;
      break;
    }
  }
  return smallest;
}

function smallerThan(schedule: Schedule): readonly Schedule[] {
  return schedule.steps
    .flatMap((step, index) => smallerSteps(step).map((each) => replaced(schedule.steps, index, each)))
    .filter((steps) => steps.length > 0)
    .map((steps) => ({ ...schedule, steps }));
}

function smallerSteps(step: Step): readonly (readonly Step[])[] {
  return [
    [],
    ...(step.processes.length > 1
      ? step.processes.map((_, index) => [{ ...step, processes: replaced(step.processes, index, []) }])
      : []),
    ...step.processes.flatMap((process, index) =>
      smallerProcesses(process).map((each) => [{ ...step, processes: replaced(step.processes, index, [each]) }]),
    ),
  ];
}

function smallerProcesses(process: PlannedProcess): readonly PlannedProcess[] {
  const { troubles, signals, startMs } = process;
  return [
    ...troubles.map((_, index) => ({ ...process, troubles: replaced(troubles, index, []) })),
    ...signals.map((_, index) => ({ ...process, signals: replaced(signals, index, []) })),
    ...troubles.flatMap((trouble, index) =>
      trouble.length > 1
        ? [1, Math.floor(trouble.length / 2)].map((length) => ({
            ...process,
            troubles: replaced(troubles, index, [{ ...trouble, length }]),
          }))
        : [],
    ),
    ...(startMs > 0 ? [{ ...process, startMs: 0 }] : []),
  ];
}

function replaced<Item>(items: readonly Item[], at: number, by: readonly Item[]): readonly Item[] {
  return [...items.slice(0, at), ...by, ...items.slice(at + 1)];
}
