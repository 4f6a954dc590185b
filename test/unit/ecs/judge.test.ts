import { instanceTypes } from "../../../src/core/catalog/instance-types/catalog.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isRaw, type Raw } from "../../../src/core/base/merge.ts";
import { valueAt } from "../../../src/core/base/problem.ts";
import type { TaskDefinition } from "../../../src/core/ecs-api/api.ts";
import { needsLint } from "../../../src/core/ecs/needs-lint.ts";
import { lintGenerated } from "../../../src/core/ecs/lint/lint-subject.ts";
import { lintTaskDefinition } from "../../../src/core/ecs/lint/lint.ts";
import { ecsRules } from "../../../src/core/ecs/rules.ts";
import { workloadRules } from "../../../src/core/workload/rules.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { checkDefinition } from "../../../src/sandbox/ecs/check-definition.ts";
import { runs } from "../../support/depth.ts";
import { ecsOf } from "../../support/ecs.ts";
import { ecsWorkload, ownContainer, refusals } from "../../support/ecs-workload.ts";
import { problemsOf } from "../../support/workload.ts";

const whole = { accelerator: { instanceTypes: ["inf2.24xlarge"] } };
const pair = { accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 } };
const gpu = { accelerator: { instanceTypes: ["g5.12xlarge"], devicesPerReplica: 1 } };
const cpu = { accelerator: "none", resources: { cpu: 1, memory: "1GiB" } } as const;
const managed = { ecs: { capacity: "managed-instances" } } as const;
const udp = (port: number) => ({ containerPort: port, hostPort: port, protocol: "udp" });
const tags = (count: number) => Array.from({ length: count }, (_, index) => `attribute:a == v${index}`);
const side = (fields: object = {}) => ({ name: "side", image: "side:1", memory: 64, ...fields });

/** The workload with raw fields of its task definition. */
const raw = (workload: Partial<Workload>, taskDefinition: Raw): Partial<Workload> => ({
  ...workload,
  ecs: { ...workload.ecs, taskDefinition },
});
const containers = (workload: Partial<Workload>, ...list: readonly Raw[]) =>
  raw(workload, { containerDefinitions: list });
const own = (workload: Partial<Workload>, fields: Raw) => containers(workload, { name: "bert", ...fields });
const said = (workload: Partial<Workload>, lockPortBase?: number) =>
  refusals(() => ecsWorkload(workload, lockPortBase === undefined ? {} : { lockPortBase }));

const at = "ecs.taskDefinition";
const first = `${at}.containerDefinitions.0`;

