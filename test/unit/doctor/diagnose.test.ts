import type { ClusterCapacity } from "../../../src/core/plan/choose-capacity.ts";
import { describe, expect, it } from "vitest";
import type { ContainerInstance } from "../../../src/core/cluster/snapshot.ts";
import type { ObservedAccount } from "../../../src/core/doctor/observation.ts";
import type { Decision, SecretState } from "../../../src/core/doctor/observed-account.ts";
import type { ImageState } from "../../../src/core/doctor/observed-image.ts";
import { decisionKey } from "../../../src/core/doctor/permissions.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { aDefinition, anInstance, aSnapshot, aTask } from "../../support/cluster.ts";
import { complaints, examine, image, observe, secret, workload } from "../../support/doctor.ts";

const ofAccount = (changes: Partial<ObservedAccount>) => complaints(examine(observe(changes)));
const withInstances = (...instances: readonly ContainerInstance[]) =>
  observe({}, { snapshot: { value: aSnapshot(instances) } });
const host = (id: string, changes: Partial<ContainerInstance> = {}, type = "inf2.xlarge") =>
  anInstance(id, type, { ...changes, attributes: { "ecs.ami-id": "ami-1", ...changes.attributes } });

/** The capacity of a cluster with these providers. */
const capacityOf = (type: string, names: readonly string[]): ClusterCapacity => ({
  associated: names,
  defaultStrategy: [],
  providers: names.map((name) => ({ name, type, managedScaling: true })),
});
const managed = (...names: readonly string[]) => capacityOf("MANAGED_INSTANCES", names);
const groups = (...names: readonly string[]) => capacityOf("EC2_AUTOSCALING", names);
/** Groups that somebody else scales. */
const still = (...names: readonly string[]): ClusterCapacity => ({
  ...groups(...names),
  providers: names.map((name) => ({ name, type: "EC2_AUTOSCALING", managedScaling: false })),
});

describe("doctor on a good set-up", () => {
  it("has nothing to complain of", () => {
    expect(complaints(examine(observe()))).toEqual([]);
    expect(complaints(examine(observe(), "none"))).toEqual([]);
  });

  it("asks nothing of an account it may not call, for one reason", () => {
    const items = examine(undefined, workload, {
      identity: { unread: "the AWS credentials have expired", fix: "Get new ones." },
      locked: true,
    });
    expect(complaints(items)).toEqual(["FAIL credentials", ...Array.from({ length: 6 }, () => "SKIP not-asked")]);
    expect(new Set(items.filter(({ check }) => check === "not-asked").map(({ message }) => message)).size).toBe(1);
  });

  it("goes on where an endpoint has no STS", () => {
    expect(
      complaints(
        examine(observe(), workload, { identity: { unread: "the endpoint does not offer sts:GetCallerIdentity" } }),
      ),
    ).toEqual(["SKIP credentials"]);
  });
});

