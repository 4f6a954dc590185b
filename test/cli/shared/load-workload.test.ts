import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../../support/cli.ts";

const root = join(import.meta.dirname, "../../..");
const flags = ["--name", "bert", "--image", "bert:1", "--instance-type", "inf2.xlarge"];
const legal = "name: bert\nimage: bert:1\naccelerator: { instanceTypes: [inf2.xlarge] }\n";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aiplat-workload-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs the tool in a folder of its own with the files. */
async function inFolder(files: Readonly<Record<string, string>>, args: readonly string[], input?: string) {
  const cwd = await mkdtemp(join(folder, "run-"));
  for (const [name, text] of Object.entries(files)) await writeFile(join(cwd, name), text);
  return { cwd, ...(await runCli(args, { cwd, ...(input === undefined ? {} : { input }) })) };
}

describe("aiplat validate", () => {
  test("says on stderr that a workload is legal, and nothing on stdout", async () => {
    expect(await inFolder({ "aiplat.yaml": legal }, ["validate"])).toMatchObject({
      code: 0,
      stdout: "",
      stderr: "aiplat.yaml is valid\n",
    });
    expect(await inFolder({ "w.yaml": legal }, ["validate", "w.yaml", "--quiet"])).toMatchObject({
      code: 0,
      stdout: "",
      stderr: "",
    });
    expect(await inFolder({}, ["validate", ...flags])).toMatchObject({
      code: 0,
      stdout: "",
      stderr: "the workload is valid\n",
    });
  });

  test("reads standard input, YAML or JSON", async () => {
    expect(await inFolder({}, ["validate", "-"], legal)).toMatchObject({ code: 0, stderr: "<stdin> is valid\n" });
    expect(
      await inFolder({}, ["validate", "-", "--for", "eks"], '{ "name": "bert", "image": 7, "accelerator": "none" }'),
    ).toMatchObject({
      code: 2,
      stderr:
        "<stdin>:1:28: error: image must be an image reference, e.g. public.ecr.aws/neuron/pytorch-inference-neuronx:TAG, not 7\n",
    });
    expect(await inFolder({}, ["validate", "-"], "name: \0")).toMatchObject({
      code: 2,
      stderr: "error: <stdin> is not UTF-8 text\n  Save it as UTF-8, if it is the right file.\n",
    });
  });

  test("takes flags over ./aiplat.yaml", async () => {
    expect(
      await inFolder({ "aiplat.yaml": "name: bert\nimage: 7\naccelerator: none\n" }, [
        "validate",
        "--image",
        "bert:1",
        "--memory",
        "1GiB",
      ]),
    ).toMatchObject({ code: 0 });
    expect(await inFolder({ "aiplat.yaml": legal }, ["validate", "--memory", "64GiB"])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^aiplat\.yaml is the workload, with --memory over it; --no-file leaves it out\n--memory: error: resources\.memory 64GiB is more than inf2\.xlarge has/,
      ) as string,
    });
  });

  test("leaves ./aiplat.yaml out with --no-file, and where --name is another's", async () => {
    const file = { "aiplat.yaml": legal };
    const other = ["--image", "x:1", "--instance-type", "inf2.xlarge"];
    const flagsAlone = { code: 0, stderr: "the workload is valid\n" };
    expect(await inFolder(file, ["validate", "--name", "other", ...other])).toMatchObject(flagsAlone);
    expect(await inFolder(file, ["validate", "--name", "bert", ...other, "--no-file"])).toMatchObject(flagsAlone);
    expect((await inFolder(file, ["validate", "--name", "bert", "--image", "x:1"])).stderr).toBe(
      "aiplat.yaml is the workload, with --name and --image over it; --no-file leaves it out\naiplat.yaml is valid\n",
    );
    expect(await inFolder(file, ["validate", "--no-file"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("no workload: --no-file leaves out aiplat.yaml") as string,
    });
    expect(await inFolder(file, ["validate", "aiplat.yaml", "--no-file"])).toMatchObject({ code: 2 });
  });

  test("merges several files in order, with what they name of the environment and what --set says", async () => {
    const cwd = await mkdtemp(join(folder, "run-"));
    await writeFile(join(cwd, "base.yaml"), `${legal}environment:\n  A: base\n  B: \${env:B}\nreplicas: \${env:N}\n`);
    await writeFile(join(cwd, "prod.yaml"), "environment: { A: prod }\nresources: { memory: 999 }\n");
    const run = (env: Readonly<Record<string, string>>, ...more: readonly string[]) =>
      runCli(["taskdef", "generate", "base.yaml", "prod.yaml", ...more], { cwd, env });
    expect(await run({ B: "b" })).toEqual({
      code: 2,
      stdout: "",
      stderr:
        "base.yaml:7:11: error: ${env:N}: N is not set\n  Set it, or write ${env:N:-default}.\n" +
        "prod.yaml:2:22: error: resources.memory must be a size with a unit (MiB, GiB or TiB), e.g. 24GiB, not 999\n" +
        "  Write 999MiB or 999GiB.\n",
    });
    const show = ["base.yaml", "prod.yaml", "--set", "resources.memory=4GiB", "--show-workload"];
    expect(await runCli(["plan", ...show], { cwd, env: { B: "b", N: "3" } })).toEqual({
      code: 0,
      stderr: "",
      stdout:
        "name: bert\nimage: bert:1\nenvironment:\n  A: prod\n  B: b\naccelerator:\n  instanceTypes:\n    - inf2.xlarge\n" +
        "replicas: 3\nresources:\n  memory: 4GiB\n",
    });
    const { code, stdout, stderr } = await run(
      { B: "b", N: "3" },
      "--set",
      "resources.memory=4GiB",
      "--set",
      "nodes=1",
    );
    expect([code, stderr]).toEqual([0, ""]);
    const [container] = (
      JSON.parse(stdout) as { containerDefinitions: readonly { memory: number; environment: readonly object[] }[] }
    ).containerDefinitions;
    expect(container).toMatchObject({
      memory: 4096,
      environment: [
        { name: "A", value: "prod" },
        { name: "B", value: "b" },
      ],
    });
    expect(await run({ B: "b", N: "3" }, "--set", "replicas=3", "--replicas", "2")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("give --replicas or --set replicas=..., not both") as string,
    });
  });

  test("lets warnings pass", async () => {
    const { code, stdout, stderr } = await inFolder({ "aiplat.yaml": `${legal}resources: { memory: 16GiB }\n` }, [
      "validate",
    ]);
    expect([code, stdout]).toEqual([0, ""]);
    expect(stderr).toMatch(
      /^aiplat\.yaml:4:22: warning: resources\.memory 16GiB is more than 90 % of what inf2\.xlarge has/,
    );
  });

  test("ends, under -o json, with one compact document of every problem", async () => {
    const { code, stdout, stderr } = await inFolder(
      { "aiplat.yaml": "nmae: bert\nimage: bert:1\nreplicas: 0\naccelerator: none\n" },
      ["validate", "-o", "json", "--for", "eks"],
    );
    expect([code, stdout, stderr.split("\n").length]).toEqual([2, "", 2]);
    expect(JSON.parse(stderr)).toEqual({
      apiVersion: "aiplat/v1",
      kind: "Error",
      code: "InvalidInput",
      message: "2 problems",
      details: {
        problems: [
          {
            severity: "error",
            code: "unknown-key",
            message: "unknown key nmae",
            hint: "Did you mean name?",
            path: ["nmae"],
            file: "aiplat.yaml",
            line: 1,
            column: 1,
          },
          {
            severity: "error",
            code: "invalid-value",
            message: "replicas must be a whole number of at least 1, not 0",
            path: ["replicas"],
            file: "aiplat.yaml",
            line: 3,
            column: 11,
          },
        ],
      },
    });
  });

  test("writes annotations for GitHub", async () => {
    expect(
      await inFolder({ "aiplat.yaml": `${legal}replicas: 0\ncomand: [x]\n` }, ["validate", "-o", "github"]),
    ).toMatchObject({
      code: 2,
      stdout: "",
      stderr:
        "::error file=aiplat.yaml,line=4,col=11::replicas must be a whole number of at least 1, not 0\n::error file=aiplat.yaml,line=5,col=1::unknown key comand%0ADid you mean command?\n",
    });
  });

  test("prints no stack trace, whatever is broken", async () => {
    // The transcript is what broken-workloads.test.ts holds the tool to.
    expect(readFileSync(join(root, "test/fixtures/broken/expected.txt"), "utf8")).not.toMatch(
      /^\s+at |node:internal|aiplat has a bug|exit (?!2)/m,
    );
  });
});

