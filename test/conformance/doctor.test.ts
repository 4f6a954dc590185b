import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ContainerInstance } from "../../src/core/cluster/snapshot.ts";
import { commandCalls } from "../../src/core/iam/command-calls.ts";
import { startIam, startLoopback, startRegistry, type LoopbackServer } from "../support/loopback-servers.ts";
import { runCli } from "../support/cli.ts";
import { anInstance, aSnapshot } from "../support/cluster.ts";
import { startJsonServer, type JsonServer } from "../support/json-server.ts";
import { callAws, runInstance } from "../support/moto-cluster.ts";
import { startMoto, type Moto } from "../support/moto.ts";
import { startTestSandbox, type TestSandbox } from "../support/sandbox.ts";
import { missingTools } from "../support/tools.ts";

const account = "123456789012";
const ecr = `${account}.dkr.ecr.us-east-1.amazonaws.com`;
const repository = "pytorch-inference-neuronx";
const neuronImage = (sdk: string) => `${ecr}/${repository}:2.9.0-neuronx-py312-sdk${sdk}-ubuntu24.04`;
const role = (name: string) => `arn:aws:iam::${account}:role/${name}`;
const trust = (service: string, condition?: object) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: service },
        Action: "sts:AssumeRole",
        ...(condition === undefined ? {} : { Condition: condition }),
      },
    ],
  });

interface Report {
  readonly kind: string;
  readonly groups: readonly {
    readonly subject: string;
    readonly items: readonly {
      readonly status: string;
      readonly check: string;
      readonly message: string;
      readonly fix?: string;
    }[];
  }[];
}

/** Secrets, names and ids that moto gives. */
interface Made {
  secret: string;
  deleted: string;
  subnet: string;
  otherVpcGroup: string;
  group: string;
  amis: Record<"al2" | "al2023", string>;
}

