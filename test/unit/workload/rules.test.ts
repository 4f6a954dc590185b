import { describe, expect, test } from "vitest";
import { ecsRules } from "../../../src/core/ecs/rules.ts";
import { instanceTypes } from "../../../src/core/catalog/instance-types/catalog.ts";
import { workloadRules } from "../../../src/core/workload/rules.ts";
import { minimal, problemsOf } from "../../support/workload.ts";

const on = (accelerator: unknown, rest: object = {}) => ({ ...minimal, accelerator, ...rest });
const found = (document: unknown, rules = workloadRules as Parameters<typeof problemsOf>[1]) =>
  problemsOf(document, rules).map(({ severity, code, path }) => `${severity} ${code} ${path!.join(".")}`);
const onEcs = (rest: object) => found({ ...minimal, ...rest }, ecsRules);
const loadBalancer = {
  targetGroup: "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/bert/0123456789abcdef",
  port: 8080,
};

describe("the rules for every target", () => {
  test.each<[unknown, readonly string[]]>([
    [
      [
        { provider: "a", base: 1 },
        { provider: "b", weight: 0 },
        { provider: "c", base: 0 },
      ],
      [],
    ],
    [
      [
        { provider: "a", base: 1 },
        { provider: "b", base: 2 },
      ],
      ["error provider-list ecs.capacity.1.base"],
    ],
    [[{ provider: "a" }, { provider: "b" }, { provider: "a" }], ["error provider-list ecs.capacity.2.provider"]],
    [[{ provider: "a", weight: 0, base: 1 }], ["error provider-list ecs.capacity"]],
    [[{ provider: "a" }, { provider: "FARGATE_SPOT" }], ["error fargate ecs.capacity.1.provider"]],
    [{ provider: "FARGATE" }, ["error fargate ecs.capacity"]],
  ])("take of a list of capacity providers what ECS takes: %j", (capacity, expected) => {
    expect(found({ ...minimal, ecs: { capacity } })).toEqual(expected);
  });

  test("have nothing against a service with every section filled in", () => {
    const whole = {
      apiVersion: "aiplat/v1",
      name: "bert-inference",
      kind: "service",
      image:
        "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference-neuronx:2.9.0-neuronx-py312-sdk2.31.1-ubuntu24.04",
      command: ["serve"],
      environment: { MODEL_URI: "s3://models/bert" },
      secrets: { HF_TOKEN: "arn:aws:secretsmanager:us-east-1:111122223333:secret:hf-AbCdEf" },
      ports: [{ container: 8080, name: "http" }],
      health: { path: "/ping", port: 8080, startSeconds: 300 },
      accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2, efa: false },
      replicas: 3,
      rollout: { maxUnavailable: 1, maxSurge: 0 },
      nodes: 1,
      resources: { cpu: 8, memory: "24GiB" },
      sharedMemory: "8GiB",
      logs: { group: "/aiplat/bert" },
      roles: { execution: "arn:aws:iam::111122223333:role/execution", task: "arn:aws:iam::111122223333:role/task" },
      tags: { team: "nlp" },
      model: { uri: "s3://models/bert", format: "pytorch" },
      ecs: {
        cluster: "prod",
        networkMode: "bridge",
        capacity: "ec2",
        network: { subnets: [], securityGroups: [], assignPublicIp: false },
        loadBalancer,
        taskDefinition: {},
        service: {},
      },
      eks: {
        namespace: "ml",
        as: "Deployment",
        queue: { kueue: "team-a" },
        serviceAccount: "bert",
        secrets: { HF_TOKEN: { name: "hf", key: "token" } },
        spark: { version: "3.5.1", type: "Python", mainFile: "local:///app.py" },
        pod: {},
        resource: {},
      },
    };
    expect(found(whole)).toEqual([]);
    expect(found({ ...whole, schedule: "0 3 * * *" })).toEqual(["warning scheduled-service schedule"]);
  });

  test("tell ports apart by number and protocol", () => {
    const ports = (...list: readonly object[]) => found({ ...minimal, ports: list });
    expect(ports({ container: 53 }, { container: 53, protocol: "udp" })).toEqual([]);
    expect(ports({ container: 80 }, { container: 81 }, { container: 80, protocol: "tcp" })).toEqual([
      "error duplicate-port ports.2.container",
    ]);
    expect(ports({ container: 80, host: 8080 }, { container: 81, host: 8080 })).toEqual([
      "error duplicate-host-port ports.1.host",
    ]);
    expect(ports({ container: 80, host: 8080 }, { container: 81, host: 8080, protocol: "udp" })).toEqual([]);
    expect(ports({ container: 80, name: "http" }, { container: 81, name: "http" })).toEqual([
      "error duplicate-port-name ports.1.name",
    ]);
  });

  test("keep the lock ports free, TCP ports of the same number apart", () => {
    const ports = (port: object) => found({ ...minimal, ports: [port] });
    expect(ports({ container: 28_700, protocol: "udp" })).toEqual(["error lock-port ports.0.container"]);
    expect(ports({ container: 53, host: 28_715, protocol: "udp" })).toEqual(["error lock-port ports.0.host"]);
    expect([
      ...ports({ container: 28_716, protocol: "udp" }),
      ...ports({ container: 28_699, protocol: "udp" }),
      ...ports({ container: 28_700 }),
    ]).toEqual([]);
  });

  test("want the load balancer's port among the ports", () => {
    const service = { ...minimal, kind: "service", ecs: { loadBalancer } };
    expect(found({ ...service, ports: [{ container: 8080 }] })).toEqual([]);
    expect(found({ ...service, ports: [{ container: 80, host: 8080 }] })).toEqual([
      "error load-balancer-port ecs.loadBalancer.port",
    ]);
    // https://github.com/aws/amazon-ecs-agent/issues/3428
    expect(found({ ...service, ports: [{ container: 8080 }, { container: 8080, protocol: "udp" }] })).toEqual([
      "error load-balancer-port ecs.loadBalancer.port",
    ]);
    expect(found({ ...minimal, ports: [{ container: 8080 }, { container: 8080, protocol: "udp" }] })).toEqual([]);
  });

  test("take every legal number of devices, and no other, on every type that can be used", () => {
    const refused = (instanceType: string, devicesPerReplica: number) =>
      found(on({ instanceTypes: [instanceType], devicesPerReplica })).includes(
        "error illegal-devices accelerator.devicesPerReplica",
      );
    const legal = (instanceType: string) =>
      [0.125, 0.25, 0.5, ...Array.from({ length: 17 }, (_, index) => index + 1)].filter(
        (devices) => !refused(instanceType, devices),
      );
    expect(legal("trn1.32xlarge")).toEqual([1, 4, 8, 16]);
    expect(legal("trn2.48xlarge")).toEqual([1, 4, 8, 16]);
    expect(legal("inf2.24xlarge")).toEqual([1, 2, 3, 4, 5, 6]);
    expect(legal("g6f.2xlarge")).toEqual([0.25]);
    for (const { instanceType, accelerator } of instanceTypes.filter(
      ({ accelerator: { kind } }) => kind === "nvidia",
    )) {
      expect([instanceType, legal(instanceType)]).toEqual([
        instanceType,
        accelerator.fraction === undefined
          ? Array.from({ length: accelerator.count }, (_, index) => index + 1)
          : [accelerator.fraction],
      ]);
    }
  });

  test("refuse EFA on a type whose interfaces no source counts", () => {
    expect(found(on({ instanceTypes: ["p6e-gb200.36xlarge"], efa: true }))).toEqual([
      "error no-efa accelerator.instanceTypes.0",
    ]);
    expect(found(on({ instanceTypes: ["p6e-gb200.36xlarge"] }))).toEqual([]);
  });

  test("let several nodes go without EFA only where the file says so", () => {
    expect(found(on({ instanceTypes: ["inf2.xlarge"] }, { nodes: 2 }))).toEqual([
      "error no-efa accelerator.instanceTypes.0",
    ]);
    expect(found(on({ instanceTypes: ["inf2.xlarge"], efa: false }, { nodes: 2 }))).toEqual([]);
    expect(found(on("none", { nodes: 2 }))).toEqual([]);
  });

  test("warn of what is legal and will disappoint", () => {
    expect(found(on({ instanceTypes: ["inf2.xlarge"] }, { resources: { memory: "16GiB" } }))).toEqual([
      "warning memory-near-instance resources.memory",
    ]);
    expect(found(on({ instanceTypes: ["inf2.xlarge"] }, { resources: { memory: "14745MiB" } }))).toEqual([]);
    expect(
      found(on({ instanceTypes: ["inf2.xlarge"] }, { resources: { memory: "4GiB" }, sharedMemory: "5GiB" })),
    ).toEqual(["warning shared-memory-above-memory sharedMemory"]);
    expect(found(on({ instanceTypes: ["g5.xlarge", "g5g.xlarge"] }))).toEqual([
      "warning mixed-architectures accelerator.instanceTypes",
    ]);
    expect(found(on({ instanceTypes: ["g3s.xlarge"] }))).toEqual([
      "error retired-instance-type accelerator.instanceTypes.0",
    ]);
    expect(
      found({
        ...minimal,
        environment: { NEURON_RT_VISIBLE_CORES: "0-1", TOKEN: "arn:aws:ssm:us-east-1:111122223333:parameter/t" },
      }),
    ).toEqual([
      "warning device-variable environment.NEURON_RT_VISIBLE_CORES",
      "warning secret-in-environment environment.TOKEN",
    ]);
    expect(found({ ...minimal, ports: [{ container: 80 }], health: { path: "/", port: 81 } })).toEqual([
      "warning health-port health.port",
    ]);
    expect(found({ ...minimal, ecs: { service: { a: 1 } } })).toEqual(["warning service-fields-of-job ecs.service"]);
    expect(
      found({
        ...minimal,
        image: "public.ecr.aws/neuron/pytorch-inference-neuron:1.13.1-neuron-py310-sdk2.20.2-ubuntu20.04",
      }),
    ).toEqual(["warning image-and-type image"]);
  });

  test("count tags with aiplat's own", () => {
    const tags = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${index}`, ""]));
    expect([found({ ...minimal, tags: tags(46) }), found({ ...minimal, tags: tags(47) })]).toEqual([
      [],
      ["error tag tags"],
    ]);
  });

  test("let awsvpc's network be where the mode is awsvpc, said or by default", () => {
    const network = { subnets: ["subnet-1"] };
    expect(found({ ...minimal, ecs: { network, networkMode: "awsvpc" } })).toEqual([]);
    expect(found({ ...minimal, ecs: { network, capacity: "managed-instances" } })).toEqual([]);
    expect(
      found(on({ instanceTypes: ["trn1.32xlarge"], efa: true }, { ecs: { network, capacity: "managed-instances" } })),
    ).toEqual(["error network-without-awsvpc ecs.network"]);
  });

  test("take a size of shared memory, and 0 for the platform's", () => {
    const shared = (sharedMemory: unknown) => found({ ...minimal, sharedMemory });
    expect([shared(0), shared("1GiB")]).toEqual([[], []]);
    expect([shared("0GiB"), shared("0"), shared(1), shared(false)]).toEqual([
      ["error size-zero sharedMemory"],
      ["error invalid-value sharedMemory"],
      ["error invalid-value sharedMemory"],
      ["error invalid-value sharedMemory"],
    ]);
  });

  test("run where other parts of the file are broken, and not on what is broken", () => {
    expect(found({ ...minimal, image: 1, resources: { cpu: 99 }, ports: "x", sharedMemory: 8 })).toEqual([
      "error invalid-value image",
      "error invalid-value ports",
      "error invalid-value sharedMemory",
      "error cpu-above-instance resources.cpu",
    ]);
    expect(
      found({
        ...minimal,
        secrets: { T: "arn:aws:ssm:us-east-1:111122223333:parameter/t" },
        roles: { execution: "x" },
      }),
    ).toEqual(["error invalid-value roles.execution"]);
    // A misspelt key is one mistake: what it was meant to be is not missing too.
    expect(found({ name: "bert", image: "bert:1", acelerator: { instanceTypes: ["inf2.xlarge"] } })).toEqual([
      "error unknown-key acelerator",
    ]);
  });

  test("have codes of their own", () => {
    const codes = [...workloadRules, ...ecsRules].map(({ code }) => code);
    expect(codes).toEqual([...new Set(codes)]);
  });
});

describe("the rules of ECS", () => {
  test("refuse what a task definition cannot say", () => {
    expect(onEcs({ nodes: 2 })).toEqual(["error nodes-on-ecs nodes"]);
    // More than a health check waits is the service's grace period.
    expect(onEcs({ health: { path: "/", port: 80, startSeconds: 301 } })).toEqual([]);
    expect(
      onEcs({ environment: { A: "b" }, secrets: { A: "arn:aws:ssm:us-east-1:111122223333:parameter/a" } }),
    ).toEqual(["error variable-twice secrets.A"]);
  });

  test("name what it does not carry", () => {
    expect(onEcs({ schedule: "@daily", model: { uri: "s3://m" } })).toEqual([
      "warning schedule-on-ecs schedule",
      "warning model-on-ecs model",
    ]);
  });

  test("want the figures that a CPU workload has no devices to derive from", () => {
    expect(onEcs({ accelerator: "none" })).toEqual(["error memory-missing resources.memory"]);
    expect(onEcs({ accelerator: "none", resources: { memory: "1GiB" } })).toEqual([]);
    expect(
      onEcs({ accelerator: "none", resources: { memory: "1GiB" }, ecs: { capacity: "managed-instances" } }),
    ).toEqual(["error cpu-missing resources.cpu"]);
  });

  test("know that the host's port is the container's but in bridge mode", () => {
    const ports = [{ container: 8080, host: 80 }];
    expect(onEcs({ ports })).toEqual([]);
    for (const networkMode of ["host", "awsvpc"])
      expect(onEcs({ ports, ecs: { networkMode } })).toEqual(["error host-port ports.0.host"]);
    expect(onEcs({ ports, ecs: { capacity: "managed-instances" } })).toEqual(["error host-port ports.0.host"]);
    expect([
      onEcs({ ports: [{ container: 22 }], ecs: { networkMode: "host" } }),
      onEcs({ ports: [{ container: 22 }] }),
    ]).toEqual([["error host-port ports.0.container"], []]);
  });

  test("warn of a fractional GPU on EC2 and of shared memory on Managed Instances", () => {
    const fraction = { accelerator: { instanceTypes: ["g6f.large"] } };
    expect(onEcs(fraction)).toEqual(["warning fraction-on-ec2 accelerator.instanceTypes.0"]);
    expect(onEcs({ ...fraction, ecs: { capacity: "managed-instances" } })).toEqual([]);
    expect(onEcs({ ...fraction, sharedMemory: "1GiB", ecs: { capacity: "managed-instances" } })).toEqual([
      "warning shared-memory-on-managed-instances sharedMemory",
    ]);
    expect(onEcs({ sharedMemory: "1GiB" })).toEqual([]);
  });

  test("refuse EFA beside NeuronDevice, which ECS hands out alone", () => {
    const efa = (type: string, ecs: object) => onEcs({ accelerator: { instanceTypes: [type], efa: true }, ecs });
    const managed = { capacity: "managed-instances" };
    expect(efa("trn1.32xlarge", managed)).toEqual(["error efa-on-managed-instances accelerator.efa"]);
    expect([efa("trn1.32xlarge", {}), efa("p4d.24xlarge", managed)]).toEqual([[], []]);
  });

  test("refuse a service on a part of an instance where nothing locks its devices", () => {
    const part = { kind: "service", accelerator: { instanceTypes: ["trn1.32xlarge"], devicesPerReplica: 4 } };
    expect(onEcs({ ...part, ecs: { networkMode: "awsvpc" } })).toEqual([
      "error partial-service-awsvpc ecs.networkMode",
    ]);
    expect([onEcs(part), onEcs({ ...part, kind: "job", ecs: { networkMode: "awsvpc" } })]).toEqual([[], []]);
  });
});
