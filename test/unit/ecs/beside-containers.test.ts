import { describe, expect, test } from "vitest";
import type { ContainerDefinition } from "../../../src/core/ecs-api/api.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { ecsWorkload, refusals } from "../../support/ecs-workload.ts";

const half: Partial<Workload> = { accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 } };
const init: NonNullable<Workload["init"]> = [
  { name: "one", image: "one:1", mounts: ["/models"] },
  { name: "two", image: "two:1", resources: { cpu: 2, memory: "1GiB" } },
];
const sidecars: NonNullable<Workload["sidecars"]> = [
  {
    name: "metrics",
    image: "m:1",
    ports: [{ container: 9000 }],
    health: { path: "/ready", port: 9000 },
    mounts: ["/models"],
  },
  { name: "logs", image: "l:1" },
];
const volumes: Workload["volumes"] = [{ path: "/models", host: "/opt/models", readOnly: true }];

function definitionOf(change: Partial<Workload>) {
  return ecsWorkload({ ...half, volumes, ...change }).variants[0]!.definition;
}
const namesOf = (containers: readonly ContainerDefinition[]) => containers.map(({ name }) => name);
const conditions = ({ dependsOn = [] }: ContainerDefinition) =>
  dependsOn.map(({ containerName, condition }) => `${containerName} ${condition}`);

