import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../../support/cli.ts";
import { startLoopback } from "../../support/loopback-servers.ts";

const row = (family: string, size: string, accelerator: object, rest: object = {}) => ({
  family,
  instanceType: `${family}.${size}`,
  architecture: "x86_64",
  vcpus: 384,
  memoryMiB: 4_194_304,
  accelerator,
  efaInterfaces: 24,
  networkCards: 24,
  source: "invented for a test",
  ...rest,
});
const chip = {
  kind: "neuron",
  name: "Trainium9",
  manufacturer: "AWS",
  count: 24,
  coresPerDevice: 8,
  memoryMiBPerDevice: 147_456,
};
const wiring = { slots: "rows", sizes: [1, 4, 8, 24], wiring: "torus 6x4", source: "invented for a test" };
const newer = [
  row("trn9", "96xlarge", chip, { topology: wiring }),
  row("trn9p", "96xlarge", chip),
  row(
    "g9",
    "2xlarge",
    { kind: "gpu", name: "X9", manufacturer: "NVIDIA", count: 1, memoryMiBPerDevice: 98_304 },
    { vcpus: 8, memoryMiB: 65_536, status: "unverified" },
  ),
];
let folder: string;
/** The file, as each command is given it. */
let given: readonly string[];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "aiplat-types-"));
  writeFileSync(join(folder, "types.json"), JSON.stringify(newer));
  given = ["--instance-types-file", join(folder, "types.json")];
});
afterAll(() => rmSync(folder, { recursive: true }));

const workload = (type: string, ...rest: readonly string[]) => [
  "--name",
  "x",
  "--image",
  "x:1",
  "--instance-type",
  type,
  ...rest,
];

