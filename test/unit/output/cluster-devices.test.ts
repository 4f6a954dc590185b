import { describe, expect, it } from "vitest";
import { mapDevices } from "../../../src/core/devices/device-map.ts";
import { explainPlacement } from "../../../src/core/placement/explain.ts";
import { clusterDevicesView } from "../../../src/output/cluster-devices.ts";
import { explanationView } from "../../../src/output/explanation.ts";
import { styleFor } from "../../../src/output/style.ts";
import type { ContainerInstance } from "../../../src/core/cluster/snapshot.ts";
import type { RegisteredTaskDefinition, Task } from "../../../src/core/ecs-api/api.ts";
import { aDefinition, anInstance, aSnapshot, aTask } from "../../support/cluster.ts";

const plain = await styleFor(false, {}, { write: () => undefined, isTTY: true, columns: 80 });
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);
const listing = (...devices: readonly number[]) => ({
  linuxParameters: { devices: devices.map((device) => ({ hostPath: `/dev/neuron${device}` })) },
});
const locking = (...devices: readonly number[]) => ({
  ...listing(...devices),
  portMappings: devices.map((device) => ({
    containerPort: 28_700 + device,
    hostPort: 28_700 + device,
    protocol: "udp",
  })),
});
/** Ids as long as AWS's. */
const machine = (index: number, type = "inf2.48xlarge") => anInstance(`${index}`.padStart(17, "0"), type);
const id = (index: number) => `${index}`.padStart(8, "0").padEnd(32, "f");

function drawn(
  instances: readonly ContainerInstance[],
  tasks: readonly Task[] = [],
  definitions: readonly RegisteredTaskDefinition[] = [],
): string {
  const text = clusterDevicesView(mapDevices(aSnapshot(instances, tasks, definitions))).text!(plain, 80) as string;
  expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
  expect(text).not.toMatch(/undefined|NaN|null/);
  return text;
}

