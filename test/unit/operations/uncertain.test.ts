import { describe, expect, it } from "vitest";
import { AiplatError, isUncertain } from "../../../src/errors.ts";
import { askToRun } from "../../../src/operations/ask-to-run.ts";
import { registerOnce } from "../../../src/operations/register-definition.ts";
import { sureServices } from "../../../src/operations/sure-services.ts";
import type { EcsPort } from "../../../src/ports.ts";
import { scriptedEcs } from "../../support/task-port.ts";

const runtime = { now: () => 0, sleep: async () => undefined, signal: new AbortController().signal };

/** Loses its first answer, if it is to, and refuses after that. */
function refusing(loses: boolean): () => Promise<never> {
  let asked = 0;
  return () =>
    Promise.reject(
      ++asked === 1 && loses
        ? new AiplatError("Network", "the connection was lost", { details: { uncertain: true } })
        : new AiplatError("AccessDenied", "not allowed", { hint: "Ask.", details: { requestId: "r-1" } }),
    );
}

const run = {
  run: "r",
  token: "t",
  first: 0,
  refusals: 0,
  mayBeKnown: false,
  allOrNothing: false,
  isSpent: () => false,
};
const update = { cluster: "prod", service: "bert", desiredCount: 2 };
const port = (more: Partial<EcsPort>) => scriptedEcs(() => [], { describeServices: async () => [], ...more });

describe("a call that is refused after its answer was lost", () => {
  it.each<readonly [string, (answer: () => Promise<never>) => Promise<unknown>]>([
    [
      "RunTask",
      (runTask) => askToRun(port({ runTask }), runtime, { cluster: "prod", taskDefinition: "bert:1", count: 1 }, run),
    ],
    [
      "RegisterTaskDefinition",
      (registerTaskDefinition) =>
        registerOnce(port({ registerTaskDefinition }), runtime, { family: "bert", containerDefinitions: [] }),
    ],
    [
      "UpdateService",
      (updateService) => {
        const ecs = port({ updateService });
        return sureServices(ecs, runtime, ecs).updateService(update);
      },
    ],
  ])("may have taken effect: %s", async (_, ask) => {
    const thrown = async (loses: boolean) => {
      const error = await ask(refusing(loses)).catch((each: unknown) => each);
      const { code, hint, details } = error as AiplatError;
      return [isUncertain(error), code, hint, details["requestId"]];
    };
    expect(await thrown(true)).toEqual([true, "AccessDenied", "Ask.", "r-1"]);
    expect(await thrown(false)).toEqual([false, "AccessDenied", "Ask.", "r-1"]);
  });
});
