import { Ajv } from "ajv";
import fc from "fast-check";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { descriptions } from "../../../src/core/workload/descriptions.ts";
import { workloadJsonSchema } from "../../../src/core/workload/json-schema.ts";
import { parseWorkloadText } from "../../../src/core/workload/parse.ts";
import { workloadRules } from "../../../src/core/workload/rules.ts";
import { runs, testDepth } from "../../support/depth.ts";
import { filledDocumentOf, templates } from "../../support/templates.ts";
import { errorCodes, minimal, readDocument, refusalOf } from "../../support/workload.ts";

const root = join(import.meta.dirname, "../../..");
const published = JSON.parse(readFileSync(join(root, "schema/workload.json"), "utf8")) as Record<string, unknown>;
// The rules' fragments say nothing of types: the schema itself does.
const accepts = new Ajv({
  // What editors say of a wrong value, in words.
  keywords: ["errorMessage"],
  strict: true,
  strictTypes: false,
  strictRequired: false,
  strictTuples: false,
  allowUnionTypes: true,
}).compile(published);

/** What the schema says less of than validate, for want of a way to compare two values. */
const beyond = new Set<string>(
  workloadRules.flatMap((rule) =>
    rule.severity === "error" && rule.beyondJsonSchema !== undefined ? [rule.code] : [],
  ),
);

