import fc from "fast-check";
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { services } from "../../src/sandbox/wire/services.ts";
import { runs } from "../support/depth.ts";
import { startTestSandbox, type TestSandbox } from "../support/sandbox.ts";

let box: TestSandbox;

beforeAll(async () => {
  box = await startTestSandbox({
    fleet: [
      { instanceType: "inf2.24xlarge", count: 2 },
      { instanceType: "g5.xlarge", count: 1 },
    ],
  });
  await box.register("web");
  await box.ecs("CreateService", { serviceName: "web", taskDefinition: "web", desiredCount: 1 });
});
afterAll(() => box.sandbox.close());

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** Sends anything at all. @throws where there is no answer within a minute. */
function send(
  body: string | Buffer,
  headers: Readonly<Record<string, string>>,
  method = "POST",
  path = "/",
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const call = request(`${box.sandbox.url}${path}`, { method, headers, timeout: 60_000 }, (response) => {
      const chunks: Buffer[] = [];
      response
        .on("data", (chunk: Buffer) => chunks.push(chunk))
        .on("end", () =>
          resolve({
            status: response.statusCode!,
            headers: response.headers,
            body: Buffer.concat(chunks).toString("utf8"),
          }),
        );
    });
    call.on("timeout", () => call.destroy(new Error("no answer")));
    call.on("error", reject);
    call.end(body);
  });
}

const targets = services.flatMap(({ target, operations }) =>
  target === undefined ? [] : Object.keys(operations).map((name) => `${target}.${name}`),
);

/** Words that mean something to some operation, so that the fuzzer gets past the first check. */
const words = [
  "default",
  "web",
  "web:1",
  "main",
  "busybox",
  "memberOf",
  "distinctInstance",
  "spread",
  "binpack",
  "random",
  "instanceId",
  "memory",
  "attribute:ecs.instance-type == inf2.24xlarge",
  "bridge",
  "host",
  "awsvpc",
  "EC2",
  "DAEMON",
  "REPLICA",
  "ACTIVE",
  "DRAINING",
  "RUNNING",
  "STOPPED",
  "TAGS",
  "GPU",
  "1",
  "ALL",
  "NeuronDevice",
  "/dev/neuron0",
  "awslogs",
  "awslogs-group",
  "/g",
  "containerInsights",
  "enabled",
  "container-instance",
  "udp",
  "arn:aws:ecs:us-east-1:123456789012:cluster/default",
  "__proto__",
  "constructor",
  '{"instanceType":"inf2.xlarge"}',
  "/aws/service/ecs/optimized-ami",
  "",
];
const keys = `
  cluster clusters clusterName taskDefinition taskDefinitions family familyPrefix containerDefinitions name image memory memoryReservation cpu essential
  command environment value key portMappings containerPort hostPort protocol linuxParameters devices hostPath resourceRequirements type expression
  field networkMode placementConstraints placementStrategy count tasks task containerInstances containerInstance overrides containerOverrides clientToken startedBy group
  tags resourceArn tagKeys serviceName service services desiredCount deploymentConfiguration minimumHealthyPercent maximumPercent deploymentCircuitBreaker enable rollback schedulingStrategy
  networkConfiguration awsvpcConfiguration subnets maxResults nextToken status filter include attributes targetId targetType attributeName force instanceIdentityDocument
  logConfiguration logDriver options capacityProviders capacityProviderStrategy capacityProvider autoScalingGroupProvider healthCheck interval loadBalancers launchType desiredStatus Name Names
  Path Recursive MaxResults NextToken logGroupName logStreamName limit startTime startFromHead filterPattern __proto__ constructor toString
`
  .trim()
  .split(/\s+/);

