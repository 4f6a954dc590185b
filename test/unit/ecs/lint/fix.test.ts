import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { fixText } from "../../../../src/core/ecs/lint/fix.ts";
import { lintTaskDefinition } from "../../../../src/core/ecs/lint/lint.ts";
import { lintFiles } from "../../../../src/core/ecs/lint/report.ts";
import type { Workload } from "../../../../src/core/workload/schema.ts";
import { runs } from "../../../support/depth.ts";
import { ecsOf } from "../../../support/ecs.ts";

/* oxlint-disable typescript/no-explicit-any -- definitions are broken at any place */
type Json = any;

const device = (number: number, other: object = {}) => ({
  hostPath: `/dev/neuron${number}`,
  containerPath: `/dev/neuron${number}`,
  permissions: ["read", "write"],
  ...other,
});
const lock = (number: number) => ({ containerPort: 28700 + number, hostPort: 28700 + number, protocol: "udp" });
const on = (type: string) => [{ type: "memberOf", expression: `attribute:ecs.instance-type == ${type}` }];
const container = (changes: object = {}, linux: object = {}): Json => ({
  name: "model",
  image: "model:1",
  memory: 1024,
  linuxParameters: {
    capabilities: { add: ["IPC_LOCK"] },
    devices: [device(0), device(1)],
    sharedMemorySize: 256,
    ...linux,
  },
  portMappings: [lock(0), lock(1)],
  ...changes,
});
const task = (changes: object = {}, linux: object = {}, definition: object = {}): Json => ({
  family: "model",
  requiresCompatibilities: ["EC2"],
  networkMode: "bridge",
  placementConstraints: on("inf2.24xlarge"),
  containerDefinitions: [container(changes, linux)],
  ...definition,
});
const good = task();
const variables = (...environment: readonly (readonly [string, unknown])[]) => ({
  environment: environment.map(([name, value]) => ({ name, value })),
});

function fix(definition: unknown): {
  readonly definition: Json;
  readonly rules: readonly string[];
  readonly left: readonly string[];
} {
  const { text, fixed } = fixText(JSON.stringify(definition), "f.json");
  const after = JSON.parse(text);
  return {
    definition: after,
    rules: fixed.map(({ rule }) => rule),
    left: lintTaskDefinition(after).map(({ rule }) => rule),
  };
}

