import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { ecsRules } from "../../../../src/core/ecs/rules.ts";
import { eksRules } from "../../../../src/core/kubernetes/rules.ts";
import { workloadJsonSchema } from "../../../../src/core/workload/json-schema.ts";
import { workloadRules } from "../../../../src/core/workload/rules.ts";
import { minimal, problemsOf } from "../../../support/workload.ts";

const accepts = new Ajv({
  keywords: ["errorMessage"],
  strictTypes: false,
  strictRequired: false,
  strictTuples: false,
  allowUnionTypes: true,
}).compile(workloadJsonSchema());

/** What only `validate` says: where two values have to be compared. */
const beyond = new Set<string>(
  workloadRules.flatMap((rule) => (rule.severity === "error" && rule.beyondJsonSchema !== undefined ? rule.code : [])),
);

const warnings: ReadonlySet<string> = new Set(
  workloadRules.flatMap(({ severity, code }) => (severity === "warning" ? code : [])),
);

type Rules = Parameters<typeof problemsOf>[1];
const found = (document: object, rules: Rules = workloadRules as Rules) =>
  problemsOf({ ...minimal, ...document }, rules).map(({ code, path = [] }) => `${code} ${path.join(".")}`);

const one = { name: "one", image: "one:1" };
const two = { name: "two", image: "two:1" };
const arn = "arn:aws:secretsmanager:us-east-1:111122223333:secret:hf-AbCdEf";
const volumes = [{ path: "/models", scratch: "1GiB" }];