describe("the containers beside the workload's own", () => {
  test("start one after the other, then the sidecars, then the workload", () => {
    const { containerDefinitions } = definitionOf({ init, sidecars });
    expect(namesOf(containerDefinitions)).toEqual(["bert", "one", "two", "metrics", "logs"]);
    expect(containerDefinitions.map(conditions)).toEqual([
      ["two SUCCESS", "metrics HEALTHY", "logs START"],
      [],
      ["one SUCCESS"],
      ["two SUCCESS"],
      ["two SUCCESS"],
    ]);
    expect(containerDefinitions.map(({ essential }) => essential)).toEqual([true, false, false, false, false]);
    expect(definitionOf({}).containerDefinitions[0]).not.toHaveProperty("dependsOn");
  });

  test("all take their part of the share, and none of what the file says of the workload's own", () => {
    const [whole] = definitionOf({}).containerDefinitions;
    const [own] = definitionOf({ init, sidecars }).containerDefinitions;
    expect(whole!.cpu! - own!.cpu!).toBe(256 + 2048 + 256 + 256);
    expect(whole!.memory! - own!.memory!).toBe(512 + 1024 + 512 + 512);
    const said = definitionOf({ init, sidecars, resources: { cpu: 2, memory: "4GiB" } }).containerDefinitions;
    expect(said[0]).toMatchObject({ cpu: 2048, memory: 4096 });
  });

  test("are counted where ECS places the task", () => {
    const { requirements } = ecsWorkload({ ...half, init, sidecars, volumes }).variants[0]!;
    const { requirements: alone } = ecsWorkload({ ...half, volumes }).variants[0]!;
    expect([requirements.cpu, requirements.memoryMiB]).toEqual([alone.cpu, alone.memoryMiB]);
  });

  test("are within the size of the task on Managed Instances", () => {
    const managed = {
      accelerator: { instanceTypes: ["inf2.xlarge"] },
      volumes: [],
      ecs: { capacity: "managed-instances" as const },
    };
    const beside = { sidecars: [{ ...sidecars[1]!, resources: { cpu: 0.1 } }] };
    const [alone, together] = [definitionOf(managed), definitionOf({ ...managed, ...beside })];
    expect([together.cpu, together.memory]).toEqual([alone.cpu, alone.memory]);
    const said = definitionOf({ ...managed, ...beside, resources: { cpu: 1, memory: "4GiB" } });
    expect([said.cpu, said.memory]).toEqual([String(1024 + 102), String(4096 + 512)]);
  });

  test("are refused where they leave the workload's own nothing", () => {
    const large = [{ name: "large", image: "l:1", resources: { cpu: 40, memory: "200GiB" } }];
    expect(refusals(() => definitionOf({ sidecars: large }))).toEqual(["containers-above-share sidecars"]);
    expect(refusals(() => definitionOf({ init: large, volumes: [] }))).toEqual(["containers-above-share init"]);
  });

  test("have the volumes that they mount: those of init to write, those of sidecars as the workload", () => {
    const { containerDefinitions } = definitionOf({ init, sidecars });
    const mounts = containerDefinitions.map(({ mountPoints = [] }) =>
      mountPoints.map(({ readOnly = false }) => readOnly),
    );
    expect(mounts).toEqual([[true], [false], [], [true], []]);
  });

  test("leave locks and devices to the workload's own, but for devices that are shared", () => {
    const paths = ({ linuxParameters }: ContainerDefinition) =>
      linuxParameters?.devices?.map(({ hostPath }) => hostPath);
    const udp = ({ portMappings = [] }: ContainerDefinition) =>
      portMappings.filter(({ protocol }) => protocol === "udp").length;
    const of = (devices: object) => definitionOf({ sidecars: [{ ...sidecars[1]!, ...devices }] }).containerDefinitions;
    expect(of({}).map(paths)).toEqual([["/dev/neuron0", "/dev/neuron1"], undefined]);
    const shared = of({ devices: "shared" });
    expect(shared.map(paths)).toEqual([
      ["/dev/neuron0", "/dev/neuron1"],
      ["/dev/neuron0", "/dev/neuron1"],
    ]);
    expect(shared.map(udp)).toEqual([2, 0]);
    expect(shared[1]!.linuxParameters!.capabilities).toEqual({ add: ["IPC_LOCK"] });
  });

  test("write to the workload's log group", () => {
    const { containerDefinitions } = definitionOf({ init, sidecars, logs: { group: "/g" } });
    const options = containerDefinitions.map(
      ({ logConfiguration }) => logConfiguration?.options?.["awslogs-stream-prefix"],
    );
    expect(options).toEqual(["bert", "bert", "bert", "bert", "bert"]);
  });

  test("are ten with the workload's own at most", () => {
    const many = Array.from({ length: 10 }, (_, index) => ({ name: `s${index}`, image: "s:1" }));
    expect(refusals(() => definitionOf({ sidecars: many.slice(1) }))).toEqual([]);
    expect(refusals(() => definitionOf({ sidecars: many }))).not.toEqual([]);
  });

  test("are told of at their place in the file", () => {
    const raw = { containerDefinitions: [{ name: "logs", healthCheck: { command: ["CMD"], interval: 1 } }] };
    const found = refusals(() => definitionOf({ sidecars, ecs: { taskDefinition: raw } }));
    expect(found.length).toBeGreaterThan(0);
    expect(found.every((each) => each.includes("ecs.taskDefinition.containerDefinitions.0"))).toBe(true);
  });

  test("take raw fields by their name", () => {
    const raw = { containerDefinitions: [{ name: "logs", dockerLabels: { a: "b" } }] };
    const { containerDefinitions } = definitionOf({ sidecars, ecs: { taskDefinition: raw } });
    expect(containerDefinitions.find(({ name }) => name === "logs")).toMatchObject({
      image: "l:1",
      dockerLabels: { a: "b" },
    });
    expect(namesOf(containerDefinitions)).toEqual(["bert", "metrics", "logs"]);
  });
});

describe("a model that is fetched", () => {
  const model = { uri: "s3://models/bert", path: "/models/bert" };

  test("is there before the containers of init, in the volume that holds its path", () => {
    const { containerDefinitions } = definitionOf({ model, init });
    expect(namesOf(containerDefinitions)).toEqual(["bert", "fetch-model", "one", "two"]);
    const [, fetch, one] = containerDefinitions;
    expect(fetch).toMatchObject({
      image: expect.stringMatching(/^public\.ecr\.aws\/aws-cli\/aws-cli:/) as string,
      entryPoint: ["/bin/sh", "-c"],
      mountPoints: [{ sourceVolume: "models", containerPath: "/models" }],
    });
    expect(fetch!.command!.slice(1)).toEqual(["fetch-model", model.uri, model.path]);
    expect(conditions(one!)).toEqual(["fetch-model SUCCESS"]);
    expect(definitionOf({ model: { ...model, image: "aws:1" } }).containerDefinitions[1]!.image).toBe("aws:1");
    expect(definitionOf({ model: { uri: model.uri } }).containerDefinitions).toHaveLength(1);
  });
});
