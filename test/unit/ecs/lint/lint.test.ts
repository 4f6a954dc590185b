import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { instanceTypes } from "../../../../src/core/catalog/instance-types/catalog.ts";
import { legalSizes } from "../../../../src/core/catalog/slots.ts";
import { lintTaskDefinition } from "../../../../src/core/ecs/lint/lint.ts";
import { readTaskDefinitions } from "../../../../src/core/ecs/lint/source.ts";
import { pathText, Refusal } from "../../../../src/core/base/problem.ts";
import type { Raw } from "../../../../src/core/base/merge.ts";
import type { Workload } from "../../../../src/core/workload/schema.ts";
import { ecsOf } from "../../../support/ecs.ts";

function findingsOf(workload: Omit<Workload, "name" | "image">) {
  const { everyVariant } = ecsOf({ name: "bert", image: "repo/bert:1", ...workload }, { region: "us-east-1" });
  return everyVariant.flatMap(({ definition }) => lintTaskDefinition(definition));
}

describe("what aiplat generates", () => {
  const usable = instanceTypes.filter((type) => type.status !== "retired");
  const neuron = usable
    .filter((type) => type.accelerator.kind === "neuron")
    .flatMap((type) => legalSizes(type).map((size) => [type.instanceType, size] as const));

  it.each(neuron)("passes lint on %s with %i devices, in every slot", (name, size) => {
    expect(
      findingsOf({
        accelerator: { instanceTypes: [name], devicesPerReplica: size },
        ports: [{ container: 8080 }],
        logs: { group: "/bert" },
      }),
    ).toEqual([]);
  });

  it.each(usable.filter((type) => type.accelerator.kind === "nvidia").map((type) => [type.instanceType]))(
    "passes lint on %s",
    (name) => {
      expect(findingsOf({ accelerator: { instanceTypes: [name] } })).toEqual([]);
    },
  );

  it("passes lint with EFA, on Managed Instances and without accelerators", () => {
    expect(findingsOf({ accelerator: { instanceTypes: ["trn1.32xlarge"], efa: true } })).toEqual([]);
    expect(
      findingsOf({ accelerator: { instanceTypes: ["inf2.24xlarge"] }, ecs: { capacity: "managed-instances" } }),
    ).toEqual([]);
    expect(findingsOf({ accelerator: "none", resources: { cpu: 1, memory: "1GiB" } })).toEqual([]);
  });
});

describe("lintTaskDefinition", () => {
  it("says of what has no name that it has none, and of null that it is null", () => {
    const container = {
      image: "a:1",
      memory: 64,
      command: [null],
      environment: [
        { name: "A", value: "1" },
        { name: "A", value: "2" },
      ],
    };
    const messages = lintTaskDefinition({ family: "a", containerDefinitions: [container] }).map(
      ({ message }) => message,
    );
    expect(messages.join("\n")).toContain("the container without a name has A more than once");
    expect(messages.join("\n")).toMatch(/command\[0\] is null/);
    expect(messages.filter((message) => message.includes("  "))).toEqual([]);
  });

  it("survives any shape, and names places that are there or could be", () => {
    const loose = fc.object({
      maxDepth: 4,
      key: fc.constantFrom(
        "containerDefinitions",
        "linuxParameters",
        "devices",
        "hostPath",
        "environment",
        "name",
        "value",
        "portMappings",
        "hostPort",
        "resourceRequirements",
        "type",
        "placementConstraints",
        "expression",
        "memory",
        "secrets",
      ),
    });
    fc.assert(
      fc.property(
        fc.oneof(loose, fc.record({ containerDefinitions: fc.array(fc.oneof(loose, fc.anything())) })),
        (definition) => {
          for (const { path, message, fix } of lintTaskDefinition(definition as Raw)) {
            expect(pathText(path)).toBeTypeOf("string");
            expect(message).not.toBe("");
            expect(fix).not.toBe("");
          }
        },
      ),
    );
  });
});