describe("containers beside the workload's own", () => {
  test.each<[what: string, document: object, problems: readonly string[]]>([
    ["of each kind", { init: [one], sidecars: [two] }, []],
    ["of one name", { init: [one, one] }, ["container-name-twice init.1.name"]],
    ["of one name in both lists", { init: [one], sidecars: [one] }, ["container-name-twice sidecars.0.name"]],
    [
      "called as the workload",
      { sidecars: [{ ...one, name: minimal.name }] },
      ["container-name-twice sidecars.0.name"],
    ],
    ["called as its container", { container: "one", init: [one] }, ["container-name-twice init.0.name"]],
    [
      "called as what fetches the model",
      { volumes, model: { uri: "s3://models", path: "/models" }, init: [{ ...one, name: "fetch-model" }] },
      ["container-name-twice init.0.name"],
    ],
    ["called so without a model to fetch", { init: [{ ...one, name: "fetch-model" }] }, []],
    ["with a volume", { volumes, init: [{ ...one, mounts: ["/models"] }] }, []],
    ["with none there", { sidecars: [{ ...one, mounts: ["/models"] }] }, ["mount-without-volume sidecars.0.mounts.0"]],
    [
      "with a path below one",
      { volumes, init: [{ ...one, mounts: ["/models/a"] }] },
      ["mount-without-volume init.0.mounts.0"],
    ],
    [
      "with one twice",
      { volumes, init: [{ ...one, mounts: ["/models", "/models"] }] },
      ["duplicate-mount init.0.mounts.1"],
    ],
    [
      "with too little",
      { sidecars: [{ ...one, resources: { cpu: 0.0001, memory: "1MiB" } }] },
      ["container-too-small sidecars.0.resources.cpu", "container-too-small sidecars.0.resources.memory"],
    ],
    ["with secrets and no role", { init: [{ ...one, secrets: { T: arn } }] }, ["secrets-without-role init.0.secrets"]],
    [
      "with devices where there are none",
      { accelerator: "none", sidecars: [{ ...one, devices: "shared" }] },
      ["shared-without-devices sidecars.0.devices"],
    ],
    [
      "with a host port twice",
      { ports: [{ container: 80, host: 8080 }], sidecars: [{ ...one, ports: [{ container: 81, host: 8080 }] }] },
      ["duplicate-host-port sidecars.0.ports.0.host"],
    ],
    [
      "with a lock's port",
      { sidecars: [{ ...one, ports: [{ container: 28_701, protocol: "udp" }] }] },
      ["lock-port sidecars.0.ports.0.container"],
    ],
    [
      "with a port of the machine's",
      { sidecars: [{ ...one, ports: [{ container: 80, host: 22 }] }] },
      ["reserved-host-port sidecars.0.ports.0.host"],
    ],
    [
      "with a port's name twice",
      { ports: [{ container: 80, name: "http" }], sidecars: [{ ...one, ports: [{ container: 81, name: "http" }] }] },
      ["duplicate-port-name sidecars.0.ports.0.name"],
    ],
    [
      "with health at another port",
      { sidecars: [{ ...one, ports: [{ container: 80 }], health: { path: "/", port: 81 } }] },
      ["health-port sidecars.0.health.port"],
    ],
    [
      "with a secret in the environment",
      { init: [{ ...one, environment: { T: arn } }] },
      ["secret-in-environment init.0.environment.T"],
    ],
    ["without an image", { init: [{ name: "one" }] }, ["missing-key init.0.image"]],
    ["with a word of the workload's alone", { sidecars: [{ ...one, user: 0 }] }, ["unknown-key sidecars.0.user"]],
    ["that share what is no word", { sidecars: [{ ...one, devices: "all" }] }, ["invalid-value sidecars.0.devices"]],
    ["that share before the workload", { init: [{ ...one, devices: "shared" }] }, ["unknown-key init.0.devices"]],
  ])("%s", (_, document, problems) => {
    expect(found(document)).toEqual(problems);
    const codes = problems.map((each) => each.split(" ")[0]!).filter((code) => !warnings.has(code));
    if (!codes.some((code) => beyond.has(code))) expect(accepts({ ...minimal, ...document })).toBe(codes.length === 0);
  });

  test("are told what to write for a size of another's unit, and for Kubernetes' word", () => {
    const hints = (document: object) => problemsOf({ ...minimal, ...document }, []).map(({ hint }) => hint);
    expect(hints({ sidecars: [{ ...one, resources: { memory: "256Mi" } }] })).toEqual(["Write 256MiB."]);
    expect(hints({ initContainers: [one] })).toEqual(["Write init instead."]);
  });

  const listening = { ports: [{ container: 80 }], sidecars: [{ ...one, ports: [{ container: 80 }] }] };

  test("with one network do not listen on one port", () => {
    const on = (networkMode: string) => found({ ...listening, ecs: { networkMode } }, ecsRules);
    expect(on("bridge").filter((each) => each.startsWith("shared-port"))).toEqual([]);
    expect(on("host")).toContain("shared-port sidecars.0.ports.0.container");
    expect(found(listening, eksRules)).toContain("shared-port sidecars.0.ports.0.container");
  });

  test("share Neuron devices on EC2 capacity alone", () => {
    const of = (instanceType: string, ecs: object = {}) =>
      found(
        { accelerator: { instanceTypes: [instanceType] }, sidecars: [{ ...one, devices: "shared" }], ecs },
        ecsRules,
      ).filter((each) => each.startsWith("shared-devices"));
    expect(of("inf2.xlarge")).toEqual([]);
    expect(of("inf2.xlarge", { capacity: "managed-instances" })).toEqual(["shared-devices sidecars.0.devices"]);
    expect(of("g5.xlarge")).toEqual(["shared-devices sidecars.0.devices"]);
  });

  test("have names of Kubernetes' there, and its secrets", () => {
    expect(found({ sidecars: [{ ...one, name: "log_router" }] }, eksRules)).toContain("container-name sidecars.0.name");
    const secret = {
      roles: { execution: "arn:aws:iam::111122223333:role/e" },
      init: [{ ...one, secrets: { T: arn } }],
    };
    expect(found(secret, eksRules)).toContain("secret-on-eks init.0.secrets.T");
    expect(found({ ...secret, eks: { secrets: { T: { name: "s", key: "t" } } } }, eksRules)).not.toContain(
      "secret-on-eks init.0.secrets.T",
    );
  });

  test("have a variable once", () => {
    const twice = { init: [{ ...one, environment: { T: "a" }, secrets: { T: arn } }] };
    expect(found(twice, ecsRules)).toContain("variable-twice init.0.secrets.T");
    expect(found(twice, eksRules)).toContain("variable-twice init.0.secrets.T");
  });

  test("take no load balancer by the word for it: raw fields say which container it is for", () => {
    const loadBalancer = {
      targetGroup: "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/0123456789abcdef",
      port: 80,
    };
    const document = {
      ...minimal,
      kind: "service",
      ports: [{ container: 8000 }],
      sidecars: [{ name: "proxy", image: "nginx:1", ports: [{ container: 80 }] }],
    };
    const [problem] = problemsOf({ ...document, ecs: { loadBalancer } }, workloadRules as Rules);
    expect([problem!.code, problem!.message, problem!.hint]).toEqual([
      "load-balancer-port",
      "ecs.loadBalancer.port 80 is of the sidecar proxy, and a load balancer is for the workload's own container",
      "In place of ecs.loadBalancer write ecs.service: { loadBalancers: [{ targetGroupArn: ARN, containerName: proxy, " +
        "containerPort: 80 }] }.",
    ]);
    const loadBalancers = [
      { targetGroupArn: loadBalancer.targetGroup, containerName: "proxy", containerPort: loadBalancer.port },
    ];
    expect(found({ ...document, ecs: { service: { loadBalancers } } })).toEqual([]);
  });
});

