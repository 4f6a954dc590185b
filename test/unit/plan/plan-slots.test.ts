import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ClusterSnapshot } from "../../../src/core/cluster/snapshot.ts";
import type { TaskDefinition } from "../../../src/core/ecs-api/api.ts";
import { definitionsOf, readsCluster } from "../../../src/core/ecs/resolve-for-ecs.ts";
import { explainPlacement } from "../../../src/core/placement/explain.ts";
import { place } from "../../../src/core/placement/place.ts";
import { planRegistered, planRun } from "../../../src/core/plan/plan-run.ts";
import type { RunStep } from "../../../src/core/plan/run-plan.ts";
import { planSlots } from "../../../src/core/plan/plan-slots.ts";
import { placementOptions, type RunSettings } from "../../../src/core/plan/run-request.ts";
import { runs } from "../../support/depth.ts";
import { aDefinition, anInstance, aSnapshot, aTask } from "../../support/cluster.ts";
import { ecsOf } from "../../support/ecs.ts";
import {
  cluster,
  isLegal,
  settingsOf,
  slotOf,
  snapshotOf,
  standing,
  upTo,
  workloadOf,
  type Machine,
  type Wish,
} from "../../support/random-clusters.ts";

describe("a plan of slots", () => {
  it("places as many as explain says, on legal slots that are free, and excludes just the machines where ECS would do harm", () => {
    fc.assert(
      fc.property(cluster, (given) => {
        const { machines, holders, it } = given;
        const snapshot = snapshotOf(machines, holders);
        const workload = ecsOf(workloadOf(it));
        const settings = settingsOf(it);
        const { steps, unplaced, stopping } = planSlots(workload, settings, it.count, snapshot);
        const planned = steps.reduce((sum, { count }) => sum + count, 0);

        const { possible } = explainPlacement(snapshot, definitionsOf(workload), {
          ...placementOptions(settings),
          count: it.count,
        });
        expect(planned).toBe(possible);
        expect(unplaced.length).toBe(planned < it.count ? 1 : 0);
        // To wait is worth it where that very cluster without the stopping tasks takes more.
        const later = planSlots(
          workload,
          settings,
          it.count,
          snapshotOf(
            machines,
            holders.filter((each) => !each.stopping),
          ),
        );
        expect((stopping ?? []).length > 0).toBe(later.steps.reduce((sum, { count }) => sum + count, 0) > planned);

        const takes = ({ type, active, connected, zone }: Machine) =>
          it.types.includes(type) && active && connected && (!it.zone || zone === "us-east-1a");
        const room = machines.map(({ cpu, memoryMiB, webPortTaken }) => {
          const one = (it.webPort && it.mode !== "awsvpc") || (it.distinct && settings.group !== undefined);
          const most = Math.min(
            Math.floor(cpu / (it.cpu * 1024)),
            Math.floor(memoryMiB / (it.memory === "1GiB" ? 1024 : 512)),
          );
          return it.webPort && it.mode !== "awsvpc" && webPortTaken ? 0 : one ? Math.min(1, most) : most;
        });
        const isFree = (step: RunStep, on: number) =>
          slotOf(step.definition!).every((device) => standing(given, on, device).free);
        const wanted: Wanted[] = [];
        for (const { definition, count, request } of steps) {
          const slot = slotOf(definition!);
          const types = /attribute:ecs.instance-type (?:== (\S+)|in \[(.*)\])/.exec(
            definition!.placementConstraints![0]!.expression!,
          )!;
          const named = upTo(machines.length).filter((on) =>
            (types[1] ?? types[2])!.split(", ").includes(machines[on]!.type),
          );
          const ofType = named.filter((on) => takes(machines[on]!));
          for (const on of ofType) expect(isLegal(machines[on]!.type, slot)).toBe(true);
          const excluded = (request.placementConstraints ?? []).flatMap(
            ({ expression }) => /^ec2InstanceId not_in \[(.*)\]$/.exec(expression ?? "")?.[1]?.split(", ") ?? [],
          );
          // Machines that take no tasks now may take some later: they are left out too.
          const untracked = named
            .filter((on) => !it.zone || machines[on]!.zone === "us-east-1a")
            .filter((on) => slot.some((device) => standing(given, on, device).untracked))
            .map((on) => `i-${on}`);
          expect(excluded.slice(0, untracked.length)).toEqual(untracked);
          const places = ofType.filter((on) => slot.every((device) => standing(given, on, device).free));
          // The others are free, and another slot of the plan needs some of the devices there, or the room.
          for (const id of excluded.slice(untracked.length)) {
            const on = Number(id.slice(2));
            expect(places).toContain(on);
            const others = steps.filter((other) => isFree(other, on));
            expect(others.some((other) => clashes(slotOf(other.definition!), slot)) || room[on]! < others.length).toBe(
              true,
            );
          }
          for (let each = 0; each < count; each++) wanted.push({ slot, places });
        }
        expect(
          canStand(
            wanted,
            room,
            machines.map(() => new Set<number>()),
          ),
        ).toBe(true);
      }),
      { numRuns: runs(1000) },
    );
  });

  it("is tried on clusters that are worth something: always the same ones, so that no seed decides", () => {
    const seen = { full: 0, partial: 0, excluded: 0 };
    for (const { machines, holders, it } of fc.sample(cluster, { numRuns: runs(1000), seed: 1 })) {
      const { steps } = planSlots(ecsOf(workloadOf(it)), settingsOf(it), it.count, snapshotOf(machines, holders));
      const planned = steps.reduce((sum, { count }) => sum + count, 0);
      if (planned === it.count) seen.full++;
      else if (planned > 0) seen.partial++;
      if (steps.some(({ request }) => JSON.stringify(request).includes("not_in"))) seen.excluded++;
    }
    expect(seen.full).toBeGreaterThan(runs(100));
    expect(seen.partial).toBeGreaterThan(runs(50));
    expect(seen.excluded).toBeGreaterThan(runs(50));
  });

  it("comes to as many tasks as explain says whichever machines ECS takes, and to no device twice", () => {
    fc.assert(
      fc.property(
        cluster,
        fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
        (given, numbers) => {
          const { machines, holders, it } = given;
          const workload = ecsOf(workloadOf(it));
          const settings = settingsOf(it);
          let snapshot = snapshotOf(machines, holders);
          const { possible } = explainPlacement(snapshot, definitionsOf(workload), {
            ...placementOptions(settings),
            count: it.count,
          });
          const used = machines.map(() => new Set<number>());
          let placed = 0;
          for (let round = 0; round < 40 && placed < it.count; round++) {
            const { steps } = planSlots(workload, settings, it.count - placed, snapshot);
            if (steps.length === 0) break;
            for (const { definition, count, request } of steps) {
              const options = {
                count,
                placementConstraints: request.placementConstraints ?? [],
                ...(request.group === undefined ? {} : { group: request.group }),
                placementStrategy: [{ type: "random" }],
                random: () => numbers.next().value,
              };
              for (const { instanceState } of place(snapshot, definition!, options).placements) {
                const on = snapshot.instances.findIndex(({ arn }) => arn === instanceState.instance.arn);
                for (const device of slotOf(definition!)) {
                  expect([standing(given, on, device).free, used[on]!.has(device)]).toEqual([true, false]);
                  used[on]!.add(device);
                }
                snapshot = withTask(snapshot, on, definition!, request.group, it, String(placed++));
              }
            }
          }
          expect(placed).toBe(possible);
        },
      ),
      { numRuns: runs(500) },
    );
  });
});