describe("readTaskDefinitions", () => {
  const definition = { family: "one", containerDefinitions: [{ name: "a", image: "b" }] };

  it.each([
    ["one task definition", JSON.stringify(definition), [""]],
    ["JSON indented with tabs", JSON.stringify(definition, null, "\t"), [""]],
    ["a list", JSON.stringify([definition, definition]), ["[0]", "[1]"]],
    [
      "an answer of DescribeTaskDefinition",
      JSON.stringify({ taskDefinition: { ...definition, revision: 3 }, tags: [] }),
      ["taskDefinition"],
    ],
    ["a list of answers", JSON.stringify([{ taskDefinition: definition }]), ["[0].taskDefinition"]],
    ["YAML", "family: one\ncontainerDefinitions:\n  - name: a\n    image: b\n", [""]],
    [
      "several YAML documents",
      "family: one\ncontainerDefinitions: []\n---\nfamily: two\ncontainerDefinitions: []\n",
      ["", ""],
    ],
  ] as const)("reads %s", (_, text, prefixes) => {
    expect(readTaskDefinitions(text, "file").map(({ prefix }) => pathText(prefix))).toEqual(prefixes);
  });

  it("knows the line and column of a part, and of the nearest part where one is missing", () => {
    const [source] = readTaskDefinitions(
      '{"taskDefinition": {\n  "containerDefinitions": [\n    {"name": "a", "memory": 5}\n  ]}}',
      "file",
    );
    expect(source!.placeOf(["containerDefinitions", 0, "memory"])).toEqual({ file: "file", line: 3, column: 29 });
    expect(source!.placeOf(["containerDefinitions", 0, "linuxParameters", "devices"])).toEqual({
      file: "file",
      line: 3,
      column: 5,
    });
  });

  it.each([
    [
      "CloudFormation's case",
      '{"Family": "x", "ContainerDefinitions": []}',
      "CloudFormation",
      "describe-task-definition",
    ],
    [
      "a CloudFormation template",
      "AWSTemplateFormatVersion: 2010-09-09\nResources: {}\n",
      "CloudFormation",
      "describe-task-definition",
    ],
    [
      "a workload file",
      "name: bert\nimage: repo/bert:1\naccelerator:\n  instanceTypes: [inf2.xlarge]\n",
      "workload file",
      "aiplat taskdef generate",
    ],
    ["a list of containers", '[{"name": "a", "image": "b"}]', "list of containers", "containerDefinitions"],
    ["a manifest", "apiVersion: v1\nkind: Pod\nmetadata: {}\n", "manifest of Kubernetes", "register-task-definition"],
    ["a compose file", "services: { bert: { image: a } }\n", "compose file", "register-task-definition"],
    ["something else", "kind: Pod\n", "no containerDefinitions", "register-task-definition"],
    ["a number in a list", "[1]", "no task definition", "register-task-definition"],
    ["nothing", "", "no task definition", "register-task-definition"],
    ["an empty list", "[]", "no task definition", "register-task-definition"],
    ["broken JSON", '{"family": "x",, }', "not valid", ""],
    ["what no parser survives", "[".repeat(100_000), "nested", ""],
    [
      "an alias bomb",
      [
        "a: &a [x, x]",
        ...[..."bcdefghij"].map((name, index) => `${name}: &${name} [${`*${"abcdefghi"[index]},`.repeat(10)}]`),
      ].join("\n"),
      "anchors",
      "",
    ],
  ] as const)("refuses %s", (_, text, message, hint) => {
    const refusal = refusalOf(() => readTaskDefinitions(text, "file"));
    expect(refusal.problems[0]!.message).toContain(message);
    expect(refusal.problems[0]!.hint ?? "").toContain(hint);
    expect(refusal.problems[0]).toHaveProperty("file", "file");
  });
});

function refusalOf(act: () => unknown): Refusal {
  try {
    act();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}
