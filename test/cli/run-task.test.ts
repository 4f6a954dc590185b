import { describe, expect, it } from "vitest";
import { runCli } from "../support/cli.ts";

/** Nobody listens there: a call would end in exit 1. */
const env = {
  AWS_ENDPOINT_URL: "http://127.0.0.1:9",
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "testing",
  AWS_SECRET_ACCESS_KEY: "testing",
};
const workload = [
  "--name",
  "bert",
  "--image",
  "bert:1",
  "--devices",
  "1",
  "--network-mode",
  "awsvpc",
  "--network-configuration",
  "awsvpcConfiguration={subnets=[subnet-1]}",
];

describe("run-task --group in awsvpc mode", () => {
  it("is refused with the reason, before any call, where the group keeps slots apart", async () => {
    const { code, stdout, stderr } = await runCli(
      ["run-task", ...workload, "--instance-type", "inf2.48xlarge", "--group", "web"],
      { env },
    );
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toBe(
      "error: --group web: in awsvpc mode a task's group says which devices it holds, so that ECS keeps two tasks off one device\n  Leave --group out, or use network mode bridge or host.\n",
    );
  });

  it("is the user's own for GPUs, which ECS schedules", async () => {
    const { code, stderr } = await runCli(
      ["run-task", ...workload, "--instance-type", "g5.12xlarge", "--group", "web"],
      { env },
    );
    expect(code).toBe(1);
    expect(stderr).toContain("http://127.0.0.1:9");
  });
});
