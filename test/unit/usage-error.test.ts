import { describe, expect, it } from "vitest";
import { registry } from "../../src/commands/registry.ts";
import { globalOptions } from "../../src/commands/shared/global-options.ts";
import { longFlag, type OptionSpec } from "../../src/commands/shared/option.ts";
import { runCli } from "../support/cli.ts";

/** What is told on stderr, a problem a line. */
async function told(...args: readonly string[]) {
  const { code, stdout, stderr } = await runCli(args);
  expect([code, stdout]).toEqual([2, ""]);
  return stderr.trimEnd().split("\n");
}

describe("a value that is empty, as a shell makes it of a variable that is not set", () => {
  const flagsOf = (specs: readonly OptionSpec[]) =>
    specs
      .filter(({ flags, mayBeEmpty }) => flags.includes(" <") && mayBeEmpty !== true)
      .map(({ flags }) => longFlag(flags));

  it.each(registry.map(({ words, load }) => [words, load] as const))(
    "is refused everywhere: %s",
    async (words, load) => {
      const { options = [] } = await load();
      const flags = flagsOf(options);
      const lines = await told(...words.split(" "), ...flags.map((flag) => `${flag}=`), "--region=");
      for (const flag of [...flags, "--region"]) expect(lines).toContain(`error: ${flag} is empty`);
    },
  );

  it("is refused of the flags that every command takes", async () => {
    const flags = flagsOf(globalOptions);
    const lines = await told("task", "list", ...flags.map((flag) => `${flag}=`));
    for (const flag of flags) expect(lines).toContain(`error: ${flag} is empty`);
  });

  it("is refused as an argument", async () => {
    expect((await told("validate", ""))[0]).toBe("error: an argument of aiplat validate is empty");
  });

  it("is the word that leaves an image's ENTRYPOINT out", async () => {
    const flags = ["--name", "a", "--image", "b:1", "--instance-type", "inf2.xlarge", "--entry-point", ""];
    const { code, stdout } = await runCli(["taskdef", "generate", "--no-file", ...flags]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ containerDefinitions: [{ entryPoint: [""] }] });
  });
});

describe("the mistakes of a command line", () => {
  it("are told all at once, with what was meant", async () => {
    const wrong = ["--sort", "prise", "--accelerator", "nvida", "--min-devices", "x", "--falimy", "g5"];
    expect(await told("instances", "list", ...wrong)).toEqual([
      "error: --sort prise: not one of name, price, devices, device-memory, memory or vcpus",
      "  Did you mean price?",
      "error: --accelerator nvida: not one of neuron, nvidia, amd, habana, qualcomm, media or fpga",
      "  Did you mean nvidia?",
      "error: --min-devices x: must be a whole number of at least 1",
      "error: unknown option '--falimy' - did you mean --family?",
    ]);
  });

  it("are in the document's problems", async () => {
    const { stderr } = await runCli(["run-task", "--count", "x", "--timeout", "y", "-o", "json"]);
    expect(JSON.parse(stderr)).toMatchObject({
      code: "Usage",
      message: "2 problems",
      details: { problems: [{ message: expect.stringContaining("--count x") }, { severity: "error" }] },
    });
  });

  it.each([
    [["ami", "latest", "a", "b"], "error: aiplat ami latest takes no argument: a and b are too many"],
    [["init", "a", "b"], "error: aiplat init takes [template] and no more: b is too many"],
    [["templates", "show"], "error: aiplat templates show needs <name>"],
    [["plan", "-o"], "error: --output needs a value"],
    [["eks", "generate", "--with", "hpa,pbd"], "  Did you mean pdb?"],
    [["help", "servcie"], "  Did you mean service? aiplat --help lists the commands."],
    [["frob"], "  aiplat --help lists the commands."],
    [["taskdef", "import"], "  aiplat taskdef --help lists the commands."],
    [["--region", "us-east-1", "eks", "nodegroup", "zzz"], "  aiplat eks nodegroup --help lists the commands."],
  ])("name the command and what it takes: %j", async (args, line) => {
    expect(await told(...args)).toContain(line);
  });
});
