import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diffTaskDefinitions } from "../../../src/core/ecs/diff.ts";
import { generatedFields, type FieldTree } from "../../../src/core/ecs/generated-fields.ts";
import { normalForm } from "../../../src/core/ecs/normal-form.ts";
import { isRaw, type Raw } from "../../../src/core/base/merge.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { runs } from "../../support/depth.ts";
import { ecsOf } from "../../support/ecs.ts";

const declared: Raw = {
  family: "bert",
  networkMode: "bridge",
  requiresCompatibilities: ["EC2"],
  containerDefinitions: [
    {
      name: "bert",
      image: "repo/bert:1",
      cpu: 1024,
      memory: 2048,
      essential: true,
      environment: [
        { name: "MODEL_URI", value: "s3://models/bert" },
        { name: "BATCH", value: "8" },
      ],
      portMappings: [
        { containerPort: 8080, protocol: "tcp" },
        { containerPort: 28700, hostPort: 28700, protocol: "udp" },
      ],
      linuxParameters: {
        capabilities: { add: ["IPC_LOCK"] },
        devices: [{ hostPath: "/dev/neuron0", containerPath: "/dev/neuron0", permissions: ["read", "write"] }],
      },
      logConfiguration: { logDriver: "awslogs", options: { "awslogs-group": "/bert", "awslogs-region": "us-east-1" } },
    },
  ],
  placementConstraints: [{ type: "memberOf", expression: "attribute:ecs.instance-type == inf2.xlarge" }],
  tags: [{ key: "aiplat:workload", value: "bert" }],
};

/** What ECS answers for it: its own fields, its defaults, lists in another order. */
const registered: Raw = {
  ...declared,
  taskDefinitionArn: "arn:aws:ecs:us-east-1:123456789012:task-definition/bert:3",
  revision: 3,
  status: "ACTIVE",
  requiresAttributes: [{ name: "com.amazonaws.ecs.capability.logging-driver.awslogs" }],
  compatibilities: ["EXTERNAL", "EC2"],
  registeredAt: 1700000000,
  registeredBy: "arn:aws:iam::123456789012:user/one",
  volumes: [],
  containerDefinitions: [
    {
      ...container(declared),
      environment: [
        { name: "BATCH", value: "8" },
        { name: "MODEL_URI", value: "s3://models/bert" },
      ],
      portMappings: [
        { containerPort: 28700, hostPort: 28700, protocol: "udp" },
        { containerPort: 8080, hostPort: 0, protocol: "tcp" },
      ],
      mountPoints: [],
      volumesFrom: [],
      systemControls: [],
    },
  ],
  tags: [
    { key: "aiplat:run", value: "r-1" },
    { key: "aiplat:workload", value: "bert" },
    { key: "cost-center", value: "42" },
  ],
};

function container(definition: Raw): Raw {
  return (definition["containerDefinitions"] as readonly Raw[])[0]!;
}

function withContainer(definition: Raw, change: Raw): Raw {
  return { ...definition, containerDefinitions: [{ ...container(definition), ...change }] };
}

function without(object: Raw, name: string): Raw {
  return Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));
}