/** A template of every resource type, with its functions. */
const goodTemplate = {
  Description: "all of it",
  Resources: {
    Cluster: { Type: "AWS::ECS::Cluster", Properties: { ClusterName: "made", Tags: [{ Key: "a", Value: "b" }] } },
    Role: {
      Type: "AWS::IAM::Role",
      Properties: { AssumeRolePolicyDocument: {}, Path: { "Fn::Sub": "/${AWS::Region}/" } },
    },
    Profile: { Type: "AWS::IAM::InstanceProfile", Properties: { Roles: [{ Ref: "Role" }] } },
    Near: { Type: "AWS::EC2::PlacementGroup", Properties: { Strategy: "cluster" } },
    Security: {
      Type: "AWS::EC2::SecurityGroup",
      Properties: { GroupDescription: "d", SecurityGroupEgress: [{ IpProtocol: "-1", CidrIp: "0.0.0.0/0" }] },
    },
    In: {
      Type: "AWS::EC2::SecurityGroupIngress",
      Properties: { GroupId: { "Fn::GetAtt": ["Security", "GroupId"] }, IpProtocol: "-1" },
    },
    Template: {
      Type: "AWS::EC2::LaunchTemplate",
      Properties: {
        LaunchTemplateData: {
          InstanceType: "inf2.xlarge",
          NetworkInterfaces: [{ Groups: [{ Ref: "Security" }] }],
          UserData: { "Fn::Base64": "ECS_CLUSTER=made" },
          TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "a", Value: "b" }] }],
        },
        TagSpecifications: [{ ResourceType: "launch-template", Tags: [{ Key: "a", Value: "b" }] }],
      },
    },
    Group: {
      Type: "AWS::AutoScaling::AutoScalingGroup",
      DependsOn: ["Cluster"],
      Properties: {
        MinSize: 1,
        MaxSize: "2",
        VPCZoneIdentifier: ["subnet-0000000000000000a"],
        NewInstancesProtectedFromScaleIn: false,
        Tags: [{ Key: "a", Value: "b", PropagateAtLaunch: true }],
        MixedInstancesPolicy: {
          InstancesDistribution: { OnDemandPercentageAboveBaseCapacity: 0 },
          LaunchTemplate: {
            LaunchTemplateSpecification: {
              LaunchTemplateId: { Ref: "Template" },
              Version: { "Fn::GetAtt": "Template.LatestVersionNumber" },
            },
            Overrides: [{ InstanceType: "g5.xlarge" }],
          },
        },
      },
    },
    Provider: {
      Type: "AWS::ECS::CapacityProvider",
      Properties: {
        AutoScalingGroupProvider: {
          AutoScalingGroupArn: { Ref: "Group" },
          ManagedScaling: { Status: "ENABLED", TargetCapacity: 90 },
        },
      },
    },
  },
  Outputs: { Provider: { Value: { Ref: "Provider" } } },
};

const formWords = [
  "pool",
  "1",
  "0",
  "4",
  "-1",
  "$Latest",
  "$Default",
  "true",
  "false",
  "name",
  "tag:a",
  "tag-key",
  "x*?(",
  "CREATE",
  "UPDATE",
  "",
  "subnet-0000000000000000a",
  "us-east-1a",
  "region",
  "availability-zone",
  "inf2.xlarge",
  "CAPABILITY_IAM",
  "__proto__",
];

/** Members of forms, most of which mean something to some action. */
const member = fc.tuple(
  fc.constantFrom(
    ...`
      AutoScalingGroupName AutoScalingGroupNames.member.1 MinSize MaxSize DesiredCapacity LaunchTemplate.LaunchTemplateName
      LaunchTemplate.LaunchTemplateId LaunchTemplate.Version VPCZoneIdentifier AvailabilityZones.member.1 InstanceIds.member.1
      NewInstancesProtectedFromScaleIn ProtectedFromScaleIn Tags.member.1.Key Tags.member.1.Value ForceDelete InstanceId
      MixedInstancesPolicy.LaunchTemplate.Overrides.member.1.InstanceType MaxRecords NextToken ShouldDecrementDesiredCapacity
      MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.LaunchTemplateName LaunchTemplateName LaunchTemplateId
      LaunchTemplateData.InstanceType LaunchTemplateData.ImageId LaunchTemplateData.UserData SourceVersion SetDefaultVersion
      LaunchTemplateData.NetworkInterface.1.SecurityGroupId.1 LaunchTemplateData LaunchTemplateVersion.1 ClientToken
      LaunchTemplateName.1 ImageId.1 Owner.1 Filter.1.Name Filter.1.Value.1 Filter SubnetId.1 LocationType GroupId.1
      StackName ChangeSetName ChangeSetType TemplateBody Capabilities.member.1 ClientRequestToken __proto__.a constructor
    `
      .trim()
      .split(/\s+/),
  ),
  fc.oneof(fc.constantFrom(...formWords, JSON.stringify(goodTemplate)), fc.string({ maxLength: 30 })),
);