describe("the published JSON Schema", () => {
  test("is up to date: npm run generate", () => {
    const { $id, ...schema } = published;
    expect($id).toMatch(/^https:.*\/v\d+\.\d+\.\d+\/schema\/workload\.json$/);
    expect(schema).toEqual(JSON.parse(JSON.stringify(workloadJsonSchema())));
  });

  test.each(templates)("accepts the template $name", (template) => {
    const document = filledDocumentOf(template);
    expect([accepts(document), accepts.errors, errorCodes(document)]).toEqual([true, null, []]);
  });

  test.each(templates)(
    "accepts the template $name as it stands, for an editor fills nothing in",
    ({ name, workload }) => {
      expect([accepts(parseWorkloadText(workload, name).value), accepts.errors]).toEqual([true, null]);
    },
  );

  test.each<[what: string, change: object, accepted: boolean]>([
    ["an image", { image: "${env:REGISTRY}/bert:${env:TAG:-1}" }, true],
    ["a number", { replicas: "${env:REPLICAS:-2}" }, true],
    ["a size", { resources: { cpu: "${env:CPU}", memory: "${env:MEMORY}" } }, true],
    ["an ARN", { roles: { execution: "${env:ROLE}" } }, true],
    ["a word of a list", { kind: "${env:KIND:-service}" }, true],
    ["a number of a list", { logs: { group: "/bert", retentionDays: "${env:DAYS}" } }, true],
    ["no word of a list", { kind: "daemon" }, false],
    ["a number in words", { replicas: "two" }, false],
    ["no variable's name", { replicas: "${env:2}" }, false],
    ["a shell's own", { image: "${REGISTRY}/bert" }, false],
    ["a key", { secrets: { "${env:NAME}": "arn:aws:ssm:us-east-1:111122223333:parameter/token" } }, false],
  ])("takes what names a variable of the environment in values: %s", (_, change, accepted) => {
    expect(accepts({ ...minimal, ...change })).toBe(accepted);
  });

  const good = readDocument(join(root, "test/fixtures/broken/good.yaml"));
  test.each<readonly [file: string, document: unknown]>([
    ["the file that the broken ones are told from", good],
    ...templates.map((template) => [template.name, filledDocumentOf(template)] as const),
  ])("takes a variable in place of each value of %s", (_, document) => {
    const refused = placesIn(document).filter(([, change]) => !accepts(change("${env:VALUE}")));
    expect(refused.map(([place]) => place)).toEqual([]);
  });

  const fixtures = join(root, "test/fixtures/broken");
  // What does not parse is no document that a schema could accept.
  const broken = readdirSync(fixtures).filter(
    (name) =>
      /\.(yaml|json)$/.test(name) &&
      !["good.yaml", "binary.yaml"].includes(name) &&
      refusalOf(readFileSync(join(fixtures, name), "utf8")) === undefined,
  );
  // No schema knows the grammar of an expression, or adds lists up.
  const unknown = new Set(["placement-expression", "placement-constraint-limit"]);
  const escapes = (name: string) => errorCodes(readDocument(join(fixtures, name))).every((code) => unknown.has(code));
  test.each(broken.filter((name) => !escapes(name)))("rejects %s, as validate does", (name) => {
    expect(accepts(readDocument(join(fixtures, name)))).toBe(false);
  });

  test("accepts the file that the broken ones are told from", () => {
    expect(accepts(readDocument(join(fixtures, "good.yaml")))).toBe(true);
  });

  test("describes every key, and no key that is not there", () => {
    expect([...keysOf(published)].toSorted()).toEqual(Object.keys(descriptions).toSorted());
  });

  const withEcs = (ecs: object) => ({ ...minimal, ecs });

  test.each<[what: string, ecs: object, codes: readonly string[]]>([
    [
      "constraints and a strategy",
      { placement: { constraints: ["attribute:stack == prod"], strategy: [{ type: "random" }] } },
      [],
    ],
    ["no constraint at all", { placement: {} }, []],
    ["a constraint of no length", { placement: { constraints: [""] } }, ["invalid-value"]],
    ["a constraint that is none", { placement: { constraints: [{ type: "distinctInstance" }] } }, ["invalid-value"]],
    ["2,001 characters", { placement: { constraints: [`attribute:a == ${"x".repeat(1986)}`] } }, ["invalid-value"]],
    ["another strategy", { placement: { strategy: [{ type: "pack" }] } }, ["invalid-value"]],
    ["a strategy of no type", { placement: { strategy: [{ field: "memory" }] } }, ["missing-key"]],
    [
      "six strategies",
      { placement: { strategy: Array.from({ length: 6 }, () => ({ type: "random" })) } },
      ["invalid-value"],
    ],
    ["another key", { placement: { constraint: [] } }, ["unknown-key"]],
    ["binpack in capitals", { placement: { strategy: [{ type: "binpack", field: "MEMORY" }] } }, []],
    ["spread by an attribute", { placement: { strategy: [{ type: "spread", field: "attribute:rack" }] } }, []],
    ["spread by nothing", { placement: { strategy: [{ type: "spread" }] } }, ["placement-strategy"]],
    ["binpack by disk", { placement: { strategy: [{ type: "binpack", field: "disk" }] } }, ["placement-strategy"]],
    ["no constraints", { service: { placementConstraints: null }, taskDefinition: { placementConstraints: [] } }, []],
    ["constraints as a word", { taskDefinition: { placementConstraints: "distinct" } }, ["placement-constraint"]],
    ["constraints as a map", { service: { placementConstraints: {} } }, ["placement-constraint"]],
    [
      "a constraint of a service with an expression too many",
      { service: { placementConstraints: [{ type: "distinctInstance", expression: "attribute:a == b" }] } },
      ["placement-constraint"],
    ],
    [
      "a raw strategy of a DAEMON",
      { service: { schedulingStrategy: "DAEMON", placementStrategy: [{ type: "random" }] } },
      ["daemon-placement-strategy"],
    ],
    [
      "a DAEMON whose raw fields take the strategy away",
      {
        placement: { strategy: [{ type: "random" }] },
        service: { schedulingStrategy: "DAEMON", placementStrategy: null },
      },
      [],
    ],
    [
      "a raw expression too long",
      {
        taskDefinition: {
          placementConstraints: [{ type: "memberOf", expression: `attribute:a == ${"x".repeat(1986)}` }],
        },
      },
      ["placement-expression"],
    ],
    [
      "awsvpc as a raw field, with its subnets",
      { taskDefinition: { networkMode: "awsvpc" }, network: { subnets: ["subnet-1"] } },
      [],
    ],
    [
      "bridge over awsvpc, with subnets",
      { networkMode: "awsvpc", taskDefinition: { networkMode: "bridge" }, network: { subnets: ["subnet-1"] } },
      ["network-without-awsvpc"],
    ],
    [
      "bridge as a raw field on Managed Instances",
      { capacity: "managed-instances", taskDefinition: { networkMode: "bridge" } },
      ["managed-instances-bridge"],
    ],
  ])("judges %s as validate does", (_, ecs, codes) => {
    expect([errorCodes(withEcs(ecs)), accepts(withEcs(ecs))]).toEqual([codes, codes.length === 0]);
  });

  test.each<[rollout: object, codes: readonly string[]]>([
    [{}, []],
    [{ maxUnavailable: 1 }, []],
    [{ maxUnavailable: 0 }, []],
    [{ maxUnavailable: 1, maxSurge: 0 }, []],
    [{ maxUnavailable: 0, maxSurge: 2 }, []],
    [{ maxSurge: 0 }, ["rollout-stuck"]],
    [{ maxUnavailable: 0, maxSurge: 0 }, ["rollout-stuck"]],
    [{ maxUnavailable: "25%" }, ["invalid-value"]],
    [{ maxSurge: -1 }, ["invalid-value"]],
    [{ maxsurge: 1 }, ["unknown-key"]],
  ])("judges the rollout %o as validate does, and none of a job", (rollout, codes) => {
    for (const kind of [{}, { kind: "service" }]) {
      const document = { ...minimal, ...kind, rollout };
      expect([errorCodes(document), accepts(document)]).toEqual([codes, codes.length === 0]);
    }
    const job = { ...minimal, kind: "job", rollout };
    // Of what is wrong by itself no more is said.
    expect(errorCodes(job)).toEqual(
      codes.some((code) => code !== "rollout-stuck") ? codes : ["rollout-of-job", ...codes],
    );
    expect(accepts(job)).toBe(false);
  });

  test("accepts exactly what validate accepts, for workloads with all kinds of mistakes", () => {
    let legal = 0;
    const alone = new Set<string>(
      broken
        .map((name) => errorCodes(readDocument(join(fixtures, name))))
        .concat(
          volumePaths.flatMap((path) =>
            volumeKinds.map((kind) => errorCodes({ ...minimal, volumes: [{ path, ...kind }] })),
          ),
        )
        .flatMap((codes) => (new Set(codes).size === 1 ? codes : [])),
    );
    fc.assert(
      fc.property(workloads, (document) => {
        const codes = errorCodes(document);
        const accepted = accepts(document);
        if (codes.length === 0) legal++;
        if (new Set(codes).size === 1) alone.add(codes[0]!);
        if (codes.length > 0 && codes.every((code) => beyond.has(code))) return;
        expect({ accepted, codes }).toEqual({ accepted: codes.length === 0, codes });
      }),
      { numRuns: runs(6000), seed: 7 },
    );
    // Else the property says little: each rule is broken by some fixture or workload that breaks nothing else.
    const rules = workloadRules.filter(({ severity }) => severity === "error").map(({ code }) => code);
    if (testDepth === 1) expect(rules.filter((code) => !alone.has(code) && !beyond.has(code))).toEqual([]);
    expect(legal).toBeGreaterThan(runs(500));
  });

  test("accepts exactly what validate accepts of volumes", () => {
    let legal = 0;
    fc.assert(
      fc.property(volumes, (each) => {
        const document = { ...minimal, volumes: each };
        const codes = errorCodes(document);
        if (codes.length === 0) legal++;
        if (codes.length > 0 && codes.every((code) => beyond.has(code))) return;
        expect({ accepted: accepts(document), codes }).toEqual({ accepted: codes.length === 0, codes });
      }),
      { numRuns: runs(500) },
    );
    expect(legal).toBeGreaterThan(runs(50));
  });

  test("accepts exactly what validate accepts of placement and of the network mode, whoever says it", () => {
    let legal = 0;
    fc.assert(
      fc.property(placements, (document) => {
        const codes = errorCodes(document);
        if (codes.length === 0) legal++;
        if (codes.length > 0 && codes.every((code) => beyond.has(code))) return;
        expect({ accepted: accepts(document), codes }).toEqual({ accepted: codes.length === 0, codes });
      }),
      { numRuns: runs(1000) },
    );
    expect(legal).toBeGreaterThan(runs(100));
  });
});