describe("the cluster", () => {
  it.each<readonly [what: string, account: ObservedAccount, file: Workload | "none", expected: readonly string[]]>([
    ["that is not there", observe({ cluster: { value: undefined } }), workload, ["FAIL cluster"]],
    ["that may not be read", observe({ cluster: { unread: "denied" } }), workload, ["SKIP cluster"]],
    ["that is being made", observe({}, { status: "PROVISIONING" }), workload, ["FAIL cluster"]],
    [
      "of which a run's first call would be denied",
      observe({ cluster: { unread: "no ecs:DescribeClusters", denied: true } }),
      workload,
      ["FAIL cluster"],
    ],
    [
      "of whose tasks a run's calls would be denied",
      observe({}, { snapshot: { unread: "no ecs:ListTasks", denied: true } }),
      workload,
      ["FAIL instances"],
    ],
    [
      "of whose services a deployment's calls would be denied",
      observe({}, { services: { unread: "no ecs:ListServices", denied: true } }),
      { ...workload, kind: "service" },
      ["FAIL services"],
    ],
    [
      "in whose account a run's look at its definition would be denied",
      observe({}, { definition: { unread: "no ecs:DescribeTaskDefinition", denied: true } }),
      workload,
      ["FAIL task-definition"],
    ],
    ["without a definition yet", observe({}, { definition: { value: undefined } }), workload, []],
    ["whose services are known", observe({}, { services: { value: [] } }), { ...workload, kind: "service" }, []],
    ["whose tasks may not be read", observe({}, { snapshot: { unread: "denied" } }), workload, ["SKIP instances"]],
    ["without instances", withInstances(), workload, ["FAIL instances"]],
    ["without instances, for none", withInstances(), "none", ["FAIL instances"]],
    [
      "without instances that a provider may start",
      observe(
        {},
        { capacityProviders: ["inf"], capacity: { value: groups("inf") }, snapshot: { value: aSnapshot([]) } },
      ),
      "none",
      ["SKIP instances"],
    ],
    [
      "without instances of the provider, yet",
      observe(
        {},
        { capacityProviders: ["inf"], capacity: { value: groups("inf") }, snapshot: { value: aSnapshot([]) } },
      ),
      { ...workload, ecs: { capacity: { provider: "inf" } } },
      [],
    ],
    [
      "without instances of a provider that starts none by itself",
      observe(
        {},
        { capacityProviders: ["inf"], capacity: { value: still("inf") }, snapshot: { value: aSnapshot([]) } },
      ),
      { ...workload, ecs: { capacity: { provider: "inf" } } },
      ["FAIL instances"],
    ],
    [
      "with room for one of two on machines of a provider that starts no more",
      observe(
        {},
        {
          capacityProviders: ["inf"],
          capacity: { value: still("inf") },
          snapshot: { value: aSnapshot([host("i1", { capacityProvider: "inf" })]) },
        },
      ),
      { ...workload, replicas: 2, ecs: { capacity: { provider: "inf" } } },
      ["WARN room"],
    ],
    [
      "without the provider",
      observe({}, { capacityProviders: ["gpu"], capacity: { value: groups("gpu") } }),
      { ...workload, ecs: { capacity: { provider: "inf" } } },
      ["FAIL capacity-provider"],
    ],
    [
      "with one Managed Instances provider",
      observe(
        {},
        { capacityProviders: ["mi"], capacity: { value: managed("mi") }, snapshot: { value: aSnapshot([]) } },
      ),
      { ...workload, ecs: { capacity: "managed-instances" } },
      ["FAIL subnets"],
    ],
    [
      "with two Managed Instances providers",
      observe({}, { capacityProviders: ["a", "b"], capacity: { value: managed("a", "b") } }),
      { ...workload, ecs: { capacity: "managed-instances", networkMode: "host" } },
      ["FAIL capacity-provider"],
    ],
    [
      "whose providers may not be read",
      observe({}, { capacityProviders: ["a"], capacity: { unread: "denied" } }),
      { ...workload, ecs: { capacity: "managed-instances", networkMode: "host" } },
      ["SKIP capacity-provider", "WARN room"],
    ],
    ["with instances of another type", withInstances(host("i1", {}, "inf2.24xlarge")), workload, ["FAIL instances"]],
    [
      "with one instance that drains",
      withInstances(host("i1", { status: "DRAINING" })),
      workload,
      ["FAIL instance-status"],
    ],
    [
      "with one of two that drains",
      withInstances(host("i1", { status: "DRAINING" }), host("i2")),
      workload,
      ["WARN instance-status"],
    ],
    ["with a silent agent", withInstances(host("i1", { agentConnected: false })), workload, ["FAIL agent"]],
    [
      "with a silent agent among others",
      withInstances(host("i1", { agentConnected: false }), host("i2")),
      workload,
      ["WARN agent"],
    ],
    [
      "with a silent agent where more are started",
      observe(
        {},
        {
          capacityProviders: ["inf"],
          snapshot: { value: aSnapshot([host("i1", { agentConnected: false, capacityProvider: "inf" })]) },
        },
      ),
      { ...workload, ecs: { capacity: { provider: "inf" } } },
      ["WARN agent"],
    ],
    [
      "with an agent before hand-overs",
      withInstances(host("i1", { agentVersion: "1.74.0" })),
      workload,
      ["FAIL agent-version"],
    ],
    ["with the first agent of hand-overs", withInstances(host("i1", { agentVersion: "1.74.1" })), workload, []],
    [
      "with an old agent, and tasks that lock nothing",
      withInstances(host("i1", { agentVersion: "1.74.0", attributes: { "ecs.capability.task-eni": "" } })),
      { ...workload, ecs: { networkMode: "awsvpc" } },
      ["WARN agent-version", "FAIL subnets"],
    ],
    [
      "with an old agent on a Neuron machine, for no workload",
      withInstances(host("i1", { agentVersion: "1.70.0" })),
      "none",
      ["FAIL agent-version"],
    ],
    [
      "with an old agent elsewhere, for no workload",
      withInstances(host("i1", { agentVersion: "1.70.0" }, "m5.large")),
      "none",
      ["WARN agent-version"],
    ],
    [
      "with an old agent on a machine of no concern",
      withInstances(host("i1"), host("i2", { agentVersion: "1.70.0" }, "m5.large")),
      workload,
      [],
    ],
    [
      "with an old agent that the provider does not use",
      observe(
        {},
        {
          capacityProviders: ["inf"],
          snapshot: {
            value: aSnapshot([host("i1", { capacityProvider: "inf" }), host("i2", { agentVersion: "1.70.0" })]),
          },
        },
      ),
      { ...workload, ecs: { capacity: { provider: "inf" } } },
      [],
    ],
    ["with room for one of two", observe(), { ...workload, replicas: 2 }, ["WARN room"]],
  ])("%s", (_, account, file, expected) => {
    // The quota of the types found is another matter.
    expect(
      complaints(
        examine(
          {
            ...account,
            quotas: new Map([
              ["L-1945791B", { value: 1000 }],
              ["L-1216C47A", { value: 1000 }],
            ]),
          },
          file,
        ),
      ),
    ).toEqual(expected);
  });

  it("tells of many instances in one line", () => {
    const instances = Array.from({ length: 5000 }, (_, index) =>
      host(
        `i${index}`,
        index % 2 === 0 ? {} : { agentConnected: false, agentVersion: index % 4 === 1 ? "1.60.0" : "1.70.0" },
      ),
    );
    const items = examine(observe({}, { snapshot: { value: aSnapshot(instances) } }), "none");
    expect(items.filter(({ status }) => status !== "OK").map(({ check, message }) => [check, message])).toEqual([
      ["agent", expect.stringContaining("2,500 of 5,000 instances, such as inf2.xlarge i-i1,")],
      [
        "agent-version",
        expect.stringContaining("2,500 of 5,000 instances, such as inf2.xlarge i-i1, is 1.60.0, 1.70.0"),
      ],
    ]);
  });

  it("names commands with all that they require", () => {
    const old = host("i1", { status: "DRAINING", agentVersion: "1.70.0" });
    const { arn } = old;
    const fixes = examine(withInstances(old)).flatMap(({ fix = "" }) => fix);
    expect(fixes).toEqual(
      expect.arrayContaining([
        expect.stringContaining(`--cluster prod --container-instances ${arn} --status ACTIVE`),
        expect.stringContaining(`update-container-agent --cluster prod --container-instance ${arn}`),
      ]),
    );
  });

  it("does not count a service's running tasks as room it lacks", () => {
    const definition = aDefinition("bert", { linuxParameters: { devices: [{ hostPath: "/dev/neuron0" }] } });
    const task = aTask("t1", definition, host("i1"), { group: "service:bert" });
    const snapshot = aSnapshot([host("i1")], [task], [definition]);
    expect(
      complaints(examine(observe({}, { snapshot: { value: snapshot } }), { ...workload, kind: "service" })),
    ).toEqual([]);
    // A job comes beside what runs.
    expect(complaints(examine(observe({}, { snapshot: { value: snapshot } })))).toEqual(["WARN room"]);
  });
});