describe("diffTaskDefinitions", () => {
  it("sees no change in what ECS makes of a definition", () => {
    expect(diffTaskDefinitions(declared, registered)).toEqual([]);
  });

  it.each<readonly [string, Raw, Raw, unknown]>([
    [
      "a changed variable",
      withContainer(declared, {
        environment: [
          { name: "MODEL_URI", value: "s3://models/bert-2" },
          { name: "BATCH", value: "8" },
        ],
      }),
      registered,
      {
        path: "containerDefinitions[bert].environment[MODEL_URI].value",
        kind: "changed",
        before: "s3://models/bert",
        after: "s3://models/bert-2",
      },
    ],
    [
      "a removed variable",
      withContainer(declared, { environment: [{ name: "BATCH", value: "8" }] }),
      registered,
      {
        path: "containerDefinitions[bert].environment[MODEL_URI]",
        kind: "removed",
        before: { name: "MODEL_URI", value: "s3://models/bert" },
      },
    ],
    [
      "an added port",
      withContainer(declared, {
        portMappings: [...(container(declared)["portMappings"] as Raw[]), { containerPort: 9090 }],
      }),
      registered,
      { path: "containerDefinitions[bert].portMappings[9090/tcp]", kind: "added", after: { containerPort: 9090 } },
    ],
    [
      "removed logs",
      { ...declared, containerDefinitions: [without(container(declared), "logConfiguration")] },
      registered,
      {
        path: "containerDefinitions[bert].logConfiguration",
        kind: "removed",
        before: container(declared)["logConfiguration"],
      },
    ],
    [
      "a removed health check",
      declared,
      withContainer(registered, { healthCheck: { command: ["CMD", "x"] } }),
      { path: "containerDefinitions[bert].healthCheck", kind: "removed", before: { command: ["CMD", "x"] } },
    ],
    [
      "a removed device",
      declared,
      withContainer(registered, {
        linuxParameters: {
          ...(container(registered)["linuxParameters"] as Raw),
          devices: [{ hostPath: "/dev/neuron0", permissions: ["write", "read"] }, { hostPath: "/dev/neuron1" }],
        },
      }),
      {
        path: "containerDefinitions[bert].linuxParameters.devices[/dev/neuron1]",
        kind: "removed",
        before: { hostPath: "/dev/neuron1", containerPath: "/dev/neuron1" },
      },
    ],
    [
      "another type",
      {
        ...declared,
        placementConstraints: [{ type: "memberOf", expression: "attribute:ecs.instance-type == inf1.xlarge" }],
      },
      registered,
      {
        path: "placementConstraints[0].expression",
        kind: "changed",
        before: "attribute:ecs.instance-type == inf2.xlarge",
        after: "attribute:ecs.instance-type == inf1.xlarge",
      },
    ],
    [
      "another log option",
      withContainer(declared, {
        logConfiguration: {
          logDriver: "awslogs",
          options: { "awslogs-group": "/other", "awslogs-region": "us-east-1" },
        },
      }),
      registered,
      {
        path: "containerDefinitions[bert].logConfiguration.options.awslogs-group",
        kind: "changed",
        before: "/bert",
        after: "/other",
      },
    ],
    [
      "an added role",
      { ...declared, executionRoleArn: "arn:role" },
      registered,
      { path: "executionRoleArn", kind: "added", after: "arn:role" },
    ],
    [
      "a removed role",
      declared,
      { ...registered, taskRoleArn: "arn:role" },
      { path: "taskRoleArn", kind: "removed", before: "arn:role" },
    ],
    [
      "a removed sidecar",
      declared,
      {
        ...registered,
        containerDefinitions: [...(registered["containerDefinitions"] as Raw[]), { name: "side", image: "x" }],
      },
      { path: "containerDefinitions[side]", kind: "removed", before: { name: "side", image: "x" } },
    ],
    [
      "a command in another order",
      withContainer(declared, { command: ["a", "b"] }),
      withContainer(registered, { command: ["b", "a"] }),
      { path: "containerDefinitions[bert].command", kind: "changed", before: ["b", "a"], after: ["a", "b"] },
    ],
    [
      "a changed tag",
      { ...declared, tags: [{ key: "aiplat:workload", value: "other" }] },
      registered,
      { path: "tags[aiplat:workload].value", kind: "changed", before: "bert", after: "other" },
    ],
    [
      "a removed tag of aiplat's",
      { ...declared, tags: [] },
      registered,
      { path: "tags[aiplat:workload]", kind: "removed", before: { key: "aiplat:workload", value: "bert" } },
    ],
    [
      "a list that was a word",
      withContainer(declared, { links: ["a"] }),
      withContainer(registered, { links: "a" }),
      { path: "containerDefinitions[bert].links", kind: "changed", before: "a", after: ["a"] },
    ],
    [
      "a variable written twice",
      withContainer(declared, {
        environment: [
          { name: "A", value: "1" },
          { name: "A", value: "2" },
        ],
      }),
      withContainer(registered, { environment: [{ name: "A", value: "1" }] }),
      { path: "containerDefinitions[bert].environment[A#2]", kind: "added", after: { name: "A", value: "2" } },
    ],
    [
      "a volume that the file has no more",
      declared,
      { ...registered, volumes: [{ name: "v", host: {} }] },
      { path: "volumes[v]", kind: "removed", before: { name: "v" } },
    ],
    [
      "a mount that the file has no more",
      declared,
      withContainer(registered, { mountPoints: [{ sourceVolume: "v", containerPath: "/v" }] }),
      {
        path: "containerDefinitions[bert].mountPoints[/v]",
        kind: "removed",
        before: { sourceVolume: "v", containerPath: "/v" },
      },
    ],
  ])("names %s", (_, ours, theirs, change) => {
    expect(diffTaskDefinitions(ours, theirs)).toEqual([change]);
  });

  it.each<readonly [string, Raw]>([
    ["a field of the task", { ...registered, pidMode: "host" }],
    ["fields of the container", withContainer(registered, { hostname: "bert", dockerLabels: { a: "b" } })],
    [
      "a field beside aiplat's own",
      withContainer(registered, {
        linuxParameters: {
          ...(container(registered)["linuxParameters"] as Raw),
          initProcessEnabled: true,
          tmpfs: [{ containerPath: "/t", size: 1 }],
        },
      }),
    ],
    [
      "a port's protocol for Service Connect",
      withContainer(registered, {
        portMappings: [
          { containerPort: 28700, hostPort: 28700, protocol: "udp" },
          { containerPort: 8080, appProtocol: "http" },
        ],
      }),
    ],
    ["somebody's tags", { ...registered, tags: [...(registered["tags"] as Raw[]), { key: "owner", value: "me" }] }],
  ])("ignores %s that nobody declared", (_, theirs) => {
    expect(diffTaskDefinitions(declared, theirs)).toEqual([]);
  });

  it("compares fields that aiplat never writes where they are declared", () => {
    expect(diffTaskDefinitions({ ...declared, pidMode: "task" }, { ...registered, pidMode: "host" })).toEqual([
      { path: "pidMode", kind: "changed", before: "host", after: "task" },
    ]);
    expect(
      diffTaskDefinitions(
        { ...declared, volumes: [{ name: "v" }] },
        { ...registered, volumes: [{ name: "v", host: {} }] },
      ),
    ).toEqual([]);
  });
});