/** What is broken, the rules that are fixed, and what comes of it. */
const fixes: readonly (readonly [string, Json, readonly string[], Json])[] = [
  [
    "a number in quotes",
    task({ memory: "1024", cpu: "512" }),
    ["wrong-type", "wrong-type"],
    task({ cpu: 512 }, {}, {}),
  ],
  [
    "a number and a flag that should be text",
    task(variables(["PORT", 8080], ["ON", true])),
    ["wrong-type", "wrong-type"],
    task(variables(["PORT", "8080"], ["ON", "true"])),
  ],
  ["a flag in quotes", task({ privileged: "false" }), ["wrong-type"], task({ privileged: false })],
  [
    "misspelt keys, each in its place",
    {
      Family: "model",
      ...Object.fromEntries(
        Object.entries(task({ mount_points: [{ sourcevolume: "v", containerPath: "/v" }] })).slice(1),
      ),
    },
    ["misspelt-field", "misspelt-field", "misspelt-field"],
    task({ mountPoints: [{ sourceVolume: "v", containerPath: "/v" }] }),
  ],
  [
    "words in another case",
    task({}, {}, { networkMode: "BRIDGE", requiresCompatibilities: ["ec2"] }),
    ["unknown-word", "unknown-word"],
    task({}, {}, { networkMode: "bridge", requiresCompatibilities: ["EC2"] }),
  ],
  [
    "AWS Batch's permissions",
    task({}, { devices: [device(0, { permissions: ["READ", "WRITE", "MKNOD"] }), device(1)] }),
    ["unknown-word", "unknown-word", "unknown-word"],
    task({}, { devices: [device(0, { permissions: ["read", "write", "mknod"] }), device(1)] }),
  ],
  ["Fargate beside EC2", task({}, {}, { requiresCompatibilities: ["FARGATE", "EC2"] }), ["fargate-accelerator"], good],
  [
    "a constraint without a type",
    task({}, {}, { placementConstraints: [{ expression: "attribute:ecs.os-type == linux" }, ...on("inf2.24xlarge")] }),
    ["constraint-type"],
    task(
      {},
      {},
      {
        placementConstraints: [
          { type: "memberOf", expression: "attribute:ecs.os-type == linux" },
          ...on("inf2.24xlarge"),
        ],
      },
    ),
  ],
  ["a type in upper case", task({}, {}, { placementConstraints: on("Inf2.24XLarge") }), ["constraint-type-case"], good],
  [
    "two types in upper case beside an attribute of the same value",
    task(
      {},
      {},
      {
        placementConstraints: [
          {
            type: "memberOf",
            expression:
              "attribute:old == INF2.24xlarge or attribute:ecs.instance-type in [INF2.24xlarge, Inf2.24xlarge]",
          },
        ],
      },
    ),
    ["constraint-type-case", "constraint-type-case"],
    task(
      {},
      {},
      {
        placementConstraints: [
          {
            type: "memberOf",
            expression:
              "attribute:old == INF2.24xlarge or attribute:ecs.instance-type in [inf2.24xlarge, inf2.24xlarge]",
          },
        ],
      },
    ),
  ],
  [
    "another path in the container",
    task({}, { devices: [device(0), device(1, { containerPath: "/dev/neuron0" })] }),
    ["neuron-device-mapping"],
    good,
  ],
  [
    "permissions",
    task({}, { devices: [device(0, { permissions: ["read"] }), device(1)] }),
    ["neuron-device-permissions"],
    good,
  ],
  [
    "devices out of order",
    task({}, { devices: [device(1), { hostPath: "/dev/fuse" }, device(0)] }),
    ["neuron-device-order"],
    task({}, { devices: [device(0), { hostPath: "/dev/fuse" }, device(1)] }),
  ],
  ["a device twice", task({}, { devices: [device(1), device(0), device(1)] }), ["neuron-device-order"], good],
  ["no IPC_LOCK", task({}, { capabilities: undefined }), ["neuron-ipc-lock"], good],
  [
    "IPC_LOCK beside others",
    task({}, { capabilities: { add: ["SYS_NICE"], drop: ["ALL"] } }),
    ["neuron-ipc-lock"],
    task({}, { capabilities: { add: ["SYS_NICE", "IPC_LOCK"], drop: ["ALL"] } }),
  ],
  [
    "cores of other devices, as the only variable",
    task(variables(["NEURON_RT_VISIBLE_CORES", "20-23"])),
    ["neuron-visible-cores"],
    good,
  ],
  [
    "cores of other devices, beside others",
    task(variables(["A", "1"], ["NEURON_RT_VISIBLE_CORES", "20-23"], ["B", "2"])),
    ["neuron-visible-cores"],
    task(variables(["A", "1"], ["B", "2"])),
  ],
  [
    "devices of others",
    task(variables(["AWS_NEURON_VISIBLE_DEVICES", "4,5"], ["A", "1"])),
    ["neuron-visible-devices"],
    task(variables(["A", "1"])),
  ],
  [
    "one NeuronDevice",
    {
      family: "m",
      requiresCompatibilities: ["MANAGED_INSTANCES"],
      networkMode: "host",
      cpu: "1024",
      memory: "2048",
      containerDefinitions: [{ name: "m", image: "m:1", resourceRequirements: [{ type: "NeuronDevice", value: "1" }] }],
    },
    ["neuron-device-value"],
    {
      family: "m",
      requiresCompatibilities: ["MANAGED_INSTANCES"],
      networkMode: "host",
      cpu: "1024",
      memory: "2048",
      containerDefinitions: [
        { name: "m", image: "m:1", resourceRequirements: [{ type: "NeuronDevice", value: "ALL" }] },
      ],
    },
  ],
  [
    "host ports in host mode",
    task({ portMappings: [{ containerPort: 80, hostPort: 8080 }, lock(0), lock(1)] }, {}, { networkMode: "host" }),
    ["host-port-differs"],
    task({ portMappings: [{ containerPort: 80 }, lock(0), lock(1)] }, {}, { networkMode: "host" }),
  ],
  [
    "locks that are missing",
    task({ portMappings: [{ containerPort: 80 }, lock(0)] }),
    ["lock-ports-missing"],
    task({ portMappings: [{ containerPort: 80 }, lock(0), lock(1)] }),
  ],
  ["every lock", task({ portMappings: undefined }), ["lock-ports-missing"], good],
  [
    "EFA where no network mode was written",
    task({}, { devices: [device(0), device(1), { hostPath: "/dev/infiniband/uverbs0" }] }, { networkMode: undefined }),
    ["efa-network-mode"],
    task({}, { devices: [device(0), device(1), { hostPath: "/dev/infiniband/uverbs0" }] }, { networkMode: "host" }),
  ],
  [
    "all the memory of a machine",
    task({ memory: 16384, portMappings: [] }, { devices: [device(0)] }, { placementConstraints: on("inf2.xlarge") }),
    ["memory-over-registered"],
    task({ memory: 14745, portMappings: [] }, { devices: [device(0)] }, { placementConstraints: on("inf2.xlarge") }),
  ],
  [
    "its reservation, and the limit with it",
    task(
      { memory: 16384, memoryReservation: 16384, portMappings: [] },
      { devices: [device(0)] },
      { placementConstraints: on("inf2.xlarge") },
    ),
    ["memory-over-registered"],
    task(
      { memory: 14745, memoryReservation: 14745, portMappings: [] },
      { devices: [device(0)] },
      { placementConstraints: on("inf2.xlarge") },
    ),
  ],
];

