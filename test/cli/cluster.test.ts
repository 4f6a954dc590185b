import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatSnapshot } from "../../src/core/cluster/snapshot-file.ts";
import type { ClusterSnapshot } from "../../src/core/cluster/snapshot.ts";
import { runCli } from "../support/cli.ts";
import { aDefinition, anInstance, aSnapshot, aTask } from "../support/cluster.ts";

const listing = (...devices: readonly number[]) => ({
  linuxParameters: { devices: devices.map((device) => ({ hostPath: `/dev/neuron${device}` })) },
});
const locking = (...devices: readonly number[]) => ({
  ...listing(...devices),
  portMappings: devices.map((device) => ({
    containerPort: 28_700 + device,
    hostPort: 28_700 + device,
    protocol: "udp",
  })),
});
const [own, foreign] = [aDefinition("own", locking(0)), aDefinition("foreign", listing(1))];
const machine = anInstance("m1", "inf2.24xlarge");
const calm = aSnapshot([machine], [aTask("t1", own, machine)], [own]);
const clash = aSnapshot([machine], [aTask("t1", foreign, machine), aTask("t2", foreign, machine)], [foreign]);
const handOver = aSnapshot(
  [machine],
  [aTask("t1", own, machine, { desiredStatus: "STOPPED" }), aTask("t2", own, machine, { lastStatus: "PENDING" })],
  [own],
);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aiplat-cluster-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileOf(snapshot: ClusterSnapshot): Promise<string> {
  const path = join(folder, `${Math.random()}.json`);
  await writeFile(path, formatSnapshot(snapshot));
  return path;
}

const devices = async (snapshot: ClusterSnapshot, ...args: readonly string[]) =>
  runCli(["cluster", "devices", "--cluster-state", await fileOf(snapshot), ...args]);