test.each<[container: object, hint: string]>([
  [{ cpu: 1 }, "It belongs elsewhere: sidecars[0].resources.cpu."],
  [{ health: { path: "/", port: 80, memory: "1GiB" } }, "It belongs elsewhere: sidecars[0].resources.memory."],
  [{ volumeMounts: ["/a"] }, "Write mounts instead."],
  [{ mem: "1GiB" }, "Write resources.memory instead."],
  [{ command: "serve --all" }, "Write [serve, --all]."],
  [{ entryPoint: "/run.sh" }, "Write [/run.sh]."],
  [{ ports: [8080] }, "Write { container: 8080 }."],
  [{ resources: { cpu: "500m" } }, "Write 0.5."],
])("a sidecar that says %j is answered with what to write", (container, hint) => {
  expect(problemsOf({ ...minimal, sidecars: [{ ...one, ...container }] }, []).map((each) => each.hint)).toEqual([hint]);
});

test("the workload's own mounts are its volumes", () => {
  expect(problemsOf({ ...minimal, mountPoints: [] }, []).map(({ hint }) => hint)).toEqual(["Write volumes instead."]);
});

describe("a model that is fetched", () => {
  test.each<[what: string, document: object, problems: readonly string[]]>([
    ["from S3", { volumes, model: { uri: "s3://models/a/b", path: "/models/bert" } }, []],
    ["from a bucket", { volumes, model: { uri: "s3://models", path: "/models" } }, []],
    ["from elsewhere", { volumes, model: { uri: "hf://bert", path: "/models" } }, ["model-uri model.uri"]],
    ["by an image, to nowhere", { model: { uri: "s3://models", image: "aws:1" } }, ["model-image model.image"]],
    ["to no path", { model: { uri: "hf://bert", format: "pytorch" } }, []],
    ["to what is no path", { model: { uri: "s3://models", path: "models/" } }, ["invalid-value model.path"]],
  ])("%s", (_, document, problems) => {
    expect(found(document)).toEqual(problems);
    expect(accepts({ ...minimal, ...document })).toBe(problems.length === 0);
  });

  test("on ECS is fetched into a volume that takes it, with the task's role", () => {
    const of = (document: object) => found(document, ecsRules).filter((each) => each.startsWith("model-"));
    const model = { uri: "s3://models", path: "/models/bert" };
    const roles = { task: "arn:aws:iam::111122223333:role/t" };
    expect(of({ model, volumes, roles })).toEqual([]);
    expect(of({ model, volumes })).toEqual(["model-without-role model"]);
    expect(of({ model, roles })).toEqual(["model-path model.path"]);
    expect(of({ model, roles, volumes: [{ path: "/models", s3: { bucket: "models" } }] })).toEqual([
      "model-path model.path",
    ]);
    expect(of({ model, roles, volumes: [{ path: "/models" }] })).toEqual(["model-path model.path"]);
    expect(of({ model: { uri: model.uri } })).toEqual(["model-on-ecs model"]);
  });
});