/** What only its author knows the answer to. */
const undecided: readonly (readonly [string, Json, string])[] = [
  ["text that is one number in several spellings", task({ memory: "1e3" }), "wrong-type"],
  ["devices on Fargate alone", task({}, {}, { requiresCompatibilities: ["FARGATE"] }), "fargate-accelerator"],
  [
    "a run-time constraint in the definition",
    task({}, {}, { placementConstraints: [{ type: "distinctInstance" }, ...on("inf2.24xlarge")] }),
    "constraint-type",
  ],
  ["IPC_LOCK dropped by name", task({}, { capabilities: { drop: ["IPC_LOCK"] } }), "neuron-ipc-lock"],
  [
    "a device twice with other permissions",
    task({}, { devices: [device(0), device(0, { permissions: ["read", "write", "mknod"] }), device(1)] }),
    "neuron-device-order",
  ],
  [
    "another device as a Neuron device",
    task({}, { devices: [device(0), device(1), { hostPath: "/dev/other", containerPath: "/dev/neuron2" }] }),
    "neuron-device-mapping",
  ],
  ["a word that may be another", task({}, {}, { networkMode: "nat" }), "unknown-word"],
  ["a field that is no field", task({ comment: "why" }), "unknown-field"],
  ["a misspelt field beside the right one", task({ Memory: 64 }), "misspelt-field"],
  ["a gap", task({ portMappings: [lock(0), lock(2)] }, { devices: [device(0), device(2)] }), "neuron-device-gap"],
  ["idle devices", task(variables(["NEURON_RT_VISIBLE_CORES", "0-1"])), "neuron-visible-cores-idle"],
  ["more cores than there are", task(variables(["NEURON_RT_NUM_CORES", "9"])), "neuron-num-cores"],
  ["no constraint", task({}, {}, { placementConstraints: [] }), "accelerator-without-type"],
  [
    "a lock's port that has another use",
    task({ portMappings: [{ containerPort: 28700, protocol: "udp" }] }),
    "lock-ports-missing",
  ],
  [
    "EFA in a network mode that somebody chose",
    task(
      { portMappings: [] },
      { devices: [device(0), { hostPath: "/dev/infiniband/uverbs0" }] },
      { networkMode: "awsvpc", placementConstraints: on("trn1.2xlarge") },
    ),
    "efa-network-mode",
  ],
  [
    "nearly all of a machine's memory",
    task({ memory: 16000, portMappings: [] }, { devices: [device(0)] }, { placementConstraints: on("inf2.xlarge") }),
    "memory-over-registered",
  ],
  // Without it NEURON_RT_NUM_CORES would count, and be wrong.
  [
    "cores whose correction shows another mistake",
    task(variables(["NEURON_RT_NUM_CORES", "9"], ["NEURON_RT_VISIBLE_CORES", "20-23"])),
    "neuron-visible-cores",
  ],
];