describe("normalForm", () => {
  it.each<readonly [string, Raw, Raw]>([
    ["units of the task's size", { cpu: "1 vCPU", memory: "2GB" }, { cpu: "1024", memory: "2048" }],
    [
      "the default network mode",
      { requiresCompatibilities: ["EC2"] },
      { networkMode: "bridge", requiresCompatibilities: ["EC2"] },
    ],
    [
      "Fargate's network mode",
      { requiresCompatibilities: ["FARGATE"] },
      { networkMode: "awsvpc", requiresCompatibilities: ["FARGATE"] },
    ],
    [
      "host ports in host mode",
      { networkMode: "host", containerDefinitions: [{ name: "a", portMappings: [{ containerPort: 80 }] }] },
      {
        networkMode: "host",
        containerDefinitions: [{ name: "a", portMappings: [{ containerPort: 80, hostPort: 80, protocol: "tcp" }] }],
      },
    ],
    [
      "a health check's defaults",
      { containerDefinitions: [{ name: "a", healthCheck: { command: ["CMD", "x"] } }] },
      {
        containerDefinitions: [
          { name: "a", healthCheck: { command: ["CMD", "x"], interval: 30, retries: 3, timeout: 5 } },
        ],
      },
    ],
    [
      "a device's permissions",
      { containerDefinitions: [{ name: "a", linuxParameters: { devices: [{ hostPath: "/dev/neuron0" }] } }] },
      {
        containerDefinitions: [
          {
            name: "a",
            linuxParameters: {
              devices: [
                { hostPath: "/dev/neuron0", containerPath: "/dev/neuron0", permissions: ["mknod", "read", "write"] },
              ],
            },
          },
        ],
      },
    ],
    [
      "an EFS volume's root",
      { volumes: [{ name: "v", efsVolumeConfiguration: { fileSystemId: "fs-1" } }] },
      { volumes: [{ name: "v", efsVolumeConfiguration: { fileSystemId: "fs-1", rootDirectory: "/" } }] },
    ],
    [
      "empty parts",
      {
        containerDefinitions: [
          { name: "a", command: [], linuxParameters: { capabilities: { add: [] } }, environment: null },
        ],
      },
      { containerDefinitions: [{ name: "a" }] },
    ],
  ])("is the same with and without %s", (_, one, other) => {
    expect(normalForm(one)).toEqual(normalForm(other));
  });

  it.each<readonly [string, Raw, Raw]>([
    [
      "a static host port",
      { containerDefinitions: [{ name: "a", portMappings: [{ containerPort: 80, hostPort: 80 }] }] },
      { containerDefinitions: [{ name: "a", portMappings: [{ containerPort: 80 }] }] },
    ],
    [
      "an empty variable",
      { containerDefinitions: [{ name: "a", environment: [{ name: "A", value: "" }] }] },
      { containerDefinitions: [{ name: "a" }] },
    ],
    [
      "essential: false",
      { containerDefinitions: [{ name: "a", essential: false }] },
      { containerDefinitions: [{ name: "a" }] },
    ],
    [
      "a device's permissions",
      {
        containerDefinitions: [
          { linuxParameters: { devices: [{ hostPath: "/dev/neuron0", permissions: ["read", "write"] }] } },
        ],
      },
      { containerDefinitions: [{ linuxParameters: { devices: [{ hostPath: "/dev/neuron0" }] } }] },
    ],
    [
      "the order of DNS servers",
      { containerDefinitions: [{ name: "a", dnsServers: ["1.1.1.1", "8.8.8.8"] }] },
      { containerDefinitions: [{ name: "a", dnsServers: ["8.8.8.8", "1.1.1.1"] }] },
    ],
  ])("tells %s apart", (_, one, other) => {
    expect(normalForm(one)).not.toEqual(normalForm(other));
  });

  it("orders devices by number", () => {
    const form = normalForm({
      containerDefinitions: [
        {
          linuxParameters: {
            devices: [
              { hostPath: "/dev/neuron10" },
              { hostPath: "/dev/neuron9" },
              { hostPath: "/dev/infiniband/uverbs0" },
            ],
          },
        },
      ],
    });
    expect(
      JSON.stringify(form)
        .match(/hostPath":"[^"]+/g)!
        .map((each) => each.slice(11)),
    ).toEqual(["/dev/infiniband/uverbs0", "/dev/neuron9", "/dev/neuron10"]);
  });
});

const word = fc.constantFrom("a", "b", "c", "d");
const optional = { requiredKeys: [] };
const containerArbitrary = fc.record(
  {
    name: word,
    image: word,
    cpu: fc.constantFrom(0, 1, 2),
    essential: fc.boolean(),
    command: fc.array(word, { maxLength: 3 }),
    environment: fc.array(fc.record({ name: word, value: fc.string({ maxLength: 2 }) }), { maxLength: 3 }),
    portMappings: fc.array(
      fc.record(
        {
          containerPort: fc.constantFrom(80, 81, 8080),
          hostPort: fc.constantFrom(0, 80, null),
          protocol: fc.constantFrom("tcp", "udp"),
        },
        optional,
      ),
      { maxLength: 3 },
    ),
    linuxParameters: fc.record(
      {
        capabilities: fc.record({ add: fc.array(word, { maxLength: 3 }) }, optional),
        devices: fc.array(
          fc.record(
            {
              hostPath: fc.constantFrom("/dev/neuron2", "/dev/neuron10", "/dev/fuse"),
              permissions: fc.subarray(["read", "write", "mknod"]),
            },
            optional,
          ),
          { maxLength: 3 },
        ),
      },
      optional,
    ),
    mountPoints: fc.array(fc.record({ containerPath: word, readOnly: fc.boolean() }, optional), { maxLength: 2 }),
    user: word,
  },
  optional,
);
const definitionArbitrary = fc.record(
  {
    family: word,
    networkMode: fc.constantFrom("bridge", "host", "awsvpc", null),
    requiresCompatibilities: fc.subarray(["EC2", "FARGATE", "MANAGED_INSTANCES"]),
    cpu: fc.constantFrom("256", "1 vCPU", "1024"),
    containerDefinitions: fc.array(containerArbitrary, { maxLength: 3 }),
    placementConstraints: fc.array(fc.record({ type: fc.constant("memberOf"), expression: word }), { maxLength: 3 }),
    volumes: fc.array(fc.record({ name: word }), { maxLength: 2 }),
    pidMode: word,
    revision: fc.nat(),
  },
  optional,
) as fc.Arbitrary<Raw>;

/** A value with the items of every unordered list, and the keys of every object, the other way round. */
function reversed(value: unknown, name = ""): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => reversed(item, name));
    return name === "command" ? items : items.toReversed();
  }
  return isRaw(value)
    ? Object.fromEntries(
        Object.entries(value)
          .map(([key, each]) => [key, reversed(each, key)])
          .toReversed(),
      )
    : value;
}

