import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { bareEnv, cliPath, runCli } from "../support/cli.ts";
import { missingTools } from "../support/tools.ts";

interface Item {
  readonly instanceType: string;
  readonly [field: string]: unknown;
}

async function items(...args: readonly string[]): Promise<readonly Item[]> {
  const { code, stdout, stderr } = await runCli(["instances", ...args, "-o", "json"]);
  expect([code, stderr]).toEqual([0, ""]);
  const document = JSON.parse(stdout) as { readonly items: readonly Item[] };
  expect(document).toMatchObject({ apiVersion: "aiplat/v1", kind: "InstanceTypeList" });
  return document.items;
}

describe("instances list", () => {
  test("prints documents as scripts rely on them", async () => {
    const [type, ...others] = await items("list", "--name", "inf2.24xlarge");
    expect(others).toEqual([]);
    expect(type).toEqual({
      instanceType: "inf2.24xlarge",
      family: "inf2",
      architecture: "x86_64",
      vcpus: 96,
      memoryMiB: 393_216,
      accelerator: {
        kind: "neuron",
        name: "Inferentia2",
        manufacturer: "AWS",
        count: 6,
        coresPerDevice: 2,
        memoryMiBPerDevice: 32_768,
      },
      devicePaths: ["/dev/neuron0", "/dev/neuron1", "/dev/neuron2", "/dev/neuron3", "/dev/neuron4", "/dev/neuron5"],
      efaInterfaces: 0,
      networkCards: 1,
      pricePerHour: 6.49063,
      status: "current",
      source: expect.any(String) as string,
    });
  });

  test("says what is special about a type", async () => {
    const list = await items("list", "--status", "all");
    const named = (name: string) => list.find((item) => item.instanceType === name);
    expect(named("g6f.large")).toMatchObject({ accelerator: { count: 1, fraction: 0.125 }, devicePaths: [] });
    expect(named("p3.2xlarge")).toMatchObject({ status: "retired", retiredOn: "2025-12-20" });
    expect(named("p6e-gb200.36xlarge")).toMatchObject({ efaInterfaces: null });
    expect(named("trn2.48xlarge")).not.toHaveProperty("pricePerHour");
  });

  test("prints tab-separated lines without a header into a pipe", async () => {
    const { code, stdout, stderr } = await runCli(["instances", "list", "--family", "inf1", "--family", "trn2"]);
    expect([code, stderr]).toEqual([0, ""]);
    const rows = stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.split("\t"));
    expect(rows.map((row) => row.length)).toEqual([11, 11, 11, 11, 11, 11]);
    expect(rows[0]).toEqual([
      "inf1.xlarge",
      "neuron",
      "Inferentia",
      "1",
      "8192",
      "4",
      "8192",
      "x86_64",
      "0",
      "0.228",
      "current",
    ]);
    expect(rows[5]).toEqual([
      "trn2.48xlarge",
      "neuron",
      "Trainium2",
      "16",
      "98304",
      "192",
      "2097152",
      "x86_64",
      "16",
      "-",
      "current",
    ]);
  });

  test.each([
    [
      ["--accelerator", "neuron", "--min-devices", "6", "--max-price", "10"],
      ["inf1.24xlarge", "inf2.24xlarge"],
    ],
    [["--accelerator", "nvidia", "--architecture", "arm64", "--efa"], ["p6e-gb200.36xlarge"]],
    [
      ["--family", "g6", "--min-memory", "384GiB", "--sort", "price"],
      ["g6.24xlarge", "g6.48xlarge"],
    ],
    [
      ["--min-device-memory", "0.15TiB", "--status", "current", "--name", "p6*"],
      ["p6-b200.48xlarge", "p6-b300.48xlarge", "p6e-gb200.36xlarge"],
    ],
    [
      ["--name", "p3*", "--status", "retired", "--sort", "memory"],
      ["p3.2xlarge", "p3.8xlarge", "p3.16xlarge"],
    ],
  ])("filters: %j", async (args, expected) => {
    expect((await items("list", ...args)).map((item) => item.instanceType)).toEqual(expected);
  });

  test("a chip's name finds the types that carry it", async () => {
    expect((await items("list", "--name", "h100")).map(({ instanceType }) => instanceType)).toEqual([
      "p5.4xlarge",
      "p5.48xlarge",
    ]);
  });

  test("an empty list is an answer", async () => {
    const { code, stdout, stderr } = await runCli(["instances", "list", "--name", "h300"]);
    expect([code, stdout, stderr]).toEqual([0, "", "No instance type of the catalogue matches.\n"]);
    expect(await items("list", "--name", "h300")).toEqual([]);
    expect(await runCli(["instances", "list", "--name", "h300", "--quiet"])).toEqual({
      code: 0,
      stdout: "",
      stderr: "",
    });
  });

  test.each([
    [["--family", "inf3"], "--family inf3: not a family of the catalogue", "Did you mean inf1 or inf2?"],
    [["--accelerator", "gpu"], "gpu", "neuron"],
    [["--min-memory", "24"], "--min-memory 24: must be a size with a unit", "24GiB"],
    [["--min-device-memory", "24G"], "--min-device-memory 24G", "Write 24GiB."],
    [["--min-devices", "0"], "--min-devices 0: must be a whole number of at least 1", ""],
    [["--max-price", "cheap"], "--max-price cheap: must be a number above 0", ""],
    [["--sort", "speed"], "speed", "price"],
    [["-o", "env"], "--output env: not offered by this command", "markdown"],
  ])("refuses %j", async (args, message, hint) => {
    const { code, stdout, stderr } = await runCli(["instances", "list", ...args]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test.each([
    ["table", /^TYPE +KIND +ACCELERATOR/],
    ["markdown", /^\| TYPE \| KIND \|/],
    ["html", /<td>inf1\.xlarge<\/td>/],
    ["yaml", /^ {2}- instanceType: inf1\.xlarge$/m],
  ])("prints %s", async (format, pattern) => {
    const { code, stdout } = await runCli(["instances", "list", "--family", "inf1", "-o", format]);
    expect(code).toBe(0);
    expect(stdout).toMatch(pattern);
    expect(stdout).toMatch(/prices on demand in us-east-1, \d{4}-\d\d-\d\d|asOf: /);
  });

  test("stops in silence when the reader has had enough", async () => {
    // The document is larger than a pipe holds, so the writer meets the closed end.
    const command = `"${process.execPath}" "${cliPath()}" instances list -o json | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await promisify(execFile)("bash", ["-c", command], { env: bareEnv() });
    expect([stdout, stderr]).toEqual(["{\n0\n", ""]);
  });

  test("stops in silence when there is no reader for the little it has to say", async () => {
    const child = spawn(process.execPath, [cliPath(), "instances", "list", "--family", "inf1"], {
      env: bareEnv(),
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.destroy();
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, "close")]);
    expect([code, stderr]).toEqual([0, ""]);
  });
});

describe.skipIf(missingTools("script"))("instances list on a terminal", () => {
  async function onTerminal(env: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
    const command = `stty cols 80; "${process.execPath}" "${cliPath()}" instances list`;
    const { stdout } = await promisify(execFile)("script", ["-qec", command, "/dev/null"], {
      env: { ...bareEnv(), TERM: "xterm", SHELL: "/bin/bash", ...env },
    });
    return stdout.replaceAll("\r", "").trimEnd().split("\n");
  }

  test("fits 80 columns without colour under NO_COLOR", async () => {
    const lines = await onTerminal({ NO_COLOR: "1" });
    expect(lines[0]).toMatch(/^TYPE +ACCELERATOR/);
    expect(lines.length).toBeGreaterThan(108);
    // The footnote may wrap; no row may.
    expect(lines.filter((line) => line.length > 80 && !line.startsWith("Memory in GiB"))).toEqual([]);
    expect(lines.join("\n")).not.toContain("\u001B");
  });

  test("has colour without it", async () => {
    expect((await onTerminal()).join("\n")).toContain("\u001B[1mTYPE");
  });
});

describe("instances show", () => {
  test("adds slots, topology and AMI families to the document", async () => {
    const [inferentia, trainium, gpu] = await items("show", "inf2.24xlarge", "trn1.32xlarge", "g5.xlarge");
    expect(inferentia).toMatchObject({
      instanceType: "inf2.24xlarge",
      topology: { wiring: "line of 6", note: expect.stringContaining("ring") as string },
    });
    expect(inferentia?.["legalSlots"]).toContainEqual({
      devices: 5,
      slots: [
        [0, 1, 2, 3, 4],
        [1, 2, 3, 4, 5],
      ],
    });
    expect(trainium?.["legalSlots"]).toMatchObject([
      { devices: 1 },
      { devices: 4 },
      {
        devices: 8,
        slots: [
          [0, 1, 2, 3, 4, 5, 6, 7],
          [8, 9, 10, 11, 12, 13, 14, 15],
        ],
      },
      { devices: 16 },
    ]);
    expect(inferentia?.["amiFamilies"]).not.toEqual([]);
    expect(gpu).toMatchObject({ devicePaths: [], legalSlots: [] });
    expect(gpu).not.toHaveProperty("topology");
  });

  test("prints one fact a line into a pipe", async () => {
    const { code, stdout } = await runCli(["instances", "show", "trn1.32xlarge", "p3.2xlarge"]);
    expect(code).toBe(0);
    const facts = new Map(
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => [line.split("\t")[0], line.split("\t").slice(1)]),
    );
    expect(facts.get("Instance type")).toEqual(["trn1.32xlarge", "p3.2xlarge"]);
    expect(facts.get("Status")).toEqual(["current", "retired on 2025-12-20"]);
    expect(facts.get("Legal slots")).toEqual(["1: any one; 4: 0-3 4-7 8-11 12-15; 8: 0-7 8-15; 16: 0-15", "-"]);
    expect(facts.get("Devices")?.[0]).toMatch(/^\/dev\/neuron0 .* \/dev\/neuron15$/);
  });

  test("names every unknown type with the nearest ones", async () => {
    const { code, stdout, stderr } = await runCli([
      "instances",
      "show",
      "inf2.2xlarge",
      "Inf1.xlarge",
      "eia2.medium",
      "inf1.xlarge",
    ]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("inf2.2xlarge is not in the catalogue");
    expect(stderr).toContain("inf2.8xlarge");
    expect(stderr).toContain("Write inf1.xlarge.");
    expect(stderr).toContain("Elastic Inference");
  });

  test("reports an unknown type as one document under -o json", async () => {
    const { code, stdout, stderr } = await runCli(["instances", "show", "inf2.2xlarge", "-o", "json"]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(JSON.parse(stderr)).toMatchObject({
      kind: "Error",
      code: "InvalidInput",
      details: { problems: [{ code: "unknown-instance-type" }] },
    });
  });

  test("wants a type", async () => {
    expect(await runCli(["instances", "show"])).toMatchObject({ code: 2, stdout: "" });
  });
});