const leaf = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...words) },
  fc.string({ maxLength: 20 }),
  fc.integer({ min: -2, max: 70_000 }),
  fc.constantFrom(0, 1, 2, 10, 100, 128, 1e21, -1, 0.5, Number.MAX_SAFE_INTEGER),
  fc.boolean(),
  fc.constant(null),
);
const { value } = fc.letrec<{ value: unknown; object: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc.array(tie("value"), { maxLength: 3 }),
    tie("object"),
  ),
  object: fc.dictionary(fc.constantFrom(...keys), tie("value"), { maxKeys: 6 }),
}));
const input = fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 8 });

/** A good request of each kind, of which the fuzzer changes one place. */
const good: readonly (readonly [string, object])[] = [
  [
    "AmazonEC2ContainerServiceV20141113.RegisterTaskDefinition",
    {
      family: "f",
      networkMode: "bridge",
      cpu: "256",
      placementConstraints: [{ type: "memberOf", expression: "runningTasksCount < 9" }],
      volumes: [{ name: "v", host: { sourcePath: "/dev" } }],
      containerDefinitions: [
        {
          name: "main",
          image: "busybox",
          memory: 64,
          cpu: 1,
          essential: true,
          command: ["sh", "-c", "sleep 1; exit 0"],
          environment: [{ name: "AIPLAT_SANDBOX_EXIT", value: "1" }],
          portMappings: [{ containerPort: 80, hostPort: 0, protocol: "tcp" }],
          mountPoints: [{ sourceVolume: "v", containerPath: "/v" }],
          linuxParameters: { devices: [{ hostPath: "/dev/neuron0" }] },
          resourceRequirements: [{ type: "GPU", value: "1" }],
          healthCheck: { command: ["CMD", "true"], interval: 5 },
          logConfiguration: {
            logDriver: "awslogs",
            options: { "awslogs-group": "/g", "awslogs-create-group": "true", "awslogs-stream-prefix": "p" },
          },
          stopTimeout: 5,
        },
      ],
    },
  ],
  [
    "AmazonEC2ContainerServiceV20141113.RunTask",
    {
      taskDefinition: "f",
      count: 1,
      group: "g",
      startedBy: "me",
      placementConstraints: [{ type: "distinctInstance" }],
      placementStrategy: [{ type: "spread", field: "instanceId" }],
      overrides: {
        cpu: "1",
        containerOverrides: [{ name: "main", command: ["true"], environment: [{ name: "A", value: "1" }] }],
      },
      tags: [{ key: "a", value: "b" }],
      clientToken: "t",
    },
  ],
  [
    "AmazonEC2ContainerServiceV20141113.CreateService",
    {
      serviceName: "s",
      taskDefinition: "f",
      desiredCount: 1,
      schedulingStrategy: "REPLICA",
      deploymentConfiguration: {
        minimumHealthyPercent: 50,
        maximumPercent: 200,
        deploymentCircuitBreaker: { enable: true, rollback: true },
      },
      placementStrategy: [{ type: "binpack", field: "memory" }],
    },
  ],
  [
    "AmazonEC2ContainerServiceV20141113.UpdateService",
    {
      service: "web",
      taskDefinition: "f",
      desiredCount: 2,
      forceNewDeployment: true,
      healthCheckGracePeriodSeconds: 1,
    },
  ],
];

const mutated = fc
  .tuple(fc.constantFrom(...good), fc.nat(), value)
  .map(([[target, body], place, put]) => [target, mutate(body, place, put)] as const);

/** How many parts a value has, itself among them. */
function partsOf(node: unknown): number {
  return typeof node === "object" && node !== null
    ? 1 + Object.values(node).reduce((sum: number, each) => sum + partsOf(each), 0)
    : 1;
}

/** The value with the nth part of it, counted in depth, replaced. */
function mutate(root: unknown, place: number, put: unknown): unknown {
  let left = place % partsOf(root);
  const walk = (node: unknown): unknown => {
    if (left-- === 0) return put;
    if (Array.isArray(node)) return node.map(walk);
    return typeof node === "object" && node !== null
      ? Object.fromEntries(Object.entries(node).map(([key, each]) => [key, walk(each)]))
      : node;
  };
  return walk(root);
}

