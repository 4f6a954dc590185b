import { describe, expect, it } from "vitest";
import { hostsOf } from "../../../src/core/plan/hosts.ts";
import { instanceStatesOf } from "../../../src/core/placement/instance-state.ts";
import { anInstance, aSnapshot } from "../../support/cluster.ts";
import { ecsOf } from "../../support/ecs.ts";

const settings = {
  run: "chip-1",
  cluster: "prod",
  count: 1,
  strategy: "pack",
  placementConstraints: [],
  enableExecuteCommand: false,
} as const;

function takenWith(udpPorts: readonly number[], networkMode: "bridge" | "awsvpc", lockPortBase = 28_700) {
  const machine = anInstance("1", "inf2.24xlarge");
  const snapshot = aSnapshot([{ ...machine, remaining: { ...machine.remaining, udpPorts } }]);
  const ecs = ecsOf(
    {
      name: "chip",
      image: "chip:1",
      accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 },
      resources: { cpu: 1, memory: "1GiB" },
      ecs: { networkMode, network: { subnets: ["subnet-1"] } },
    },
    { lockPortBase },
  );
  return hostsOf(ecs, settings, instanceStatesOf(snapshot)).map(({ taken }) => [...taken]);
}

describe("a lock port that is reserved on a machine, by whomever", () => {
  it.each<[udpPorts: readonly number[], base: number, taken: readonly number[]]>([
    [[], 28_700, []],
    [[28_699, 28_706], 28_700, []],
    [[28_700], 28_700, [0]],
    [[28_701, 28_705], 28_700, [1, 5]],
    [[28_701], 30_000, []],
    [[30_003], 30_000, [3]],
  ])("%j with locks from %i on takes devices %j", (udpPorts, base, taken) => {
    expect(takenWith(udpPorts, "bridge", base)).toEqual([taken]);
  });

  it("takes none in awsvpc mode, where tasks have no host ports", () => {
    const machine = takenWith([28_701], "awsvpc");
    for (const taken of machine) expect(taken).toEqual([]);
  });
});
