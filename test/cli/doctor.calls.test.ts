// What doctor asks twice in one run fails here.
import { expect, it } from "vitest";
import { runCli } from "../support/cli.ts";
import { startTestSandbox } from "../support/sandbox.ts";

it.each([
  ["of a cluster alone", []],
  ["of a workload", ["--name", "bert", "--image", "bert:1", "--instance-type", "inf2.24xlarge"]],
] as const)("%s: what the cluster is, once", async (_, workload) => {
  const calls: string[] = [];
  const box = await startTestSandbox({
    cluster: "prod",
    fleet: [{ instanceType: "inf2.24xlarge", count: 1 }],
    onHandled: ({ operation = "" }) => calls.push(operation),
  });
  try {
    await runCli(["doctor", ...workload, "--cluster", "prod"], { box });
    expect(calls.filter((each) => each === "DescribeClusters")).toHaveLength(1);
    expect(calls).toContain("ListContainerInstances");
  } finally {
    await box.sandbox.close();
  }
});
