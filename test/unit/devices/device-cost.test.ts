import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { usdPerHour } from "../../../src/core/catalog/prices.ts";
import { mapDevices } from "../../../src/core/devices/device-map.ts";
import { aDefinition, anInstance, aSnapshot, aTask } from "../../support/cluster.ts";
import { runs } from "../../support/depth.ts";

const listing = (...devices: readonly number[]) => ({
  linuxParameters: { devices: devices.map((device) => ({ hostPath: `/dev/neuron${device}` })) },
});

describe("what a cluster's accelerated machines cost", () => {
  it("is told of each machine and of all, with what is idle of it", () => {
    const [half, whole] = [anInstance("a", "inf2.24xlarge"), anInstance("b", "inf2.xlarge")];
    const three = aDefinition("three", listing(0, 1, 2));
    const map = mapDevices(aSnapshot([half, whole], [aTask("t", three, half)], [three]));
    expect(map.instances).toMatchObject([
      { pricePerHour: 6.49063, idlePerHour: 3.245315 },
      { pricePerHour: 0.7582, idlePerHour: 0.7582 },
    ]);
    expect(map.cost).toMatchObject({ perHour: 7.24883, idlePerHour: 4.003515, idleDevices: 4 });
  });

  it("counts as idle the GPUs that an agent did not register", () => {
    expect(mapDevices(aSnapshot([anInstance("g", "g5.xlarge")])).cost).toMatchObject({
      perHour: 1.006,
      idlePerHour: 1.006,
      idleDevices: 1,
    });
  });

  it("names the types that the list has no price of, and counts their idle devices all the same", () => {
    const gpus = { cpu: 1, memoryMiB: 1, tcpPorts: [], udpPorts: [], gpus: ["A", "B"] };
    const unpriced = anInstance("x", "p99.huge", { registered: gpus, remaining: gpus });
    const map = mapDevices(aSnapshot([unpriced]));
    expect(map.cost).toMatchObject({ unpriced: ["p99.huge"], idleDevices: 2 });
    expect(map.cost).not.toHaveProperty("perHour");
    expect(map.instances[0]).not.toHaveProperty("pricePerHour");
    expect(mapDevices(aSnapshot([unpriced, anInstance("a", "inf2.xlarge")])).cost).toMatchObject({ perHour: 0.7582 });
  });

  it("says so of a cluster in another region, and nothing of one without accelerators", () => {
    const abroad = { ...aSnapshot([anInstance("a", "inf2.xlarge")]), region: "eu-west-1" };
    expect(mapDevices(abroad).cost?.machinesIn).toBe("eu-west-1");
    expect(mapDevices(aSnapshot([anInstance("a", "m5.large")]))).not.toHaveProperty("cost");
  });

  it("is the sum of its machines, and idle between nothing and all, whoever holds what", () => {
    const machine = fc.record({
      type: fc.constantFrom("inf1.24xlarge", "inf2.xlarge", "inf2.24xlarge", "inf2.48xlarge", "trn1.32xlarge"),
      held: fc.uniqueArray(fc.nat(15)),
    });
    fc.assert(
      fc.property(fc.array(machine, { minLength: 1, maxLength: 8 }), (machines) => {
        const instances = machines.map(({ type }, index) => anInstance(`m${index}`, type));
        const definitions = machines.map(({ held }, index) => aDefinition(`d${index}`, listing(...held)));
        const tasks = instances.map((each, index) => aTask(`t${index}`, definitions[index]!, each));
        const map = mapDevices(aSnapshot(instances, tasks, definitions));
        const micros = (usd: number | undefined) => Math.round(usd! * 1e6);
        const sum = (amounts: readonly number[]) => amounts.reduce((total, each) => total + each, 0);
        expect(micros(map.cost!.perHour)).toBe(sum(machines.map(({ type }) => micros(usdPerHour[type]))));
        expect(micros(map.cost!.idlePerHour)).toBe(sum(map.instances.map(({ idlePerHour }) => micros(idlePerHour))));
        for (const { devices, pricePerHour, idlePerHour } of map.instances) {
          const free = devices.filter(({ state }) => state === "free").length;
          expect(idlePerHour! / pricePerHour!).toBeCloseTo(free / devices.length, 5);
        }
      }),
      { numRuns: runs(200) },
    );
  });
});