describe("taskdef lint --fix", () => {
  it.each(fixes)("corrects %s", (_, broken, rules, wanted) => {
    const fixed = fix(broken);
    expect(fixed.definition).toEqual(JSON.parse(JSON.stringify(wanted)));
    expect(fixed.rules).toEqual(rules);
    expect(fixed.left.filter((rule) => rules.includes(rule))).toEqual([]);
  });

  it.each(undecided)("leaves %s to its author", (_, broken, rule) => {
    const fixed = fix(broken);
    expect(fixed.left).toContain(rule);
    expect(fixed.rules).not.toContain(rule);
    expect(fixed.definition).toEqual(JSON.parse(JSON.stringify(broken)));
  });

  it("makes the fixes that show others to make, beside one that it leaves for what it would show", () => {
    const constraint = [{ expression: "attribute:ecs.instance-type == INF2.24xlarge" }];
    const fixed = fix(
      task(
        { ...variables(["NEURON_RT_NUM_CORES", "9"], ["NEURON_RT_VISIBLE_CORES", "20-23"]), portMappings: [] },
        {},
        { placementConstraints: constraint },
      ),
    );
    expect(fixed.definition.placementConstraints).toEqual([
      { expression: "attribute:ecs.instance-type == inf2.24xlarge", type: "memberOf" },
    ]);
    expect(fixed.rules).toEqual(["constraint-type", "constraint-type-case", "lock-ports-missing"]);
    expect(fixed.left).toEqual(["neuron-visible-cores"]);
  });

  it("leaves what is right as it is, to the byte", () => {
    const text = JSON.stringify(good, null, 3);
    expect(fixText(text, "f.json")).toMatchObject({ text, fixed: [] });
  });
});

const yaml = `# our model
family: model # the family
containerDefinitions:
- name: model
  image: 'model:1'
  memory: "1024" # MiB
  environment:
  # where the model is
  - name: MODEL
    value: s3://models # in the bucket
  # these were for the old type
  - { name: NEURON_RT_VISIBLE_CORES, value: '20-23' }
  linuxParameters:
    devices:
    - hostPath: /dev/neuron1 # second
      permissions: [read]
    # the first one
    - hostPath: "/dev/neuron0" # first
      containerPath: "/dev/neuron3"

    initProcessEnabled: true

# where
placementConstraints:
  - type: memberOf
    expression: attribute:ecs.instance-type == Inf2.24xlarge # two of six
networkMode: bridge`;

const corrected = `# our model
family: model # the family
containerDefinitions:
- name: model
  image: 'model:1'
  memory: 1024 # MiB
  environment:
  # where the model is
  - name: MODEL
    value: s3://models # in the bucket
  # these were for the old type
  linuxParameters:
    devices:
    # the first one
    - hostPath: "/dev/neuron0" # first
      containerPath: "/dev/neuron0"
    - hostPath: /dev/neuron1 # second
      permissions: [read, write]

    initProcessEnabled: true
    capabilities:
      add:
      - IPC_LOCK
  portMappings:
  - containerPort: 28700
    hostPort: 28700
    protocol: udp
  - containerPort: 28701
    hostPort: 28701
    protocol: udp

# where
placementConstraints:
  - type: memberOf
    expression: attribute:ecs.instance-type == inf2.24xlarge # two of six
networkMode: bridge`;

