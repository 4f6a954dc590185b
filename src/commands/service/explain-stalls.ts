import type { Context } from "../../context.ts";
import type { Service } from "../../core/ecs-api/service.ts";
import type { RunFailure } from "../../core/plan/run-result.ts";
import { lacksRoom } from "../../core/plan/stalled-service.ts";
import { Interrupted, toAiplatError } from "../../errors.ts";
import { explainServices } from "../../operations/explain-services.ts";
import type { EcsPort } from "../../ports.ts";

/** How long a reason holds before the cluster is read again. */
const freshMs = 300_000;

/** Tells while one waits why services have no room, as run-task does, and keeps what was last found. */
export interface StallWatch {
  /** Looks at services that are not steady yet. */
  readonly look: (services: readonly Service[]) => Promise<void>;
  readonly failureOf: (service: string) => RunFailure | undefined;
}

/** @param say Hears of a reason once, until it changes. */
export function watchStalls(
  context: Context,
  ecs: EcsPort,
  cluster: string,
  say: (service: string, text: string) => void,
): StallWatch {
  const lookedAt = new Map<string, number>();
  const found = new Map<string, RunFailure>();
  const told = new Map<string, string>();
  let readable = true;
  return {
    look: async (services) => {
      const now = context.now();
      for (const { serviceName } of services.filter((service) => !lacksRoom(service, now))) found.delete(serviceName);
      const due = services.filter(
        (service) => lacksRoom(service, now) && now - (lookedAt.get(service.serviceName) ?? -freshMs) >= freshMs,
      );
      if (due.length === 0 || !readable) return;
      try {
        const failures = await explainServices(ecs, cluster, due, now);
        for (const { serviceName } of due) {
          lookedAt.set(serviceName, now);
          const failure = failures.get(serviceName);
          if (failure === undefined) found.delete(serviceName);
          else found.set(serviceName, failure);
          const text = failure === undefined ? undefined : `${failure.detail}. ${failure.hint}`;
          if (text !== undefined && told.get(serviceName) !== text) say(serviceName, text);
          if (text !== undefined) told.set(serviceName, text);
        }
      } catch (thrown) {
        const error = toAiplatError(thrown);
        if (error instanceof Interrupted || error.code === "Bug") throw error;
        // The wait goes on without.
        readable = false;
        say(due[0]!.serviceName, `why there is no room cannot be told: ${error.message}`);
      }
    },
    failureOf: (service) => found.get(service),
  };
}
