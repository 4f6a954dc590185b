import { afterEach, describe, expect, it } from "vitest";
import { runCli, type CliRun } from "../support/cli.ts";
import { makeImageGroup, neuronImages, type ImageGroup } from "../support/image-group.ts";
import { startTestSandbox, type Json, type TestSandbox } from "../support/sandbox.ts";

let box: TestSandbox;
const [older, old, current] = neuronImages as [string, string, string];

async function start(group: Partial<ImageGroup> = {}): Promise<string> {
  box = await startTestSandbox({ fleet: [] });
  return makeImageGroup(box, { name: "pool", imageId: old, size: 3, ...group });
}

afterEach(() => box.sandbox.close());

const roll = (...args: readonly string[]): Promise<CliRun> => runCli(["ami", "roll", ...args], { box });
const documentOf = ({ stdout }: CliRun): Json => JSON.parse(stdout) as Json;

async function machines(): Promise<readonly Json[]> {
  const { containerInstanceArns } = await box.ecs("ListContainerInstances");
  return (await box.ecs("DescribeContainerInstances", { containerInstances: containerInstanceArns }))
    .containerInstances;
}

/** The image of each machine that there is. */
const imagesOf = async () =>
  (await machines()).map(({ attributes }) => attributes.find((each: Json) => each.name === "ecs.ami-id").value);

/** The sandbox as a command sees it beside which something else happens, each time after it has waited. */
function watching(onWaited: () => Promise<unknown>): TestSandbox {
  const clock = box.clock();
  return {
    ...box,
    clock: () => ({
      ...clock,
      sleep: async (ms: number, signal: AbortSignal) => {
        await clock.sleep(ms, signal);
        await onWaited();
      },
    }),
  };
}

async function deploy(replicas: number, ...more: readonly string[]): Promise<void> {
  const deployed = await runCli(
    [
      ..."service deploy --name chip --image x:1 --instance-type inf2.24xlarge --devices 3 --yes".split(" "),
      "--replicas",
      String(replicas),
      ...more,
    ],
    { box },
  );
  expect(deployed).toMatchObject({ code: 0 });
}

const stopped = () =>
  [...box.sandbox.world.clusters.get("default")!.tasks.values()].filter(({ lastStatus }) => lastStatus === "STOPPED");