function expectAwsShape({ status, headers, body }: Reply): void {
  expect(headers["x-amzn-requestid"]).toMatch(/^[0-9a-f-]{36}$/);
  const answer = JSON.parse(body) as { readonly __type?: string; readonly message?: string };
  // 500 would be a bug of the sandbox.
  expect({ status, message: answer.message }).toEqual({ status: status === 200 ? 200 : 400, message: answer.message });
  if (status === 200) return;
  expect(answer.__type).toMatch(/^[A-Z][A-Za-z]+$/);
  expect(headers["x-amzn-errortype"]).toBe(answer.__type);
  expect(typeof answer.message).toBe("string");
}

/** A place of a template, and what stands there. */
type Changed = readonly [place: number, put: unknown] | undefined;
let stackNumber = 0;

/** A stack of the good template, with one place changed or not, made, updated with another and deleted. */
async function liveStack(first: Changed, second: Changed): Promise<void> {
  const post = async (Action: string, form: Readonly<Record<string, string>>) => {
    const { status, body } = await send(new URLSearchParams({ Action, ...form }).toString(), {});
    expect({ status, body }).toEqual({ status: status === 200 ? 200 : status === 404 ? 404 : 400, body });
  };
  const bodyOf = (changed: Changed) =>
    JSON.stringify(changed === undefined ? goodTemplate : mutate(goodTemplate, ...changed)) ?? "";
  const StackName = `s${++stackNumber}`;
  const named = (ChangeSetName: string) => ({ StackName, ChangeSetName });
  for (const [name, changed] of [
    ["first", first],
    ["second", second],
  ] as const) {
    const TemplateBody = bodyOf(changed);
    const ChangeSetType = name === "first" ? "CREATE" : "UPDATE";
    await post("CreateChangeSet", {
      ...named(name),
      ChangeSetType,
      TemplateBody,
      "Capabilities.member.1": "CAPABILITY_IAM",
    });
    box.sandbox.advance(5);
    await post("DescribeChangeSet", named(name));
    await post("ExecuteChangeSet", named(name));
    box.sandbox.advance(900);
    await post("DescribeStacks", { StackName });
  }
  await post("DescribeStackEvents", { StackName });
  await post("DeleteStack", { StackName });
  box.sandbox.advance(900);
  const left = [...box.sandbox.world.stacks.values()].filter(
    ({ name, deletedAt }) => name === StackName && deletedAt === undefined,
  );
  expect(left.map(({ status, resources }) => [status, [...resources.values()].map(({ reason }) => reason)])).toEqual(
    [],
  );
}

/** Time goes on, and it still answers. */
async function works(): Promise<boolean> {
  box.sandbox.advance(30);
  const { clusters } = await box.ecs("DescribeClusters", { clusters: ["default"] });
  return clusters.length === 1;
}