/** The cluster as it looks with one more task of the definition. */
function withTask(
  snapshot: ClusterSnapshot,
  on: number,
  definition: TaskDefinition,
  group: string | undefined,
  it: Wish,
  id: string,
): ClusterSnapshot {
  const registered = { ...definition, taskDefinitionArn: `arn:${definition.family}:1`, revision: 1, status: "ACTIVE" };
  const instance = snapshot.instances[on]!;
  const { cpu, memoryMiB, tcpPorts, udpPorts } = instance.remaining;
  const ports = it.mode === "awsvpc" ? [] : definition.containerDefinitions[0]!.portMappings!;
  const of = (protocol: string) => ports.flatMap((port) => (port.protocol === protocol ? [port.hostPort!] : []));
  const remaining = {
    ...instance.remaining,
    cpu: cpu - it.cpu * 1024,
    memoryMiB: memoryMiB - (it.memory === "1GiB" ? 1024 : 512),
    tcpPorts: [...tcpPorts, ...of("tcp")],
    udpPorts: [...udpPorts, ...of("udp")],
  };
  return {
    ...snapshot,
    instances: snapshot.instances.with(on, { ...instance, remaining }),
    tasks: [...snapshot.tasks, aTask(`own-${id}`, registered, instance, group === undefined ? {} : { group })],
    taskDefinitions: { ...snapshot.taskDefinitions, [registered.taskDefinitionArn]: registered },
  };
}