describe("what raw fields make", () => {
  it.each<[what: string, workload: Partial<Workload>, ...problems: string[]]>([
    ["one family for several slots", raw(pair, { family: "other" }), `family-shared ${at}.family`],
    ["no family", raw(whole, { family: null }), `missing-field ${at}`],
    ["a family that is none", raw(whole, { family: "a b" }), `out-of-bounds ${at}.family`],
    ["another network mode than there is", raw(whole, { networkMode: "overlay" }), `unknown-word ${at}.networkMode`],
    ["no network for the locks", raw(pair, { networkMode: "none" }), `ports-without-network ${at}.networkMode`],
    [
      "no network for a port",
      raw({ ...gpu, ports: [{ container: 80 }] }, { networkMode: "none" }),
      `ports-without-network ${at}.networkMode`,
    ],
    ["privileges on a part", own(pair, { privileged: true }), `privileged-slot ${first}.privileged`],
    ["privileges on some GPUs", own(gpu, { privileged: true }), `privileged-slot ${first}.privileged`],
    [
      "privileges on a share",
      own({ accelerator: { instanceTypes: ["g5.xlarge"], mps: { memory: "8GiB" } } }, { privileged: true }),
      `privileged-slot ${first}.privileged`,
    ],
    ["privileges of a sidecar", containers(pair, side({ privileged: true })), `privileged-slot ${first}.privileged`],
    ["a lock port of nobody's", own(pair, { portMappings: [udp(28_709)] }), `lock-port-taken ${first}.portMappings.0`],
    [
      "a sidecar's lock port",
      containers(cpu, { name: "bert" }, side({ portMappings: [udp(28_700)] })),
      `lock-port-taken ${at}.containerDefinitions.1.portMappings.0`,
    ],
    [
      "TCP among the locks",
      own(pair, { portMappings: [{ containerPort: 28_709 }] }),
      `lock-port-tcp ${first}.portMappings.0.containerPort`,
    ],
    [
      "a volume that nobody has",
      own(cpu, { mountPoints: [{ sourceVolume: "data", containerPath: "/data" }] }),
      `unknown-volume ${first}.mountPoints.0.sourceVolume`,
    ],
    ["a sidecar without memory", containers(cpu, side({ memory: undefined })), `memory-not-set ${first}`],
    ["a sidecar without image", containers(cpu, side({ image: null })), `missing-field ${first}`],
    [
      "a sidecar that waits for nobody",
      containers(cpu, side({ dependsOn: [{ containerName: "bret", condition: "START" }] })),
      `unknown-container ${first}.dependsOn.0`,
    ],
    [
      "a circle",
      containers(
        cpu,
        { name: "bert", dependsOn: [{ containerName: "side", condition: "START" }] },
        side({ dependsOn: [{ containerName: "bert", condition: "START" }] }),
      ),
      `dependency-circle ${at}.containerDefinitions.1.dependsOn.0`,
    ],
    [
      "an end that never comes",
      containers(cpu, side({ dependsOn: [{ containerName: "bert", condition: "SUCCESS" }] })),
      `dependency-condition ${first}.dependsOn.0.condition`,
    ],
    ["a number in quotes", own(cpu, { cpu: "256" }), `wrong-type ${first}.cpu`],
    ["what is no list", own(whole, { ulimits: { name: "nofile" } }), `wrong-type ${first}.ulimits`],
    ["tags that are none", raw(cpu, { tags: ["team"] }), `wrong-type ${at}.tags.0`],
    ["a field that is misspelt", own(cpu, { entrypoint: ["sh"] }), `misspelt-field ${first}.entrypoint`],
    [
      "a host port that another has",
      containers(
        { ...cpu, ports: [{ container: 80, host: 8080 }] },
        side({ portMappings: [{ containerPort: 81, hostPort: 8080 }] }),
      ),
      `port-twice ${first}.portMappings.0`,
    ],
    [
      "devices on Managed Instances",
      own(
        { ...whole, ...managed },
        { linuxParameters: { devices: [{ hostPath: "/dev/neuron0", containerPath: "/dev/neuron0" }] } },
      ),
      `device-beyond-slot ${first}.linuxParameters.devices.0`,
    ],
    [
      "NeuronDevice beside devices",
      own(whole, { resourceRequirements: [{ type: "NeuronDevice", value: "ALL" }] }),
      `devices-mixed ${first}.resourceRequirements.0`,
    ],
    [
      "both by hand",
      containers(raw(cpu, {}), {
        name: "bert",
        linuxParameters: { devices: [{ hostPath: "/dev/neuron0" }], capabilities: { add: ["IPC_LOCK"] } },
        resourceRequirements: [{ type: "NeuronDevice", value: "ALL" }],
      }),
      `accelerator-without-type ${at}`,
      `neuron-device-mixed ${first}.linuxParameters.devices.0`,
      `neuron-device-capacity ${first}.resourceRequirements.0`,
    ],
    [
      "Managed Instances for EC2",
      raw(whole, { requiresCompatibilities: ["MANAGED_INSTANCES"] }),
      `compatibility-capacity ${at}.requiresCompatibilities`,
      "managed-instances-network ecs.networkMode",
      "managed-instances-size ecs.taskDefinition",
    ],
    [
      "EC2 for Managed Instances",
      raw({ ...whole, ...managed }, { requiresCompatibilities: ["EC2"] }),
      `compatibility-capacity ${at}.requiresCompatibilities`,
      `neuron-device-capacity accelerator`,
    ],
    [
      "no word of Managed Instances",
      raw({ ...whole, ...managed }, { requiresCompatibilities: null }),
      `neuron-device-capacity accelerator`,
    ],
    [
      "more constraints than there may be",
      { ...whole, ecs: { placement: { constraints: tags(10) } } },
      "constraint-limit ecs.placement.constraints",
    ],
    [
      "a constraint that is too long",
      { ...whole, ecs: { placement: { constraints: [`attribute:a == ${"v".repeat(2000)}`] } } },
      "constraint-limit ecs.placement.constraints.0",
    ],
    [
      "a part of the locks as well",
      own(pair, { portMappings: null }),
      ...[0, 1, 2, 3, 4, 5].map(() => `lock-removed ${first}.portMappings`),
    ],
  ])("is refused where it is written: %s", (_, workload, ...problems) => {
    expect(said(workload)).toEqual(problems);
  });
});

