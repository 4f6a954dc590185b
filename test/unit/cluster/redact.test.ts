import { describe, expect, it } from "vitest";
import { redactSnapshot, withoutRedacted } from "../../../src/core/cluster/redact.ts";
import { formatSnapshot, parseSnapshot } from "../../../src/core/cluster/snapshot-file.ts";
import type { RegisteredTaskDefinition } from "../../../src/core/ecs-api/api.ts";
import { aDefinition, anInstance, aSnapshot, aTask } from "../../support/cluster.ts";

const canary = "CANARY-5f3a";

/** A definition with the canary wherever somebody could have written a secret. */
const telling = {
  ...aDefinition("telling", {
    command: ["serve", `--token=${canary}`],
    entryPoint: ["sh", "-c", `curl -H ${canary}`],
    environment: [{ name: "TOKEN", value: canary }],
    healthCheck: { command: ["CMD-SHELL", `curl -u x:${canary} localhost`] },
    dockerLabels: { key: canary },
    logConfiguration: {
      logDriver: "splunk",
      options: { "splunk-token": canary, "awslogs-group": "/kept" },
    },
    firelensConfiguration: { type: "fluentbit", options: { key: canary } },
  } as Partial<RegisteredTaskDefinition["containerDefinitions"][number]>),
  volumes: [
    { name: "v", dockerVolumeConfiguration: { driverOpts: { o: `password=${canary}` }, labels: { a: canary } } },
  ],
  tags: [
    { key: "secret", value: canary },
    { key: "aiplat:workload", value: "telling" },
  ],
} as RegisteredTaskDefinition;
const machine = anInstance("m1", "inf2.xlarge");
const task = aTask("t1", telling, machine, {
  overrides: { containerOverrides: [{ name: "main", command: [canary], environment: [{ name: "A", value: canary }] }] },
});
const snapshot = aSnapshot([machine], [task], [telling]);

describe("a redacted snapshot", () => {
  it("holds nothing that can be a secret", () => {
    const text = formatSnapshot(redactSnapshot(snapshot));
    expect(text.match(/.{0,40}CANARY.{0,10}/g)).toBeNull();
    expect(text).toContain("/kept");
    expect(text).toContain("telling");
  });

  it("is a snapshot, and equals what it was made of where what is redacted does not count", () => {
    const redacted = parseSnapshot(formatSnapshot(redactSnapshot(snapshot)), "x.json");
    const [before, after] = [snapshot, redacted].map(({ taskDefinitions }) => Object.values(taskDefinitions)[0]);
    expect(withoutRedacted(after)).toEqual(withoutRedacted(before));
    expect(withoutRedacted(aDefinition("telling", { memory: 1 }))).not.toEqual(withoutRedacted(before));
  });

  it("takes no field of an object's own for a rule", () => {
    const odd = { ...telling, constructor: "x", toString: ["y"] } as unknown as RegisteredTaskDefinition;
    expect(withoutRedacted(odd)).toMatchObject({ constructor: "x", toString: ["y"] });
  });
});
