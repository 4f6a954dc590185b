// The templates of capacity generate as stacks of the sandbox, whose machines do as their user data says.
import {
  CloudFormationClient,
  CreateChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
} from "@aws-sdk/client-cloudformation";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { formatTemplate } from "../../src/output/yaml.ts";
import { runCli } from "../support/cli.ts";
import { capacitiesOf, capacityCases, type CapacityCase } from "../support/capacity.ts";
import { startTestSandbox, type Json, type TestSandbox } from "../support/sandbox.ts";

let box: TestSandbox;
let cloudFormation: CloudFormationClient;

beforeEach(async () => {
  box = await startTestSandbox({ fleet: [], cluster: "prod" });
  cloudFormation = new CloudFormationClient({
    region: "us-east-1",
    endpoint: box.sandbox.url,
    credentials: { accessKeyId: "x", secretAccessKey: "x" },
    maxAttempts: 1,
  });
});
afterEach(() => box.sandbox.close());

/** The case in the sandbox's own network. */
function inSandbox(each: CapacityCase): CapacityCase {
  const zones = ["a", "b"].slice(0, each.settings?.subnets?.length ?? 1);
  const subnets = zones.map((zone) => ({
    id: `subnet-0000000000000000${zone}`,
    vpcId: "vpc-00000000000000001",
    zone: `us-east-1${zone}`,
  }));
  const { settings = {} } = each;
  return { ...each, settings: { ...settings, subnets, ...(settings.createCluster ? { cluster: "fresh" } : {}) } };
}

/** Makes the stack. @returns Its name, its status, and what failed of it and why. */
async function make(each: CapacityCase) {
  const [{ stackName, template } = { stackName: "", template: undefined }] = capacitiesOf(inSandbox(each));
  const { Id } = await cloudFormation.send(
    new CreateChangeSetCommand({
      StackName: stackName,
      ChangeSetName: "first",
      ChangeSetType: "CREATE",
      TemplateBody: formatTemplate(template, []),
      Capabilities: ["CAPABILITY_IAM"],
    }),
  );
  box.step(5);
  await cloudFormation.send(new ExecuteChangeSetCommand({ ChangeSetName: Id! }));
  box.step(600);
  const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName: stackName }));
  const { StackEvents = [] } = await cloudFormation.send(new DescribeStackEventsCommand({ StackName: stackName }));
  const failed = StackEvents.filter(({ ResourceStatus }) => ResourceStatus?.endsWith("_FAILED")).map(
    ({ LogicalResourceId, ResourceStatusReason }) => `${LogicalResourceId}: ${ResourceStatusReason}`,
  );
  return { stackName, status: Stacks[0]?.StackStatus, failed };
}

const instancesOf = async (cluster: string): Promise<readonly Json[]> => {
  const { containerInstanceArns } = await box.ecs("ListContainerInstances", { cluster });
  if (containerInstanceArns.length === 0) return [];
  return (await box.ecs("DescribeContainerInstances", { cluster, containerInstances: containerInstanceArns }))
    .containerInstances;
};
const attributesOf = ({ attributes }: Json): Readonly<Record<string, string>> =>
  Object.fromEntries(attributes.map(({ name, value = "" }: Json) => [name, value]));

describe("a template of capacity generate", () => {
  it.each(Object.entries(capacityCases))("of %s becomes a stack with its provider", async (_, each) => {
    const { stackName, status, failed } = await make(each);
    expect({ status, failed }).toEqual({ status: "CREATE_COMPLETE", failed: [] });
    const { capacityProviders } = await box.ecs("DescribeCapacityProviders", { capacityProviders: [stackName] });
    expect(capacityProviders).toMatchObject([{ name: stackName, status: "ACTIVE" }]);
  });

  it("has machines that join its cluster, with attributes and mounts", async () => {
    const each = capacityCases["g5.xlarge-mounts"]!;
    const { failed } = await make({ ...each, settings: { ...each.settings, desiredSize: 2 } });
    expect(failed).toEqual([]);
    const instances = await instancesOf("prod");
    expect(instances).toHaveLength(2);
    expect(attributesOf(instances[0])).toMatchObject({
      "ecs.instance-type": "g5.xlarge",
      "ecs.ami-id": "ami-0123456789abcdef0",
      stack: "prod",
      rack: "a",
      "aiplat.mount.fsx": "true",
      "aiplat.mount.weights": "true",
    });
  });

  it("makes the cluster first where it is to make one", async () => {
    const { failed } = await make(capacityCases["g6f.large"]!);
    expect(failed).toEqual([]);
    expect((await instancesOf("fresh")).map((each) => attributesOf(each)["ecs.instance-type"])).toEqual([
      "g6f.large",
      "g6f.large",
    ]);
  });
});

it("has what EC2 does not know and what no image serves refused together", async () => {
  const { code, stdout, stderr } = await runCli(
    [
      ..."capacity generate --no-file --cluster lab --instance-type trn1.32xlarge --instance-type p2.xlarge".split(" "),
      ..."--subnet subnet-0f00 --subnet subnet-0000000000000000c --security-group sg-0f00".split(" "),
    ],
    { box },
  );
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr.split("\n").filter((line) => line.startsWith("error"))).toEqual([
    "error: the ecs al2023 nvidia x86_64 AMI does not serve p2.xlarge: NVIDIA's current drivers no longer know its Kepler GPUs",
    "error: --subnet subnet-0f00: there is none in us-east-1",
    "error: --security-group sg-0f00: there is none in us-east-1",
    "error: subnet-0000000000000000c is in us-east-1c, which does not offer trn1.32xlarge",
    "error: subnet-0000000000000000c is in us-east-1c, which does not offer p2.xlarge",
  ]);
});
