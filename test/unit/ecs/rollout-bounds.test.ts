import { judgeBy } from "../../../src/core/ecs/judge.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Refusal } from "../../../src/core/base/problem.ts";
import { lowerLimit, upperLimit } from "../../../src/core/ecs-api/deployment-limits.ts";
import { deploymentSettingsOf, type Service } from "../../../src/core/ecs-api/service.ts";
import { resolveForEcs } from "../../../src/core/ecs/resolve-for-ecs.ts";
import {
  boundsOf,
  deploymentConfigurationAt,
  percentagesFor,
  rolloutUpdate,
} from "../../../src/core/ecs/rollout-bounds.ts";
import { generateService } from "../../../src/core/ecs/service.ts";
import { lintTaskDefinition } from "../../../src/core/ecs/lint/lint.ts";
import { resolveWorkload } from "../../../src/core/workload/resolve.ts";
import { workloadRules } from "../../../src/core/workload/rules.ts";
import { runRules } from "../../../src/core/workload/rules/rule.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";

const bounds = fc.record({ maxUnavailable: fc.nat(12), maxSurge: fc.nat(12) });
const percents = Array.from({ length: 1_400 }, (_, percent) => percent);

describe("the percentages of a rollout in replicas", () => {
  it("are never looser than it says, and as near as a whole percentage comes: exactly so up to 100 replicas", () => {
    fc.assert(
      fc.property(bounds, fc.integer({ min: 1, max: 400 }), ({ maxUnavailable, maxSurge }, count) => {
        const { minimumHealthyPercent, maximumPercent } = percentagesFor({ maxUnavailable, maxSurge }, count);
        const kept = Math.max(0, count - maxUnavailable);
        const lower = percents.map((percent) => lowerLimit(count, percent)).filter((limit) => limit >= kept);
        const upper = percents
          .map((percent) => upperLimit(count, percent))
          .filter((limit) => limit <= count + maxSurge);
        expect(lowerLimit(count, minimumHealthyPercent!)).toBe(Math.min(...lower));
        expect(upperLimit(count, maximumPercent!)).toBe(Math.max(...upper));
        if (count <= 100)
          expect([lowerLimit(count, minimumHealthyPercent!), upperLimit(count, maximumPercent!)]).toEqual([
            kept,
            count + maxSurge,
          ]);
      }),
    );
  });

  it.each([
    [{ maxUnavailable: 1, maxSurge: 0 }, 3, { minimumHealthyPercent: 66, maximumPercent: 100 }],
    [{ maxUnavailable: 1, maxSurge: 1 }, 3, { minimumHealthyPercent: 66, maximumPercent: 134 }],
    [{ maxUnavailable: 2 }, 1, { minimumHealthyPercent: 0 }],
    [{ maxSurge: 1 }, 4, { maximumPercent: 125 }],
    [{ maxUnavailable: 1 }, 0, {}],
    [{}, 3, {}],
  ])("of %o and %i replicas are %o", (rollout, count, percentages) => {
    expect(percentagesFor(rollout, count)).toEqual(percentages);
  });
});

function generate(changes: Partial<Workload>, desiredCount = 3) {
  const ecs = resolveForEcs(
    resolveWorkload({
      name: "bert",
      kind: "service",
      image: "bert:1",
      accelerator: { instanceTypes: ["inf2.xlarge"] },
      replicas: desiredCount,
      ...changes,
    } as Workload),
    {},
    judgeBy(lintTaskDefinition),
  );
  return generateService(ecs, ecs.variants[0]!, {
    cluster: "prod",
    taskDefinition: "bert:3",
    desiredCount,
    enableExecuteCommand: false,
    placementConstraints: [],
  });
}
const refused = (changes: object, desiredCount?: number) => {
  try {
    generate(changes, desiredCount);
  } catch (error) {
    if (error instanceof Refusal) return error.problems.map(({ code }) => code);
    throw error;
  }
  return [];
};
const raw = (service: object) => ({ ecs: { service } }) as Partial<Workload>;