const types = [
  "inf1.xlarge",
  "inf1.24xlarge",
  "inf2.xlarge",
  "inf2.24xlarge",
  "trn1.32xlarge",
  "trn2.48xlarge",
  "g5.xlarge",
  "g5.12xlarge",
  "g6f.2xlarge",
  "g4dn.8xlarge",
  "p5.48xlarge",
  "p6e-gb200.36xlarge",
  "ml.inf2.xlarge",
  "p3.2xlarge",
  "g4ad.xlarge",
  "m5.large",
  "Inf2.xlarge",
];
const size = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(1, 4, 8, 16, 24, 64, 384, 512, 768, 2048),
      fc.constantFrom("GiB", "GiB", "MiB", " GiB", "TiB", "G", ""),
    )
    .map((parts) => parts.join("")),
  fc
    .tuple(fc.double({ min: 0, max: 900, noNaN: true }), fc.constantFrom("GiB", "MiB", "TiB"))
    .map(([amount, unit]) => `${amount.toFixed(3)}${unit}`),
  fc.constantFrom("16384MiB", "16385MiB", "16GiB", "16.001GiB", "6MiB", "5.999MiB", "0GiB", "0.5MiB", "0.015625TiB"),
);
/** Mostly left out, so that a workload has few of its possible mistakes at once. */
const sometimes = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
const rarely = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 15, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
const often = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
const port = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(80, 8080, 8081, 22, 28_700, 28_715, 28_716) },
  { weight: 1, arbitrary: fc.constantFrom(0, 70_000, 1.5, "80") },
);
const protocol = sometimes(fc.constantFrom("tcp", "udp", "udp", "sctp"));
const targetGroup = "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/bert/0123456789abcdef";