describe("--instance-types-file", () => {
  test("adds types to what instances list and show know, in the catalogue's order", async () => {
    const listed = await runCli(["instances", "list", "--accelerator", "neuron", ...given]);
    const names = listed.stdout.split("\n").map((line) => line.split("\t")[0]);
    expect(names.slice(-4, -1)).toEqual(["trn2u.48xlarge", "trn9.96xlarge", "trn9p.96xlarge"]);
    const shown = await runCli([...given, "instances", "show", "trn9.96xlarge", "-o", "json"]);
    expect(JSON.parse(shown.stdout)).toMatchObject({
      items: [
        {
          instanceType: "trn9.96xlarge",
          status: "current",
          note: expect.stringMatching(/^newer than this release; from .*types\.json$/) as string,
          topology: { wiring: "torus 6x4" },
          legalSlots: [{ devices: 1 }, { devices: 4 }, { devices: 8 }, { devices: 24 }],
          amiFamilies: [
            "ecs al2023 neuron x86_64",
            "ecs bottlerocket neuron x86_64",
            "eks al2023 neuron x86_64",
            "eks bottlerocket neuron x86_64",
          ],
        },
      ],
    });
    // Without it they are unknown.
    expect((await runCli(["instances", "show", "trn9.96xlarge"])).code).toBe(2);
  });

  test("a workload on such a type has its slots, its locks and its share", async () => {
    const { code, stdout } = await runCli([
      "taskdef",
      "generate",
      ...workload("trn9.96xlarge", "--devices", "8", "--variant", "x-trn9-96xlarge-n16-23", "--region", "us-east-1"),
      ...given,
    ]);
    expect(code).toBe(0);
    const { containerDefinitions } = JSON.parse(stdout) as {
      readonly containerDefinitions: readonly {
        readonly cpu: number;
        readonly portMappings: readonly { readonly hostPort: number }[];
        readonly linuxParameters: { readonly devices: readonly { readonly hostPath: string }[] };
      }[];
    };
    const [container] = containerDefinitions;
    expect(container!.linuxParameters.devices.map(({ hostPath }) => hostPath)).toEqual(
      Array.from({ length: 8 }, (_, index) => `/dev/neuron${16 + index}`),
    );
    expect(container!.portMappings.map(({ hostPort }) => hostPort)).toEqual(
      Array.from({ length: 8 }, (_, index) => 28_716 + index),
    );
    expect(container!.cpu).toBe(Math.floor((384 * 1024 * 0.9) / 3));
  });

  test("the bounds of the workload file follow: sizes, vCPU, the lock range", async () => {
    const file = join(folder, "aiplat.yaml");
    const validate = async (text: string) => {
      writeFileSync(file, `name: x\nimage: x:1\naccelerator: { instanceTypes: [trn9.96xlarge]${text}\n`);
      return runCli(["validate", file, ...given]);
    };
    expect(await validate(" }\nresources: { cpu: 300 }")).toMatchObject({ code: 0 });
    expect((await validate(", devicesPerReplica: 16 }")).stderr).toContain("Write 1, 4, 8 or 24");
    expect((await validate(" }\nports: [{ container: 28720, protocol: udp }]")).stderr).toContain(
      "is in the range 28700 to 28723",
    );
    expect((await validate(" }\nresources: { cpu: 400 }")).stderr).toMatch(/400 CPU units are 0\.391/);
  });

  test("where the wiring is not known, one device or all of them are legal", async () => {
    const run = (devices: string) =>
      runCli([
        "taskdef",
        "generate",
        ...workload("trn9p.96xlarge", "--devices", devices, "--all", "--region", "us-east-1"),
        ...given,
      ]);
    expect((await run("8")).stderr).toContain("Write 1 or 24");
    expect(await run("24")).toMatchObject({ code: 0 });
  });

  test("the sandbox has machines of it", async () => {
    const run = await runCli([
      "run-task",
      "--sandbox",
      ...workload("trn9.96xlarge", "--devices", "8", "--count", "3"),
      ...given,
    ]);
    expect(run.code).toBe(0);
    expect(run.stdout.match(/neuron\d+-\d+/g)?.toSorted()).toEqual(["neuron0-7", "neuron16-23", "neuron8-15"]);
  });

  test("on EKS it is a type like others", async () => {
    const { code, stdout } = await runCli([
      "eks",
      "generate",
      ...workload("trn9.96xlarge", "--devices", "24"),
      ...given,
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain('aws.amazon.com/neuron: "24"');
    expect(stdout).toContain("trn9.96xlarge");
  });

  test("an image for it is found with the warning that nothing is known", async () => {
    const run = await runCli(["ami", "latest", "--sandbox", "--instance-type", "g9.2xlarge", ...given]);
    expect(run).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ami-[0-9a-f]+\n$/) as string });
    expect(run.stderr).toContain(
      "warning: g9.2xlarge is newer than this aiplat: whether ecs al2023 nvidia x86_64 drives it is not known",
    );
    const ended = await runCli([
      "ami",
      "latest",
      "--sandbox",
      "--os",
      "al2",
      "--instance-type",
      "g9.2xlarge",
      ...given,
    ]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain("the ecs al2 nvidia x86_64 AMI ended on 2026-06-30, and g9.2xlarge is newer");
    const everywhere = await runCli([
      "ami",
      "latest",
      "--sandbox",
      "--all-regions",
      "--instance-type",
      "g9.2xlarge",
      ...given,
    ]);
    expect(everywhere.code).toBe(2);
    expect(everywhere.stderr).toContain("the catalogue knows no region that offers g9.2xlarge");
  });

  test("a row's status counts: unverified is a warning", async () => {
    const run = await runCli(["plan", "--sandbox", ...workload("g9.2xlarge"), ...given]);
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(/warning: g9\.2xlarge: newer than this release; from/);
  });

  test("says of a type that the release knows with other figures that its own row stands", async () => {
    const file = join(folder, "known.json");
    writeFileSync(
      file,
      JSON.stringify([row("inf2", "xlarge", { ...chip, count: 1 }, { vcpus: 8, memoryMiB: 16_384 })]),
    );
    const run = await runCli(["instances", "list", "--name", "inf2.xlarge", "--instance-types-file", file]);
    expect(run).toMatchObject({ code: 0, stdout: expect.stringMatching(/^inf2\.xlarge\t.*\t4\t16384\t/) as string });
    expect(run.stderr).toBe(
      `${file}: warning: [0]: the catalogue has inf2.xlarge with other figures (vcpus 8 for 4), and its row stands\n`,
    );
  });

  test("is exit 2 with everything that is wrong in it, and where", async () => {
    const file = join(folder, "broken.json");
    writeFileSync(
      file,
      JSON.stringify([
        { ...newer[0], vcpus: "many" },
        { ...newer[2], accelerator: { kind: "gpu" } },
      ]),
    );
    const run = await runCli(["instances", "list", "--instance-types-file", file]);
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr.split("\n")).toEqual([
      `${file}: error: [0].vcpus "many" is no number`,
      `${file}: error: [1].accelerator.name is missing`,
      `${file}: error: [1].accelerator.manufacturer is missing`,
      `${file}: error: [1].accelerator.count is missing`,
      `${file}: error: [1].accelerator.memoryMiBPerDevice is missing`,
      "",
    ]);
    const json = await runCli(["instances", "list", "-o", "json", "--instance-types-file", file]);
    expect(JSON.parse(json.stderr)).toMatchObject({
      kind: "Error",
      details: {
        problems: [{ code: "instance-type-row", path: [0, "vcpus"], file }, ...Array.from({ length: 4 }, () => ({}))],
      },
    });
  });

  test("is exit 2 where it is not there or no JSON", async () => {
    const missing = await runCli(["instances", "list", "--instance-types-file", "nowhere.json"]);
    expect(missing).toMatchObject({ code: 2, stderr: "error: nowhere.json: no such file\n" });
    writeFileSync(join(folder, "text.json"), "types");
    const text = await runCli(["instances", "list", "--instance-types-file", join(folder, "text.json")]);
    expect(text.code).toBe(2);
    expect(text.stderr).toMatch(/--instance-types-file .*text\.json is no JSON/);
  });

  test("may be standard input", async () => {
    const run = await runCli(["instances", "show", "g9.2xlarge", "--instance-types-file", "-"], {
      input: JSON.stringify(newer),
    });
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining("from <stdin>") as string });
  });
});

