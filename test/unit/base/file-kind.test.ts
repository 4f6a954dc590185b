import { describe, expect, test } from "vitest";
import { fileKindOf } from "../../../src/core/base/file-kind.ts";

describe("what a file is", () => {
  test.each([
    ["a task definition", { family: "a", containerDefinitions: [] }, "task-definition"],
    ["DescribeTaskDefinition's answer", { taskDefinition: { containerDefinitions: [] } }, "task-definition"],
    ["several task definitions", [{ containerDefinitions: [] }, { containerDefinitions: [] }], "task-definition"],
    ["a container list", [{ name: "a", image: "b" }], "containers"],
    ["a manifest", { apiVersion: "v1", kind: "Pod", metadata: {} }, "manifest"],
    ["a list of manifests", { apiVersion: "v1", kind: "List", items: [] }, "manifest"],
    ["a compose file", { name: "a", services: { web: {} } }, "compose"],
    ["a workload", { apiVersion: "aiplat/v1", kind: "service", name: "a", image: "b" }, "workload"],
    ["a workload with a strange key", { name: "a", image: "b", services: {} }, "workload"],
    ["a part of a workload", { apiVersion: "aiplat/v1", kind: "job", replicas: 2 }, undefined],
    ["a part that sets ECS fields", { ecs: { taskDefinition: { containerDefinitions: [] } } }, undefined],
    ["a list of both", [{ containerDefinitions: [] }, { name: "a", image: "b" }], undefined],
    ["nothing", null, undefined],
    ["an empty list", [], undefined],
  ] as const)("%s", (_, value, kind) => {
    expect(fileKindOf(value)).toBe(kind);
  });
});