describe("a cluster's lock ports", () => {
  const pairWith = (port: number) => ({ ...pair, ports: [{ container: port, protocol: "udp" as const }] });

  it.each([28_700, 1024, 30_000, 32_752])("are told from the workload's own: base %i", (base) => {
    expect(said({ ...pair, ports: [{ container: 8080 }] }, base)).toEqual([]);
    // One that is the lock of a device it has, and one that is the lock of another's.
    expect(said({ ...pairWith(base + 1) }, base)).toEqual(["port-twice ports.0"]);
    expect(said({ ...pair, ports: [{ container: 53, host: base + 15, protocol: "udp" }] }, base)).toEqual([
      "lock-port-taken ports.0",
    ]);
    expect(said({ ...pair, ports: [{ container: base + 15 }] }, base)).toEqual(["lock-port-tcp ports.0"]);
    expect(said({ ...pair, ports: [{ container: base + 16 }] }, base)).toEqual([]);
  });
});

describe("null", () => {
  it("takes away what is the user's or ECS's to choose", () => {
    const { definition, ...rest } = ecsWorkload(
      raw(
        { ...whole, environment: { A: "1" } },
        { networkMode: null, requiresCompatibilities: null, placementConstraints: null },
      ),
    ).variants[0]!;
    expect(definition).not.toHaveProperty("networkMode");
    expect(definition).not.toHaveProperty("requiresCompatibilities");
    expect(definition.placementConstraints).toHaveLength(1);
    expect(rest.requirements.networkMode).toBe("bridge");
    expect(
      ownContainer(own(cpu, { ulimits: [{ name: "nofile", softLimit: 1, hardLimit: 2, x: null }] })).ulimits,
    ).toEqual([{ name: "nofile", softLimit: 1, hardLimit: 2 }]);
  });

  it("is one answer with what the workload is resolved to", () => {
    for (const networkMode of [null, "none", "bridge", "host", "awsvpc"]) {
      const ecs = ecsWorkload(raw({ ...cpu, ecs: { networkMode: "awsvpc" } }, { networkMode }));
      expect(ecs.networkMode).toBe(ecs.variants[0]!.requirements.networkMode);
    }
  });
});

/** Names and values that are right here and wrong there. */
const names = fc.constantFrom("bert", "side", "init", "nobody");
const few = <T>(item: fc.Arbitrary<T>) => fc.array(item, { maxLength: 2 });
const ports = fc.constantFrom(0, 22, 80, 8080, 28_700, 28_703, 28_715, 28_716, 30_001, 70_000);
const mapping = fc.record(
  {
    containerPort: ports,
    hostPort: fc.option(ports),
    protocol: fc.constantFrom("tcp", "udp", null, "sctp"),
    containerPortRange: fc.constant("28690-28720"),
  },
  { requiredKeys: ["containerPort"] },
);
const device = fc.record(
  {
    hostPath: fc.constantFrom("/dev/neuron0", "/dev/neuron2", "/dev/neuron11", "/dev/fuse", "/dev/nvidia0"),
    containerPath: fc.constantFrom("/dev/neuron0", "/dev/neuron2", "/dev/x"),
    permissions: fc.constantFrom(["read"], ["read", "write"], null),
  },
  { requiredKeys: ["hostPath"] },
);
/** Some of the fields, so that something is left that is right. */
const someOf = (fields: Readonly<Record<string, fc.Arbitrary<unknown>>>, maxLength: number): fc.Arbitrary<Raw> =>
  fc
    .subarray(Object.keys(fields), { maxLength })
    .chain((keys) => fc.record(Object.fromEntries(keys.map((key) => [key, fields[key]!]))));

const containerFields = {
  image: fc.constantFrom("side:1", null, "nvcr.io/nvidia/pytorch:24.01-py3"),
  memory: fc.constantFrom(64, null, 5, "64", 10_000_000),
  memoryReservation: fc.constantFrom(32, 128, null),
  cpu: fc.constantFrom(128, null, -1),
  essential: fc.constantFrom(true, false, null),
  privileged: fc.boolean(),
  portMappings: fc.option(few(mapping)),
  mountPoints: few(
    fc.record({ sourceVolume: fc.constantFrom("data", "none"), containerPath: fc.constantFrom("/a", "/dev/shm") }),
  ),
  volumesFrom: few(fc.record({ sourceContainer: names })),
  dependsOn: few(
    fc.record({ containerName: names, condition: fc.constantFrom("START", "HEALTHY", "SUCCESS", "start") }),
  ),
  healthCheck: fc.constantFrom({ command: ["CMD", "true"] }, { command: [] }, null),
  environment: few(
    fc.record({ name: fc.constantFrom("A", "NEURON_RT_VISIBLE_CORES", ""), value: fc.constantFrom("0", "0-99", null) }),
  ),
  secrets: few(fc.record({ name: fc.constantFrom("A", "B"), valueFrom: fc.constant("arn:a") })),
  linuxParameters: fc.option(
    someOf(
      {
        devices: fc.option(few(device)),
        capabilities: fc.option(fc.constant({ add: ["SYS_PTRACE"] })),
        swappiness: fc.constantFrom(5, 500),
      },
      3,
    ),
  ),
  resourceRequirements: few(
    fc.constantFrom({ type: "GPU", value: "1" }, { type: "NeuronDevice", value: "ALL" }, { type: "GPU", value: "x" }),
  ),
  ulimits: fc.constantFrom([{ name: "nofile", softLimit: 1, hardLimit: 1, more: null }], [{ name: "no" }], {}),
};
const container = fc
  .tuple(names, someOf(containerFields, 3))
  .map(([name, fields]) => ({ name, ...(name === "bert" ? {} : { image: "side:1", memory: 64 }), ...fields }));

