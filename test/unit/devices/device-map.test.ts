import { describe, expect, it } from "vitest";
import { redactSnapshot } from "../../../src/core/cluster/redact.ts";
import { formatSnapshot, parseSnapshot } from "../../../src/core/cluster/snapshot-file.ts";
import { mapDevices } from "../../../src/core/devices/device-map.ts";
import { explainPlacement } from "../../../src/core/placement/explain.ts";
import { Refusal } from "../../../src/core/base/problem.ts";
import { aDefinition, anInstance, aSnapshot, aTask } from "../../support/cluster.ts";

const listing = (...numbers: readonly number[]) => ({
  linuxParameters: {
    devices: numbers.map((number) => ({ hostPath: `/dev/neuron${number}`, containerPath: `/dev/neuron${number}` })),
  },
});
const locking = (...numbers: readonly number[]) => ({
  ...listing(...numbers),
  portMappings: numbers.map((number) => ({ containerPort: 28700 + number, hostPort: 28700 + number, protocol: "udp" })),
});
const states = (devices: readonly { readonly path: string; readonly state: string }[]) =>
  devices.map(({ state }) => state);

describe("the map of a cluster's devices", () => {
  const machine = anInstance("m1", "inf2.24xlarge");
  const own = aDefinition("own", locking(0, 1));
  const foreign = aDefinition("foreign", listing(3));

  it("shows who holds each device and counts the replicas that find a slot, by size", () => {
    const map = mapDevices(aSnapshot([machine], [aTask("t1", own, machine)], [own]));
    const [instance] = map.instances;
    expect(instance!.devices.slice(0, 3).map(({ path, claimedBy }) => [path, claimedBy.length])).toEqual([
      ["/dev/neuron0", 1],
      ["/dev/neuron1", 1],
      ["/dev/neuron2", 0],
    ]);
    expect(instance!.freeSlots).toEqual({ 1: 4, 2: 2, 3: 1, 4: 1 });
    expect(instance!.fragmentation).toBe(0);
    expect(map.conflicts).toEqual([]);
  });

  it("tells how scattered the free devices are", () => {
    const map = mapDevices(
      aSnapshot(
        [machine],
        [aTask("t1", aDefinition("spread", listing(1, 3)), machine)],
        [aDefinition("spread", listing(1, 3))],
      ),
    );
    // Free: 0, 2, 4 and 5, of which two are together.
    expect(map.instances[0]!.fragmentation).toBe(0.5);
  });

  it("tells a conflict from a hand-over", () => {
    const conflict = mapDevices(
      aSnapshot([machine], [aTask("t1", foreign, machine), aTask("t2", foreign, machine)], [foreign]),
    );
    expect(conflict.conflicts).toEqual([
      { containerInstanceArn: machine.arn, path: "/dev/neuron3", tasks: conflict.tasks.map((task) => task.taskArn) },
    ]);
    const handOver = mapDevices(
      aSnapshot(
        [machine],
        [
          aTask("t1", own, machine, { desiredStatus: "STOPPED", lastStatus: "STOPPING" }),
          aTask("t2", own, machine, { lastStatus: "PENDING" }),
        ],
        [own],
      ),
    );
    expect(handOver.conflicts).toEqual([]);
    expect(handOver.handOvers.map(({ path }) => path)).toEqual(["/dev/neuron0", "/dev/neuron1"]);
    expect(states(handOver.instances[0]!.devices)).toEqual(["hand-over", "hand-over", "free", "free", "free", "free"]);
  });

  it("maps GPUs as ECS assigns them, and leaves machines without accelerators out", () => {
    const gpus = { cpu: 1, memoryMiB: 1, tcpPorts: [], udpPorts: [] };
    const gpu = anInstance("g1", "g5.12xlarge", {
      registered: { ...gpus, gpus: ["A", "B", "C"] },
      remaining: { ...gpus, gpus: ["C"] },
    });
    const task = aTask("t1", own, gpu, { containers: [{ name: "main", gpuIds: ["A"] }] });
    const map = mapDevices(aSnapshot([gpu, anInstance("c1", "m5.large")], [task], [aDefinition("own")]));
    expect(map.instances).toHaveLength(1);
    expect(map.instances[0]!.devices).toEqual([
      { path: "A", state: "held", claimedBy: [task.taskArn] },
      { path: "B", state: "held", claimedBy: [] },
      { path: "C", state: "free", claimedBy: [] },
    ]);
  });
});

