import { DescribeTasksCommand, ECSClient } from "@aws-sdk/client-ecs";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scenarios, type Stage } from "../support/ecs-scenarios.ts";
import { createMotoCluster } from "../support/moto-cluster.ts";
import { startMoto, type Moto } from "../support/moto.ts";
import { startTestSandbox, type TestSandbox } from "../support/sandbox.ts";
import { missingTools } from "../support/tools.ts";

const credentials = { accessKeyId: "testing", secretAccessKey: "testing" };

function clientOf(endpoint: string): ECSClient {
  return new ECSClient({ region: "us-east-1", endpoint, credentials });
}

/** Looks until the task has stopped; each look moves the backend's time on. */
function waiter(ecs: ECSClient, tick: () => void): Stage["stopped"] {
  return async (cluster, taskArn) => {
    for (let looks = 0; looks < 100; looks++) {
      tick();
      const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: [taskArn] }));
      if (tasks?.[0]?.lastStatus === "STOPPED") return;
    }
    throw new Error(`${taskArn} does not stop`);
  };
}

describe("ECS as the sandbox plays it", () => {
  let box: TestSandbox;
  beforeAll(async () => {
    box = await startTestSandbox({ fleet: [{ instanceType: "inf2.xlarge", count: 2 }] });
  });
  afterAll(() => box.sandbox.close());

  it.each(scenarios.filter(({ on }) => on.includes("sandbox")).map((each, index) => [each.does, index, each] as const))(
    "%s",
    async (_, index, { play }) => {
      const ecs = clientOf(box.sandbox.url);
      await expect(
        play({ ecs, name: `scenario-${index}`, cluster: "default", stopped: waiter(ecs, () => box.step(1)) }),
      ).resolves.toBeUndefined();
    },
  );
});

describe.skipIf(missingTools("moto_server", "aws"))("ECS as moto plays it", () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto();
    await createMotoCluster(moto, "default", ["inf2.xlarge", "inf2.xlarge"]);
  });
  afterAll(() => moto.stop());

  it.each(scenarios.filter(({ on }) => on.includes("moto")).map((each, index) => [each.does, index, each] as const))(
    "%s",
    async (_, index, { play }) => {
      const ecs = clientOf(moto.url);
      await expect(
        play({ ecs, name: `scenario-${index}`, cluster: "default", stopped: waiter(ecs, () => undefined) }),
      ).resolves.toBeUndefined();
    },
  );
});

/**
 * On the user's own account, only when asked for: AIPLAT_LIVE=1 npm run test:live. It creates and deletes clusters,
 * task definitions and services named aiplat-live-*, and runs busybox on the instances of AIPLAT_LIVE_CLUSTER, where
 * one is named. Credentials and region are the AWS CLI's.
 */
describe.skipIf(process.env["AIPLAT_LIVE"] !== "1")("ECS as AWS plays it", () => {
  const cluster = process.env["AIPLAT_LIVE_CLUSTER"];
  const playable = scenarios.filter(
    ({ on, needsInstances }) => on.includes("aws") && (needsInstances !== true || cluster !== undefined),
  );

  it.each(playable.map((each, index) => [each.does, index, each] as const))("%s", async (_, index, { play }) => {
    const ecs = new ECSClient({});
    const wait: Stage["stopped"] = async (name, taskArn) => {
      for (;;) {
        const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster: name, tasks: [taskArn] }));
        if (tasks?.[0]?.lastStatus === "STOPPED") return;
        await delay(3_000);
      }
    };
    await expect(
      play({ ecs, name: `aiplat-live-${index}-${Date.now().toString(36)}`, cluster: cluster ?? "", stopped: wait }),
    ).resolves.toBeUndefined();
  });
});
