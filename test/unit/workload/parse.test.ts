import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseWorkloadText } from "../../../src/core/workload/parse.ts";
import { runs } from "../../support/depth.ts";
import { problemsOf, refusalOf } from "../../support/workload.ts";

const at = (text: string, path: readonly (string | number)[], about?: "key") => {
  const { line, column } = parseWorkloadText(text, "w.yaml").placeOf({
    path,
    ...(about === undefined ? {} : { about }),
  });
  return `${line}:${column}`;
};

describe("reading a workload file", () => {
  test("reads YAML and JSON to the same data", () => {
    const yaml = parseWorkloadText("name: bert\nports:\n  - container: 80\nefa: false\n", "w.yaml").value;
    expect(
      parseWorkloadText('{\n\t"name": "bert",\n\t"ports": [{ "container": 80 }],\n\t"efa": false\n}', "w.json").value,
    ).toEqual(yaml);
  });

  test("reads words as YAML 1.2 does, whatever a directive says", () => {
    expect(parseWorkloadText("%YAML 1.1\n---\na: yes\nb: 012\nc: 2026-01-01\nd: 0x1F\ne: ~\n", "w.yaml").value).toEqual(
      { a: "yes", b: 12, c: "2026-01-01", d: 31, e: null },
    );
  });

  test("merges maps by <<, and the map's own keys win", () => {
    const { value } = parseWorkloadText(
      "base: &base { A: base, B: base }\nmore: &more { C: more, A: more }\nenvironment:\n  <<: [*base, *more]\n  B: own\n",
      "w.yaml",
    );
    expect(value["environment"]).toEqual({ A: "base", C: "more", B: "own" });
  });

  test("takes a byte order mark and Windows line ends", () => {
    const source = parseWorkloadText("\uFEFFname: bert\r\nimage: 7\r\n", "w.yaml");
    expect([source.value, source.placeOf({ path: ["image"] })]).toEqual([
      { name: "bert", image: 7 },
      { file: "w.yaml", line: 2, column: 8 },
    ]);
  });

  test("finds a key's value, the key, and what is around a missing one", () => {
    const text = "name: bert\nports:\n  - container: 80\n    host: 1\nhealth:\n  path: /\n";
    expect(at(text, ["ports", 0, "host"])).toBe("4:11");
    expect(at(text, ["ports", 0, "host"], "key")).toBe("4:5");
    expect(at(text, ["ports", 0, "name"])).toBe("3:5");
    expect(at(text, ["health", "port"])).toBe("5:1");
    expect(at(text, ["image"])).toBe("1:1");
  });

  test("finds values where aliases and merge keys have them from", () => {
    const text = "x: &x\n  A: 1\n  B: 2\nenvironment:\n  <<: *x\n  B: 3\nother: *x\n";
    expect([at(text, ["environment", "A"]), at(text, ["environment", "B"]), at(text, ["other", "B"])]).toEqual([
      "2:6",
      "6:6",
      "3:6",
    ]);
  });

  test("keeps a number as it is written", () => {
    const { writtenAt } = parseWorkloadText("environment: { A: 1.10, B: '1.10', C: [1] }\n", "w.yaml");
    expect([
      writtenAt(["environment", "A"]),
      writtenAt(["environment", "B"]),
      writtenAt(["environment", "C"]),
      writtenAt(["environment", "D"]),
    ]).toEqual(["1.10", undefined, undefined, undefined]);
  });

  test("reports every key that is written twice", () => {
    expect(
      refusalOf('a: 1\nb: 1\na: 2\n"b": 2\n')?.map(({ line, column, message }) => [line, column, message]),
    ).toEqual([
      [3, 1, "a is written twice in one map"],
      [4, 1, '"b" is written twice in one map'],
    ]);
  });

  test("refuses a key that would change an object's prototype", () => {
    expect(refusalOf('{ "environment": { "__proto__": "x" } }')?.[0]?.message).toBe("__proto__ cannot be a key");
  });

  test("refuses what is nested too deep, in every style, without running out of stack", () => {
    const styles = [
      "[".repeat(50_000),
      "{a: ".repeat(50_000),
      "- ".repeat(50_000),
      Array.from({ length: 2000 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n"),
      `${"[".repeat(3000)}${"]".repeat(3000)}`,
    ];
    for (const text of styles) expect(refusalOf(text)?.map(({ code }) => code)).toEqual(["depth"]);
  });
});

/** Text that is nearly a workload: its own words, cut, doubled and mixed with YAML's special characters. */
const nearlyYaml = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "name",
        "image",
        "accelerator",
        "instanceTypes",
        "inf2.xlarge",
        "ports",
        "container",
        "environment",
        "resources",
        "memory",
        "ecs",
        "taskDefinition",
        "none",
        "<<",
        "&a",
        "*a",
        "__proto__",
      ),
      fc.constantFrom(
        ": ",
        ":",
        "\n",
        "\n  ",
        "\n- ",
        "[",
        "]",
        "{",
        "}",
        ", ",
        "'",
        '"',
        "|\n ",
        ">\n ",
        "#",
        "!!binary ",
        "!x ",
        "---\n",
        "...\n",
        "%YAML 1.1\n",
        "\t",
        "? ",
        "~",
        "\0",
        "\uFEFF",
        "\\u0000",
      ),
      fc.string({ maxLength: 8, unit: "binary" }),
      fc.double().map(String),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(""));