describe("ami roll", () => {
  it("shows which machines are behind, and changes nothing", async () => {
    await start();
    const shown = await roll("--dry-run", "-o", "json");
    expect(shown.code).toBe(0);
    expect(documentOf(shown)).toMatchObject({
      kind: "AmiRoll",
      cluster: "default",
      autoScalingGroup: "pool",
      imageId: current,
      launchTemplate: { name: "pool", version: 1, imageId: old },
      machines: Array.from({ length: 3 }, () => ({ instanceType: "inf2.24xlarge", imageId: old, state: "to-replace" })),
    });
    expect(await imagesOf()).toEqual([old, old, old]);
    expect([...box.sandbox.world.launchTemplates.values()][0]!.versions).toHaveLength(1);
  });

  it.each([
    ["a number", {}],
    ["$Latest", { version: "$Latest" }],
    ["$Default", { version: "$Default" }],
    ["a number of a policy for several types", { mixed: true }],
  ])("replaces them one by one, of a group with %s, while the service keeps its tasks", async (_, group) => {
    await start(group);
    await deploy(4);
    const rolled = await roll("--yes", "-o", "json");
    expect(rolled).toMatchObject({ code: 0, stderr: "" });
    const { machines: told, launchTemplate } = documentOf(rolled);
    expect(told.map(({ state }: Json) => state)).toEqual(["replaced", "replaced", "replaced"]);
    expect(launchTemplate).toMatchObject({ version: 2 });
    expect(await imagesOf()).toEqual([current, current, current]);
    expect(box.sandbox.world.groups.get("pool")).toMatchObject({ desired: 3 });
    const { services } = await box.ecs("DescribeServices", { services: (await box.ecs("ListServices")).serviceArns });
    expect(services.map(({ runningCount }: Json) => runningCount)).toEqual([2, 2]);
    // Moved, none of them killed with its machine.
    expect(stopped().map(({ stopCode }) => stopCode)).not.toContain("TerminationNotice");
    const again = await roll("--yes");
    expect(again).toMatchObject({ code: 0, stdout: "" });
    expect(again.stderr).toContain(`every machine of pool has ${current}: nothing to do`);
  });

  it("has at most as many machines out of use as it may", async () => {
    await start({ size: 4 });
    let least = Number.POSITIVE_INFINITY;
    const watched = watching(async () => {
      least = Math.min(least, (await machines()).filter(({ status }) => status === "ACTIVE").length);
    });
    const rolled = await runCli(["ami", "roll", "--yes", "--max-unavailable", "50%"], { box: watched });
    expect(rolled.code).toBe(0);
    expect(least).toBe(2);
    expect(await imagesOf()).toEqual([current, current, current, current]);
  });

  it("waits for a task of no service, and goes on where the time was over", async () => {
    await start({ size: 1 });
    const run = await runCli("run-task --name job --image x:1 --instance-type inf2.24xlarge -- sleep 900".split(" "), {
      box,
    });
    expect(run.code).toBe(0);
    const early = await roll("--yes", "--timeout", "5m", "-o", "json");
    expect(early.code).toBe(5);
    const error = JSON.parse(early.stderr.trim().split("\n").at(-1)!) as Json;
    expect(error.message).toMatch(
      /^not all machines are replaced after 5m: 0 of 1 machines are replaced; i-\w+ is DRAINING$/,
    );
    expect(error.hint).toContain("the same command goes on");
    expect(stopped()).toEqual([]);
    const later = await roll("--yes");
    expect(later.code).toBe(0);
    expect(later.stderr).toContain("DRAINING already: i-");
    expect(await imagesOf()).toEqual([current]);
    expect(
      [...box.sandbox.world.clusters.get("default")!.tasks.values()].map(({ stopCode }) => stopCode),
    ).not.toContain("TerminationNotice");
    // The version that the first made is the second's.
    expect([...box.sandbox.world.launchTemplates.values()][0]!.versions).toHaveLength(2);
  });

  it("refuses before it changes anything where no machine can be drained; --force drains", async () => {
    await start({ size: 1 });
    await deploy(2);
    const refused = await roll("--yes");
    expect([refused.code, refused.stdout]).toEqual([4, expect.stringMatching(/^i-\w+\t.*\tto-replace$/m)]);
    expect(documentOf(await roll("--yes", "-o", "json")).obstacles[0]).toContain("no place for a task of chip");
    expect(refused.stderr).toMatch(/no machine can be drained: i-\w+: no place for a task of chip/);
    expect([...box.sandbox.world.launchTemplates.values()][0]!.versions).toHaveLength(1);
    const shown = await roll("--dry-run", "-o", "json");
    expect(shown.code).toBe(4);
    expect(documentOf(shown).obstacles[0]).toContain("no place for a task of chip");
    // The services keep their tasks until there are others: it drains, and waits.
    expect((await roll("--yes", "--force", "--timeout", "5m")).code).toBe(5);
    expect((await machines()).map(({ status }) => status)).toEqual(["DRAINING"]);
    expect(stopped()).toEqual([]);
  });

  it("takes an image by hand, older ones too, and refuses one that is not there", async () => {
    await start({ size: 1 });
    expect((await roll("--yes", "--image-id", older)).code).toBe(0);
    expect(await imagesOf()).toEqual([older]);
    const unknown = await roll("--yes", "--image-id", "ami-0123456789abcdef0");
    expect(unknown).toMatchObject({ code: 1, stdout: "" });
    expect(unknown.stderr).toContain("EC2 shows this account no image ami-0123456789abcdef0 in us-east-1");
    const nonsense = await runCli(["ami", "roll", "--image-id", "nonsense"]);
    expect([nonsense.code, nonsense.stderr]).toEqual([
      2,
      expect.stringContaining("--image-id nonsense: must be an image's id"),
    ]);
  });

  it("names the groups where it is to choose between several, and one that is not of the cluster", async () => {
    await start({ size: 1 });
    await makeImageGroup(box, { name: "other", imageId: current, size: 1 });
    const several = await roll("--yes");
    expect(several.code).toBe(2);
    expect(several.stderr).toContain("Name one with --auto-scaling-group: other, pool.");
    expect((await roll("--yes", "--auto-scaling-group", "none")).stderr).toContain(
      "there is no Auto Scaling group none in this region",
    );
    const done = await roll("--yes", "--auto-scaling-group", "other");
    expect(done.stderr).toContain(`every machine of other has ${current}`);
  });

  it("says what keeps the group from launching another", async () => {
    await start({ size: 2 });
    box.sandbox.world.launchFailures.set(
      "inf2.24xlarge",
      "We currently do not have sufficient inf2.24xlarge capacity.",
    );
    const rolled = await roll("--yes", "--timeout", "15m");
    expect(rolled.code).toBe(5);
    expect(rolled.stderr).toContain(
      "pool cannot launch a machine, and tries again: We currently do not have sufficient",
    );
    expect(rolled.stderr).toContain("1 of 2 machines are replaced");
  });

  it("ends no machine that somebody has made ACTIVE again, since a task may start there", async () => {
    await start({ size: 2 });
    const undoing = watching(async () => {
      for (const { containerInstanceArn, status } of await machines())
        if (status === "DRAINING")
          await box.ecs("UpdateContainerInstancesState", {
            containerInstances: [containerInstanceArn],
            status: "ACTIVE",
          });
    });
    const rolled = await runCli(["ami", "roll", "--yes", "--timeout", "10m"], { box: undoing });
    expect(rolled.code).toBe(5);
    expect(rolled.stderr).toContain("0 of 2 machines are replaced");
    expect(await imagesOf()).toEqual([old, old]);
  });

  it("stops where the group comes to launch another image meanwhile, instead of replacing for ever", async () => {
    await start();
    const putBack = watching(async () => {
      if (!(await imagesOf()).includes(current)) return;
      await box.query("UpdateAutoScalingGroup", {
        AutoScalingGroupName: "pool",
        "LaunchTemplate.LaunchTemplateName": "pool",
        "LaunchTemplate.Version": "1",
      });
    });
    const rolled = await runCli(["ami", "roll", "--yes", "--timeout", "6h"], { box: putBack });
    expect(rolled.code).toBe(1);
    expect(rolled.stderr).toContain(`pool launches ${old}, not ${current}: somebody else changed its launch template`);
    expect(rolled.stderr).toMatch(/[12] of 3 machines are replaced/);
  });

  it("names a machine that ECS cannot use, for which it waits", async () => {
    await start({ size: 2 });
    const [first] = await machines();
    await box.ecs("DeregisterContainerInstance", { containerInstance: first.containerInstanceArn, force: true });
    const rolled = await roll("--yes", "--timeout", "15m");
    expect(rolled.code).toBe(5);
    expect(rolled.stderr).toContain(
      `${first.ec2InstanceId} has not registered in cluster default for 10m, and is waited for`,
    );
  });
});
