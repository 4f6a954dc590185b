import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../../support/cli.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "aiplat-said-once-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const inf1Image =
  "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference-neuron:1.13.1-neuron-py310-sdk2.19.1-ubuntu20.04";
const workload = { name: "bert", image: inf1Image, accelerator: { instanceTypes: ["inf2.xlarge"] } };

describe("an image that is for other machines", () => {
  it.each([["taskdef", "generate"], ["validate"], ["plan", "--sandbox"]])(
    "is told once by %s %s",
    async (...command) => {
      writeFileSync(join(folder, "aiplat.yaml"), JSON.stringify(workload));
      const { code, stderr } = await runCli(command.filter(Boolean), { cwd: folder });
      expect(code).toBe(2);
      expect(stderr.match(/does not run on inf2/g)).toHaveLength(1);
      expect(stderr).not.toContain("warning");
    },
  );

  it("is told as a warning beside what refuses the file for another reason", async () => {
    writeFileSync(
      join(folder, "aiplat.yaml"),
      JSON.stringify({
        ...workload,
        environment: { NEURON_RT_VISIBLE_CORES: "0" },
        ecs: { taskDefinition: { cpu: 1 } },
      }),
    );
    const { code, stderr } = await runCli(["taskdef", "generate"], { cwd: folder });
    expect([code, stderr]).toEqual([2, expect.stringContaining("warning: NEURON_RT_VISIBLE_CORES")]);
  });
});