describe("the libraries", () => {
  test("are loaded where they are needed: YAML for a file, the schema's for one with a mistake", async () => {
    const hook = join(folder, "compiled.cjs");
    const compiled = join(folder, "compiled.js");
    await writeFile(
      hook,
      `const vm = require("node:vm");
       const { writeFileSync } = require("node:fs");
       const sources = [];
       vm.Script = class extends vm.Script {
         constructor(source, options) {
           super(source, options);
           sources.push(source);
         }
       };
       process.on("exit", () => writeFileSync(${JSON.stringify(compiled)}, sources.join("")));`,
    );
    const loaded = async (args: readonly string[]) => {
      await runCli(args, { env: { NODE_OPTIONS: `--require ${hook}` } });
      const text = readFileSync(compiled, "utf8");
      return {
        zod: text.includes("unrecognized_keys"),
        yaml: text.includes("BLOCK_AS_IMPLICIT_KEY"),
        rules: text.includes("unknown-instance-type"),
      };
    };
    expect(await loaded(["validate", ...flags])).toEqual({ zod: false, yaml: false, rules: true });
    const legal = join(root, "templates/pytorch-inference-inf2/aiplat.yaml");
    expect(await loaded(["validate", legal])).toEqual({ zod: false, yaml: true, rules: true });
    const wrong = join(folder, "wrong.yaml");
    await writeFile(wrong, `${readFileSync(legal, "utf8")}sidecar: 1\n`);
    expect(await loaded(["validate", wrong])).toEqual({ zod: true, yaml: true, rules: true });
  });
});