const volumePaths = ["/a", "/b", "/a/c", "/dev/shm", "/dev/neuron0", "/proc", "a", "/a/"];
const volumeKinds: readonly object[] = [
  { efs: { fileSystem: "fs-1" } },
  { efs: { fileSystem: "fs-1", accessPoint: "fsap-1" }, readOnly: true },
  { efs: { fileSystem: "fs-1", accessPoint: "fsap-1", directory: "/d" } },
  { efs: { fileSystem: "1" } },
  { scratch: "1GiB" },
  { scratch: "0GiB" },
  { ebs: { size: "10GiB", type: "gp3" } },
  { ebs: { size: "0.5GiB" } },
  { host: "/opt" },
  { host: "/opt", claim: "data" },
  { configMap: "app" },
  {},
];
const volumes = fc.array(
  fc.tuple(fc.constantFrom(...volumePaths), fc.constantFrom(...volumeKinds)).map(([path, kind]) => ({ path, ...kind })),
  { maxLength: 2 },
);

const sections = fc.record({
  kind: often(fc.constantFrom("service", "job")),
  accelerator: fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom("none", undefined, "inf2.xlarge", null) },
    {
      weight: 20,
      arbitrary: fc.record({
        instanceTypes: fc.oneof(
          { weight: 12, arbitrary: fc.array(fc.constantFrom(...types.slice(0, 11)), { minLength: 1, maxLength: 2 }) },
          { weight: 2, arbitrary: fc.array(fc.constantFrom(...types), { maxLength: 3 }) },
          { weight: 1, arbitrary: fc.constant(undefined) },
        ),
        devicesPerReplica: sometimes(fc.constantFrom(1, 1, 2, 3, 4, 6, 8, 16, 0.25, 0.5, 0, "2")),
        mps: sometimes(fc.record({ memory: size })),
        efa: sometimes(fc.boolean()),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        instanceTypes: often(fc.constantFrom(["p5.48xlarge"], ["inf2.xlarge"], ["g5.xlarge"])),
        devicesPerReplica: rarely(fc.constant(1)),
        mps: rarely(fc.constant({ memory: "8GiB" })),
        resource: fc.oneof(
          { weight: 8, arbitrary: fc.constantFrom("nvidia.com/gpu", "nvidia.com/gpu.shared") },
          {
            weight: 4,
            arbitrary: fc.constantFrom("nvidia.com/mig-1g.10gb", "aws.amazon.com/neuroncore", "example.com/chip"),
          },
          { weight: 2, arbitrary: fc.constant(undefined) },
          { weight: 1, arbitrary: fc.constantFrom("gpu", "requests.nvidia.com/gpu", "kubernetes.io/gpu") },
        ),
        count: sometimes(fc.constantFrom(1, 2, 0)),
        sharing: sometimes(
          fc.record({
            strategy: fc.constantFrom("time-slicing", "mps", "mps", "hami"),
            replicas: fc.constantFrom(4, 4, 4, 1),
          }),
        ),
        hami: sometimes(fc.record({ memory: often(size), maxComputePercent: sometimes(fc.constantFrom(30, 101)) })),
        efa: rarely(fc.boolean()),
      }),
    },
  ),
  nodes: often(fc.constantFrom(1, 2, 4, 0)),
  resources: often(
    fc.record({ cpu: often(fc.constantFrom(0.5, 4, 8, 96, 192, 0.0005, 256, -1)), memory: often(size) }),
  ),
  sharedMemory: often(fc.oneof(size, fc.constantFrom<unknown>(0, 1, "0"))),
  ports: often(fc.array(fc.record({ container: port, host: sometimes(port), protocol }), { maxLength: 3 })),
  secrets: often(
    fc.constantFrom({}, { TOKEN: "arn:aws:ssm:us-east-1:111122223333:parameter/token" }, { TOKEN: "plain" }),
  ),
  roles: often(
    fc.constantFrom(
      { execution: "arn:aws:iam::111122223333:role/execution" },
      { task: "arn:aws:iam::111122223333:role/task" },
      { execution: "execution" },
    ),
  ),
  tags: often(
    fc.dictionary(
      fc.constantFrom("team", "aws:name", "aiplat:slot", "a b", "é", "!", ""),
      fc.constantFrom("nlp", "é", "a!", ""),
    ),
  ),
  environment: often(fc.dictionary(fc.constantFrom("A", "1A", "_x"), fc.constantFrom<unknown>("x", 1, true, null))),
  ecs: often(
    fc.record({
      networkMode: often(fc.constantFrom("bridge", "host", "awsvpc", "none")),
      capacity: often(
        fc.constantFrom(
          "ec2",
          "managed-instances",
          { provider: "mine" },
          { provider: "FARGATE" },
          [{ provider: "asg", base: 1 }, { provider: "FARGATE" }],
          [{ provider: "asg", weight: 0 }],
          [
            { provider: "asg", weight: 2 },
            { provider: "spot", base: 1 },
          ],
          { managedInstances: "mine" },
          { provider: "a", managedInstances: "b" },
          {},
          "other",
        ),
      ),
      network: often(
        fc.record({
          subnets: often(fc.constantFrom([], ["subnet-1"])),
          securityGroups: often(fc.constantFrom([], ["sg-1"])),
          assignPublicIp: often(fc.boolean()),
        }),
      ),
      loadBalancer: sometimes(
        fc.record({
          targetGroup: fc.constantFrom(targetGroup, targetGroup, "bert"),
          port: fc.oneof(fc.constant(8080), port),
        }),
      ),
      taskDefinition: sometimes(
        fc.record({
          inferenceAccelerators: sometimes(fc.constantFrom(null, [])),
          requiresCompatibilities: sometimes(fc.constantFrom(["EC2"], ["EC2", "FARGATE"], "FARGATE")),
          containerDefinitions: often(
            fc.constantFrom<unknown>(
              [],
              [{ name: "bert" }],
              [{ image: "x" }],
              [{ name: "" }],
              {},
              null,
              "x",
              [{ name: "bert", resourceRequirements: [{ type: "InferenceAccelerator" }] }],
              [{ name: "bert", resourceRequirements: "x" }],
            ),
          ),
        }),
      ),
    }),
  ),
});
const sectionNames = [
  "kind",
  "accelerator",
  "nodes",
  "resources",
  "sharedMemory",
  "ports",
  "secrets",
  "roles",
  "tags",
  "environment",
  "ecs",
];

