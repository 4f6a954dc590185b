import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diffTaskDefinitions } from "../../../src/core/ecs/diff.ts";
import { judged } from "../../../src/core/plan/judge-plan.ts";
import { staleRunReasons } from "../../../src/core/plan/stale-run-plan.ts";
import { newestOf } from "../../../src/core/plan/newest-revisions.ts";
import { parseRunPlan } from "../../../src/core/plan/read-run-plan.ts";
import { parseServicePlan } from "../../../src/core/plan/read-service-plan.ts";
import { planRun } from "../../../src/core/plan/plan-run.ts";
import { plannedRun } from "../../../src/core/plan/planned-run.ts";
import { planServices } from "../../../src/core/plan/plan-service.ts";
import type { RunPlan } from "../../../src/core/plan/run-plan.ts";
import { staleServiceReasons, type ServicePlan } from "../../../src/core/plan/service-plan.ts";
import { explainShortage } from "../../../src/core/plan/shortage.ts";
import { Refusal } from "../../../src/core/base/problem.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import type { View } from "../../../src/output/print.ts";
import { runPlanView } from "../../../src/output/run-plan.ts";
import { servicePlanView } from "../../../src/output/service-plan.ts";
import { runs } from "../../support/depth.ts";
import { aDefinition, anInstance, aSnapshot, aTask } from "../../support/cluster.ts";
import { ecsOf } from "../../support/ecs.ts";
import { mutate, mutations } from "../../support/mutations.ts";
import type { Json } from "../../support/sandbox.ts";

const resources = { cpu: 96 * 1024, memoryMiB: 370_000, tcpPorts: [22], udpPorts: [], gpus: [] };
const machines = ["1", "2"].map((id) =>
  anInstance(id, "inf2.24xlarge", { registered: resources, remaining: resources }),
);
const foreign = aDefinition("foreign", { linuxParameters: { devices: [{ hostPath: "/dev/neuron0" }] } });
const snapshot = aSnapshot(machines, [aTask("t", foreign, machines[0])], [foreign]);
const cluster = {
  name: "prod",
  arn: "arn:aws:ecs:us-east-1:111122223333:cluster/prod",
  tags: {},
  capacityProviders: [],
};
const workload: Workload = {
  name: "chip",
  image: "chip:1",
  command: ["serve"],
  environment: { A: "1" },
  ports: [{ container: 8080 }],
  health: { path: "/ping", port: 8080 },
  accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 3 },
  replicas: 3,
};

function aRunPlan(): RunPlan {
  const settings = {
    run: "chip-1",
    cluster: "prod",
    count: 4,
    strategy: "pack" as const,
    placementConstraints: [],
    enableExecuteCommand: false,
  };
  const round = planRun(ecsOf(workload), settings, 4, snapshot, new Set());
  return plannedRun({ settings, round, cluster, devices: true, follows: [], newest: newestOf(new Map()), now: 0 });
}

function aServicePlan(): ServicePlan {
  return planServices(
    ecsOf({ ...workload, kind: "service" }),
    { cluster: "prod", enableExecuteCommand: false, force: false },
    snapshot,
    { services: [], definitions: [], cluster },
  );
}

/** The document as it is printed. */
function printed({ kind, document }: View): Json {
  return JSON.parse(JSON.stringify({ apiVersion: "aiplat/v1", kind, ...document }));
}

/** The problems of a document; undefined where it is a plan. */
function problemsOf(parse: (text: string, name: string) => unknown, document: unknown): readonly string[] | undefined {
  try {
    parse(typeof document === "string" ? document : JSON.stringify(document), "plan.json");
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error.problems.map(({ message }) => message);
    throw error;
  }
}

const run = printed(runPlanView(aRunPlan()));
const service = printed(servicePlanView(aServicePlan()));
/** Printed by version 0.1.0 (commit f76b069) for what is in ../fixtures/deployed, as `aiplat plan -o json`. */
const earlier = readdirSync(join(import.meta.dirname, "../../fixtures/saved-plans")).map((file) => {
  const text = readFileSync(join(import.meta.dirname, "../../fixtures/saved-plans", file), "utf8");
  return { file, text };
});

