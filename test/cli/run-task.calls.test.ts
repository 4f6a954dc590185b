import { expect, it } from "vitest";
import { runCli } from "../support/cli.ts";
import { startTestSandbox } from "../support/sandbox.ts";

it("asks once what the cluster is while a run starts", async () => {
  const calls: string[] = [];
  const box = await startTestSandbox({
    fleet: [{ instanceType: "inf2.xlarge", count: 2 }],
    onHandled: ({ operation = "" }) => calls.push(operation),
  });
  try {
    const { code } = await runCli(
      ["run-task", "--name", "bert", "--image", "bert:1", "--instance-type", "inf2.xlarge", "-o", "json"],
      { env: box.sandbox.environment },
    );
    expect(code).toBe(0);
    expect(calls.toSorted()).toEqual([
      "DescribeClusters",
      // What is free, and then the machine of the task.
      "DescribeContainerInstances",
      "DescribeContainerInstances",
      // Whether there is such a definition, and then its devices for the result.
      "DescribeTaskDefinition",
      "DescribeTaskDefinition",
      "ListContainerInstances",
      "ListServices",
      "ListTasks",
      "ListTasks",
      "RegisterTaskDefinition",
      "RunTask",
    ]);
  } finally {
    await box.sandbox.close();
  }
});
