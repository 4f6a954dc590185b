import { describe, expect, it } from "vitest";
import { flagEachWord } from "../../src/program.ts";
import { runCli } from "../support/cli.ts";

describe("a flag of another tool", () => {
  it.each([
    ["--gpus", "--devices"],
    ["--accelerators", "--instance-type and --devices"],
    ["--num-nodes=2", "--nodes"],
    ["--env", "--environment"],
    ["--cpus", "--cpu"],
    ["--nmae", "--name"],
  ])("%s gets the right guess", async (flag, meant) => {
    const { code, stderr } = await runCli(["plan", flag, "8"]);
    expect([code, stderr]).toEqual([2, `error: unknown option '${flag.split("=")[0]}' - did you mean ${meant}?\n`]);
  });
});

describe("flagEachWord", () => {
  const lists = ["--tags", "--placement-constraints"];
  it.each([
    ["--tags key=a,value=1 key=b,value=2", "--tags key=a,value=1 --tags key=b,value=2"],
    ["--tags key=a,value=1 train.yaml", "--tags key=a,value=1 train.yaml"],
    ["--tags key=a,value=1 train.yaml key=b", "--tags key=a,value=1 train.yaml key=b"],
    ["train.yaml --tags key=a {} --count 3", "train.yaml --tags key=a --tags {} --count 3"],
    ["--tags file://t.json file://u.json -", "--tags file://t.json --tags file://u.json -"],
    ["--environment A=1 B=2", "--environment A=1 B=2"],
    [
      "--tags key=a --placement-constraints type=b type=c",
      "--tags key=a --placement-constraints type=b --placement-constraints type=c",
    ],
  ])("makes of %s", (before, after) => {
    expect(flagEachWord(before.split(" "), lists).join(" ")).toBe(after);
  });
});
