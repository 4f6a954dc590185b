import { describe, expect, it } from "vitest";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { ecsOf } from "../../support/ecs.ts";

function containerOf(change: Partial<Workload>) {
  const workload: Workload = { name: "bert", image: "repo/bert:1", ...change };
  return ecsOf(workload, { region: "us-east-1" }).variants[0]!.definition.containerDefinitions[0]!;
}

const plain: Partial<Workload> = { accelerator: "none", resources: { memory: "1GiB" } };

describe("the process of the container", () => {
  it("is what the words of the file say", () => {
    expect(
      containerOf({
        ...plain,
        entryPoint: ["/opt/run.sh", "--fast"],
        command: ["serve"],
        workingDirectory: "/workspace",
        user: 1000,
        readOnlyRoot: true,
        ulimits: { nofile: 65_536, stack: { soft: 67_108_864, hard: -1 } },
        stop: { timeoutSeconds: 600 },
      }),
    ).toMatchObject({
      entryPoint: ["/opt/run.sh", "--fast"],
      command: ["serve"],
      workingDirectory: "/workspace",
      user: "1000",
      readonlyRootFilesystem: true,
      ulimits: [
        { name: "nofile", softLimit: 65_536, hardLimit: 65_536 },
        { name: "stack", softLimit: 67_108_864, hardLimit: -1 },
      ],
      stopTimeout: 600,
    });
  });

  it("is the image's and the platform's where the file says nothing", () => {
    const container = containerOf(plain);
    for (const field of ["entryPoint", "command", "workingDirectory", "readonlyRootFilesystem", "ulimits"])
      expect(container).not.toHaveProperty(field);
    expect(container).not.toHaveProperty("stopTimeout");
    expect(containerOf({ ...plain, readOnlyRoot: false })).toEqual(container);
  });
});

describe("the limits of a container with EFA", () => {
  const efa: Partial<Workload> = { accelerator: { instanceTypes: ["trn1.32xlarge"], efa: true } };
  const memlock = { name: "memlock", softLimit: -1, hardLimit: -1 };

  it("are none on pinned memory, and many open files", () => {
    expect(containerOf(efa).ulimits).toEqual([memlock, { name: "nofile", softLimit: 65_536, hardLimit: 1_048_576 }]);
  });

  it("are the file's own where it says them", () => {
    expect(containerOf({ ...efa, ulimits: { nofile: 1024, core: 0 } }).ulimits).toEqual([
      memlock,
      { name: "nofile", softLimit: 1024, hardLimit: 1024 },
      { name: "core", softLimit: 0, hardLimit: 0 },
    ]);
  });
});