describe("cluster devices", () => {
  it("prints a line a device when piped, and exits 0 where nobody shares one", async () => {
    const { code, stdout, stderr } = await devices(calm);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toBe(
      ["held\tt1", "free\t", "free\t", "free\t", "free\t", "free\t"]
        .map((rest, index) => `i-m1\tinf2.24xlarge\t/dev/neuron${index}\t${rest}\n`)
        .join(""),
    );
  });

  it("exits 3 on a conflict and still prints the document", async () => {
    const { code, stdout, stderr } = await devices(clash, "-o", "json");
    expect([code, stderr]).toEqual([3, ""]);
    const document = JSON.parse(stdout) as { readonly instances: readonly { readonly devices: readonly object[] }[] };
    const tasks = ["t1", "t2"].map((id) => `arn:aws:ecs:us-east-1:111122223333:task/prod/${id}`);
    expect(document).toMatchObject({
      apiVersion: "aiplat/v1",
      kind: "ClusterDevices",
      cluster: "prod",
      conflicts: [{ containerInstanceArn: machine.arn, path: "/dev/neuron1", tasks }],
      handOvers: [],
    });
    expect(document.instances[0]).toMatchObject({
      containerInstanceArn: machine.arn,
      ec2InstanceId: "i-m1",
      instanceType: "inf2.24xlarge",
      freeSlots: { 1: 5, 2: 2, 3: 1, 4: 1 },
      fragmentation: 0.2,
    });
    expect(document.instances[0]!.devices.slice(0, 2)).toEqual([
      { path: "/dev/neuron0", state: "free", claimedBy: [] },
      { path: "/dev/neuron1", state: "conflict", claimedBy: tasks },
    ]);
  });

  it("exits 0 on a hand-over", async () => {
    const { code, stdout } = await devices(handOver, "-o", "json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ conflicts: [], handOvers: [{ path: "/dev/neuron0" }] });
  });

  it("prints tables", async () => {
    const [markdown, table, html] = await Promise.all([
      devices(calm, "-o", "markdown"),
      devices(calm, "-o", "table"),
      devices(calm, "-o", "html"),
    ]);
    expect(markdown.stdout.split("\n").slice(0, 3)).toEqual([
      "| INSTANCE | TYPE | DEVICE | STATE | TASKS |",
      "| --- | --- | --- | --- | --- |",
      "| i-m1 | inf2.24xlarge | /dev/neuron0 | held | t1 |",
    ]);
    expect(table.stdout.split("\n").slice(0, 3)).toEqual([
      "INSTANCE  TYPE           DEVICE        STATE  TASKS",
      "i-m1      inf2.24xlarge  /dev/neuron0  held   t1",
      "i-m1      inf2.24xlarge  /dev/neuron1  free",
    ]);
    expect(html.stdout).toMatch(/^<!doctype html>[^]*title="\/dev\/neuron0: held, [^]*<\/html>\n$/);
  });

  it.each(["text", "json", "yaml", "table", "markdown", "html"])(
    "shows hostile names as text in %s",
    async (format) => {
      const evil = "\u001b[2K\u202e::error::x\n::error::y<script>alert(1)</script>";
      const named = { ...anInstance("m1", "inf2.24xlarge"), ec2InstanceId: `i-${evil}` };
      const both = aSnapshot([named], [aTask("t1", foreign, named), aTask("t2", foreign, named)], [foreign]);
      const { code, stdout } = await devices(both, "-o", format);
      expect(code).toBe(3);
      expect(stdout).not.toContain("\u001b");
      expect(stdout).not.toContain("\u202e");
      expect(stdout).not.toMatch(/^\s*::error/m);
      if (format === "html" || format === "markdown") expect(stdout).not.toContain("<script>alert");
      if (format === "json") expect(JSON.parse(stdout)).toMatchObject({ instances: [{ ec2InstanceId: `i-${evil}` }] });
    },
  );

  it("colours where it is told to, and not against NO_COLOR or --no-color", async () => {
    const file = await fileOf(calm);
    const table = async (env: Readonly<Record<string, string>>, ...args: readonly string[]) =>
      (await runCli(["cluster", "devices", "--cluster-state", file, "-o", "table", ...args], { env })).stdout;
    const escape = "\u001b[";
    expect(await table({ FORCE_COLOR: "1" })).toContain(`${escape}32mfree${escape}39m`);
    expect(await table({ NO_COLOR: "1" })).not.toContain(escape);
    expect(await table({ FORCE_COLOR: "1" }, "--no-color")).not.toContain(escape);
  });

  it("says that there is nothing to map, on stderr", async () => {
    expect(await devices(aSnapshot([]))).toEqual({
      code: 0,
      stdout: "",
      stderr: "cluster prod has no accelerated instance\n",
    });
    expect((await devices(aSnapshot([anInstance("c", "m5.large")]), "-q")).stderr).toBe("");
    expect(JSON.parse((await devices(aSnapshot([]), "-o", "json")).stdout)).toMatchObject({
      instances: [],
      conflicts: [],
    });
  });

  it("reads the snapshot from standard input", async () => {
    const { code, stdout } = await runCli(["cluster", "devices", "--cluster-state", "-", "-o", "json"], {
      input: formatSnapshot(clash),
    });
    expect([code, (JSON.parse(stdout) as { readonly conflicts: readonly object[] }).conflicts.length]).toEqual([3, 1]);
  });

  it.each([
    [
      "another cluster's snapshot",
      async () => [await fileOf(calm), "--cluster", "staging"],
      "is a snapshot of cluster prod",
    ],
    ["a file that is not there", async () => [join(folder, "absent.json")], "absent.json"],
    ["a folder", async () => [folder], "aiplat-cluster-"],
  ])("exits 2 on %s", async (_, args, message) => {
    const { code, stdout, stderr } = await runCli(["cluster", "devices", "--cluster-state", ...(await args())]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^ +at /m);
  });

  it.each([
    ["no JSON", "devices:\n", "standard input is no JSON"],
    ["another document", '{"apiVersion":"aiplat/v1","kind":"AmiList","items":[]}', "its kind is not ClusterSnapshot"],
    ["a null", "null", "its kind is not ClusterSnapshot"],
    [
      "a definition without an ARN",
      formatSnapshot(calm).replace(/(task-definition\/own:1":\s*\{)"taskDefinitionArn":"[^"]*",/, "$1"),
      "taskDefinitionArn is missing",
    ],
    [
      "a device that is none",
      formatSnapshot(calm).replace('{"hostPath":"/dev/neuron0"}', "1.5"),
      "linuxParameters.devices[0] ",
    ],
    [
      "an agent's version that is no text",
      formatSnapshot(calm)
        .replace('"agentConnected":', '"agentVersion":1.5,"agentConnected":')
        .replace(/("agentVersion":1\.5.*?)"agentVersion":"[^"]*",?/, "$1"),
      "instances[0].agentVersion ",
    ],
    [
      "a broken snapshot",
      JSON.stringify({ ...(JSON.parse(formatSnapshot(calm)) as object), instances: [{ arn: 1 }] }),
      "instances[0].arn",
    ],
  ])("exits 2 on %s", async (_, input, message) => {
    const { code, stdout, stderr } = await runCli(["cluster", "devices", "--cluster-state", "-"], { input });
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
    expect(stderr).toContain("Write one with aiplat cluster snapshot");
  });

  it("reads the snapshot of a large cluster", async () => {
    const tasks = Array.from({ length: 20_000 }, (_, index) => aTask(`t${index}`, own, machine));
    const large = aSnapshot([machine], tasks, [own]);
    expect(formatSnapshot(large).length).toBeGreaterThan(5 * 1024 * 1024);
    const { code, stdout } = await devices(large, "-o", "json");
    expect([
      code,
      (JSON.parse(stdout) as { readonly conflicts: readonly { readonly tasks: readonly string[] }[] }).conflicts[0]!
        .tasks.length,
    ]).toEqual([3, 20_000]);
  });

  it("takes the cluster's ARN for its name", async () => {
    const arn = "arn:aws:ecs:us-east-1:111122223333:cluster/prod";
    expect((await devices({ ...calm, clusterArn: arn }, "--cluster", arn)).code).toBe(0);
  });
});

describe("cluster explain", () => {
  const workload = [
    "--name",
    "chip",
    "--image",
    "chip:1",
    "--instance-type",
    "inf2.24xlarge",
    "--devices",
    "2",
    "--cpu",
    "1",
    "--memory",
    "1GiB",
  ];
  const explain = async (snapshot: ClusterSnapshot, ...args: readonly string[]) =>
    runCli(["cluster", "explain", ...workload, "--cluster-state", await fileOf(snapshot), ...args]);

  it.each(["text", "table", "markdown"])(
    "ends in %s with its sum and the nearest change, beside what is piped",
    async (form) => {
      const short = await explain(calm, "--count", "3", "-o", form);
      expect(short.stdout).not.toContain("nearest change");
      expect(short.stderr).toMatch(
        /^does not fit: 2 of 3 can be placed now\ncost: .+\nnearest change: .+ \(6\.49 USD\/hour\)\n$/,
      );
      expect((await explain(calm, "--count", "2", "-o", form)).stderr).toBe(
        "fits: all 2 can be placed now\ncost: 4.33 USD/hour: 2 x 2 of 6 devices of inf2.24xlarge; on-demand list price in us-east-1, 2026-07-20\n",
      );
      expect((await explain(calm, "--count", "3", "-o", form, "-q")).stderr).toBe("");
    },
  );

  it("exits 0 where all fit, and 4 where they do not, with the document either way", async () => {
    const fits = await explain(calm, "--count", "2", "-o", "json");
    expect([fits.code, fits.stderr]).toEqual([0, ""]);
    expect(JSON.parse(fits.stdout)).toEqual({
      apiVersion: "aiplat/v1",
      kind: "PlacementExplanation",
      placeable: true,
      requested: 2,
      possible: 2,
      instances: [
        {
          containerInstanceArn: machine.arn,
          ec2InstanceId: "i-m1",
          instanceType: "inf2.24xlarge",
          fits: true,
          reasons: [],
        },
      ],
      cost: {
        currency: "USD",
        region: "us-east-1",
        asOf: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
        source: expect.stringContaining("karpenter"),
        perHour: { least: 4.327087, most: 4.327087 },
        parts: [
          {
            count: 2,
            choices: [
              {
                instanceType: "inf2.24xlarge",
                share: 1 / 3,
                takes: "2 of 6 devices",
                pricePerHour: 6.49063,
                perHour: 4.327087,
              },
            ],
          },
        ],
      },
    });
    const short = await explain(calm, "--count", "3", "-o", "json");
    expect([short.code, short.stderr]).toEqual([4, ""]);
    expect(JSON.parse(short.stdout)).toMatchObject({
      placeable: false,
      requested: 3,
      possible: 2,
      nearestChange: {
        kind: "add-instances",
        message: "one more inf2.24xlarge",
        cost: { perHour: { least: 6.49063, most: 6.49063 } },
      },
    });
  });

  it("prints a line an instance when piped, and tables", async () => {
    const other = aSnapshot([anInstance("c", "m5.large")]);
    const message =
      "CONSTRAINT: attribute:ecs.instance-type == inf2.24xlarge: ecs.instance-type is m5.large; DEVICES: m5.large has no Neuron devices";
    const [piped, markdown] = await Promise.all([explain(other), explain(other, "-o", "markdown")]);
    expect(piped.stdout).toBe(`i-c\tm5.large\tno\t${message}\n`);
    expect(markdown.stdout).toBe(
      `| INSTANCE | TYPE | FITS | REASONS |\n| --- | --- | --- | --- |\n| i-c | m5.large | no | ${message} |\n`,
    );
  });

  it("takes its count from the file, and its constraints from flags", async () => {
    const file = JSON.stringify({
      name: "chip",
      image: "chip:1",
      replicas: 3,
      accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 },
      resources: { cpu: 1, memory: "1GiB" },
    });
    const run = async (...args: readonly string[]) =>
      runCli(["cluster", "explain", "-", "--cluster-state", await fileOf(calm), "-o", "json", ...args], {
        input: file,
      });
    expect(JSON.parse((await run()).stdout)).toMatchObject({ requested: 3, possible: 2 });
    const constrained = JSON.parse(
      (await run("--placement-constraints", "type=memberOf,expression=attribute:stack == prod")).stdout,
    ) as { readonly instances: readonly { readonly reasons: readonly object[] }[] };
    expect(constrained.instances[0]!.reasons).toEqual([
      { code: "CONSTRAINT", message: "attribute:stack == prod: the instance has no stack" },
    ]);
  });

  it.each([
    ["an expression that is none", ["--placement-constraints", "type=memberOf,expression=attribute:stack = prod"], "="],
    ["a count that is none", ["--count", "0"], "--count"],
    ["a cluster that the snapshot is not of", ["--cluster", "staging"], "is a snapshot of cluster prod"],
    ["a format that it does not have", ["-o", "env"], "env"],
  ])("exits 2 on %s", async (_, args, message) => {
    const { code, stdout, stderr } = await explain(calm, ...args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^ +at /m);
  });

  it("says every problem of the workload, with exit 2, before it looks at the cluster", async () => {
    const { code, stderr } = await explain(calm, "--devices", "7", "--memory", "lots");
    expect(code).toBe(2);
    expect(stderr).toContain("--devices");
    expect(stderr).toContain("--memory");
  });

  it("reads only one thing from standard input", async () => {
    for (const words of [["cluster", "explain"], ["plan"]]) {
      const { code, stderr } = await runCli([...words, "-", "--cluster-state", "-"], { input: formatSnapshot(calm) });
      expect([code, stderr]).toEqual([
        2,
        "error: the workload and --cluster-state are both standard input: give one of them as a file\n",
      ]);
    }
  });
});

describe("plan from a snapshot", () => {
  it("exits 2 on another cluster's", async () => {
    const { code, stderr } = await runCli([
      "plan",
      "--name",
      "chip",
      "--image",
      "chip:1",
      "--instance-type",
      "inf2.24xlarge",
      "--cluster-state",
      await fileOf(calm),
      "--cluster",
      "staging",
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain("is a snapshot of cluster prod");
  });

  it.each([["plan"], ["cluster", "explain"]])("warns of a file that names another one (%s %s)", async (...words) => {
    const run = async (cluster: string) =>
      runCli([...words.filter(Boolean), "-", "--cluster-state", await fileOf(calm)], {
        input: JSON.stringify({
          name: "chip",
          image: "chip:1",
          accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 },
          ecs: { cluster },
        }),
      });
    expect((await run("staging")).stderr).toContain(
      "warning: the workload is for cluster staging, and the snapshot is of prod\n",
    );
    expect((await run("prod")).stderr).not.toContain("is for cluster");
  });
});

describe("cluster snapshot", () => {
  it.each([{}, { AWS_REGION: "us-east-1" }])("writes definitions for the snapshot's region (%o)", async (env) => {
    const file = await fileOf(
      aSnapshot([machine], [], [], { clusterArn: "arn:aws:ecs:eu-west-1:111122223333:cluster/prod" }),
    );
    const args = [
      "--cluster-state",
      file,
      "--name",
      "bert",
      "--image",
      "bert:1",
      "--instance-type",
      "inf2.24xlarge",
      "--cpu",
      "1",
      "--memory",
      "1GiB",
      "--log-group",
      "/bert",
      "-o",
      "json",
    ];
    const plan = await runCli(["plan", ...args], { env });
    expect(plan.stderr).toBe("");
    const { steps } = JSON.parse(plan.stdout) as {
      readonly steps: readonly { readonly definition: { readonly containerDefinitions: readonly object[] } }[];
    };
    expect(steps[0]!.definition.containerDefinitions[0]).toMatchObject({
      logConfiguration: { options: { "awslogs-region": "eu-west-1" } },
    });
    expect((await runCli(["cluster", "explain", ...args], { env })).code).toBe(0);
  });

  it("needs a region and credentials, which a snapshot file does not", async () => {
    const { code, stderr } = await runCli(["cluster", "snapshot", "--cluster", "prod"]);
    expect(code).toBe(6);
    expect(stderr).toContain("region");
  });
});