describe("roles", () => {
  const roles = (name: string, value: unknown) =>
    ({
      roles: new Map([...observe().roles, [`arn:aws:iam::123456789012:role/${name}`, value]]),
    }) as Partial<ObservedAccount>;
  it.each<readonly [what: string, changes: Partial<ObservedAccount>, expected: readonly string[]]>([
    ["absent", roles("execution", { value: undefined }), ["FAIL execution-role"]],
    ["not to be read", roles("task", { unread: "denied" }), ["SKIP task-role"]],
    ["with a policy that is none", roles("task", { value: { arn: "x", trustPolicy: "?" } }), ["WARN task-role"]],
    ["for others", roles("task", { value: { arn: "x", trustPolicy: "{}" } }), ["FAIL task-role"]],
  ])("%s", (_, changes, expected) => {
    expect(ofAccount(changes)).toEqual(expected);
  });

  it.each([
    ["ecs.amazonaws.com", []],
    ["ecs-tasks.amazonaws.com", ["FAIL volume-role"]],
  ])("of volumes are for ECS itself: %s", (service, expected) => {
    const role = "arn:aws:iam::123456789012:role/volumes";
    const statement = { Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" };
    const observed = roles("volumes", {
      value: { arn: role, trustPolicy: JSON.stringify({ Statement: [statement] }) },
    });
    const volumes = [{ path: "/data", ebs: { size: "10GiB", role } }];
    expect(complaints(examine(observe(observed), { ...workload, volumes }))).toEqual(expected);
  });

  it("of another account fail without a call", () => {
    expect(
      complaints(
        examine(observe(), { ...workload, roles: { ...workload.roles, task: "arn:aws:iam::999999999999:role/task" } }),
      ),
    ).toEqual(["FAIL task-role"]);
  });

  const decided = (action: string, resource: string, decision: Decision, more: Partial<ObservedAccount> = {}) =>
    ofAccount({
      ...more,
      decisions: new Map([...observe().decisions, [decisionKey(action, resource), { value: decision }]]),
    });
  const group = "arn:aws:logs:us-east-1:123456789012:log-group:/bert:*";
  const policy = (hasPolicy: boolean | undefined) => ({
    secrets: new Map([
      [
        secret,
        {
          value: { deleted: false, versions: { v: ["AWSCURRENT"] }, ...(hasPolicy === undefined ? {} : { hasPolicy }) },
        },
      ],
    ]),
  });
  it.each<readonly [what: string, found: readonly string[], expected: readonly string[]]>([
    [
      "a secret that no policy allows",
      decided("secretsmanager:GetSecretValue", secret, "implicitDeny"),
      ["FAIL permissions"],
    ],
    [
      "a secret whose own policy may allow it",
      decided("secretsmanager:GetSecretValue", secret, "implicitDeny", policy(true)),
      ["WARN permissions"],
    ],
    [
      "a secret of which that is not known",
      decided("secretsmanager:GetSecretValue", secret, "implicitDeny", policy(undefined)),
      ["WARN permissions"],
    ],
    [
      "a secret that is denied whatever its policy",
      decided("secretsmanager:GetSecretValue", secret, "explicitDeny", policy(true)),
      ["FAIL permissions"],
    ],
    ["no sign-in to ECR", decided("ecr:GetAuthorizationToken", "*", "implicitDeny"), ["FAIL permissions"]],
    [
      "no pull from a repository, whose own policy may allow it",
      decided("ecr:BatchGetImage", "arn:aws:ecr:us-east-1:123456789012:repository/bert", "implicitDeny"),
      ["WARN permissions"],
    ],
    [
      "a pull that is denied whatever the repository's policy",
      decided("ecr:GetDownloadUrlForLayer", "arn:aws:ecr:us-east-1:123456789012:repository/bert", "explicitDeny"),
      ["FAIL permissions"],
    ],
    ["no making of a group that is there", decided("logs:CreateLogGroup", group, "implicitDeny"), []],
    [
      "no making of a group that is not, which the caller makes",
      decided("logs:CreateLogGroup", group, "implicitDeny", {
        logGroups: new Map([["us-east-1 /bert", { value: false }]]),
      }),
      [],
    ],
  ])("%s", (_, found, expected) => {
    expect(found).toEqual(expected);
  });

  it("what may not be simulated is skipped once", () => {
    expect(
      ofAccount({
        decisions: new Map(
          [...observe().decisions].map(([key]) => [key, { unread: "iam:SimulatePrincipalPolicy is not allowed" }]),
        ),
      }),
    ).toEqual(["SKIP permissions"]);
  });
});

describe("the kernel of the instances", () => {
  const quotas = new Map(["L-DB2E81BA", "L-1945791B"].map((code) => [code, { value: 64 }]));
  const examined = (type: string, file: Workload | "none") =>
    examine(
      observe(
        { images: new Map([["vllm:1", { value: { kind: "found", architectures: [] } }]]), quotas },
        { snapshot: { value: aSnapshot([host("i1", { agentVersion: "1.105.1" }, type)]) } },
      ),
      file,
    ).filter(({ check }) => check === "host-setting");

  it("must be set for g6f.large, with or without a workload", () => {
    const gpu: Workload = { name: "llm", image: "vllm:1", accelerator: { instanceTypes: ["g6f.large"] } };
    for (const file of [gpu, "none"] as const)
      expect(examined("g6f.large", file)).toMatchObject([
        {
          status: "WARN",
          message:
            "g6f.large needs vm.overcommit_memory = 1, and whether its instances have it cannot be seen from here",
          fix: expect.stringContaining("vm.overcommit_memory=1 > /etc/sysctl.d/") as string,
        },
      ]);
  });

  it("need not for its larger sizes and for others", () => {
    for (const type of ["g6f.xlarge", "g5.xlarge", "inf2.xlarge"]) expect(examined(type, "none")).toEqual([]);
  });
});

describe("images", () => {
  const state = (value: ImageState) => ofAccount({ images: new Map([[image, { value }]]) });
  it.each<readonly [what: string, found: readonly string[], expected: readonly string[]]>([
    ["no repository", state({ kind: "no-repository" }), ["FAIL image"]],
    ["no tag", state({ kind: "no-image" }), ["FAIL image"]],
    [
      "to come with the first pull",
      state({ kind: "cached-on-pull", upstream: "registry-1.docker.io" }),
      ["SKIP image"],
    ],
    ["private", state({ kind: "private" }), ["SKIP image"]],
    ["not to be read", ofAccount({ images: new Map([[image, { unread: "denied" }]]) }), ["SKIP image"]],
    ["of both architectures", state({ kind: "found", architectures: ["arm64", "amd64"] }), []],
    ["of the other architecture", state({ kind: "found", architectures: ["arm64"] }), ["FAIL image-architecture"]],
  ])("%s", (_, found, expected) => {
    expect(found).toEqual(expected);
  });

  it("what the catalogue refuses is not looked for", () => {
    const known =
      "763104351884.dkr.ecr.eu-south-1.amazonaws.com/pytorch-inference-neuronx:2.9.0-neuronx-py312-sdk2.29.1-ubuntu24.04";
    expect(complaints(examine(observe(), { ...workload, image: known }))).toEqual(["FAIL dlc-account"]);
  });

  const named = (sdk: string) =>
    `registry.example.com/pytorch-inference-neuronx:2.9.0-neuronx-py312-sdk${sdk}-ubuntu24.04`;
  const onHost = (sdk: string, name: string | undefined, type = "inf2.xlarge") =>
    complaints(
      examine(
        observe(
          {
            images: new Map([[named(sdk), { value: { kind: "found", architectures: [] } }]]),
            machineImages: { value: name === undefined ? [] : [{ id: "ami-1", name }] },
          },
          { snapshot: { value: aSnapshot([host("i1", {}, type)]) } },
        ),
        { ...workload, image: named(sdk), accelerator: { instanceTypes: [type] } },
      ),
    );
  it.each<readonly [sdk: string, host: string | undefined, type: string, expected: readonly string[]]>([
    ["2.30.0", "amzn2-ami-ecs-inf-hvm-2.0.20260120-x86_64-ebs", "inf2.xlarge", ["FAIL driver"]],
    ["2.30.0", "amzn2-ami-ecs-kernel-5.10-inf-hvm-2.0.20260120-x86_64-ebs", "inf2.xlarge", ["FAIL driver"]],
    ["2.29.0", "amzn2-ami-ecs-inf-hvm-2.0.20260120-x86_64-ebs", "inf2.xlarge", []],
    ["2.30.0", "al2023-ami-ecs-neuron-hvm-2023.0.20260805-kernel-6.1-x86_64", "inf2.xlarge", ["SKIP driver"]],
    ["2.29.0", "al2023-ami-ecs-neuron-hvm-2023.0.20260805-kernel-6.1-x86_64", "inf2.xlarge", []],
    ["2.29.0", "al2023-ami-ecs-hvm-2023.0.20260805-kernel-6.1-x86_64", "inf2.xlarge", ["FAIL driver"]],
    ["2.29.0", "bottlerocket-aws-ecs-2-x86_64-v1.61.0-fcf71a47", "inf2.xlarge", []],
    ["2.30.0", "bottlerocket-aws-ecs-2-x86_64-v1.61.0-fcf71a47", "inf2.xlarge", ["SKIP driver"]],
    ["2.29.0", "bottlerocket-aws-ecs-2-nvidia-x86_64-v1.61.0-fcf71a47", "inf2.xlarge", ["FAIL driver"]],
    // Whether the kernel of the preview has the driver, no source says.
    ["2.29.0", "bottlerocket-aws-ecs-3-x86_64-v1.61.0-fcf71a47", "inf2.xlarge", ["SKIP driver"]],
    ["2.29.0", "our-own-image", "inf2.xlarge", ["SKIP driver"]],
    ["2.29.0", undefined, "inf2.xlarge", ["SKIP driver"]],
  ])("SDK %s on %s", (sdk, name, type, expected) => {
    expect(onHost(sdk, name, type)).toEqual(expected);
  });

  it("Inf1 has the old driver on AL2023 too", () => {
    expect(onHost("2.30.0", "al2023-ami-ecs-neuron-hvm-2023.0.20260805-kernel-6.1-x86_64", "inf1.xlarge")).toContain(
      "FAIL image-family",
    );
    const classic = "registry.example.com/pytorch-inference-neuron:1.13.1-neuron-py310-sdk2.30.0-ubuntu20.04";
    const account = observe(
      { images: new Map([[classic, { value: { kind: "found", architectures: [] } }]]) },
      { snapshot: { value: aSnapshot([host("i1", {}, "inf1.xlarge")]) } },
    );
    expect(
      complaints(examine(account, { ...workload, image: classic, accelerator: { instanceTypes: ["inf1.xlarge"] } })),
    ).toEqual(["FAIL driver"]);
  });
});

describe("secrets", () => {
  const state = (value: Partial<SecretState> | undefined, valueFrom = secret) =>
    complaints(
      examine(
        observe({
          decisions: new Map(),
          secrets: new Map([
            [
              secret,
              {
                value:
                  value === undefined
                    ? undefined
                    : { deleted: false, versions: { v1: ["AWSCURRENT"], v0: ["AWSPREVIOUS"] }, ...value },
              },
            ],
          ]),
        }),
        { ...workload, secrets: { HF: valueFrom } },
      ),
    );
  it.each<readonly [what: string, found: readonly string[], expected: readonly string[]]>([
    ["there", state({}), []],
    ["absent", state(undefined), ["FAIL secret"]],
    ["scheduled for deletion", state({ deleted: true }), ["FAIL secret"]],
    ["without a value", state({ versions: {} }), ["FAIL secret"]],
    ["without a current value", state({ versions: { v0: ["AWSPENDING"] } }), ["FAIL secret"]],
    ["an earlier stage", state({}, `${secret}:key:AWSPREVIOUS:`), []],
    ["a stage it has not", state({}, `${secret}::AWSPENDING:`), ["FAIL secret"]],
    ["a version it has", state({}, `${secret}:::v0`), []],
    ["a version it has not", state({}, `${secret}:::v9`), ["FAIL secret"]],
    ["a version of another stage", state({}, `${secret}::AWSCURRENT:v0`), ["FAIL secret"]],
  ])("%s", (_, found, expected) => {
    expect(found).toEqual(expected);
  });

  const parameter = "arn:aws:ssm:us-east-1:123456789012:parameter/token";
  it.each([
    ["there", { value: true }, []],
    ["absent", { value: false }, ["FAIL parameter"]],
    ["not to be read", { unread: "denied" }, ["SKIP parameter"]],
  ] as const)("a parameter: %s", (_, reading, expected) => {
    expect(
      complaints(
        examine(observe({ decisions: new Map(), parameters: new Map([[parameter, reading]]) }), {
          ...workload,
          secrets: { TOKEN: parameter },
        }),
      ),
    ).toEqual(expected);
  });
});

describe("logs", () => {
  const absent = observe({
    logGroups: new Map([
      ["us-east-1 /bert", { value: false }],
      ["us-east-1 /side", { value: false }],
    ]),
    decisions: new Map([
      ...observe().decisions,
      [
        decisionKey("logs:CreateLogGroup", "arn:aws:logs:us-east-1:123456789012:log-group:/side:*"),
        { value: "implicitDeny" },
      ],
    ]),
  });
  const withContainer = (container: object) => ({
    ...workload,
    ecs: { taskDefinition: { containerDefinitions: [container] } },
  });

  it("the file's group is right: it is made with the caller's rights, whatever the driver does", () => {
    expect(complaints(examine(absent))).toEqual([]);
    const fixed = { name: "bert", logConfiguration: { options: { "awslogs-create-group": null } } };
    expect(complaints(examine(absent, withContainer(fixed)))).toEqual([]);
  });

  it("of another container's group the driver has to make it, and the role must be allowed to", () => {
    const side = (create: object) => ({
      name: "side",
      image: workload.image,
      memory: 64,
      logConfiguration: {
        logDriver: "awslogs",
        options: { "awslogs-group": "/side", "awslogs-region": "us-east-1", ...create },
      },
    });
    expect(complaints(examine(absent, withContainer(side({}))))).toEqual(["FAIL log-group"]);
    expect(complaints(examine(absent, withContainer(side({ "awslogs-create-group": "true" }))))).toEqual([
      "FAIL permissions",
    ]);
  });
});

describe("the network", () => {
  const subnet = { id: "subnet-1", vpcId: "vpc-1", state: "available", availableAddresses: 10 };
  const at = (
    changes: Partial<ObservedAccount>,
    subnets: readonly string[] = ["subnet-1"],
    securityGroups?: readonly string[],
  ) =>
    complaints(
      examine(
        observe({
          subnets: { value: [subnet] },
          securityGroups: { value: [{ id: "sg-1", vpcId: "vpc-1", ingress: [], egress: [] }] },
          ...changes,
        }),
        {
          ...workload,
          replicas: 1,
          ecs: {
            networkMode: "awsvpc",
            network: {
              subnets: [...subnets],
              ...(securityGroups === undefined ? {} : { securityGroups: [...securityGroups] }),
            },
          },
        },
      ),
    );
  it.each<readonly [what: string, found: readonly string[], expected: readonly string[]]>([
    ["right", at({}), []],
    ["right with a group", at({}, ["subnet-1"], ["sg-1"]), []],
    ["no subnet named", at({}, []), ["FAIL subnets"]],
    ["a subnet absent", at({}, ["subnet-1", "subnet-2"]), ["FAIL subnets"]],
    [
      "subnets of two VPCs",
      at({ subnets: { value: [subnet, { ...subnet, id: "subnet-2", vpcId: "vpc-2" }] } }, ["subnet-1", "subnet-2"]),
      ["FAIL subnets"],
    ],
    ["a subnet that is not ready", at({ subnets: { value: [{ ...subnet, state: "pending" }] } }), ["FAIL subnets"]],
    ["no free address", at({ subnets: { value: [{ ...subnet, availableAddresses: 0 }] } }), ["FAIL subnets"]],
    ["subnets not to be read", at({ subnets: { unread: "denied" } }), ["SKIP subnets"]],
    ["a group absent", at({}, ["subnet-1"], ["sg-2"]), ["FAIL security-groups"]],
    [
      "a group of another VPC",
      at(
        { securityGroups: { value: [{ id: "sg-1", vpcId: "vpc-2", ingress: [], egress: [] }] } },
        ["subnet-1"],
        ["sg-1"],
      ),
      ["FAIL security-groups"],
    ],
    [
      "groups not to be read",
      at({ securityGroups: { unread: "denied" } }, ["subnet-1"], ["sg-1"]),
      ["SKIP security-groups"],
    ],
  ])("%s", (_, found, expected) => {
    expect(found).toEqual(expected);
  });

  it("fewer free addresses than replicas", () => {
    const few = observe(
      { subnets: { value: [{ ...subnet, availableAddresses: 2 }] } },
      { snapshot: { value: aSnapshot([host("i1"), host("i2"), host("i3")]) } },
    );
    expect(
      complaints(
        examine(few, { ...workload, replicas: 3, ecs: { networkMode: "awsvpc", network: { subnets: ["subnet-1"] } } }),
      ),
    ).toEqual(["WARN subnets"]);
  });
});

describe("without a workload", () => {
  const hostOf = (id: string, type: string, ami: string) => anInstance(id, type, { attributes: { "ecs.ami-id": ami } });
  const onImages = (...names: readonly string[]) =>
    examine(
      observe(
        { machineImages: { value: names.map((name, index) => ({ id: `ami-${index}`, name })) } },
        { snapshot: { value: aSnapshot(names.map((_, index) => hostOf(`i${index}`, "inf2.xlarge", `ami-${index}`))) } },
      ),
      "none",
    ).filter(({ check }) => check === "driver");

  it("every accelerated instance's image is looked at", () => {
    const items = onImages(
      "al2023-ami-ecs-neuron-hvm-2023.0.20260805-kernel-6.1-x86_64",
      "al2023-ami-ecs-hvm-2023.0.20260805-kernel-6.1-x86_64",
      "amzn2-ami-ecs-inf-hvm-2.0.20260120-x86_64-ebs",
      "my-image",
    );
    expect(items.map(({ status }) => status)).toEqual(["OK", "FAIL", "OK", "SKIP", "WARN"]);
    expect(items[1]!.message).toContain("carries no Neuron driver");
    expect(items[4]!.message).toContain("AWS makes no such images since 2026-06-30");
  });

  it("nobody asks for images where there is no accelerated instance", () => {
    const plain = { snapshot: { value: aSnapshot([hostOf("i1", "m5.large", "ami-1")]) } };
    expect(
      examine(observe({ quotas: new Map([["L-1216C47A", { value: 64 }]]) }, plain), "none").filter(
        ({ check }) => check === "driver",
      ),
    ).toEqual([]);
  });
});

describe("vCPU quotas", () => {
  /** One inf2.xlarge (4 vCPU) is in the cluster and runs; each replica takes one. */
  const found = (
    limit: number | undefined,
    replicas: number,
    running: ObservedAccount["running"] = { value: [{ instanceType: "inf2.xlarge", count: 1, vcpus: 4, spot: false }] },
  ) =>
    complaints(
      examine(observe({ quotas: new Map([["L-1945791B", { value: limit }]]), running }), { ...workload, replicas }),
    ).filter((each) => each.endsWith("vcpu-quota"));
  it.each<readonly [what: string, found: readonly string[], expected: readonly string[]]>([
    ["enough for what lacks", found(8, 2), []],
    ["for some of what lacks", found(8, 3), ["WARN vcpu-quota"]],
    ["for no further one", found(7, 2), ["WARN vcpu-quota"]],
    ["for not one", found(3, 2), ["FAIL vcpu-quota"]],
    ["none at all", found(0, 2), ["FAIL vcpu-quota"]],
    ["none, and none lacks", found(0, 1), ["WARN vcpu-quota"]],
    ["not one that Service Quotas has", found(undefined, 2), ["SKIP vcpu-quota"]],
    ["use not to be read", found(64, 2, { unread: "denied" }), ["SKIP vcpu-quota"]],
    [
      "types of other quotas do not count",
      found(8, 2, {
        value: [
          { instanceType: "g5.48xlarge", count: 9, vcpus: 1728, spot: false },
          { instanceType: "inf2.xlarge", count: 1, vcpus: 4, spot: false },
        ],
      }),
      [],
    ],
    [
      "a type's default counts, whatever its CPU options",
      found(100, 2, { value: [{ instanceType: "inf2.24xlarge", count: 1, vcpus: 4, spot: false }] }),
      [],
    ],
    [
      "and fills the quota",
      found(99, 2, { value: [{ instanceType: "inf2.24xlarge", count: 1, vcpus: 4, spot: false }] }),
      ["WARN vcpu-quota"],
    ],
    [
      "types that the catalogue lacks count by their cores",
      found(99, 2, { value: [{ instanceType: "inf9.large", count: 1, vcpus: 96, spot: false }] }),
      ["WARN vcpu-quota"],
    ],
  ])("%s", (_, complaint, expected) => {
    expect(complaint).toEqual(expected);
  });

  it("of Spot count where some of them run", () => {
    const onSpot = (limit: number, vcpus: number) =>
      examine(
        observe({
          quotas: new Map([
            ["L-1945791B", { value: 64 }],
            ["L-B5D1601B", { value: limit }],
          ]),
          running: {
            value: [
              { instanceType: "inf2.xlarge", count: 1, vcpus: 4, spot: false },
              { instanceType: "inf2.xlarge", count: vcpus / 4, vcpus, spot: true },
            ],
          },
        }),
      ).filter(({ message }) => message.includes("Spot Instance Requests"));
    expect(onSpot(12, 8)).toMatchObject([{ status: "OK", message: expect.stringContaining("1 more inf2.xlarge") }]);
    expect(onSpot(8, 8)).toMatchObject([{ status: "WARN", fix: expect.stringContaining("--desired-value 12") }]);
    expect(
      examine(
        observe({
          quotas: new Map([
            ["L-B5D1601B", { value: 0 }],
            ["L-1945791B", { value: 64 }],
          ]),
        }),
      ).filter(({ message }) => message.includes("Spot Instance Requests")),
    ).toEqual([]);
  });

  it("another type of the workload with room makes a quota of 0 a warning", () => {
    const both = { ...workload, replicas: 2, accelerator: { instanceTypes: ["inf2.xlarge", "trn1.2xlarge"] } };
    const quotas = (trn: number) =>
      observe({
        quotas: new Map([
          ["L-1945791B", { value: 0 }],
          ["L-2C3B7624", { value: trn }],
        ]),
      });
    expect(complaints(examine(quotas(64), both)).filter((each) => each.endsWith("vcpu-quota"))).toEqual([
      "WARN vcpu-quota",
    ]);
    expect(complaints(examine(quotas(0), both)).filter((each) => each.endsWith("vcpu-quota"))).toEqual([
      "FAIL vcpu-quota",
      "FAIL vcpu-quota",
    ]);
  });
});