describe("what --fix does not touch", () => {
  it("is a YAML file's comments, quotes, order and indentation", () => {
    expect(fixText(yaml, "f.yaml").text).toBe(corrected);
  });

  it("is how its lines end", () => {
    expect(fixText(yaml.replaceAll("\n", "\r\n"), "f.yaml").text).toBe(corrected.replaceAll("\n", "\r\n"));
  });

  it("is what other places share", () => {
    const shared =
      "family: a\nx: &two\n- hostPath: /dev/neuron1\n- hostPath: /dev/neuron0\ncontainerDefinitions:\n- name: a\n  image: a\n  memory: 9\n  linuxParameters: { devices: *two }\n";
    expect(fixText(shared, "f.yaml").text).toBe(
      shared.replace("{ devices: *two }", "{ devices: *two, capabilities: { add: [IPC_LOCK] } }"),
    );
    const anchored =
      "taskDefinition:\n  family: a\n  containerDefinitions:\n  - name: a\n    image: a\n    memory: &size '9'\nelsewhere: *size\n";
    expect(fixText(anchored, "f.yaml")).toMatchObject({ text: anchored, fixed: [] });
    const merged = "base: &base\n  memory: '9'\nfamily: a\ncontainerDefinitions:\n- <<: *base\n  name: a\n  image: a\n";
    expect(fixText(merged, "f.yaml").text).toBe(`${merged}  memory: 9\n`);
    const misspelt =
      "family: a\ncontainerDefinitions:\n- \"Name\": a # its name\n  image: a\n  Memory: 9 # MiB\n  # why\n  'entry_point': [ serve ]\n";
    expect(fixText(misspelt, "f.yaml").text).toBe(
      misspelt.replace('"Name"', '"name"').replace("Memory", "memory").replace("'entry_point'", "'entryPoint'"),
    );
    const deep =
      "base: &base\n  linuxParameters: { devices: [ { hostPath: /dev/neuron0 } ] }\nfamily: a\ncontainerDefinitions:\n- <<: *base\n  name: a\n  image: a\n  memory: 9\n";
    expect(fixText(deep, "f.yaml")).toMatchObject({ text: deep, fixed: [] });
  });

  it("is a number whose text is not the one it reads back as", () => {
    const text =
      "family: a\ncontainerDefinitions:\n- { name: a, image: a, memory: 9, environment: [ { name: A, value: 1.10 }, { name: B, value: 1.5 } ] }\n";
    expect(fixText(text, "f.yaml").text).toBe(text.replace("value: 1.5", 'value: "1.5"'));
  });

  it("is all but the one definition of a list, and the answer around it", () => {
    const broken = task({ memory: "1024" });
    for (const whole of [
      [good, broken, good],
      { taskDefinition: broken, tags: [] },
      [{ taskDefinition: good }, { taskDefinition: broken }],
    ]) {
      expect(fixText(JSON.stringify(whole, null, 2), "f.json").text).toBe(
        JSON.stringify(whole, null, 2).replace('"1024"', "1024"),
      );
    }
    const documents = `${stringify(good)}---\n# two\n${stringify(broken)}`;
    expect(fixText(documents, "f.yaml").text).toBe(documents.replace('"1024"', "1024"));
  });
});

/** What people do to a definition that is right. Each breaks a rule that --fix knows the answer to. */
const breaks: readonly ((definition: Json, index: number) => void)[] = [
  (definition) =>
    (definition.placementConstraints[0].expression = definition.placementConstraints[0].expression.replace(
      /(inf|trn)/,
      (family: string) => family.toUpperCase(),
    )),
  (definition) => delete definition.placementConstraints[0].type,
  (definition, index) => (pick(devicesOf(definition), index).containerPath = "/dev/neuron99"),
  (definition, index) =>
    (pick(devicesOf(definition), index).permissions = index % 2 === 0 ? ["read"] : ["write", "mknod"]),
  (definition) => devicesOf(definition).reverse(),
  (definition, index) => devicesOf(definition).push(structuredClone(pick(devicesOf(definition), index))),
  (definition) => delete mainOf(definition).linuxParameters.capabilities,
  (definition) => (mainOf(definition).linuxParameters.capabilities = null),
  (definition) => (mainOf(definition).linuxParameters.capabilities.add = []),
  (definition) => (mainOf(definition).linuxParameters.capabilities = { add: ["SYS_NICE"] }),
  (definition) => addVariable(definition, "NEURON_RT_VISIBLE_CORES", "900"),
  (definition) => addVariable(definition, "NEURON_RT_VISIBLE_CORES", "all"),
  (definition) => addVariable(definition, "AWS_NEURON_VISIBLE_DEVICES", "0-99"),
  (definition) => addVariable(definition, "WORKERS", 4),
  (definition) => (mainOf(definition).memory = String(mainOf(definition).memory)),
  (definition) => (mainOf(definition).privileged = "false"),
  (definition) =>
    (mainOf(definition).portMappings = mainOf(definition).portMappings.filter(
      ({ protocol }: Json) => protocol !== "udp",
    )),
  (definition) => delete mainOf(definition).portMappings,
  (definition) => (definition.requiresCompatibilities = ["FARGATE", "EC2"]),
];

const mainOf = (definition: Json): Json => definition.containerDefinitions[0];
const devicesOf = (definition: Json): Json[] => mainOf(definition).linuxParameters.devices;
const pick = (items: readonly Json[], index: number): Json => items[index % items.length];
const addVariable = (definition: Json, name: string, value: unknown) =>
  (mainOf(definition).environment = [
    ...(mainOf(definition).environment ?? []).filter((each: Json) => each.name !== name),
    { name, value },
  ]);