function clashes(one: readonly number[], other: readonly number[]): boolean {
  return one[0] !== other[0] && one.some((device) => other.includes(device));
}

describe("a slot whose task is stopping", () => {
  const locked = aDefinition("own", {
    linuxParameters: { devices: [{ hostPath: "/dev/neuron0" }] },
    portMappings: [{ containerPort: 28_700, hostPort: 28_700, protocol: "udp" }],
  });
  const workload = (mode: "bridge" | "awsvpc") =>
    ecsOf({
      name: "chip",
      image: "chip:1",
      accelerator: { instanceTypes: ["inf2.xlarge"] },
      resources: { cpu: 1, memory: "1GiB" },
      ecs: { networkMode: mode },
    });
  const settings: RunSettings = {
    run: "chip-1",
    cluster: "prod",
    count: 1,
    strategy: "pack",
    placementConstraints: [],
    networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } },
    enableExecuteCommand: false,
  };
  const on = (agentVersion: string) => {
    const instance = anInstance("0", "inf2.xlarge", { agentVersion });
    return aSnapshot([instance], [aTask("t", locked, instance, { desiredStatus: "STOPPED" })], [locked]);
  };

  it.each([
    ["is given on where the agent makes the successor wait", "bridge", "1.74.1", 1],
    ["is not where an old agent does not", "bridge", "1.74.0", 0],
    ["is not in awsvpc mode, where no agent does", "awsvpc", "1.105.1", 0],
  ] as const)("%s", (_, mode, agent, expected) => {
    const { steps, stopping } = planSlots(workload(mode), settings, 1, on(agent));
    expect(steps.length).toBe(expected);
    expect(explainPlacement(on(agent), definitionsOf(workload(mode))).possible).toBe(expected);
    expect(stopping?.map((arn) => arn.split("/").at(-1))).toEqual(expected === 1 ? undefined : ["t"]);
  });

  it.each([
    ["lets a registered definition follow", "1.74.1", undefined],
    [
      "keeps it off where an old agent would start both",
      "1.74.0",
      [{ type: "memberOf", expression: "ec2InstanceId not_in [i-0]" }],
    ],
  ] as const)("%s", (_, agent, constraints) => {
    const { steps } = planRegistered(locked, settings, 1, on(agent), new Set());
    expect(steps[0]!.request.placementConstraints).toEqual(constraints);
  });
});