const taskFields = {
  family: fc.constantFrom("other", null, "a b"),
  networkMode: fc.constantFrom("bridge", "host", "awsvpc", "none", null, "default", "overlay"),
  requiresCompatibilities: fc.constantFrom(null, ["EC2"], ["MANAGED_INSTANCES"], ["EXTERNAL"], []),
  containerDefinitions: fc.array(container, { minLength: 1, maxLength: 3 }),
  volumes: fc.constantFrom([{ name: "data" }], [{ name: "da ta" }], [{}], null),
  placementConstraints: fc.constantFrom(
    null,
    [{ type: "memberOf", expression: "attribute:stack == prod" }],
    [{ type: "memberOf", expression: "attribute:ecs.instance-type == g5.xlarge" }],
    [{ type: "distinctInstance" }],
  ),
  cpu: fc.constantFrom("1024", null, 1024),
  memory: fc.constantFrom("2 GB", null),
  executionRoleArn: fc.constantFrom("arn:aws:iam::111122223333:role/execution", null),
  tags: fc.constantFrom([{ key: "a", value: "b" }], ["a"], null),
  ephemeralStorage: fc.constantFrom({ sizeInGiB: 30 }, { sizeInGiB: 1 }),
};

const workloads = fc
  .tuple(
    fc.constantFrom(
      whole,
      pair,
      gpu,
      cpu,
      { accelerator: { instanceTypes: ["trn1.32xlarge"], efa: true } },
      { accelerator: { instanceTypes: ["inf2.xlarge", "inf2.24xlarge"], devicesPerReplica: 1 } },
      { accelerator: { instanceTypes: ["g5.xlarge"], mps: { memory: "8GiB" } } },
      { accelerator: { instanceTypes: ["g6f.xlarge"] } },
    ),
    someOf(
      {
        kind: fc.constantFrom("service", "job"),
        image: fc.constantFrom(
          "nvcr.io/nvidia/pytorch:24.01-py3",
          "public.ecr.aws/neuron/pytorch-inference-neuronx:2.8.0-neuronx-py311-sdk2.26.0-ubuntu22.04",
          "763104351884.dkr.ecr.af-south-1.amazonaws.com/pytorch-inference-neuronx:2.8.0-neuronx-py311-sdk2.26.0-ubuntu22.04",
        ),
        environment: fc.constantFrom({ NEURON_RT_VISIBLE_CORES: "0-99" }, { NEURON_RT_NUM_CORES: "64" }, { A: "1" }),
        ports: fc.array(
          fc.record(
            { container: ports, host: ports, protocol: fc.constantFrom("tcp", "udp") },
            { requiredKeys: ["container"] },
          ),
          { maxLength: 2 },
        ),
        resources: fc.constantFrom({ memory: "6MiB" }, { cpu: 0.01, memory: "4GiB" }),
        health: fc.constant({ path: "/ping", port: 8080, startSeconds: 900 }),
        sharedMemory: fc.constantFrom(0, "1GiB"),
        tags: fc.constant({ team: "a" }),
        logs: fc.constant({ group: "/a" }),
      },
      3,
    ),
    someOf(
      {
        networkMode: fc.constantFrom("bridge", "host", "awsvpc"),
        capacity: fc.constantFrom("ec2", "managed-instances", { provider: "asg" }),
        placement: fc.constant({ constraints: ["attribute:stack == prod"] }),
        taskDefinition: someOf(taskFields, 2),
      },
      3,
    ),
    fc.constantFrom(undefined, 1024, 28_690, 28_705, 30_000, 32_752),
  )
  .map(([shape, words, ecs, lockPortBase]) => ({
    document: { name: "bert", image: "bert:1", ...words, ...shape, ecs } as Raw,
    lockPortBase,
  }));

