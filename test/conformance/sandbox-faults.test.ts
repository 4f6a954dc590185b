import { AutoScalingClient, CreateAutoScalingGroupCommand } from "@aws-sdk/client-auto-scaling";
import {
  CloudFormationClient,
  CreateChangeSetCommand,
  DeleteStackCommand,
  ExecuteChangeSetCommand,
} from "@aws-sdk/client-cloudformation";
import { CreateLaunchTemplateCommand, EC2Client } from "@aws-sdk/client-ec2";
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

describe("an answer of CloudFormation, EC2 or Auto Scaling that is lost after the effect", () => {
  const settings = () => ({
    region: "us-east-1",
    endpoint: box.sandbox.url,
    credentials: { accessKeyId: "x", secretAccessKey: "x" },
  });

  it("makes the SDK ask again, and under its client token everything is there once", async () => {
    box = await startTestSandbox({
      faults: {
        throttle: false,
        drop: { CreateChangeSet: 1, ExecuteChangeSet: 1, CreateLaunchTemplate: 1, DeleteStack: 1 },
      },
    });
    const cloudFormation = new CloudFormationClient(settings());
    const made = await cloudFormation.send(
      new CreateChangeSetCommand({
        StackName: "s",
        ChangeSetName: "c",
        ChangeSetType: "CREATE",
        TemplateBody: "Resources: {A: {Type: 'AWS::ECS::Cluster', Properties: {ClusterName: made}}}",
        ClientToken: "t",
      }),
    );
    box.step(5);
    await cloudFormation.send(new ExecuteChangeSetCommand({ ChangeSetName: made.Id, ClientRequestToken: "u" }));
    box.step(30);
    const [stack, ...others] = [...box.sandbox.world.stacks.values()];
    expect([stack!.status, stack!.changeSets.size, others]).toEqual(["CREATE_COMPLETE", 1, []]);
    expect(
      stack!.events.filter(({ status, type }) => status === "CREATE_IN_PROGRESS" && type.endsWith("Stack")),
    ).toHaveLength(1);
    await cloudFormation.send(new DeleteStackCommand({ StackName: stack!.id, ClientRequestToken: "v" }));
    box.step(30);
    expect(
      stack!.events.filter(({ status, type }) => status === "DELETE_IN_PROGRESS" && type.endsWith("Stack")),
    ).toHaveLength(1);
    expect(stack!.status).toBe("DELETE_COMPLETE");
    const ec2 = new EC2Client(settings());
    await ec2.send(
      new CreateLaunchTemplateCommand({ LaunchTemplateName: "pool", LaunchTemplateData: {}, ClientToken: "w" }),
    );
    expect(box.sandbox.world.launchTemplates.size).toBe(1);
  });

  it("makes a group that is there already of the second request, which has no token", async () => {
    box = await startTestSandbox({ faults: { throttle: false, drop: { CreateAutoScalingGroup: 1 } } });
    await new EC2Client(settings()).send(
      new CreateLaunchTemplateCommand({
        LaunchTemplateName: "pool",
        LaunchTemplateData: { InstanceType: "g5.xlarge" },
      }),
    );
    const create = new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: "pool",
      LaunchTemplate: { LaunchTemplateName: "pool" },
      MinSize: 0,
      MaxSize: 1,
      AvailabilityZones: ["us-east-1a"],
    });
    await expect(new AutoScalingClient(settings()).send(create)).rejects.toThrow("already exists");
    expect(box.sandbox.world.groups.size).toBe(1);
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
});