/** A legal workload with a few sections of others, so that one mistake does not hide another. */
const workloads = fc
  .tuple(
    sections,
    fc.subarray(sectionNames, { maxLength: 4 }),
    fc.constantFrom(
      { instanceTypes: ["inf2.xlarge"] },
      { instanceTypes: ["inf1.xlarge"] },
      { instanceTypes: ["trn1.32xlarge"], efa: true },
      { instanceTypes: ["g5.12xlarge", "g5.xlarge"] },
    ),
  )
  // A key without a value is a key that is not there.
  .map(
    ([all, chosen, accelerator]) =>
      JSON.parse(
        JSON.stringify({
          ...minimal,
          accelerator,
          ports: [{ container: 8080 }],
          ...Object.fromEntries(chosen.map((key) => [key, (all as Record<string, unknown>)[key]])),
        }),
      ) as Record<string, unknown>,
  );

const expression = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom("attribute:stack == prod", "attribute:stack exists and agentConnected == true"),
  },
  { weight: 1, arbitrary: fc.constantFrom("attribute:stack = prod", "stack", "", " attribute:stack exists", 1) },
  { weight: 1, arbitrary: fc.constantFrom(1984, 1985).map((length) => `attribute:a == ${"x".repeat(length)}`) },
);
const rawConstraints = fc.oneof(
  fc.array(fc.record({ type: fc.constantFrom("memberOf", "distinctInstance", 1), expression }), { maxLength: 2 }),
  fc.constantFrom<unknown>(null, "x", ["x"], [{ type: "memberOf" }]),
);
/** Workloads on which placement, network mode, capacity and EFA are said in words, in raw fields, or not. */
const placements = fc
  .record({
    accelerator: fc.constantFrom(
      { instanceTypes: ["inf2.xlarge"] },
      { instanceTypes: ["trn1.32xlarge"], efa: true },
      { instanceTypes: ["trn1.32xlarge"], efa: false },
    ),
    ecs: fc.record({
      networkMode: often(fc.constantFrom("bridge", "host", "awsvpc")),
      capacity: often(fc.constantFrom("ec2", "managed-instances")),
      network: often(fc.constant({ subnets: ["subnet-1"] })),
      placement: often(
        fc.record({
          constraints: often(fc.array(expression, { maxLength: 2 })),
          strategy: sometimes(
            fc.array(
              fc.record(
                {
                  type: fc.constantFrom("random", "spread", "binpack", "pack"),
                  field: fc.constantFrom("instanceId", "memory", "", 1),
                },
                { requiredKeys: ["type"] },
              ),
              { maxLength: 6 },
            ),
          ),
        }),
      ),
      service: sometimes(fc.record({ placementConstraints: rawConstraints })),
      taskDefinition: often(
        fc.record({
          networkMode: often(fc.constantFrom("bridge", "host", "awsvpc", "none", null)),
          placementConstraints: sometimes(rawConstraints),
        }),
      ),
    }),
  })
  .map((sections) => JSON.parse(JSON.stringify({ ...minimal, ...sections })) as Record<string, unknown>);

