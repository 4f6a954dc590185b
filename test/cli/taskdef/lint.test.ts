import { chmod, lstat, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../../support/cli.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aiplat-lint-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The Neuron task definition of the ECS developer guide, for one chip. */
const guide = {
  family: "ecs-neuron",
  requiresCompatibilities: ["EC2"],
  placementConstraints: [
    { type: "memberOf", expression: "attribute:ecs.os-type == linux" },
    { type: "memberOf", expression: "attribute:ecs.instance-type == inf1.xlarge" },
  ],
  executionRoleArn: "arn:aws:iam::123456789012:role/ecs",
  containerDefinitions: [
    {
      name: "neuron",
      image: "763104351884.dkr.ecr.us-east-1.amazonaws.com/tensorflow-inference-neuron:1.15.4-neuron-py37-ubuntu18.04",
      entryPoint: ["/usr/local/bin/entrypoint.sh", "--port=8500"],
      portMappings: [{ hostPort: 8500, protocol: "tcp", containerPort: 8500 }],
      linuxParameters: {
        devices: [{ containerPath: "/dev/neuron0", hostPath: "/dev/neuron0", permissions: ["read", "write"] }],
        capabilities: { add: ["IPC_LOCK"] },
      },
      cpu: 0,
      memoryReservation: 1000,
    },
  ],
};

function with2Chips() {
  const broken = structuredClone(guide);
  const { linuxParameters } = broken.containerDefinitions[0]!;
  linuxParameters.devices.push({
    containerPath: "/dev/neuron1",
    hostPath: "/dev/neuron1",
    permissions: ["read", "write"],
  });
  Object.assign(linuxParameters, { sharedMemorySize: 1024 });
  return broken;
}

async function write(name: string, content: unknown): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content, null, 2));
  return path;
}