describe("more machines to keep away from than a constraint can name", () => {
  const foreign = aDefinition("foreign", { linuxParameters: { devices: [{ hostPath: "/dev/neuron0" }] } });
  const machines = upTo(190).map((index) => anInstance(String(index), "inf2.xlarge"));
  const snapshot = aSnapshot(
    machines,
    machines.slice(0, 90).map((each, index) => aTask(String(index), foreign, each)),
    [foreign],
  );
  const settings: RunSettings = {
    run: "chip-1",
    cluster: "prod",
    count: 95,
    strategy: "pack",
    placementConstraints: [],
    enableExecuteCommand: false,
  };
  const idsOf = (constraints: readonly { readonly expression?: string }[] = []) =>
    constraints.flatMap(
      ({ expression }) => /^ec2InstanceId in \[(.*)\]$/.exec(expression ?? "")?.[1]!.split(", ") ?? [],
    );
  const workload = ecsOf({
    name: "chip",
    image: "chip:1",
    accelerator: { instanceTypes: ["inf2.xlarge"] },
    resources: { cpu: 1, memory: "1GiB" },
  });

  const byHand = ecsOf({
    name: "chip",
    image: "chip:1",
    accelerator: "none",
    resources: { cpu: 1, memory: "1GiB" },
    ecs: {
      placement: { constraints: ["attribute:ecs.instance-type == inf2.xlarge"] },
      taskDefinition: {
        containerDefinitions: [
          {
            name: "chip",
            linuxParameters: { capabilities: { add: ["IPC_LOCK"] }, devices: [{ hostPath: "/dev/neuron0" }] },
          },
        ],
      },
    },
  });

  it("raw fields: no two of their tasks on one machine, without locks", () => {
    expect(readsCluster(byHand)).toBe(true);
    const [step] = planRun(byHand, settings, 2, aSnapshot(machines.slice(100, 103)), new Set()).steps;
    expect(step).toMatchObject({
      count: 2,
      definition: { family: "chip" },
      request: { taskDefinition: "chip", placementConstraints: [{ type: "distinctInstance" }] },
    });
  });

  it.each([
    ["slots", () => planSlots(workload, settings, 95, snapshot).steps],
    ["a registered definition", () => planRegistered(foreign, settings, 95, snapshot, new Set()).steps],
    ["raw fields", () => planRun(byHand, settings, 95, snapshot, new Set()).steps],
  ])("%s: names the free ones instead", (_, plan) => {
    const steps = plan();
    expect(steps.map(({ count, request }) => [count, idsOf(request.placementConstraints).length])).toEqual([
      [80, 80],
      [15, 15],
    ]);
    const named = steps.flatMap(({ request }) => idsOf(request.placementConstraints));
    expect(new Set(named).size).toBe(95);
    expect(named.filter((id) => Number(id.slice(2)) < 90)).toEqual([]);
    for (const { request } of steps)
      for (const { expression } of request.placementConstraints!)
        expect((expression ?? "").length).toBeLessThanOrEqual(2000);
  });
});

interface Wanted {
  readonly slot: readonly number[];
  /** The machines where the slot is free. */
  readonly places: readonly number[];
}

/** Whether all of them find a machine together: tries one after the other, and goes back where it came to nothing. */
function canStand(
  [first, ...others]: readonly Wanted[],
  room: readonly number[],
  used: readonly ReadonlySet<number>[],
): boolean {
  if (first === undefined) return true;
  return first.places.some((on) => {
    if (room[on] === 0 || first.slot.some((device) => used[on]!.has(device))) return false;
    return canStand(others, room.with(on, room[on]! - 1), used.with(on, new Set([...used[on]!, ...first.slot])));
  });
}

it("a plan of slots says what is not judged of the machines that it counts on: trunked ones in awsvpc mode", () => {
  const settings: RunSettings = {
    run: "chip-1",
    cluster: "prod",
    count: 1,
    strategy: "pack",
    placementConstraints: [],
    enableExecuteCommand: false,
  };
  const plain = anInstance("1", "inf2.xlarge");
  const trunked = { ...plain, attributes: { ...plain.attributes, "ecs.awsvpc-trunk-id": "eni-1" } };
  const why = (networkMode: "awsvpc" | "bridge", instance: typeof plain) => {
    const accelerator = { instanceTypes: ["inf2.xlarge"] };
    const workload = ecsOf({ name: "chip", image: "chip:1", accelerator, ecs: { networkMode } });
    return planSlots(workload, settings, 1, aSnapshot([instance])).steps[0]!.why;
  };
  const free = `/dev/neuron0 is free on ${plain.ec2InstanceId}`;
  expect(why("awsvpc", trunked)).toBe(
    `${free}; not judged of ${plain.ec2InstanceId}: its network interfaces are not counted: it has ENI trunking (ecs.awsvpc-trunk-id)`,
  );
  expect([why("awsvpc", plain), why("bridge", trunked)]).toEqual([free, free]);
});