/** The keys that a schema names, as descriptions.ts writes them. */
function keysOf(schema: Record<string, unknown>, path: readonly string[] = []): ReadonlySet<string> {
  const keys = new Set<string>();
  const visit = (inner: unknown, key: string) => {
    const { propertyNames: _, ...rest } = inner as Record<string, unknown>;
    if (Object.keys(rest).length === 0) return;
    keys.add([...path, key].join("."));
    for (const each of keysOf(rest, [...path, key])) keys.add(each);
  };
  for (const [key, inner] of Object.entries((schema["properties"] ?? {}) as object)) visit(inner, key);
  if (typeof schema["items"] === "object") visit(schema["items"], "*");
  if (typeof schema["additionalProperties"] === "object") visit(schema["additionalProperties"], "*");
  for (const option of (schema["anyOf"] ?? []) as Record<string, unknown>[])
    for (const each of keysOf(option, path)) keys.add(each);
  return keys;
}

/** Every value of a document that is no list and no map, by its place, with what puts another in its place. */
function placesIn(
  document: unknown,
  place = "",
): readonly (readonly [place: string, change: (value: string) => unknown])[] {
  if (typeof document !== "object" || document === null) return document === null ? [] : [[place, (value) => value]];
  return Object.entries(document).flatMap(([key, inner]) =>
    placesIn(inner, `${place}.${key}`).map(
      ([at, change]) =>
        [
          at,
          (value: string) =>
            Array.isArray(document) ? document.with(Number(key), change(value)) : { ...document, [key]: change(value) },
        ] as const,
    ),
  );
}