describe("the wire", () => {
  it("answers any input to any operation in AWS's shape", async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...targets), input, async (target, body) => {
        expectAwsShape(
          await send(JSON.stringify(body), { "x-amz-target": target, "content-type": "application/x-amz-json-1.1" }),
        );
      }),
      { numRuns: runs(1_000) },
    );
    expect(await works()).toBe(true);
  });

  it("answers requests that are nearly good, and lives on with what they leave", async () => {
    let turn = 0;
    await fc.assert(
      fc.asyncProperty(mutated, async ([target, body]) => {
        expectAwsShape(
          await send(JSON.stringify(body), { "x-amz-target": target, "content-type": "application/x-amz-json-1.1" }),
        );
        if (++turn % 20 === 0) await works();
      }),
      { numRuns: runs(1_500) },
    );
    expect(await works()).toBe(true);
  });

  it("answers bytes that are no JSON", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(
          ...targets,
          "",
          "X",
          "AmazonSSM.",
          ".ListClusters",
          "AmazonSSM.ListClusters",
          "AmazonSSM.toString",
        ),
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc.string({ unit: "binary", maxLength: 100 }).map((text) => new TextEncoder().encode(text)),
        ),
        async (target, bytes) => {
          expectAwsShape(await send(Buffer.from(bytes), { "x-amz-target": target }));
        },
      ),
      { numRuns: runs(300) },
    );
    expect(await works()).toBe(true);
  });

  it("answers any form to STS in XML", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(
          fc.oneof(fc.constantFrom("Action", "Version"), fc.string()),
          fc.oneof(fc.constantFrom("GetCallerIdentity", "AssumeRole", "2011-06-15"), fc.string()),
        ),
        async (form) => {
          const { status, body, headers } = await send(new URLSearchParams(Object.entries(form)).toString(), {
            "content-type": "application/x-www-form-urlencoded",
          });
          expect([200, 400]).toContain(status);
          expect(headers["content-type"]).toBe("text/xml");
          expect(body).toMatch(
            status === 200
              ? /^<GetCallerIdentityResponse .*<\/GetCallerIdentityResponse>$/s
              : /^<ErrorResponse .*<Code>\w+<\/Code>.*<\/ErrorResponse>$/s,
          );
        },
      ),
      { numRuns: runs(200) },
    );
  });

  it("answers any form to any action of EC2, Auto Scaling and CloudFormation in XML", async () => {
    const actions = services.flatMap(({ target, operations }) => (target === undefined ? Object.keys(operations) : []));
    let turn = 0;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...actions), fc.array(member, { maxLength: 8 }), async (Action, members) => {
        const form = new URLSearchParams([["Action", Action], ...members]);
        const { status, body, headers } = await send(form.toString(), {
          "content-type": "application/x-www-form-urlencoded",
        });
        expect({ status, body }).toEqual({ status: status === 200 ? 200 : status === 404 ? 404 : 400, body });
        expect(headers["content-type"]).toBe("text/xml");
        if (status !== 200) expect(body).toMatch(/<Code>[A-Za-z.]+<\/Code>/);
        if (++turn % 20 === 0) expect(await works()).toBe(true);
      }),
      { numRuns: runs(2_000) },
    );
    expect(await works()).toBe(true);
  });

  it("takes stacks whose templates are nearly good through their lives", async () => {
    const change = fc.option(fc.tuple(fc.nat(), value), { nil: undefined });
    // The template itself is taken.
    await liveStack(undefined, undefined);
    const first = [...box.sandbox.world.stacks.values()].find(({ name }) => name === `s${stackNumber}`);
    expect(first!.events.filter(({ status }) => status.includes("FAILED"))).toEqual([]);
    await fc.assert(fc.asyncProperty(change, change, liveStack), { numRuns: runs(300) });
    expect(await works()).toBe(true);
  });

  /** Objects that JavaScript makes no text and no number of: a member stands where its method was. */
  const withoutText: readonly unknown[] = [
    { toString: "default" },
    [{ toString: "default", valueOf: 1 }],
    { "Fn::Sub": [{ toString: 1 }] },
    { toJSON: "default", length: 1, constructor: "x" },
  ];

  it("takes a value that has no text, at each place of a good request", async () => {
    for (const [target, body] of good)
      for (const put of withoutText)
        for (let place = 0; place < partsOf(body); place++) {
          const changed = JSON.stringify(mutate(body, place, put));
          expectAwsShape(await send(changed, { "x-amz-target": target, "content-type": "application/x-amz-json-1.1" }));
        }
    expect(await works()).toBe(true);
  });

  it("takes a value that has no text, at each place of a template", async () => {
    for (let place = 0; place < partsOf(goodTemplate); place++) {
      await liveStack([place, withoutText[place % withoutText.length]], undefined);
      await liveStack(undefined, [place, withoutText[(place + 1) % withoutText.length]]);
    }
    expect(await works()).toBe(true);
  });

  it("refuses a body that is too large, and hangs on no method or path", async () => {
    const huge = await send("x".repeat(5 * 1024 * 1024), { "x-amz-target": targets[0]! });
    expect(huge.status).toBe(413);
    for (const method of ["GET", "PUT", "DELETE", "OPTIONS", "HEAD"])
      expect((await send("", {}, method, "/anything")).status).toBe(200);
    expect((await send('{"seconds":-1}', {}, "POST", "/_sandbox/advance")).status).toBe(400);
    expect((await send('{"seconds":1}', {}, "POST", "/_sandbox/advance")).status).toBe(204);
  });
});
