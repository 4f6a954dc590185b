import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { machineClock } from "../../src/clock.ts";
import { runCli, type CliRun } from "../support/cli.ts";
import { runs } from "../support/depth.ts";
import { callEcs, createMotoCluster, setTaskProgression } from "../support/moto-cluster.ts";
import { startMoto, type Moto } from "../support/moto.ts";
import { missingTools } from "../support/tools.ts";

interface Result {
  readonly tasks: readonly { readonly taskArn: string; readonly devices: readonly string[] }[];
  readonly failures: readonly { readonly reason: string; readonly detail: string }[];
}

/** How often in a row each race must be right. */
const rounds = runs(50);
const everyDevice = Array.from({ length: 12 }, (_, device) => `/dev/neuron${device}`);

describe.skipIf(missingTools("moto_server", "aws"))("run-task processes that start at the same moment", () => {
  let moto: Moto;

  beforeAll(async () => {
    moto = await startMoto();
    await setTaskProgression(moto);
  });
  afterAll(async () => moto?.stop());

  /** Starts one process a count at once on a new cluster of one inf2.48xlarge. */
  async function race(
    cluster: string,
    counts: readonly number[],
    more: readonly string[] = [],
  ): Promise<{
    readonly ended: readonly CliRun[];
    readonly results: readonly Result[];
    readonly running: readonly string[];
  }> {
    const [arn] = await createMotoCluster(moto, cluster, ["inf2.48xlarge"]);
    // The agent registers it; moto does not.
    await callEcs(moto, "PutAttributes", {
      cluster,
      attributes: [
        { name: "ecs.capability.task-eni", targetId: arn!.split("/").at(-1), targetType: "container-instance" },
      ],
    });
    const args = (count: number) => [
      "run-task",
      "--name",
      "chip",
      "--image",
      "chip:1",
      "--instance-type",
      "inf2.48xlarge",
      "--devices",
      "1",
      "--cpu",
      "0.125",
      "--memory",
      "256MiB",
      "--cluster",
      cluster,
      "--count",
      String(count),
      "-o",
      "json",
      ...more,
    ];
    // Who lets the other go first does so in the time of both.
    const options = { env: moto.env, clock: machineClock };
    const ended = await Promise.all(counts.map((count) => runCli(args(count), options)));
    const { taskArns } = (await callEcs(moto, "ListTasks", { cluster, desiredStatus: "RUNNING" })) as {
      readonly taskArns: readonly string[];
    };
    return { ended, results: ended.map(({ stdout }) => JSON.parse(stdout) as Result), running: taskArns };
  }

  /** No device twice, and what the processes say they started is what runs. */
  function expectOneTaskADevice(
    results: readonly Result[],
    running: readonly string[],
    devices: readonly string[],
  ): void {
    const tasks = results.flatMap((result) => result.tasks);
    expect(tasks.flatMap((task) => task.devices).sort()).toEqual([...devices].sort());
    expect(tasks.map((task) => task.taskArn).sort()).toEqual([...running].sort());
  }

  it("two of 6 fill 12 devices", { timeout: 600_000 }, async () => {
    for (let round = 0; round < rounds; round++) {
      const { ended, results, running } = await race(`six-${round}`, [6, 6]);
      expect(ended.map(({ code, stderr }) => [code, stderr])).toEqual([
        [0, ""],
        [0, ""],
      ]);
      expectOneTaskADevice(results, running, everyDevice);
    }
  });

  it("two of 8 place 12 between them, and say that 4 are missing", async () => {
    for (let round = 0; round < runs(5); round++) {
      const { ended, results, running } = await race(`eight-${round}`, [8, 8]);
      expectOneTaskADevice(results, running, everyDevice);
      for (const [index, { tasks, failures }] of results.entries()) {
        expect(ended[index]!.code).toBe(tasks.length < 8 ? 4 : 0);
        expect(failures.map(({ detail }) => detail.split(":")[0])).toEqual(
          tasks.length < 8 ? [`${8 - tasks.length} of 8 tasks`] : [],
        );
      }
    }
  });

  it("twelve of 1 each find a device of their own", async () => {
    const { ended, results, running } = await race(
      "twelve",
      everyDevice.map(() => 1),
    );
    expect(ended.map(({ code }) => code)).toEqual(everyDevice.map(() => 0));
    expectOneTaskADevice(results, running, everyDevice);
  });

  it("in awsvpc mode, where moto keeps nothing apart, give back what they share", async () => {
    const { Subnets: subnets } = (await moto.aws("ec2", "describe-subnets")) as {
      readonly Subnets: readonly { readonly SubnetId: string }[];
    };
    const { SecurityGroups: groups } = (await moto.aws("ec2", "describe-security-groups")) as {
      readonly SecurityGroups: readonly { readonly GroupId: string }[];
    };
    const network = [
      "--network-mode",
      "awsvpc",
      "--network-configuration",
      `awsvpcConfiguration={subnets=[${subnets[0]!.SubnetId}],securityGroups=[${groups[0]!.GroupId}]}`,
    ];
    for (let round = 0; round < runs(3); round++) {
      const { ended, results, running } = await race(`awsvpc-${round}`, [6, 6], network);
      expect(ended.map(({ code, stderr }) => [code, stderr])).toEqual([
        [0, ""],
        [0, ""],
      ]);
      expectOneTaskADevice(results, running, everyDevice);
    }
  });
});