describe("a service with a rollout", () => {
  it("has the percentages of its own count, and remembers what they come from", () => {
    const service = generate({ rollout: { maxUnavailable: 1, maxSurge: 0 } });
    expect(service).toMatchObject({
      deploymentConfiguration: { minimumHealthyPercent: 66, maximumPercent: 100 },
      availabilityZoneRebalancing: "DISABLED",
      tags: expect.arrayContaining([{ key: "aiplat:rollout", value: "maxUnavailable=1 maxSurge=0" }]) as unknown,
    });
    expect(boundsOf(service)).toEqual({ maxUnavailable: 1, maxSurge: 0 });
    expect(generate({ rollout: { maxUnavailable: 1 } }).deploymentConfiguration).toMatchObject({
      minimumHealthyPercent: 66,
      maximumPercent: 200,
    });
  });

  it("that says none keeps the platform's own, and has no such tag", () => {
    const service = generate({});
    expect(deploymentSettingsOf(service)).toMatchObject({ minimumHealthyPercent: 100, maximumPercent: 200 });
    expect(service.tags?.map(({ key }) => key)).not.toContain("aiplat:rollout");
    expect(boundsOf(service)).toBeUndefined();
    expect(boundsOf({ tags: [{ key: "aiplat:rollout", value: "none" }] })).toBeUndefined();
  });

  it("is refused by name where the raw fields say the same, or have no use for it", () => {
    const rollout = { maxUnavailable: 1, maxSurge: 1 };
    const configured = (deploymentConfiguration: object) => ({ rollout, ...raw({ deploymentConfiguration }) });
    expect(refused(configured({ minimumHealthyPercent: 50, maximumPercent: 150 }))).toEqual([
      "rollout-twice",
      "rollout-twice",
    ]);
    expect(refused(configured({ strategy: "BLUE_GREEN", bakeTimeInMinutes: 5 }))).toEqual(["rollout-strategy"]);
    expect(refused({ rollout, ...raw({ schedulingStrategy: "DAEMON" }) })).toEqual(["rollout-daemon"]);
    expect(refused({ rollout: { maxUnavailable: 1, maxSurge: 0 } }, 200)).toEqual(["rollout-too-fine"]);
    expect(refused({ rollout: { maxUnavailable: 2, maxSurge: 0 } }, 200)).toEqual([]);
    expect(
      refused({ rollout: { maxUnavailable: 1 }, ...raw({ deploymentConfiguration: { maximumPercent: 150 } }) }),
    ).toEqual([]);
  });

  it("is refused where nothing could move, and for a job", () => {
    const codes = (changes: object) =>
      runRules(workloadRules, { name: "bert", image: "bert:1", accelerator: "none", ...changes } as Workload, [])
        .filter(({ severity }) => severity === "error")
        .map(({ code }) => code);
    expect(codes({ kind: "service", rollout: { maxSurge: 0 } })).toEqual(["rollout-stuck"]);
    expect(codes({ kind: "service", rollout: { maxUnavailable: 0, maxSurge: 0 } })).toEqual(["rollout-stuck"]);
    expect(codes({ kind: "service", rollout: { maxUnavailable: 0 } })).toEqual([]);
    expect(codes({ kind: "job", rollout: { maxUnavailable: 1 } })).toEqual(["rollout-of-job"]);
    expect(codes({ rollout: { maxUnavailable: 1 } })).toEqual([]);
  });
});

describe("a live service at another count", () => {
  const live = (deploymentConfiguration: object, value?: string) =>
    ({
      deploymentConfiguration,
      tags: value === undefined ? [] : [{ key: "aiplat:rollout", value }],
    }) as unknown as Service;
  const breaker = { deploymentCircuitBreaker: { enable: true, rollback: true } };

  it("has the percentages of that count, and keeps all else; where it has no bounds nothing changes", () => {
    const configured = { ...breaker, minimumHealthyPercent: 66, maximumPercent: 100 };
    expect(deploymentConfigurationAt(live(configured, "maxUnavailable=1 maxSurge=0"), 6)).toEqual({
      ...breaker,
      minimumHealthyPercent: 83,
      maximumPercent: 100,
    });
    expect(deploymentConfigurationAt(live(configured, "maxUnavailable=1 maxSurge=0"), 3)).toBeUndefined();
    expect(deploymentConfigurationAt(live(configured), 6)).toBeUndefined();
    expect(deploymentConfigurationAt(live(configured, "none"), 6)).toBeUndefined();
  });

  it("is not rebalanced over zones where its tasks may not be more for a moment", () => {
    const service = {
      ...live({ minimumHealthyPercent: 50, maximumPercent: 150 }, "maxUnavailable=2 maxSurge=1"),
      availabilityZoneRebalancing: "ENABLED",
    } as unknown as Service;
    expect(rolloutUpdate(service, 200)).toEqual({
      deploymentConfiguration: { minimumHealthyPercent: 99, maximumPercent: 100 },
      availabilityZoneRebalancing: "DISABLED",
    });
    expect(rolloutUpdate(service, 4)).toEqual({
      deploymentConfiguration: { minimumHealthyPercent: 50, maximumPercent: 125 },
    });
    expect(rolloutUpdate(live({}), 4)).toEqual({});
  });
});