describe("the map of devices on a terminal of 80 columns", () => {
  it("tells of a few instances who holds what, and of what there is room for", () => {
    const own = aDefinition("bert-inf2-48xlarge-n0-1", locking(0, 1));
    expect(drawn([machine(1), machine(2)], [aTask(id(1), own, machine(1))], [own]))
      .toBe(`cluster prod: 24 devices on 2 instances
22 free, 2 held
cost: 25.96 USD/hour, 23.80 of it idle; on-demand list price in us-east-1,
      2026-07-20
inf2.48xlarge  room for 22 x 1, 11 x 2, 7 x 3, 5 x 4, 3 x 6, 1 x 12 devices

i-00000000000000001  inf2.48xlarge  aa..........  10 free  10.82 USD/hour idle
  a  00000001  bert-inf2-48xlarge-n0-1:1  RUNNING
i-00000000000000002  inf2.48xlarge  ............  12 free  12.98 USD/hour idle

. free   a-z tasks
`);
  });

  it("tells a conflict from a hand-over, with the whole ids of the tasks", () => {
    const [own, foreign] = [aDefinition("own", locking(0, 1)), aDefinition("foreign", listing(7))];
    const on = machine(1);
    const tasks = [
      aTask(id(1), own, on, { desiredStatus: "STOPPED", lastStatus: "DEPROVISIONING" }),
      aTask(id(2), own, on, { lastStatus: "PENDING" }),
      aTask(id(3), foreign, on),
      aTask(id(4), foreign, on, { desiredStatus: "STOPPED" }),
    ];
    expect(drawn([on], tasks, [own, foreign])).toBe(`cluster prod: 12 devices on 1 instance
9 free, 0 held, 2 in hand-over, 1 in conflict
cost: 12.98 USD/hour, 9.74 of it idle; on-demand list price in us-east-1,
      2026-07-20
inf2.48xlarge  room for 9 x 1, 4 x 2, 2 x 3, 2 x 4 devices

i-00000000000000001  inf2.48xlarge  >>.....!....  9 free, 5 together
  A  00000001  own:1  DEPROVISIONING
  b  00000002  own:1  PENDING
  c  00000003  foreign:1  RUNNING
  D  00000004  foreign:1  RUNNING, stopping

! conflict on i-00000000000000001, /dev/neuron7:
  ${id(3)}  foreign:1  RUNNING
  ${id(4)}  foreign:1  RUNNING, stopping
> hand-over on i-00000000000000001, /dev/neuron0 to neuron1:
  ${id(1)}  own:1  DEPROVISIONING
  ${id(2)}  own:1  PENDING

. free   > hand-over   ! conflict
`);
  });

  it("draws many instances that look the same once, and leaves the tasks to the table", () => {
    const halves = [aDefinition("low", locking(0, 1, 2, 3, 4, 5)), aDefinition("high", locking(6, 7, 8, 9, 10, 11))];
    const machines = upTo(40).map((index) => machine(index, index === 39 ? "trn1.32xlarge" : "inf2.48xlarge"));
    const tasks = machines
      .slice(0, 30)
      .flatMap((on, index) => halves.map((half, which) => aTask(id(2 * index + which), half, on)));
    expect(drawn(machines, tasks, halves)).toBe(`cluster prod: 484 devices on 40 instances
124 free, 360 held
cost: 527.77 USD/hour, 138.33 of it idle; on-demand list price in us-east-1,
      2026-07-20
inf2.48xlarge  room for 108 x 1, 54 x 2, 36 x 3, 27 x 4, 18 x 6, 9 x 12 devices
trn1.32xlarge  room for 16 x 1, 4 x 4, 2 x 8, 1 x 16 devices

i-00000000000000000 +29  inf2.48xlarge  aaaaaabbbbbb      full
i-00000000000000030 +8   inf2.48xlarge  ............      12 free
i-00000000000000039      trn1.32xlarge  ................  16 free

low (30 tasks)   high (30 tasks)

every device with its task: aiplat cluster devices -o table
. free   a-z tasks
`);
  });

  it("wraps what it says of tasks that could open every device", () => {
    const agent = aDefinition("observability-agent-with-a-long-name", { privileged: true });
    expect(drawn([machine(1)], [aTask(id(1), agent, machine(1))], [agent])).toContain(
      "observability-agent-with-a-long-name:1 is privileged and could open every\n" +
        "  device of i-00000000000000001; it says of none that it uses it.\n",
    );
  });

  it("draws the tasks of a workload in one colour everywhere, and names it in that colour", async () => {
    const colours = await styleFor(true, { FORCE_COLOR: "1" }, { write: () => undefined, isTTY: true, columns: 80 });
    const [low, high] = [aDefinition("low", locking(0)), aDefinition("high", locking(1))];
    const machines = upTo(10).map((index) => machine(index));
    const tasks = machines.flatMap((on, index) => [aTask(id(2 * index), low, on), aTask(id(2 * index + 1), high, on)]);
    const view = clusterDevicesView(mapDevices(aSnapshot(machines, tasks, [low, high])));
    const text = (await view.text!(colours, 80)) as string;
    const escape = "\u001b[";
    // By name: high comes first.
    const [magenta, blue] = [
      (it: string) => `${escape}35m${it}${escape}39m`,
      (it: string) => `${escape}94m${it}${escape}39m`,
    ];
    expect(text.split(blue("a") + magenta("b"))).toHaveLength(11);
    expect(text).toContain(`${blue("low (10 tasks)")}   ${magenta("high (10 tasks)")}\n`);
  });

  it("shows a GPU that nobody is known to hold as held", () => {
    const gpus = { cpu: 1, memoryMiB: 1, tcpPorts: [], udpPorts: [] };
    const gpu = anInstance("g1", "g5.12xlarge", {
      registered: { ...gpus, gpus: ["A", "B", "C", "D"] },
      remaining: { ...gpus, gpus: ["D"] },
    });
    const task = aTask(id(1), aDefinition("vision"), gpu, {
      containers: [{ name: "main", gpuIds: ["A"] }],
      desiredStatus: "STOPPED",
    });
    expect(drawn([gpu], [task])).toContain("i-g1  g5.12xlarge  A##.  1 free  1.42 USD/hour idle\n");
  });

  it("tells who shares a GPU, with the memory that is left", () => {
    const all = { cpu: 1, memoryMiB: 1, tcpPorts: [], udpPorts: [], gpus: ["GPU-1"] };
    const gpu = anInstance("g1", "g5.xlarge", { registered: all, remaining: { ...all, gpus: [] } });
    const share = (memory: number) => ({
      resourceRequirements: [{ type: "GPU", sharingStrategy: { nvidiaMps: { memory } } }],
    });
    const [tts, asr] = [aDefinition("tts", share(12_288)), aDefinition("asr", share(4096))];
    const tasks = [tts, asr].map((definition, index) =>
      aTask(id(index), definition, gpu, { containers: [{ name: "main", gpuIds: ["GPU-1"] }] }),
    );
    const text = drawn([gpu], tasks, [tts, asr]).replaceAll(/\s+/g, " ");
    expect(text).toContain(
      "i-g1, GPU-1 is shared by MPS: tts:1 12,288 MiB, asr:1 4,096 MiB, 6,504 MiB of 22,888 MiB left",
    );
  });

  it("shows GPUs that an agent did not register as missing, with what may be wrong", () => {
    const none = anInstance("g1", "g5.xlarge");
    const text = drawn([none]);
    expect(text.replaceAll(/\s+/g, " ")).toContain(
      "i-g1: g5.xlarge has 1 A10G, and its agent registered none: not the GPU-optimised AMI",
    );
    expect(text).not.toContain("no accelerated instance");
    const { table, document } = clusterDevicesView(mapDevices(aSnapshot([none])));
    expect(table!.rows).toEqual([["i-g1", "g5.xlarge", "GPU", "missing", ""]]);
    expect(document).toMatchObject({ instances: [{ devices: [], missing: { count: 1 } }] });
  });

  it("is nothing where there is no accelerator", () => expect(drawn([anInstance("a", "m5.large")])).toBe(""));

  it("gives scripts the whole ids, and people the start of them", () => {
    const own = aDefinition("own", listing(0));
    const view = clusterDevicesView(
      mapDevices(aSnapshot([machine(1, "inf2.xlarge")], [aTask(id(1), own, machine(1))], [own])),
    );
    expect(view.piped).toBe(`i-00000000000000001\tinf2.xlarge\t/dev/neuron0\theld\t${id(1)}\n`);
    expect(view.table!.rows).toEqual([["i-00000000000000001", "inf2.xlarge", "/dev/neuron0", "held", "00000001"]]);
  });
});