describe("instances list --live", () => {
  const described = (name: string, rest: string) =>
    `<item><instanceType>${name}</instanceType><vCpuInfo><defaultVCpus>384</defaultVCpus></vCpuInfo><memoryInfo><sizeInMiB>4194304</sizeInMiB></memoryInfo><processorInfo><supportedArchitectures><item>x86_64</item></supportedArchitectures></processorInfo>${rest}</item>`;
  const neuron = `<neuronInfo><neuronDevices><item><count>24</count><name>Trainium9</name><coreInfo><count>8</count><version>5</version></coreInfo><memoryInfo><sizeInMiB>147456</sizeInMiB></memoryInfo></item></neuronDevices></neuronInfo>`;
  const gpu = `<gpuInfo><gpus><item><name>H100</name><manufacturer>NVIDIA</manufacturer><count>1</count><memoryInfo><sizeInMiB>81920</sizeInMiB></memoryInfo></item></gpus></gpuInfo>`;
  const pages = [
    `<instanceTypeSet>${described("m9.large", "")}${described("trn9.96xlarge", neuron)}</instanceTypeSet><nextToken>2</nextToken>`,
    `<instanceTypeSet>${described("p5.4xlarge", gpu)}</instanceTypeSet>`,
  ];

  async function live(...args: readonly string[]) {
    const tokens: (string | null)[] = [];
    const server = await startLoopback((_, body) => {
      const call = new URLSearchParams(body);
      tokens.push(call.get("NextToken"));
      return {
        headers: { "content-type": "text/xml" },
        body: `<DescribeInstanceTypesResponse>${pages[call.has("NextToken") ? 1 : 0]}</DescribeInstanceTypesResponse>`,
      };
    });
    const env = {
      AWS_ENDPOINT_URL: server.url,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "testing",
      AWS_SECRET_ACCESS_KEY: "testing",
    };
    const run = await runCli(["instances", "list", "--live", ...args], { env });
    await server.stop();
    return { ...run, tokens };
  }

  test("prints a row for each accelerated type of every page, which --instance-types-file takes", async () => {
    const { code, stdout, stderr, tokens } = await live();
    expect([code, stderr, tokens]).toEqual([0, "", [null, "2"]]);
    const rows = JSON.parse(stdout) as readonly object[];
    expect(rows).toMatchObject([
      {
        family: "trn9",
        instanceType: "trn9.96xlarge",
        vcpus: 384,
        accelerator: { kind: "neuron", manufacturer: "AWS", count: 24, coresPerDevice: 8 },
        source: expect.stringMatching(/^EC2 DescribeInstanceTypes in us-east-1, \d{4}-\d\d-\d\d$/) as string,
      },
      { instanceType: "p5.4xlarge", accelerator: { kind: "gpu", name: "H100" } },
    ]);
    const shown = await runCli(["instances", "show", "trn9.96xlarge", "--instance-types-file", "-"], { input: stdout });
    expect(shown.code).toBe(0);
  });

  test("takes the list's filters, a family that the catalogue lacks too", async () => {
    expect(JSON.parse((await live("--family", "trn9")).stdout)).toHaveLength(1);
    expect(JSON.parse((await live("--accelerator", "nvidia")).stdout)).toMatchObject([{ instanceType: "p5.4xlarge" }]);
    const offline = await runCli(["instances", "list", "--family", "trn9"]);
    expect(offline.code).toBe(2);
    expect(offline.stderr).toContain("--family trn9: not a family of the catalogue");
  });

  test("in other formats is the list, with the catalogue's row of a type that it knows", async () => {
    const { stdout } = await live("-o", "json");
    expect(JSON.parse(stdout)).toMatchObject({
      kind: "InstanceTypeList",
      items: [
        { instanceType: "trn9.96xlarge", accelerator: { kind: "neuron" }, status: "current" },
        // EC2's answer says 384 vCPU in this test: the catalogue's figure stands.
        {
          instanceType: "p5.4xlarge",
          accelerator: { kind: "nvidia" },
          vcpus: 16,
          pricePerHour: expect.any(Number) as number,
        },
      ],
    });
    const read = await runCli(["instances", "show", "trn9.96xlarge", "--instance-types-file", "-"], { input: stdout });
    expect(read.code).toBe(0);
    expect((await live("-o", "markdown")).stdout).toMatch(/^\| TYPE /);
  });
});