describe("taskdef lint", () => {
  it("is silent on stdout where nothing is wrong", async () => {
    expect(await runCli(["taskdef", "lint", await write("good.json", guide)])).toEqual({
      code: 0,
      stdout: "",
      stderr: "No problems in 1 task definition.\n",
    });
    expect(
      await runCli(["taskdef", "lint", "-q", "-"], { input: JSON.stringify({ taskDefinition: guide, tags: [] }) }),
    ).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("prints each finding with rule, severity, path, message and fix, and exits with 3", async () => {
    const path = await write("broken.json", with2Chips());
    const { code, stdout, stderr } = await runCli(["taskdef", "lint", path]);
    expect([code, stderr]).toEqual([3, "1 error in 1 task definition.\n"]);
    const [place, ...rest] = stdout.trimEnd().split("\t");
    expect(place).toBe(`${path}:42:11`);
    expect(rest).toEqual([
      "error",
      "neuron-device-not-on-type",
      "containerDefinitions[0].linuxParameters.devices[1]",
      "inf1.xlarge has only /dev/neuron0: /dev/neuron1 is not there",
      "List only devices that the type has, or constrain to a type that has them.",
    ]);
  });

  it("reads several files, lists and YAML, and names each place", async () => {
    const list = await write("list.json", [guide, with2Chips()]);
    const yaml = await write("one.yaml", "family: x\ncontainerDefinitions:\n  - name: x\n    image: y\n");
    const { code, stdout } = await runCli(["taskdef", "lint", list, yaml, "-o", "json"]);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      apiVersion: "aiplat/v1",
      kind: "LintReport",
      files: [
        { file: list, taskDefinitions: 2, errors: 1, warnings: 0 },
        { file: yaml, taskDefinitions: 1, errors: 1, warnings: 0 },
      ],
      findings: [
        {
          rule: "neuron-device-not-on-type",
          severity: "error",
          file: list,
          family: "ecs-neuron",
          path: "[1].containerDefinitions[0].linuxParameters.devices[1]",
        },
        {
          rule: "memory-not-set",
          severity: "error",
          file: yaml,
          line: 3,
          column: 5,
          family: "x",
          path: "containerDefinitions[0]",
        },
      ],
    });
  });

  it("fails on warnings where that is asked for", async () => {
    const tight = structuredClone(guide);
    tight.containerDefinitions[0]!.memoryReservation = 8000;
    const path = await write("tight.json", tight);
    const lenient = await runCli(["taskdef", "lint", path]);
    expect([lenient.code, lenient.stderr]).toEqual([0, "1 warning in 1 task definition.\n"]);
    expect(lenient.stdout).toContain("\twarning\tmemory-over-registered\t");
    expect(lenient.stdout).toContain("at most 7372 MiB");
    expect((await runCli(["taskdef", "lint", path, "--fail-on", "warning"])).code).toBe(3);
    expect((await runCli(["taskdef", "lint", path, "--fail-on", "error"])).code).toBe(0);
  });

  it("annotates on GitHub", async () => {
    const path = await write("a,b.json", with2Chips());
    const { code, stdout } = await runCli(["taskdef", "lint", path, "-o", "github"]);
    expect(code).toBe(3);
    expect(stdout).toBe(
      `::error file=${path.replace(",", "%2C")},line=42,col=11,title=neuron-device-not-on-type::inf1.xlarge has only /dev/neuron0: /dev/neuron1 is not there%0AList only devices that the type has, or constrain to a type that has them.\n`,
    );
    const piped = await runCli(["taskdef", "lint", "-", "-o", "github"], { input: JSON.stringify(with2Chips()) });
    expect(piped.stdout).toMatch(/^::error title=neuron-device-not-on-type::/);
  });

  it.each(["yaml", "table", "markdown", "html"])("prints %s", async (format) => {
    const { code, stdout } = await runCli(["taskdef", "lint", await write("broken.json", with2Chips()), "-o", format]);
    expect(code).toBe(3);
    expect(stdout).toContain("neuron-device-not-on-type");
  });

  it.each([
    [
      "a workload file",
      "name: bert\nimage: x:1\naccelerator: { instanceTypes: [inf2.xlarge] }\n",
      [/input:1:1: error: this is a workload file/, /aiplat taskdef generate WORKLOAD --all \| aiplat taskdef lint -/],
    ],
    [
      "CloudFormation's words",
      '{"Family": "x", "ContainerDefinitions": []}',
      [/CloudFormation/, /containerDefinitions/],
    ],
    ["text that is neither JSON nor YAML", '{"family": "x"', [/input:1:\d+: error: not valid JSON or YAML/]],
    ["an empty file", "", [/input: error: the file holds no task definition/]],
  ])("refuses %s", async (_, content, patterns) => {
    const { code, stdout, stderr } = await runCli(["taskdef", "lint", await write("input", content)]);
    expect([code, stdout]).toEqual([2, ""]);
    for (const pattern of patterns) expect(stderr).toMatch(pattern);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it("refuses what cannot be read, and says so as a document under -o json", async () => {
    expect(await runCli(["taskdef", "lint"])).toMatchObject({ code: 2, stdout: "" });
    expect(await runCli(["taskdef", "lint", "-", "-"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("standard input can be read once") as string,
    });
    expect(await runCli(["taskdef", "lint", "--fail-on", "never", "-"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("not one of error or warning") as string,
    });
    const { code, stderr } = await runCli(["taskdef", "lint", join(folder, "none.json"), "-o", "json"]);
    expect(code).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({
      kind: "Error",
      message: expect.stringContaining("no such file") as string,
    });
  });
});

/**
 * The guide's definition, with a mistake of each kind: one that --fix knows the answer to, and one that it does not.
 */
function correctable(devices = 1) {
  const broken = devices === 1 ? structuredClone(guide) : with2Chips();
  broken.containerDefinitions[0]!.linuxParameters.devices[0]!.containerPath = "/dev/neuron7";
  return broken;
}

describe("taskdef lint --fix", () => {
  it("corrects files in place, says what it corrected, and what is left decides the exit code", async () => {
    const [clean, half] = [await write("clean.json", correctable()), await write("half.json", correctable(2))];
    const { code, stdout, stderr } = await runCli(["taskdef", "lint", "--fix", clean, half]);
    expect(code).toBe(3);
    expect(await readFile(clean, "utf8")).toBe(JSON.stringify(guide, null, 2));
    expect(await readFile(half, "utf8")).toBe(JSON.stringify(with2Chips(), null, 2));
    expect(
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => line.split("\t").slice(0, 3)),
    ).toEqual([[`${half}:42:11`, "error", "neuron-device-not-on-type"]]);
    expect(stderr).toBe(
      [clean, half]
        .map(
          (file) =>
            `fixed ${file}: containerDefinitions[0].linuxParameters.devices[0].containerPath: the host's /dev/neuron0 becomes /dev/neuron7 in the container: the Neuron runtime numbers devices as the host does [neuron-device-mapping]\n`,
        )
        .join("") + "Fixed 2 problems; 1 error left in 2 task definitions.\n",
    );
    const again = await runCli(["taskdef", "lint", "--fix", clean]);
    expect(again).toEqual({ code: 0, stdout: "", stderr: "No problems in 1 task definition.\n" });
    expect((await runCli(["taskdef", "lint", "--fix", await write("clean.json", correctable())])).stderr).toContain(
      "Fixed 1 problem; none left in 1 task definition.",
    );
  });

  it("says so in the document", async () => {
    const path = await write("half.json", correctable(2));
    const { stdout } = await runCli(["taskdef", "lint", "--fix", "-o", "json", path]);
    expect(JSON.parse(stdout)).toMatchObject({
      files: [{ file: path, errors: 1, warnings: 0, fixed: 1 }],
      fixed: [
        {
          rule: "neuron-device-mapping",
          severity: "error",
          file: path,
          family: "ecs-neuron",
          path: "containerDefinitions[0].linuxParameters.devices[0].containerPath",
        },
      ],
      findings: [{ rule: "neuron-device-not-on-type" }],
    });
    expect(JSON.parse((await runCli(["taskdef", "lint", "-o", "json", path])).stdout)).not.toHaveProperty("fixed");
  });

  it("gives standard input back corrected, and the report on stderr", async () => {
    const input = JSON.stringify({ taskDefinition: correctable(2), tags: [] }, null, 4);
    const { code, stdout, stderr } = await runCli(["taskdef", "lint", "--fix", "-"], { input });
    expect([code, stdout]).toEqual([3, JSON.stringify({ taskDefinition: with2Chips(), tags: [] }, null, 4)]);
    expect(stderr).toContain("neuron-device-not-on-type");
    expect(stderr).toContain("Fixed 1 problem; 1 error left");
    const right = JSON.stringify(guide);
    expect(await runCli(["taskdef", "lint", "--fix", "-q", "-"], { input: right })).toEqual({
      code: 0,
      stdout: right,
      stderr: "",
    });
  });

  it("writes a file at once and only where it changes, through a link, with its permissions and byte order mark", async () => {
    const right = await write("right.json", guide);
    const before = await stat(right);
    const marked = await write("marked.json", `\uFEFF${JSON.stringify(correctable())}`);
    await chmod(marked, 0o640);
    const link = join(folder, "link.json");
    await symlink("marked.json", link);
    expect((await runCli(["taskdef", "lint", "--fix", right, link])).code).toBe(0);
    const after = await stat(right);
    expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs]);
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(await readFile(marked, "utf8")).toBe(`\uFEFF${JSON.stringify(guide)}`);
    expect((await stat(marked)).mode & 0o777).toBe(0o640);
    expect((await readdir(folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("writes nothing where one of the files is no task definition", async () => {
    const path = await write("clean.json", correctable());
    const { code, stdout } = await runCli(["taskdef", "lint", "--fix", path, await write("none.json", "{}")]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(await readFile(path, "utf8")).toBe(JSON.stringify(correctable(), null, 2));
  });
});