describe("a snapshot file", () => {
  const machine = anInstance("m1", "inf2.24xlarge");
  const secret = aDefinition("secret", {
    ...locking(0),
    environment: [
      { name: "TOKEN", value: "hunter2" },
      { name: "AWS_NEURON_VISIBLE_DEVICES", value: "0" },
    ],
    image: "444455556666.dkr.ecr.us-east-1.amazonaws.com/x:1",
  });
  const task = aTask("t1", secret, machine, {
    overrides: { containerOverrides: [{ name: "main", environment: [{ name: "KEY", value: "swordfish" }] }] },
  });
  const snapshot = aSnapshot([machine], [task], [secret]);

  it("says what the cluster says", () => {
    expect(parseSnapshot(formatSnapshot(snapshot), "x.json")).toEqual(snapshot);
    expect(parseSnapshot(formatSnapshot(aSnapshot([])), "x.json")).toEqual(aSnapshot([]));
  });

  it("has a line for each instance, task and definition", () => {
    const lines = formatSnapshot(snapshot).split("\n");
    for (const each of [snapshot.instances[0], snapshot.tasks[0]]) expect(lines).toContain(JSON.stringify(each));
    expect(lines).toContain(`"${secret.taskDefinitionArn}": ${JSON.stringify(secret)}`);
  });

  it("redacted has neither account ids nor values of environment variables, and the same devices", () => {
    const text = formatSnapshot(redactSnapshot(snapshot));
    for (const leaked of ["hunter2", "swordfish", "444455556666"]) expect(text).not.toContain(leaked);
    const redacted = parseSnapshot(text, "x.json");
    expect(mapDevices(redacted).instances[0]!.devices.map(({ state }) => state)).toEqual(
      mapDevices(snapshot).instances[0]!.devices.map(({ state }) => state),
    );
    const wanted = [aDefinition("next", locking(0))];
    expect(explainPlacement(redacted, wanted).instances.map(({ fits }) => fits)).toEqual(
      explainPlacement(snapshot, wanted).instances.map(({ fits }) => fits),
    );
  });

  it("keeps the ids of instances and tasks, which may have twelve digits in a row", () => {
    const one = anInstance("x", "inf2.xlarge", { ec2InstanceId: "i-a123456789012bcde" });
    const taskArn = "arn:aws:ecs:us-east-1:444455556666:task/prod/0123456789abcdef111122223333abcd";
    const redacted = redactSnapshot(aSnapshot([one], [aTask("t", secret, one, { taskArn })], [secret]));
    expect(redacted.instances[0]!.ec2InstanceId).toBe("i-a123456789012bcde");
    expect(redacted.tasks[0]!.taskArn).toMatch(/task\/prod\/0123456789abcdef111122223333abcd$/);
    expect(redacted.tasks[0]!.taskArn).not.toContain("444455556666");
  });

  it("keeps accounts apart from each other", () => {
    const two = redactSnapshot(
      aSnapshot([], [], [], {
        clusterArn: "arn:aws:ecs:us-east-1:999988887777:cluster/prod",
        tags: { owner: "555566667777" },
      }),
    );
    expect(two.clusterArn).not.toContain("999988887777");
    expect(two.clusterArn).not.toContain(two.tags["owner"]);
  });

  it.each([
    ["no JSON", "{", "no JSON"],
    ["another document", '{"apiVersion":"aiplat/v1","kind":"AmiList"}', "kind is not ClusterSnapshot"],
    [
      "a snapshot without instances",
      JSON.stringify({
        apiVersion: "aiplat/v1",
        kind: "ClusterSnapshot",
        cluster: "x",
        observedAt: 0,
        tags: {},
        capacityProviders: [],
        tasks: [],
        taskDefinitions: {},
      }),
      "instances",
    ],
  ])("refuses %s", (_, text, message) => {
    expect(() => parseSnapshot(text, "x.json")).toThrow(Refusal);
    expect(() => parseSnapshot(text, "x.json")).toThrow(message);
  });
});
