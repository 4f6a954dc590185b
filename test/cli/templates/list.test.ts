import { describe, expect, it } from "vitest";
import { runCli } from "../../support/cli.ts";
import { templates } from "../../support/templates.ts";

/** The names that a list has, in its order. */
async function listed(...args: readonly string[]): Promise<readonly string[]> {
  const { code, stdout } = await runCli(["templates", "list", ...args]);
  expect(code).toBe(0);
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => line.split("\t")[0]!);
}

describe("templates list", () => {
  it("has every template, by group and name", async () => {
    expect(await listed()).toEqual(templates.map(({ name }) => name));
    const groups = [...new Set(templates.map(({ group }) => group))];
    expect(templates.map(({ group }) => groups.indexOf(group))).toEqual(
      templates.map(({ group }) => groups.indexOf(group)).toSorted((one, other) => one - other),
    );
  });

  it("says of each where and on what it runs", async () => {
    const { stdout } = await runCli(["templates", "list", "tensorflow-serving", "-o", "json"]);
    expect(JSON.parse(stdout)).toEqual({
      apiVersion: "aiplat/v1",
      kind: "TemplateList",
      items: [
        {
          name: "tensorflow-serving-inf1",
          summary: "TensorFlow Serving on Inf1, as in AWS's ECS guide",
          group: "Serving",
          targets: ["ecs"],
          accelerators: ["neuron"],
        },
      ],
    });
  });

  it.each<readonly [args: readonly string[], has: string, lacks: string]>([
    [["--target", "eks"], "pytorch-inference-inf2", "tensorflow-serving-inf1"],
    [["--target", "ecs"], "tensorflow-serving-inf1", "none"],
    [["--accelerator", "neuron"], "pytorch-inference-inf2", "none"],
    [["TORCHSERVE"], "pytorch-inference-inf2", "tensorflow-serving-inf1"],
    [["inf1", "--target", "ecs"], "tensorflow-serving-inf1", "pytorch-inference-inf2"],
  ])("%j chooses", async (args, has, lacks) => {
    const names = await listed(...args);
    expect([names.includes(has), names.includes(lacks)]).toEqual([true, false]);
  });

  it("says where nothing matches", async () => {
    expect(await runCli(["templates", "list", "no-such-word"])).toEqual({
      code: 0,
      stdout: "",
      stderr: "No template matches: aiplat templates list shows them all.\n",
    });
  });
});
