import { describe, expect, it } from "vitest";
import type { Service } from "../../../src/core/ecs-api/service.ts";
import type { ServiceStep } from "../../../src/core/plan/service-plan.ts";
import { fitsBeside, takesOf, type Takes } from "../../../src/core/plan/side-by-side.ts";

const takes = (
  unavailable: number,
  surge = 0,
  bounds: Takes["bounds"] = { maxUnavailable: 3, maxSurge: 2 },
): Takes => ({
  unavailable,
  surge,
  bounds,
});

describe("a deployment beside others", () => {
  it.each<[text: string, others: readonly Takes[], next: Takes, parallel: number, fits: boolean]>([
    ["begins where there is none, whatever it takes", [], takes(9, 9), 1, true],
    ["waits for the one before", [takes(0)], takes(0), 1, false],
    ["begins while all take no more away than the workload may", [takes(1), takes(1)], takes(1), 3, true],
    ["waits where one replica more would be away", [takes(2)], takes(2), 3, false],
    ["waits where one replica more would be added", [takes(0, 2)], takes(0, 1), 3, false],
    ["waits where there are as many as may", [takes(0), takes(0)], takes(0), 2, false],
    ["is bound by their number alone where the file says nothing", [takes(2, 0, {})], takes(2, 0, {}), 2, true],
    ["begins beside those that take none away", [takes(0)], takes(0, 0, { maxUnavailable: 0 }), 2, true],
  ])("%s", (_, others, next, parallel, fits) => {
    expect(fitsBeside(others, next, parallel)).toBe(fits);
  });
});

describe("what an update takes", () => {
  const step = { action: "update", replacesTasks: true, desiredCount: 3, update: {} } as unknown as ServiceStep;
  const live = {
    deploymentConfiguration: { minimumHealthyPercent: 66, maximumPercent: 134 },
    tags: [{ key: "aiplat:rollout", value: "maxUnavailable=1 maxSurge=1" }],
  } as unknown as Service;

  it("is what its own percentages, or the live service's, come to", () => {
    expect(takesOf(step, live)).toEqual({ unavailable: 1, surge: 1, bounds: { maxUnavailable: 1, maxSurge: 1 } });
    const deploymentConfiguration = { minimumHealthyPercent: 0, maximumPercent: 100 };
    const tags = [{ key: "aiplat:rollout", value: "maxUnavailable=3 maxSurge=0" }];
    expect(
      takesOf({ ...step, tags, update: { cluster: "prod", service: "bert", deploymentConfiguration } }, live),
    ).toEqual({ unavailable: 3, surge: 0, bounds: { maxUnavailable: 3, maxSurge: 0 } });
    expect(takesOf({ ...step, tags: [{ key: "aiplat:rollout", value: "none" }] }, live)?.bounds).toEqual({});
  });

  it("is nothing where no task is replaced", () => {
    expect(takesOf({ ...step, replacesTasks: false }, live)).toBeUndefined();
    expect(takesOf({ ...step, action: "create" }, live)).toBeUndefined();
  });
});