describe("whatever the text is", () => {
  test("it is read or refused with places, and what is read is checked without an exception", () => {
    fc.assert(
      fc.property(fc.oneof(nearlyYaml, fc.string({ unit: "binary" }), fc.json()), (text) => {
        const refusal = refusalOf(text);
        if (refusal === undefined) problemsOf(parseWorkloadText(text, "w.yaml").value);
        else
          for (const { message, line, column } of refusal)
            expect(message !== "" && line! >= 1 && column! >= 1).toBe(true);
      }),
      { numRuns: runs(1000) },
    );
  });

  test("a legal file with any part of it replaced never leads to an exception, and every problem has a place", () => {
    const places = [
      ["name"],
      ["image"],
      ["accelerator"],
      ["accelerator", "instanceTypes"],
      ["accelerator", "instanceTypes", 0],
      ["accelerator", "mps"],
      ["ports"],
      ["ports", 0],
      ["ports", 0, "host"],
      ["resources"],
      ["resources", "memory"],
      ["secrets"],
      ["environment"],
      ["tags"],
      ["ecs"],
      ["ecs", "network"],
      ["ecs", "capacity"],
      ["ecs", "loadBalancer"],
      ["ecs", "taskDefinition"],
      ["ecs", "taskDefinition", "containerDefinitions"],
      ["ecs", "taskDefinition", "containerDefinitions", 0],
      ["nodes"],
      ["health"],
      ["eks"],
    ];
    const whole = () => ({
      name: "bert",
      image: "bert:1",
      accelerator: { instanceTypes: ["g5.xlarge"], mps: { memory: "1GiB" } },
      ports: [{ container: 80, host: 8080 }],
      resources: { memory: "1GiB" },
      secrets: {},
      environment: {},
      tags: {},
      health: { path: "/", port: 80 },
      ecs: { network: {}, capacity: "ec2", loadBalancer: {}, taskDefinition: { containerDefinitions: [{}] } },
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...places), fc.jsonValue()), { maxLength: 4 }), (changes) => {
        const document = whole();
        for (const [path, value] of changes) replaceAt(document, path, value);
        const text = JSON.stringify(document);
        const source = refusalOf(text) === undefined ? parseWorkloadText(text, "w.json") : undefined;
        for (const problem of source === undefined ? [] : problemsOf(source.value))
          expect(source?.placeOf(problem).line).toBeGreaterThanOrEqual(1);
      }),
      { numRuns: runs(500) },
    );
  });
});

function replaceAt(document: object, path: readonly (string | number)[], value: unknown): void {
  let inner: unknown = document;
  for (const segment of path.slice(0, -1))
    inner =
      typeof inner === "object" && inner !== null ? (inner as Record<string | number, unknown>)[segment] : undefined;
  if (typeof inner === "object" && inner !== null) (inner as Record<string | number, unknown>)[path.at(-1)!] = value;
}