const anyGood = fc
  .record({
    type: fc.constantFrom(
      ["inf2.24xlarge", 2],
      ["inf2.24xlarge", 6],
      ["inf2.48xlarge", 12],
      ["trn1.32xlarge", 4],
      ["trn1.32xlarge", 16],
      ["inf2.xlarge", 1],
      ["inf1.6xlarge", 3],
    ),
    slot: fc.nat(),
    environment: fc.constantFrom({}, { MODEL_URI: "s3://models" }, { A: "yes: no", B: "1.10", C: "" }),
    ports: fc.constantFrom<{ container: number }[]>([], [{ container: 8080 }]),
    logs: fc.boolean(),
    sidecar: fc.boolean(),
  })
  .map(({ type: [instanceType, devicesPerReplica], slot, environment, ports, logs, sidecar }) => {
    const raw = sidecar
      ? {
          taskDefinition: {
            containerDefinitions: [
              {
                name: "side",
                image: "side:1",
                memory: 64,
                command: ["a", "b # c", "- d"],
                dockerLabels: { note: "it's" },
              },
            ],
            volumes: [{ name: "v", host: {} }],
          },
        }
      : {};
    const workload: Workload = {
      name: "bert",
      image: "bert:1",
      accelerator: { instanceTypes: [String(instanceType)], devicesPerReplica: Number(devicesPerReplica) },
      environment,
      ports,
      ...(sidecar ? { resources: { memory: "2GiB" } } : {}),
      ...(logs ? { logs: { group: "/bert" } } : {}),
      ecs: raw,
    };
    return structuredClone(pick(ecsOf(workload, { region: "us-east-1" }).everyVariant, slot).definition) as Json;
  });

const broken = fc
  .tuple(anyGood, fc.array(fc.tuple(fc.nat({ max: breaks.length - 1 }), fc.nat()), { maxLength: 6 }))
  .map(([definition, chosen]) => {
    // In the order of the list: one that takes a part away comes after those that change it.
    for (const [index, detail] of chosen.toSorted(([one], [other]) => one - other))
      if ((mainOf(definition).linuxParameters.capabilities ?? null) !== null || index < 6 || index > 9)
        breaks[index]!(definition, detail);
    return definition;
  });

function expectClean(text: string, file: string): string {
  const { text: after, fixed } = fixText(text, file);
  expect(lintFiles([{ name: file, text: after }]).findings).toEqual([]);
  expect(fixText(after, file)).toMatchObject({ text: after, fixed: [] });
  if (lintFiles([{ name: file, text }]).findings.length === 0) expect(after).toBe(text);
  else expect(fixed.length).toBeGreaterThan(0);
  return after;
}

describe("any definition of aiplat's, broken in the ways that --fix knows", () => {
  it("is clean afterwards, once for all, and JSON as it was laid out", () => {
    fc.assert(
      fc.property(broken, fc.constantFrom(undefined, 1, 2, 4, "\t"), (definition, indent) => {
        const after = expectClean(JSON.stringify(definition, null, indent), "f.json");
        expect(after).toBe(JSON.stringify(JSON.parse(after), null, indent));
      }),
      { numRuns: runs(150) },
    );
  });

  it("is clean afterwards in YAML of any layout, and keeps the comments of what it does not touch", () => {
    const layout = fc.record({
      indent: fc.constantFrom(2, 4),
      indentSeq: fc.boolean(),
      collectionStyle: fc.constantFrom("any" as const, "flow" as const),
      singleQuote: fc.boolean(),
    });
    fc.assert(
      fc.property(broken, layout, fc.constantFrom("\n", "\r\n"), (definition, options, lineEnd) => {
        const lines = stringify(definition, { ...options, lineWidth: 0 })
          .trimEnd()
          .split("\n");
        const kept = /^\s*(?:- )?(?:image|family|cpu|networkMode|command|logDriver|volumes): /;
        const text =
          lines
            .map((line, index) =>
              options.collectionStyle === "any" && kept.test(line) ? `${line}  # note ${index}` : line,
            )
            .join(lineEnd) + lineEnd;
        const after = expectClean(text, "f.yaml");
        const notes = (whole: string) => whole.split(lineEnd).filter((line) => line.includes("# note"));
        expect(notes(after)).toEqual(notes(text));
        expect(after.replaceAll(lineEnd, "")).not.toMatch(/[\r\n]/);
        expect(Object.keys(parse(after) as object)).toEqual(Object.keys(parse(text) as object));
      }),
      { numRuns: runs(150) },
    );
  });
});