describe("by any definition", () => {
  it("the normal form is its own normal form", () => {
    fc.assert(
      fc.property(definitionArbitrary, (definition) => {
        expect(normalForm(normalForm(definition))).toEqual(normalForm(definition));
      }),
    );
  });

  it("a definition differs neither from itself nor from its normal form nor in another order", () => {
    fc.assert(
      fc.property(definitionArbitrary, (definition) => {
        expect(diffTaskDefinitions(definition, definition)).toEqual([]);
        expect(diffTaskDefinitions(definition, normalForm(definition))).toEqual([]);
        expect(diffTaskDefinitions(reversed(definition) as Raw, definition)).toEqual([]);
      }),
    );
  });

  it("there is a difference exactly where the normal forms differ, fields of others aside", () => {
    fc.assert(
      fc.property(definitionArbitrary, definitionArbitrary, (one, other) => {
        const both = diffTaskDefinitions(one, other).length + diffTaskDefinitions(other, one).length;
        // Seen from both sides no field is only somebody else's.
        expect(both === 0).toBe(JSON.stringify(normalForm(one)) === JSON.stringify(normalForm(other)));
      }),
      { numRuns: runs(300) },
    );
  });
});

describe("generatedFields", () => {
  const workloads: readonly Omit<Workload, "name" | "image">[] = [
    {
      accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 },
      entryPoint: ["/opt/run.sh"],
      command: ["serve"],
      workingDirectory: "/workspace",
      ports: [{ container: 8080, name: "http" }],
      environment: { A: "b" },
      secrets: { S: "arn:aws:ssm:us-east-1:123456789012:parameter/s" },
      roles: { execution: "arn:e", task: "arn:t" },
    },
    {
      accelerator: { instanceTypes: ["trn1.32xlarge"], efa: true },
      sharedMemory: "8GiB",
      user: 1000,
      readOnlyRoot: true,
      stop: { timeoutSeconds: 60 },
      logs: { group: "/g" },
      health: { path: "/", port: 80, startSeconds: 5 },
    },
    { accelerator: { instanceTypes: ["inf2.xlarge"] }, sidecars: [{ name: "metrics", image: "metrics:1" }] },
    { accelerator: { instanceTypes: ["inf2.24xlarge"] }, ecs: { capacity: "managed-instances" } },
    { accelerator: { instanceTypes: ["g5g.xlarge"] }, ecs: { capacity: "managed-instances" } },
    { accelerator: { instanceTypes: ["g5.xlarge"], mps: { memory: "1GiB" } } },
    {
      accelerator: { instanceTypes: ["g5.xlarge"] },
      roles: { task: "arn:t" },
      volumes: [
        { path: "/a", efs: { fileSystem: "fs-1", accessPoint: "fsap-1" }, readOnly: true },
        { path: "/b", efs: { fileSystem: "fs-1", directory: "/b" } },
        { path: "/c", s3Files: { arn: "arn:s" } },
        { path: "/d", ebs: { size: "1GiB", role: "arn:r" } },
        { path: "/e", host: "/opt" },
      ],
    },
  ];

  it("are those that generate.ts writes", () => {
    const written = new Set<string>();
    for (const workload of workloads) {
      const { variants } = ecsOf({ name: "bert", image: "repo/bert:1", ...workload }, { region: "us-east-1" });
      collect(variants[0]!.definition, generatedFields, "", written);
    }
    expect([...written].sort()).toEqual(namesOf(generatedFields, "").sort());
  });

  function collect(value: unknown, fields: FieldTree | true | undefined, path: string, into: Set<string>): void {
    if (fields === true || fields === undefined) into.add(path);
    else if (Array.isArray(value)) for (const item of value) collect(item, fields, path, into);
    else
      for (const [name, each] of Object.entries(value as Raw))
        collect(each, Object.hasOwn(fields, name) ? fields[name] : undefined, `${path}.${name}`, into);
  }

  function namesOf(fields: FieldTree, path: string): string[] {
    return Object.entries(fields).flatMap(([name, below]) =>
      below === true ? [`${path}.${name}`] : namesOf(below, `${path}.${name}`),
    );
  }
});
