import { describe, expect, it } from "vitest";
import type { RunStep } from "../../../src/core/plan/run-plan.ts";
import { requestsOf } from "../../../src/operations/run-requests.ts";
import { batchToken } from "../../../src/operations/tokens.ts";

describe("the client token of a RunTask call", () => {
  it("is another one for each run, first replica and generation, and the same for the same", () => {
    const tokens = ["run-1", "run-2"].flatMap((token) =>
      [0, 10].flatMap((first) => [0, 1].map((generation) => batchToken(token, first, generation))),
    );
    expect(new Set(tokens).size).toBe(8);
    expect(batchToken("run-1", 0)).toBe(tokens[0]);
  });

  it("is another one for two steps of one definition: with one token ECS would start the tasks of the first alone", () => {
    const step: RunStep = { count: 10, why: "", request: { cluster: "prod", taskDefinition: "chip:1" } };
    const settings = {
      run: "r-1",
      cluster: "prod",
      count: 20,
      strategy: "pack",
      placementConstraints: [],
      enableExecuteCommand: false,
    } as const;
    const requests = requestsOf({ inputs: { settings } as never, registrations: [], steps: [step, step] });
    const tokens = requests.flatMap((each) => (each.operation === "RunTask" ? [each.input.clientToken] : []));
    expect([tokens.length, new Set(tokens).size]).toEqual([2, 2]);
  });
});
