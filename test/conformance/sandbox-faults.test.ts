import {
  DescribeTasksCommand,
  ECSClient,
  ListClustersCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
} from "@aws-sdk/client-ecs";
import { afterEach, describe, expect, it } from "vitest";
import { runCli } from "../support/cli.ts";
import { startTestSandbox, type TestSandbox } from "../support/sandbox.ts";

let box: TestSandbox;
afterEach(() => box.sandbox.close());

function client(): ECSClient {
  return new ECSClient({
    region: "us-east-1",
    endpoint: box.sandbox.url,
    credentials: { accessKeyId: "x", secretAccessKey: "x" },
  });
}

describe("an answer that is lost after the effect", () => {
  it("makes the SDK ask again, and under its client token the task runs once", async () => {
    const answered: string[] = [];
    box = await startTestSandbox({
      faults: { throttle: false, drop: { RunTask: 1 } },
      onHandled: ({ operation, dropped }) => answered.push(`${operation}${dropped ? " dropped" : ""}`),
    });
    const ecs = client();
    await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: "one",
        containerDefinitions: [{ name: "main", image: "x", memory: 64 }],
      }),
    );
    const { tasks } = await ecs.send(new RunTaskCommand({ taskDefinition: "one", clientToken: "token" }));
    expect(answered.filter((each) => each.startsWith("RunTask"))).toEqual(["RunTask dropped", "RunTask"]);
    expect((await ecs.send(new ListTasksCommand({}))).taskArns).toEqual([tasks![0]!.taskArn]);
  });

  it("makes it run twice without a token", async () => {
    box = await startTestSandbox({ faults: { throttle: false, drop: { RunTask: 1 } } });
    await box.register("one");
    await expect(box.ecs("RunTask", { taskDefinition: "one" })).rejects.toThrow("fetch failed");
    await box.ecs("RunTask", { taskDefinition: "one" });
    expect((await box.ecs("ListTasks")).taskArns).toHaveLength(2);
  });

  it("does not double a run of aiplat", async () => {
    box = await startTestSandbox({
      faults: { throttle: false, drop: { RunTask: 1, RegisterTaskDefinition: 1 } },
    });
    const { code, stdout } = await runCli(
      [
        "run-task",
        "--name",
        "bert",
        "--image",
        "bert:1",
        "--instance-type",
        "inf2.24xlarge",
        "--count",
        "2",
        "-o",
        "json",
      ],
      { box },
    );
    expect(code).toBe(0);
    const { tasks } = JSON.parse(stdout) as { readonly tasks: readonly { readonly taskArn: string }[] };
    expect([...(await box.ecs("ListTasks")).taskArns].sort()).toEqual(tasks.map(({ taskArn }) => taskArn).sort());
    expect(tasks).toHaveLength(2);
  });

  it("does not make a failure of a service that was deleted", async () => {
    box = await startTestSandbox({
      faults: { throttle: false, drop: { DeleteService: 1 } },
    });
    await box.register("bert");
    await box.ecs("CreateService", { serviceName: "bert", taskDefinition: "bert", desiredCount: 0 });
    const { code, stdout } = await runCli(["service", "delete", "bert", "--yes", "-o", "json"], {
      box,
    });
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as { readonly services: readonly object[] }).services).toMatchObject([
      { service: "bert", status: "INACTIVE" },
    ]);
  });
});

describe("throttling", () => {
  it("refuses what is above the published burst, and the SDK gets through in the end", async () => {
    let refused = 0;
    box = await startTestSandbox({
      faults: { throttle: true, drop: {} },
      onHandled: ({ answer }) =>
        (refused += answer.body.includes('"__type":"ThrottlingException","message":"Rate exceeded"') ? 1 : 0),
    });
    const direct = await Promise.allSettled(Array.from({ length: 70 }, () => box.ecs("ListClusters")));
    // 50 at once and 20 a second while they come in.
    const answered = direct.filter(({ status }) => status === "fulfilled").length;
    expect(answered).toBeGreaterThanOrEqual(50);
    expect(refused).toBe(70 - answered);
    expect(refused).toBeGreaterThan(0);
    const { clusterArns } = await client().send(new ListClustersCommand({}));
    expect(clusterArns).toHaveLength(1);
    // Another bucket is not touched.
    await expect(client().send(new DescribeTasksCommand({ tasks: ["x"] }))).resolves.toMatchObject({
      failures: [{ reason: "MISSING" }],
    });
  });

  it("is said in the word of each protocol", async () => {
    box = await startTestSandbox({ faults: { throttle: true, drop: {} } });
    for (const [action, code] of [
      ["DescribeSubnets", "RequestLimitExceeded"],
      ["DescribeScalingActivities", "Throttling"],
      ["DescribeStacks", "Throttling"],
      ["GetCallerIdentity", "Throttling"],
    ] as const) {
      const answers = await Promise.all(Array.from({ length: 200 }, () => box.query(action)));
      const codes = new Set(answers.flatMap((xml) => /<Code>(\w+)<\/Code>/.exec(xml)?.[1] ?? []));
      expect([action, ...codes]).toEqual([action, code]);
    }
  });
});