describe("a plan file", () => {
  it("is read as it was printed", () => {
    expect(parseRunPlan(JSON.stringify(run), "plan.json")).toEqual(JSON.parse(JSON.stringify(aRunPlan())));
    expect(parseServicePlan(JSON.stringify(service), "plan.json")).toEqual(JSON.parse(JSON.stringify(aServicePlan())));
  });

  it.each(earlier)("of an earlier version is read, and printed again without a loss: $file", ({ file, text }) => {
    const again = file.startsWith("run-")
      ? runPlanView(parseRunPlan(text, file))
      : servicePlanView(parseServicePlan(text, file));
    expect(printed(again)).toEqual(JSON.parse(text));
  });

  it.each<[what: string, document: unknown, says: string]>([
    ["no JSON", "{", "plan.json is no JSON"],
    ["no plan", { kind: "RunTaskResult" }, "plan.json is not a plan of aiplat"],
    ["a list", [], "plan.json is not a plan of aiplat"],
    ["of another version", { ...run, apiVersion: "aiplat/v2" }, "plan.json is not a plan of aiplat"],
    ["empty", { apiVersion: "aiplat/v1", kind: "Plan" }, "plan.json: run is missing"],
  ])("that is %s is refused", (_, document, says) => {
    expect(problemsOf(parseRunPlan, document)?.[0]).toContain(says);
  });

  it("of the other kind says which command takes it", () => {
    expect(() => parseRunPlan(JSON.stringify(service), "plan.json")).toThrow(
      expect.objectContaining({
        problems: [
          expect.objectContaining({
            message: "plan.json is the plan of a service",
            hint: expect.stringContaining("aiplat service deploy --plan"),
          }),
        ],
      }),
    );
    expect(() => parseServicePlan(JSON.stringify(run), "plan.json")).toThrow(
      expect.objectContaining({
        problems: [
          expect.objectContaining({
            message: "plan.json is the plan of a run",
            hint: expect.stringContaining("aiplat run-task --plan"),
          }),
        ],
      }),
    );
  });

  it("names everything that is broken, each with its place", () => {
    const broken = structuredClone(run) as {
      steps: { count: number; request: { cluster: string }; definition: { containerDefinitions: unknown } }[];
      requested: unknown;
    };
    broken.requested = "three";
    broken.steps[0]!.count = 0;
    broken.steps[1]!.definition.containerDefinitions = "none";
    expect(problemsOf(parseRunPlan, broken)).toEqual([
      'plan.json: requested "three" is no number',
      "plan.json: steps[0].count 0 is less than 1",
      'plan.json: steps[1].definition.containerDefinitions "none" is no list',
    ]);
    expect(problemsOf(parseRunPlan, { ...broken, settings: undefined })).toContain("plan.json: settings is missing");
    const elsewhere = structuredClone(run) as typeof broken;
    elsewhere.steps[0]!.request.cluster = "staging";
    expect(problemsOf(parseRunPlan, elsewhere)).toEqual([
      'plan.json: steps[0].request.cluster "staging" is not the plan\'s cluster, "prod"',
    ]);
  });

  it("that was made from too little says so", () => {
    expect(problemsOf(parseServicePlan, { ...service, reviewOnly: "it was made from a redacted snapshot" })).toEqual([
      "plan.json cannot be carried out: it was made from a redacted snapshot",
    ]);
  });

  it("that somebody has changed is refused, or is a plan that everything can be done with", () => {
    const seen = { refused: 0, read: 0 };
    fc.assert(
      fc.property(fc.constantFrom("run", "service"), mutations, (kind, changes) => {
        const document = mutate(kind === "run" ? run : service, changes);
        if (problemsOf(kind === "run" ? parseRunPlan : parseServicePlan, document) !== undefined)
          return void seen.refused++;
        seen.read++;
        if (kind === "run") {
          const plan = parseRunPlan(JSON.stringify(document), "plan.json");
          staleRunReasons(plan, { cluster, definitions: new Map(), snapshot });
          const definitions = plan.steps.flatMap(({ definition }) => definition ?? []);
          if (definitions.length > 0)
            explainShortage(snapshot, definitions, plan.inputs.settings, { asked: 3, missing: 3 });
          for (const definition of definitions) diffTaskDefinitions(definition, foreign);
        } else {
          const plan = parseServicePlan(JSON.stringify(document), "plan.json");
          staleServiceReasons(plan.inputs.services, []);
          printed(servicePlanView(judged(plan, snapshot)));
        }
      }),
      { numRuns: runs(3000) },
    );
    expect(seen.refused).toBeGreaterThan(runs(500));
    expect(seen.read).toBeGreaterThan(runs(300));
  });
});
