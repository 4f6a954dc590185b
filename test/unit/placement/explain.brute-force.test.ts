import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RegisteredTaskDefinition, TaskDefinition } from "../../../src/core/ecs-api/api.ts";
import { explainPlacement } from "../../../src/core/placement/explain.ts";
import {
  brutePossible,
  bruteReasons,
  writeExpression,
  type BruteCase,
  type BruteDefinition,
  type BruteExpression,
  type BruteInstance,
} from "../../support/placement-brute-force.ts";
import { runs } from "../../support/depth.ts";
import { anInstance, aSnapshot, aTask } from "../../support/cluster.ts";

const types = ["inf2.xlarge", "inf2.24xlarge", "trn1.32xlarge", "m5.large", "vt1.3xlarge", "g5.12xlarge"];
const zones = ["us-east-1a", "us-east-1b"];
const groups = ["family:a", "service:web", "own"];
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });
/** A record without the keys whose value is undefined. */
const sparse = <T extends object>(shape: { [K in keyof T]: fc.Arbitrary<T[K] | undefined> }) =>
  fc
    .record(shape as Record<string, fc.Arbitrary<unknown>>)
    .map((each) => Object.fromEntries(Object.entries(each).filter(([, value]) => value !== undefined)) as T);

const often = <T>(value: T, ...others: readonly T[]) =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: fc.constantFrom(value, ...others) });
const shareOf = (memory: number) => ({ type: "GPU", sharingStrategy: { nvidiaMps: { memory } } });
const port = fc.constantFrom(80, 53, 8080, 28_700, 28_701, 28_715, 28_716);