describe("any workload file", () => {
  it("is linted with the locks of its own cluster: what is one elsewhere is a port like any other there", () => {
    const document = containers(
      { accelerator: { instanceTypes: ["g5.xlarge"], mps: { memory: "8GiB" } } },
      { name: "bert", portMappings: [{ ...udp(28_703), containerPort: 0 }] },
    );
    const { variants } = ecsWorkload(document, { lockPortBase: 1024 });
    const rules = (known: object) => lintTaskDefinition(variants[0]!.definition, known).map(({ rule }) => rule);
    expect(rules({ lockPortBase: 1024 })).not.toContain("lock-port-taken");
    expect(rules({})).toContain("lock-port-taken");
    expect(said(document)).toEqual([`lock-port-taken ${first}.portMappings.0`]);
  });

  it("is refused where it says so, or comes to definitions that lint has no word against and ECS takes", () => {
    let generated = 0;
    let refused = 0;
    fc.assert(
      fc.property(workloads, ({ document, lockPortBase }) => {
        const errors = problemsOf(document, [...workloadRules, ...ecsRules]).filter(
          ({ severity }) => severity === "error",
        );
        if (errors.length > 0) return;
        const workload = document as unknown as Workload;
        const target = { region: "us-east-1", ...(lockPortBase === undefined ? {} : { lockPortBase }) };
        // As the commands do it: the API's own model is asked where there are raw fields.
        const needed = workload.ecs?.taskDefinition === undefined ? lintGenerated : lintTaskDefinition;
        const lint = needsLint(workload) ? needed : () => [];
        let definitions: readonly TaskDefinition[] = [];
        const problems = refusals(() => {
          definitions = ecsOf(workload, target, lint).everyVariant.map(({ definition }) => definition);
        });
        for (const each of problems) {
          refused += 1;
          const path = each.split(" ")[1]!.split(".");
          // What is said of a raw field stands there in the file.
          if (path[1] === "taskDefinition") expect(valueAt(document, path)).not.toBeUndefined();
        }
        for (const definition of definitions) {
          generated += 1;
          // The locks are where the cluster has them.
          expect(lintTaskDefinition(definition, target).filter(({ severity }) => severity === "error")).toEqual([]);
          expect(() => checkDefinition(definition)).not.toThrow();
          expect(nulls(definition)).toEqual([]);
        }
      }),
      { numRuns: runs(600) },
    );
    // A tenth, where about a quarter is refused: no seed decides.
    expect(Math.min(generated, refused)).toBeGreaterThan(runs(60));
  });
});

describe("a workload that needs no linter", () => {
  const types = instanceTypes.filter(({ accelerator }) => ["neuron", "nvidia"].includes(accelerator.kind));

  it("comes to definitions that it has no word against, on every instance type", () => {
    let clean = 0;
    for (const { instanceType, accelerator } of types)
      for (const devicesPerReplica of new Set([1, 2, accelerator.count])) {
        const workload: Workload = {
          name: "bert",
          image: "repo/bert:1",
          command: ["serve"],
          replicas: 2,
          accelerator: { instanceTypes: [instanceType], devicesPerReplica },
        };
        if (problemsOf(workload as unknown as Raw, [...workloadRules, ...ecsRules]).some(isError)) continue;
        expect(needsLint(workload)).toBe(false);
        for (const { definition } of ecsOf(workload, {}, () => []).everyVariant)
          expect(lintTaskDefinition(definition).filter(isError)).toEqual([]);
        clean += 1;
      }
    expect(clean).toBeGreaterThan(types.length);
  });

  it.each<[string, Partial<Workload>]>([
    ["an environment", { environment: { NEURON_RT_VISIBLE_CORES: "0" } }],
    ["ports", { ports: [{ container: 28700, host: 28700, protocol: "udp" }] }],
    ["an image of AWS's", { image: "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference:2.1" }],
    ["raw fields", { ecs: { taskDefinition: {} } }],
    ["a capacity", { ecs: { capacity: "managed-instances" } }],
  ])("is none with %s", (_, change) => {
    const accelerator = { instanceTypes: ["inf2.xlarge"] };
    expect(needsLint({ name: "bert", image: "repo/bert:1", accelerator, ...change })).toBe(true);
  });
});

const isError = ({ severity }: { readonly severity: string }) => severity === "error";

/** Null is for the merge: no definition has one. */
function nulls(value: unknown): readonly unknown[] {
  if (value === null) return [value];
  if (Array.isArray(value)) return value.flatMap(nulls);
  return isRaw(value) ? Object.values(value).flatMap(nulls) : [];
}