describe("an explanation on a terminal of 80 columns", () => {
  const wanted = (slots: readonly (readonly number[])[]) =>
    slots.map((slot) =>
      aDefinition(`own-n${slot[0]}`, locking(...slot), {
        placementConstraints: [{ type: "memberOf", expression: "attribute:ecs.instance-type == inf2.48xlarge" }],
      }),
    );
  const explained = (
    instances: readonly ContainerInstance[],
    tasks: readonly Task[],
    definitions: readonly RegisteredTaskDefinition[],
    count: number,
  ) => {
    const text = explanationView(
      explainPlacement(
        aSnapshot(instances, tasks, definitions),
        wanted([
          [0, 1, 2, 3],
          [4, 5, 6, 7],
          [8, 9, 10, 11],
        ]),
        { count },
      ),
    ).text!(plain, 80) as string;
    expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
    return text;
  };

  it("puts what fits first, then what is too full, then the rest", () => {
    const thirds = upTo(3).map((third) =>
      aDefinition(`third-${third}`, listing(...upTo(4).map((index) => 4 * third + index))),
    );
    const machines = [machine(0, "m5.large"), machine(1), machine(2), machine(3), machine(4, "m5.large")];
    const tasks = machines
      .slice(1, 3)
      .flatMap((on, index) => thirds.map((third, which) => aTask(id(3 * index + which), third, on)));
    expect(explained(machines, tasks, thirds, 4)).toBe(`does not fit: 3 of 4 can be placed now

  fits  inf2.48xlarge  i-00000000000000003
  no    inf2.48xlarge  2 instances, such as i-00000000000000001:
    DEVICES  /dev/neuron0-3 are held by task ${id(0)}
    DEVICES  /dev/neuron4-7 are held by task ${id(1)}
    DEVICES  /dev/neuron8-11 are held by task ${id(2)}
  no    m5.large  i-00000000000000000, i-00000000000000004
    CONSTRAINT  attribute:ecs.instance-type == inf2.48xlarge: ecs.instance-type
                is m5.large

cost: 17.31 USD/hour: 4 x 4 of 12 devices of inf2.48xlarge; on-demand list price
in us-east-1, 2026-07-20
nearest change: stop task ${id(0)}: then it fits on
i-00000000000000001
`);
  });

  it("tells five reasons of many", () => {
    const singles = upTo(12).map((device) => aDefinition(`one-${device}`, listing(device)));
    const text = explained(
      [machine(1)],
      singles.map((each, index) => aTask(id(index), each, machine(1))),
      singles,
      1,
    );
    expect(text.match(/^ {4}DEVICES/gm)).toHaveLength(5);
    expect(text).toContain("    and 7 more reasons: -o json\n");
  });

  it("says that there is nothing to look at", () => {
    expect(explained([], [], [], 1)).toBe(
      "does not fit: 0 of 1 can be placed now\n  the cluster has no container instances\n\n" +
        "cost: 4.33 USD/hour: 1 x 4 of 12 devices of inf2.48xlarge; on-demand list price\nin us-east-1, 2026-07-20\n" +
        "nearest change: one more inf2.48xlarge (12.98 USD/hour)\n" +
        "to have it started: aiplat capacity deploy --cluster prod --instance-type\ninf2.48xlarge --subnet SUBNET\n",
    );
  });
});