const attributeTest = fc
  .oneof(
    fc.record({
      op: fc.constant("attribute" as const),
      name: fc.constantFrom("ecs.instance-type", "ecs.instance-type", "missing"),
      how: fc.constantFrom(
        "==" as const,
        "!=" as const,
        "in" as const,
        "!in" as const,
        "exists" as const,
        "!exists" as const,
      ),
      values: fc.uniqueArray(fc.constantFrom(...types), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({
      op: fc.constant("attribute" as const),
      name: fc.constant("ecs.instance-type"),
      how: fc.constant("starts" as const),
      values: fc.constantFrom(["inf2"], ["trn"], ["g5.1"]),
    }),
    fc.record({
      op: fc.constant("attribute" as const),
      name: fc.constantFrom("stack", "ecs.availability-zone"),
      how: fc.constantFrom("==" as const, "!=" as const),
      values: fc.constantFrom(["prod"], ["us-east-1a"]),
    }),
  )
  .map((test) => (test.how === "==" || test.how === "!=" ? { ...test, values: test.values.slice(0, 1) } : test));
const { expression } = fc.letrec<{ expression: BruteExpression }>((tie) => ({
  expression: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    attributeTest,
    fc.record({ op: fc.constant("group" as const), value: fc.constantFrom(...groups) }),
    fc.record({
      op: fc.constant("running" as const),
      how: fc.constantFrom("<" as const, ">=" as const, "==" as const),
      value: fc.constantFrom("0", "1", "3"),
    }),
    fc.record({
      op: fc.constant("version" as const),
      how: fc.constantFrom("<" as const, ">=" as const, "==" as const),
      value: fc.constantFrom("1.9.0", "1.105.1"),
    }),
    fc.record({
      op: fc.constant("registered" as const),
      how: fc.constantFrom("<" as const, ">=" as const),
      value: fc.constantFrom("2026-01-01", "2026-01-02"),
    }),
    fc.record({ op: fc.constant("not" as const), left: tie("expression") }),
    fc.record({
      op: fc.constantFrom("and" as const, "or" as const),
      left: tie("expression"),
      right: tie("expression"),
    }),
  ),
}));

const container = sparse<BruteDefinition["containerDefinitions"][number]>({
  name: fc.constant("main"),
  image: fc.constant("busybox"),
  cpu: maybe(fc.constantFrom(0, 256, 1024, 4096)),
  memory: fc.constantFrom(128, 2048, 8192),
  memoryReservation: maybe(fc.constantFrom(64, 4096)),
  privileged: often(undefined, true),
  environment: often(
    undefined,
    [{ name: "AWS_NEURON_VISIBLE_DEVICES", value: "0" }],
    [{ name: "AWS_NEURON_VISIBLE_DEVICES", value: "2,3" }],
    [{ name: "OTHER", value: "1" }],
  ),
  portMappings: maybe(
    fc.array(
      port.chain((each) =>
        fc.constantFrom(
          { containerPort: each },
          { containerPort: each, hostPort: 0 },
          { containerPort: each, hostPort: each },
          { containerPort: each, hostPort: each, protocol: "udp" },
        ),
      ),
      { maxLength: 2 },
    ),
  ),
  resourceRequirements: often(
    undefined,
    [{ type: "GPU", value: "1" }],
    [{ type: "GPU", value: "3" }],
    [shareOf(8000)],
    [shareOf(15_360)],
  ),
  linuxParameters: fc.option(
    fc
      .uniqueArray(fc.constantFrom(0, 0, 1, 2, 5, 15), { maxLength: 2 })
      .map((devices) => ({ devices: devices.map((device) => ({ hostPath: `/dev/neuron${device}` })) })),
    { nil: undefined, freq: 1 },
  ),
});
/** As aiplat makes them: devices with their locks. */
const locked = fc.uniqueArray(fc.constantFrom(0, 0, 1, 2), { minLength: 1, maxLength: 2 }).map((devices) => ({
  name: "main",
  image: "busybox",
  memory: 512,
  linuxParameters: { devices: devices.map((device) => ({ hostPath: `/dev/neuron${device}` })) },
  portMappings: devices.map((device) => ({
    containerPort: 28_700 + device,
    hostPort: 28_700 + device,
    protocol: "udp",
  })),
}));
const definition = sparse<BruteDefinition>({
  family: fc.constantFrom("a", "b", "c"),
  networkMode: fc.constantFrom(undefined, undefined, "bridge", "host", "awsvpc", "none"),
  cpu: often(undefined, "512", "8192"),
  memory: often(undefined, "1024", "16384"),
  requiresCompatibilities: often(undefined, ["EC2"], ["FARGATE"], ["MANAGED_INSTANCES"], ["EC2", "FARGATE"]),
  requiresAttributes: often(
    undefined,
    [{ name: "com.amazonaws.ecs.capability.x" }],
    [{ name: "stack", value: "prod" }],
  ),
  containerDefinitions: fc.oneof(
    fc
      .array(container, { minLength: 1, maxLength: 2 })
      .map((all) => all.map((each, index) => ({ ...each, name: `c${index}` }))),
    locked.map((each) => [each]),
  ),
});
const instance = fc
  .record({
    type: fc.constantFrom(...types),
    status: often("ACTIVE", "DRAINING"),
    agentConnected: often(true, false),
    agentVersion: fc.constantFrom("1.105.1", "1.105.1", "1.74.1", "1.74.0", "1.9.0"),
    registeredAt: fc.constantFrom(
      Date.parse("2026-01-01T00:00:00Z"),
      Date.parse("2026-01-01T12:00:00.250Z"),
      Date.parse("2026-01-02T00:00:00.999Z"),
    ),
    capacityProvider: maybe(fc.constantFrom("asg", "mi")),
    zone: fc.constantFrom(...zones),
    extra: fc.constantFrom({}, { stack: "prod" }, { stack: "test", "com.amazonaws.ecs.capability.x": "" }),
    shares: often(true, false),
    trunk: often(false, true),
    health: often(undefined, "IMPAIRED", "OK", "INSUFFICIENT_DATA"),
    interfaces: often(true, false),
    cpu: fc.constantFrom(512, 4096, 16_384),
    memoryMiB: fc.constantFrom(256, 8192, 16_384, 30_000),
    tcpPorts: fc.subarray([22, 80, 8080]),
    udpPorts: fc.subarray([53, 28_700, 28_701]),
    gpus: fc.subarray(["gpu-0", "gpu-1"]),
    runningTasksCount: fc.constantFrom(0, 1, 3),
  })
  .map(
    ({ type, zone, extra, interfaces, cpu, memoryMiB, tcpPorts, udpPorts, gpus, capacityProvider, ...each }) =>
      (id: number): BruteInstance => {
        const { shares, trunk, health, ...rest } = each;
        const made = anInstance(String(id), type, {
          ...rest,
          ...(capacityProvider === undefined ? {} : { capacityProvider }),
          ...(health === undefined ? {} : { healthStatus: { overallStatus: health, details: [] } }),
          attributes: {
            "ecs.availability-zone": zone,
            ...extra,
            ...(shares ? { "ecs.capability.gpu-sharing-mps": "" } : {}),
            ...(trunk ? { "ecs.awsvpc-trunk-id": "eni-1" } : {}),
          },
        });
        const { "ecs.capability.task-eni": _interface, ...others } = made.attributes;
        return {
          ...made,
          attributes: interfaces ? made.attributes : others,
          remaining: { cpu, memoryMiB, tcpPorts, udpPorts, gpus },
        } as BruteInstance;
      },
  );
const task = fc.record({
  definition,
  group: fc.constantFrom(...groups),
  on: fc.nat(4),
  gpu: fc.constantFrom("gpu-0", "gpu-1"),
  state: fc.constantFrom(
    ["RUNNING", "RUNNING"],
    ["PENDING", "RUNNING"],
    ["RUNNING", "STOPPED"],
    ["DEPROVISIONING", "STOPPED"],
    ["STOPPED", "STOPPED"],
  ),
});

const bruteCase = fc
  .record({
    instances: fc.array(instance, { maxLength: 4 }).map((all) => all.map((make, index) => make(index))),
    tasks: fc.array(task, { maxLength: 4 }),
    definition,
    constraint: maybe(expression),
    distinctInstance: often(false, true),
    group: maybe(fc.constant("own")),
    capacityProviders: often(undefined, ["asg"], ["asg", "mi"]),
    availabilityZones: maybe(fc.constant(["us-east-1a"])),
    count: fc.integer({ min: 1, max: 6 }),
  })
  .map(({ tasks, group, count, constraint, capacityProviders, availabilityZones, ...rest }) => {
    const optional = {
      ...(constraint === undefined ? {} : { constraint }),
      ...(capacityProviders === undefined ? {} : { capacityProviders }),
      ...(availabilityZones === undefined ? {} : { availabilityZones }),
    };
    const placed = tasks.map(({ on, state: [lastStatus, desiredStatus], ...each }) => {
      const arn = rest.instances[on]?.arn;
      return {
        ...each,
        ...(arn === undefined ? {} : { containerInstanceArn: arn }),
        lastStatus: lastStatus!,
        desiredStatus: desiredStatus!,
      };
    });
    return {
      it: {
        ...rest,
        ...optional,
        tasks: placed,
        group: group ?? `family:${rest.definition.family}`,
      } satisfies BruteCase,
      given: group,
      count,
    };
  });

describe("explain", () => {
  it("agrees with a brute force on 1,000 random cases", () => {
    let misfits = 0;
    let fits = 0;
    fc.assert(
      fc.property(bruteCase, ({ it, given, count }) => {
        const definitions = it.tasks.map(
          (each, index) =>
            ({
              ...each.definition,
              taskDefinitionArn: `d${index}`,
              revision: 1,
              status: "ACTIVE",
            }) as RegisteredTaskDefinition,
        );
        const tasks = it.tasks.map(({ definition: _definition, containerInstanceArn, gpu, ...each }, index) => ({
          ...aTask(String(index), definitions[index]!, undefined, {
            ...each,
            containers: [{ name: "c0", gpuIds: [gpu] }],
          }),
          ...(containerInstanceArn === undefined ? {} : { containerInstanceArn }),
        }));
        const snapshot = aSnapshot(
          it.instances.map((each) => anInstanceOf(each)),
          tasks,
          definitions,
        );
        const constraints = [
          ...(it.constraint === undefined ? [] : [{ type: "memberOf", expression: writeExpression(it.constraint) }]),
          ...(it.distinctInstance ? [{ type: "distinctInstance" }] : []),
        ];
        const { capacityProviders, availabilityZones } = it;
        const explained = explainPlacement(snapshot, [it.definition as TaskDefinition], {
          count,
          placementConstraints: constraints,
          ...(given === undefined ? {} : { group: given }),
          ...(capacityProviders === undefined ? {} : { capacityProviders }),
          ...(availabilityZones === undefined ? {} : { availabilityZones }),
        });
        expect(explained.instances.map(({ reasons }) => [...new Set(reasons.map(({ code }) => code))].sort())).toEqual(
          it.instances.map((each) => bruteReasons(it, each)),
        );
        expect(explained.possible).toBe(brutePossible(it, count));
        expect(explained.placeable).toBe(explained.possible === count);
        misfits += explained.instances.filter((each) => !each.fits).length;
        fits += explained.instances.filter((each) => each.fits).length;
      }),
      { numRuns: runs(1000) },
    );
    // The cases must be worth something: both answers come up often.
    expect(fits).toBeGreaterThan(runs(30));
    expect(misfits).toBeGreaterThan(runs(300));
  });
});

function anInstanceOf({ remaining, ...each }: BruteInstance) {
  return {
    ...anInstance("", ""),
    ...each,
    remaining,
    registered: { ...remaining, cpu: 16_384, memoryMiB: 30_000, gpus: ["gpu-0", "gpu-1"] },
  };
}