describe.skipIf(missingTools("moto_server"))("doctor", () => {
  let moto: Moto;
  let iam: LoopbackServer;
  let registry: LoopbackServer;
  let quotas: JsonServer;
  const made = { amis: {} } as Made;
  const refused = new Map<string, string>();
  const limits = new Map<string, number>();
  const sandboxes: TestSandbox[] = [];

  const json = (service: string, target: string, input: object) =>
    callAws(moto, service, target, input) as Promise<never>;
  const query = async (service: string, version: string, parameters: Readonly<Record<string, string>>) =>
    (await callAws(moto, service, undefined, { Version: version, ...parameters })) as string;

  beforeAll(async () => {
    moto = await startMoto();
    iam = await startIam(moto.url, refused);
    registry = await startRegistry({
      images: { "tools/proxy": { "1": ["amd64", "arm64"], plain: [], arm: ["arm64"] } },
      hidden: ["tools/secret"],
    });
    quotas = await startJsonServer(({ operation, input }) => {
      const value = limits.get(input["QuotaCode"] as string);
      if (operation === "GetServiceQuota" && value === undefined)
        return {
          status: 400,
          body: {
            __type: "NoSuchResourceException",
            message: "The request failed because the specified service quota does not exist.",
          },
        };
      return { body: { Quota: { QuotaCode: input["QuotaCode"], Value: value ?? 128 } } };
    });
    const makeRole = (name: string, document: string) =>
      query("iam", "2010-05-08", { Action: "CreateRole", RoleName: name, AssumeRolePolicyDocument: document });
    await Promise.all([
      makeRole("execution", trust("ecs-tasks.amazonaws.com", { StringEquals: { "aws:SourceAccount": account } })),
      makeRole("task", trust("ecs-tasks.amazonaws.com")),
      makeRole("lambda", trust("lambda.amazonaws.com")),
      makeRole(
        "elsewhere",
        trust("ecs-tasks.amazonaws.com", { StringEquals: { "aws:SourceAccount": "999999999999" } }),
      ),
    ]);
    const registryTarget = "AmazonEC2ContainerRegistry_V20150921";
    await json("ecr", `${registryTarget}.CreateRepository`, { repositoryName: repository });
    for (const sdk of ["2.29.0", "2.30.0"])
      await json("ecr", `${registryTarget}.PutImage`, {
        repositoryName: repository,
        imageTag: neuronImage(sdk).split(":")[1],
        imageManifest: JSON.stringify({
          schemaVersion: 2,
          mediaType: "application/vnd.docker.distribution.manifest.v2+json",
          config: {
            mediaType: "application/vnd.docker.container.image.v1+json",
            size: 1,
            digest: `sha256:${sdk === "2.29.0" ? "a" : "b"}${"0".repeat(63)}`,
          },
          layers: [],
        }),
      });
    const makeSecret = async (Name: string) =>
      (
        (await json("secretsmanager", "secretsmanager.CreateSecret", {
          Name,
          SecretString: "hunter2",
          ClientRequestToken: `token-of-32-characters-for-${Name.padEnd(8, "-")}`,
        })) as { ARN: string }
      ).ARN;
    made.secret = await makeSecret("hf");
    made.deleted = await makeSecret("old");
    await json("secretsmanager", "secretsmanager.DeleteSecret", { SecretId: made.deleted, RecoveryWindowInDays: 7 });
    await json("ssm", "AmazonSSM.PutParameter", { Name: "/bert/token", Type: "SecureString", Value: "hunter2" });
    await json("logs", "Logs_20140328.CreateLogGroup", { logGroupName: "/aiplat/bert" });
    await json("logs", "Logs_20140328.CreateLogGroup", { logGroupName: "/aiplat/bert-of-others" });
    const ec2 = (parameters: Readonly<Record<string, string>>) => query("ec2", "2016-11-15", parameters);
    const find = (pattern: RegExp, text: string) => pattern.exec(text)![1]!;
    made.subnet = find(/<subnetId>([^<]+)</, await ec2({ Action: "DescribeSubnets" }));
    const vpc = find(/<vpcId>([^<]+)</, await ec2({ Action: "CreateVpc", CidrBlock: "10.9.0.0/16" }));
    made.otherVpcGroup = find(
      /<groupId>([^<]+)</,
      await ec2({ Action: "CreateSecurityGroup", GroupName: "foreign", GroupDescription: "x", VpcId: vpc }),
    );
    const home = find(/<vpcId>([^<]+)</, await ec2({ Action: "DescribeSubnets", "SubnetId.1": made.subnet }));
    made.group = find(
      /<groupId>([^<]+)</,
      await ec2({ Action: "CreateSecurityGroup", GroupName: "own", GroupDescription: "x", VpcId: home }),
    );
    const ami = async (name: string) =>
      find(
        /<imageId>([^<]+)</,
        await ec2({ Action: "DescribeImages", "Filter.1.Name": "name", "Filter.1.Value.1": name }),
      );
    made.amis = {
      al2: await ami("amzn2-ami-ecs-inf-hvm-2.0.20260120-x86_64-ebs"),
      al2023: await ami("al2023-ami-ecs-neuron-hvm-2023.0.20260210-kernel-6.1-x86_64"),
    };
    await runInstance(moto, "inf2.xlarge");
  });
  afterAll(async () => {
    await Promise.all([
      moto?.stop(),
      iam?.stop(),
      registry?.stop(),
      quotas?.stop(),
      ...sandboxes.map(({ sandbox }) => sandbox.close()),
    ]);
  });

  const host = (id: string, changes: Partial<ContainerInstance> = {}, ami: string = made.amis.al2023) =>
    anInstance(id, "inf2.xlarge", { ...changes, attributes: { "ecs.ami-id": ami, ...changes.attributes } });

  /** A workload that uses everything there is to check. */
  const workload = (): Record<string, never> =>
    structuredClone({
      name: "bert",
      image: neuronImage("2.29.0"),
      accelerator: { instanceTypes: ["inf2.xlarge"] },
      resources: { cpu: 1, memory: "1GiB" },
      secrets: {
        HF_TOKEN: `${made.secret}:key:AWSCURRENT:`,
        TOKEN: `arn:aws:ssm:us-east-1:${account}:parameter/bert/token`,
      },
      roles: { execution: role("execution"), task: role("task") },
      logs: { group: "/aiplat/bert" },
      ecs: {
        taskDefinition: {
          containerDefinitions: [
            { name: "bert", logConfiguration: { options: { "awslogs-create-group": null } } },
            { name: "proxy", image: `${registry.host}/tools/proxy:1`, memory: 64 },
          ],
        },
      },
    }) as never;

  /** Changes to the set-up, and the words of the one thing that is wrong then. */
  interface Change {
    readonly env?: Readonly<Record<string, string>>;
    readonly instances?: () => readonly ContainerInstance[];
    readonly workload?: (workload: any) => void; // oxlint-disable-line typescript/no-explicit-any -- a file as a user writes it
    readonly args?: readonly string[];
  }

  async function examine(
    {
      env = {},
      instances = () => [host("i1")],
      workload: change = () => undefined,
      args = ["--cluster", "prod"],
    }: Change,
    format = "json",
  ) {
    const sandbox = await startTestSandbox({ snapshot: aSnapshot(instances()) });
    sandboxes.push(sandbox);
    const file = workload();
    change(file);
    const endpoints = {
      AWS_ENDPOINT_URL_ECS: sandbox.sandbox.url,
      AWS_ENDPOINT_URL_IAM: iam.url,
      AWS_ENDPOINT_URL_SERVICE_QUOTAS: quotas.config.endpoints.ecs!,
    };
    return runCli(["doctor", "-", ...args, "-o", format], {
      env: { ...moto.env, ...endpoints, ...env },
      input: JSON.stringify(file),
    });
  }

  const itemsOf = (stdout: string) =>
    (JSON.parse(stdout) as Report).groups.flatMap(({ subject, items }) => items.map((item) => ({ subject, ...item })));

  it("finds nothing wrong with a good set-up", async () => {
    const { code, stdout, stderr } = await examine({});
    expect(stderr).toBe("");
    const items = itemsOf(stdout);
    expect(items.filter(({ status }) => status !== "OK")).toEqual([]);
    expect(items.map(({ check }) => check)).toEqual([
      "versions",
      "region",
      "credentials",
      "cluster",
      "instances",
      "agent-version",
      "room",
      "execution-role",
      "permissions",
      "task-role",
      "image",
      "image",
      "driver",
      "secret",
      "parameter",
      "log-group",
      "vcpu-quota",
    ]);
    expect(code).toBe(0);
  });

  it("finds nothing wrong with tasks on network interfaces of their own", async () => {
    const { code, stdout } = await examine({
      workload: (file) =>
        (file.ecs = {
          ...file.ecs,
          networkMode: "awsvpc",
          network: { subnets: [made.subnet], securityGroups: [made.group] },
        }),
    });
    expect(itemsOf(stdout).filter(({ status }) => status !== "OK")).toEqual([]);
    expect(code).toBe(0);
  });

  const sidecar = (image: string) => (file: any) => (file.ecs.taskDefinition.containerDefinitions[1].image = image); // oxlint-disable-line typescript/no-explicit-any
  const network =
    (subnets: () => readonly string[], groups: () => readonly string[]) => (file: { ecs?: Record<string, unknown> }) =>
      (file.ecs = { ...file.ecs, networkMode: "awsvpc", network: { subnets: subnets(), securityGroups: groups() } });

  it.each<readonly [what: string, change: Change, check: string, message: RegExp]>([
    [
      "no credentials",
      { env: { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" } },
      "credentials",
      /no AWS credentials were found/,
    ],
    ["a profile that is not there", { env: { AWS_PROFILE: "nobody" } }, "region", /no profile nobody/],
    ["no region", { env: { AWS_REGION: "", AWS_DEFAULT_REGION: "" } }, "region", /no AWS region is named/],
    ["no cluster", { args: ["--cluster", "prud"] }, "cluster", /no cluster prud in us-east-1/],
    ["no instances", { instances: () => [] }, "instances", /no container instances/],
    [
      "no instance of the type",
      { instances: () => [anInstance("i1", "m5.large")] },
      "instances",
      /no inf2\.xlarge among its container instances, which are 1 m5\.large/,
    ],
    [
      "the agent disconnected",
      { instances: () => [host("i1", { agentConnected: false })] },
      "agent",
      /agent of inf2\.xlarge i-i1 is not connected/,
    ],
    [
      "an instance that drains",
      { instances: () => [host("i1", { status: "DRAINING" })] },
      "instance-status",
      /i-i1 is DRAINING/,
    ],
    [
      "the agent too old for hand-overs",
      { instances: () => [host("i1", { agentVersion: "1.74.0" })] },
      "agent-version",
      /1\.74\.0: before 1\.74\.1/,
    ],
    [
      "no such capacity provider",
      { workload: (file) => (file.ecs.capacity = { provider: "scaling" }) },
      "capacity-provider",
      /no capacity provider scaling/,
    ],
    [
      "no Managed Instances",
      { workload: (file) => (file.ecs = { ...file.ecs, capacity: "managed-instances", networkMode: "host" }) },
      "capacity-provider",
      /no Managed Instances capacity provider/,
    ],
    [
      "the execution role missing",
      { workload: (file) => (file.roles.execution = role("nobody")) },
      "execution-role",
      /no execution role nobody/,
    ],
    [
      "the execution role not trusted",
      { workload: (file) => (file.roles.execution = role("lambda")) },
      "execution-role",
      /lambda cannot be assumed by tasks: its trust policy does not let ecs-tasks/,
    ],
    [
      "the execution role for another account",
      { workload: (file) => (file.roles.execution = role("elsewhere")) },
      "execution-role",
      /only where aws:SourceAccount is 999999999999/,
    ],
    [
      "the task role missing",
      { workload: (file) => (file.roles.task = role("nobody")) },
      "task-role",
      /no task role nobody/,
    ],
    [
      "a role of another account",
      { workload: (file) => (file.roles.task = "arn:aws:iam::999999999999:role/task") },
      "task-role",
      /is of account 999999999999/,
    ],
    [
      "no execution role for the secrets",
      {
        workload: (file) => (
          (file.roles = { task: role("task") }),
          (file.ecs.taskDefinition.containerDefinitions[1].secrets = Object.entries(file.secrets).map(
            ([name, valueFrom]) => ({ name, valueFrom }),
          )),
          (file.secrets = {})
        ),
      },
      "execution-role",
      /no execution role, and cannot read its secrets/,
    ],
    [
      "the repository missing",
      { workload: (file) => (file.image = `${ecr}/nothing:1`) },
      "image",
      /no repository nothing/,
    ],
    [
      "the tag missing",
      { workload: (file) => (file.image = neuronImage("2.28.0")) },
      "image",
      /has no tag 2\.9\.0-neuronx-py312-sdk2\.28\.0/,
    ],
    [
      "a sidecar's repository missing",
      { workload: (file) => sidecar(`${registry.host}/tools/nothing:1`)(file) },
      "image",
      /no repository tools\/nothing/,
    ],
    [
      "a sidecar's tag missing",
      { workload: (file) => sidecar(`${registry.host}/tools/proxy:2`)(file) },
      "image",
      /tools\/proxy has no tag 2/,
    ],
    [
      "a sidecar for another architecture",
      { workload: (file) => sidecar(`${registry.host}/tools/proxy:arm`)(file) },
      "image-architecture",
      /made for arm64; inf2\.xlarge is x86_64/,
    ],
    [
      "an image for other chips",
      {
        workload: (file) =>
          (file.image = `${ecr}/${repository.replace("x", "")}:1.13.1-neuron-py310-sdk2.20.0-ubuntu20.04`),
      },
      "image-family",
      /does not run on inf2/,
    ],
    [
      "an image of SDK 2.30 on an AL2 host",
      { instances: () => [host("i1", {}, made.amis.al2)], workload: (file) => (file.image = neuronImage("2.30.0")) },
      "driver",
      /Neuron SDK 2\.30\.0 and needs a host driver newer than 2\.26; inf2\.xlarge i-i1 with amzn2-ami-ecs-inf-hvm-2\.0\.20260120-x86_64-ebs has 2\.17/,
    ],
    [
      "a secret missing",
      {
        workload: (file) => (file.secrets.HF_TOKEN = `arn:aws:secretsmanager:us-east-1:${account}:secret:none-AbCdEf`),
      },
      "secret",
      /secret:none-AbCdEf \(HF_TOKEN of bert\) does not exist/,
    ],
    [
      "a secret scheduled for deletion",
      { workload: (file) => (file.secrets.HF_TOKEN = made.deleted) },
      "secret",
      /scheduled for deletion/,
    ],
    [
      "a stage that the secret has not",
      { workload: (file) => (file.secrets.HF_TOKEN = `${made.secret}::LATEST:`) },
      "secret",
      /no version with the stage LATEST/,
    ],
    [
      "a parameter missing",
      { workload: (file) => (file.secrets.TOKEN = `arn:aws:ssm:us-east-1:${account}:parameter/bert/none`) },
      "parameter",
      /parameter\/bert\/none \(TOKEN of bert\) does not exist/,
    ],
    [
      "the log group missing",
      {
        workload: (file) =>
          (file.ecs.taskDefinition.containerDefinitions[0].logConfiguration.options["awslogs-group"] =
            "/aiplat/bert-of"),
      },
      "log-group",
      /log group \/aiplat\/bert-of does not exist in us-east-1/,
    ],
    ["no subnets", { workload: (file) => (file.ecs.networkMode = "awsvpc") }, "subnets", /none are named/],
    [
      "a subnet missing",
      {
        workload: (file) =>
          network(
            () => ["subnet-0123456789abcdef0"],
            () => [],
          )(file),
      },
      "subnets",
      /no subnet subnet-0123456789abcdef0/,
    ],
    [
      "a security group missing",
      {
        workload: (file) =>
          network(
            () => [made.subnet],
            () => ["sg-0123456789abcdef0"],
          )(file),
      },
      "security-groups",
      /no security group sg-0123456789abcdef0/,
    ],
    [
      "a security group of another VPC",
      {
        workload: (file) =>
          network(
            () => [made.subnet],
            () => [made.otherVpcGroup],
          )(file),
      },
      "security-groups",
      /is of vpc-\w+, and the subnets are of vpc-/,
    ],
  ])("names the one cause: %s", async (_, change, check, message) => {
    const { code, stdout, stderr } = await examine(change);
    // What the workload's own rules warn of is there too.
    expect(stderr).toMatch(/^(<stdin>:\d+:\d+: warning: .*\n( {2}.*\n)*)*$/);
    const failed = itemsOf(stdout).filter(({ status }) => status === "FAIL");
    expect(failed.map((item) => item.check)).toEqual([check]);
    expect(failed[0]!.message).toMatch(message);
    expect(failed[0]!.fix).toMatch(/\S/);
    expect(code).toBe(3);
  });

  it("a quota that holds no instance of the type fails; one that holds no further one warns", async () => {
    const twice = (file: { replicas?: number }) => (file.replicas = 2);
    limits.set("L-1945791B", 0);
    const none = await examine({ workload: twice });
    expect(
      itemsOf(none.stdout)
        .filter(({ status }) => status === "FAIL")
        .map(({ check, message }) => [check, message]),
    ).toEqual([
      [
        "vcpu-quota",
        expect.stringMatching(
          /is 0 vCPU in us-east-1, and one inf2\.xlarge has 4: none can start, which ECS reports as "No Container Instances were found in your cluster\."/,
        ),
      ],
    ]);
    expect(none.code).toBe(3);
    // moto runs one already.
    limits.set("L-1945791B", 4);
    const full = await examine({ workload: twice });
    expect(
      itemsOf(full.stdout)
        .filter(({ check, status }) => check === "vcpu-quota" && status === "WARN")
        .map(({ message }) => message),
    ).toEqual([expect.stringMatching(/is 4 vCPU in us-east-1, of which 4 are in use: no further inf2\.xlarge/)]);
    expect(full.code).toBe(0);
    limits.clear();
  });

  it("what the execution role may not do fails, each with its action", async () => {
    for (const [action, decision, message] of [
      [
        "secretsmanager:GetSecretValue",
        "implicitDeny",
        /may not read the secret: secretsmanager:GetSecretValue is not allowed/,
      ],
      ["ssm:GetParameters", "explicitDeny", /may not read the parameter: ssm:GetParameters is denied/],
      ["ecr:GetAuthorizationToken", "implicitDeny", /may not sign in to ECR/],
      ["logs:PutLogEvents", "implicitDeny", /may not write the logs/],
    ] as const) {
      refused.set(action, decision);
      const { stdout } = await examine({});
      refused.clear();
      expect(
        itemsOf(stdout)
          .filter(({ status }) => status === "FAIL")
          .map(({ check, message: said }) => [check, said]),
      ).toEqual([["permissions", expect.stringMatching(message)]]);
    }
  });

  it("an image that only those see who sign in is skipped", async () => {
    const { code, stdout } = await examine({ workload: (file) => sidecar(`${registry.host}/tools/secret:1`)(file) });
    expect(
      itemsOf(stdout)
        .filter(({ status }) => status !== "OK")
        .map(({ status, message }) => [status, message]),
    ).toEqual([["SKIP", expect.stringContaining("is private or does not exist")]]);
    expect(code).toBe(0);
  });

  it("a good cluster without a workload: machine, account, cluster, machine images, quotas", async () => {
    const sandbox = await startTestSandbox({ snapshot: aSnapshot([host("i1")]) });
    sandboxes.push(sandbox);
    const env = {
      ...moto.env,
      AWS_ENDPOINT_URL_ECS: sandbox.sandbox.url,
      AWS_ENDPOINT_URL_SERVICE_QUOTAS: quotas.config.endpoints.ecs!,
    };
    const { code, stdout } = await runCli(["doctor", "--cluster", "prod", "-o", "json"], { env });
    expect((JSON.parse(stdout) as Report).groups.map(({ subject }) => subject)).toEqual([
      "this machine",
      "cluster prod",
      "machine images",
      "quotas",
    ]);
    expect(itemsOf(stdout).filter(({ status }) => status !== "OK")).toEqual([]);
    expect(code).toBe(0);
  });

  it("calls nothing that changes anything", async () => {
    const { stderr } = await examine({ args: ["--cluster", "prod", "--debug"] });
    const operations = [...stderr.matchAll(/^aws \w+ (\w+)/gm)].map(([, operation]) => operation!);
    expect(operations.length).toBeGreaterThan(10);
    expect(operations.filter((operation) => !/^(Get|Describe|List|BatchGet|Simulate)/.test(operation))).toEqual([]);
  });

  it("prints the same in every format", async () => {
    for (const [format, wanted] of [
      ["text", "FAIL  there is no execution role nobody"],
      ["table", "execution-role"],
      ["markdown", "| FAIL | roles | execution-role |"],
      ["yaml", "kind: Doctor"],
    ] as const) {
      const { code, stdout } = await examine({ workload: (file) => (file.roles.execution = role("nobody")) }, format);
      expect(stdout).toContain(wanted);
      expect(code).toBe(3);
    }
  });
});

/** What a run and a deployment ask before they change anything. */
const readByAll = [
  "DescribeClusters",
  "ListContainerInstances",
  "DescribeContainerInstances",
  "ListTasks",
  "DescribeTasks",
  "DescribeTaskDefinition",
  "DescribeServices",
];

describe("doctor without permission to read", () => {
  it("fails what a run asks first, and skips each other check, naming the IAM action", async () => {
    const names = { ecs: "AccessDeniedException", iam: "AccessDenied", ec2: "UnauthorizedOperation" };
    // Every service denies everything but who calls.
    const server = await startLoopback((request, body) => {
      if (request.headers["x-amz-target"] !== undefined)
        return {
          status: 400,
          headers: { "content-type": "application/x-amz-json-1.1" },
          body: JSON.stringify({ __type: names.ecs, message: "no" }),
        };
      const call = new URLSearchParams(body);
      const xml = { "content-type": "text/xml" };
      if (call.get("Action") === "GetCallerIdentity")
        return {
          headers: xml,
          body: `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Account>${account}</Account><Arn>arn:aws:iam::${account}:user/ann</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`,
        };
      if (call.get("Version") === "2016-11-15")
        return {
          status: 403,
          headers: xml,
          body: `<Response><Errors><Error><Code>${names.ec2}</Code><Message>You are not authorized to perform this operation.</Message></Error></Errors><RequestID>r</RequestID></Response>`,
        };
      return {
        status: 403,
        headers: xml,
        body: `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>${names.iam}</Code><Message>no</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
      };
    });
    const file = {
      name: "bert",
      image: neuronImage("2.29.0"),
      accelerator: { instanceTypes: ["inf2.xlarge"] },
      secrets: {
        HF: `arn:aws:secretsmanager:us-east-1:${account}:secret:hf-AbCdEf`,
        TOKEN: `arn:aws:ssm:us-east-1:${account}:parameter/token`,
      },
      roles: { execution: role("execution") },
      logs: { group: "/bert" },
      ecs: { networkMode: "awsvpc", network: { subnets: ["subnet-1"], securityGroups: ["sg-1"] } },
    };
    const env = {
      AWS_ENDPOINT_URL: server.url,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "testing",
      AWS_SECRET_ACCESS_KEY: "testing",
    };
    const { code, stdout } = await runCli(["doctor", "-", "--cluster", "prod", "-o", "json"], {
      env,
      input: JSON.stringify(file),
    });
    await server.stop();
    const items = (JSON.parse(stdout) as Report).groups
      .flatMap((group) => group.items)
      .filter(({ status }) => status !== "OK");
    expect(items.map(({ status, check, message }) => [status, check, /may not call (\S+)/.exec(message)?.[1]])).toEqual(
      [
        // A run asks that first, and would be refused.
        ["FAIL", "cluster", "ecs:DescribeClusters"],
        ["SKIP", "execution-role", "iam:GetRole"],
        ["SKIP", "image", "ecr:DescribeImages"],
        ["SKIP", "secret", "secretsmanager:DescribeSecret"],
        ["SKIP", "parameter", "ssm:GetParameters"],
        ["SKIP", "log-group", "logs:DescribeLogGroups"],
        ["SKIP", "subnets", "ec2:DescribeSubnets"],
        ["SKIP", "security-groups", "ec2:DescribeSecurityGroups"],
        ["SKIP", "vcpu-quota", "servicequotas:GetServiceQuota"],
      ],
    );
    expect(code).toBe(3);
  });

  it.each(["job", "service"])("fails for a %s wherever the command that carries it out is refused", async (kind) => {
    const sandbox = await startTestSandbox({ cluster: "prod", fleet: [{ instanceType: "inf2.xlarge", count: 1 }] });
    const { sandbox: box } = sandbox;
    const taskDefinition = await sandbox.register("other");
    await sandbox.ecs("CreateService", { cluster: "prod", serviceName: "other", taskDefinition, desiredCount: 1 });
    sandbox.step(30);
    const denied = { action: "" };
    const server = await startLoopback(async (request, body) => {
      const target = request.headers["x-amz-target"];
      const json = { "content-type": "application/x-amz-json-1.1" };
      if (String(target).endsWith(`.${denied.action}`))
        return { status: 400, headers: json, body: JSON.stringify({ __type: "AccessDeniedException", message: "no" }) };
      const headers = Object.fromEntries(
        ["x-amz-target", "content-type", "authorization"].flatMap((name) => {
          const value = request.headers[name];
          return value === undefined ? [] : [[name, String(value)] as const];
        }),
      );
      const answer = await fetch(box.url, { method: "POST", headers, body });
      const type = answer.headers.get("content-type") ?? "text/xml";
      return { status: answer.status, headers: { "content-type": type }, body: await answer.text() };
    });
    const file = { name: "bert", kind, image: `${ecr}/bert:1`, accelerator: { instanceTypes: ["inf2.xlarge"] } };
    const at = { env: { ...box.environment, AWS_ENDPOINT_URL: server.url }, input: JSON.stringify(file) };
    const refused: string[] = [];
    for (const call of commandCalls.plan.filter((each) => each.startsWith("ecs:"))) {
      denied.action = call.slice("ecs:".length);
      const planned = await runCli(["plan", "-", "--cluster", "prod"], at);
      const { code, stdout } = await runCli(["doctor", "-", "--cluster", "prod", "-o", "text"], at);
      expect([call, code]).toEqual([call, planned.code === 6 ? 3 : 0]);
      if (code !== 3) continue;
      refused.push(denied.action);
      expect(stdout).toContain(`aiplat iam policy ${kind === "job" ? "run-task" : "service deploy"} prints`);
    }
    await server.stop();
    await box.close();
    const asked = kind === "job" ? readByAll : [...readByAll, "ListServices"];
    expect(refused.toSorted()).toEqual(asked.toSorted());
  });

  it("a sandbox skips what it has not got", async () => {
    const { code, stdout } = await runCli([
      "doctor",
      "--sandbox",
      "--name",
      "bert",
      "--image",
      `${ecr}/bert:1`,
      "--instance-type",
      "inf2.xlarge",
      "--task-role",
      role("task"),
      "-o",
      "json",
    ]);
    const items = (JSON.parse(stdout) as Report).groups.flatMap((group) => group.items);
    expect(
      items
        .filter(({ status }) => status !== "OK")
        .map(({ status, message }) => [status, /does not offer (\S+)/.exec(message)?.[1]]),
    ).toEqual([
      ["SKIP", "iam:GetRole"],
      ["SKIP", "ecr:DescribeImages"],
      ["SKIP", "servicequotas:GetServiceQuota"],
    ]);
    expect(code).toBe(0);
  });

  it("says that credentials have expired, and asks for nothing else", async () => {
    const calls: string[] = [];
    const server = await startLoopback((request, body) => {
      calls.push(new URLSearchParams(body).get("Action") ?? String(request.headers["x-amz-target"]));
      return {
        status: 403,
        headers: { "content-type": "text/xml" },
        body: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>The security token included in the request is expired</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
      };
    });
    const env = {
      AWS_ENDPOINT_URL: server.url,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "testing",
      AWS_SECRET_ACCESS_KEY: "testing",
      AWS_SESSION_TOKEN: "old",
    };
    const { code, stdout } = await runCli(
      ["doctor", "--name", "bert", "--image", "bert:1", "--instance-type", "inf2.xlarge"],
      { env },
    );
    await server.stop();
    expect(stdout).toContain("FAIL  the AWS credentials have expired");
    expect(stdout.match(/SKIP {2}not checked/g)).toHaveLength(3);
    expect([code, calls]).toEqual([3, ["GetCallerIdentity"]]);
  });

  it("a broken workload file is exit 2, as everywhere", async () => {
    const { code, stdout, stderr } = await runCli(["doctor", "-", "--cluster", "prod"], {
      input: "name: bert\nimage: [",
      env: { AWS_REGION: "us-east-1" },
    });
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/<stdin>:\d+:\d+/);
  });
});
