import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkReadings } from "../../../src/core/workload/check.ts";
import { harvest, layerOf, mergeLayers, type Harvest, type RawSection } from "../../../src/core/workload/layers.ts";
import { parseWorkloadText, readPlainWord } from "../../../src/core/workload/parse.ts";
import { readSetText, setValue } from "../../../src/core/workload/set-values.ts";
import { taskDefinitionLists } from "../../../src/core/ecs/task-definition-lists.ts";
import { Refusal } from "../../../src/core/base/problem.ts";

const raw: readonly RawSection[] = [{ path: ["ecs", "taskDefinition"], lists: taskDefinitionLists }];

/** Texts as files 1.yaml, 2.yaml..., and what `--set` says. */
function read(
  texts: readonly string[],
  variables: Readonly<Record<string, string>> = {},
  sets: readonly string[] = [],
): Harvest {
  const reading = { variables, raw, read: readPlainWord };
  const layers = texts.map((text, index) => {
    const source = parseWorkloadText(text, `${index + 1}.yaml`);
    return layerOf(source, source.value, reading);
  });
  const merged = layers.reduce((under, over) => mergeLayers(under, over, raw));
  return harvest(sets.map(readSetText).reduce((layer, each) => setValue(layer, each, reading), merged));
}

/** A value where the schema has words of its own. */
function checked(harvested: Harvest) {
  return checkReadings(harvested.value, harvested.readings, harvested.writtenAt);
}

const problemsOf = (work: () => unknown): Refusal["problems"] => {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return error.problems;
    throw error;
  }
  throw new Error("it was taken");
};

const refusalOf = (work: () => unknown): string =>
  problemsOf(work)
    .map(({ message }) => message)
    .join("; ");

describe("the merge of workload files", () => {
  it("merges maps deeply, replaces lists, and deletes by null", () => {
    const { value } = read([
      "name: bert\nreplicas: 3\ncommand: [a, b]\nresources: { cpu: 4, memory: 8GiB }",
      "replicas: null\ncommand: [c]\nresources: { cpu: 8 }",
    ]);
    expect(value).toEqual({ name: "bert", command: ["c"], resources: { cpu: 8, memory: "8GiB" } });
  });

  it("merges ports by container port and protocol, volumes by path, init and sidecars by name", () => {
    const { value } = read([
      "ports:\n- { container: 80, name: http }\n- { container: 80, protocol: udp }\nvolumes: [{ path: /a, scratch: 1GiB }]\nsidecars: [{ name: m, image: 'm:1' }]",
      "ports:\n- { container: 80, protocol: tcp, host: 8080 }\n- { container: 90 }\nvolumes: [{ path: /a, readOnly: true }, { path: /b }]\nsidecars: [{ name: m, image: 'm:2' }]",
    ]);
    expect(value).toEqual({
      ports: [
        { container: 80, name: "http", protocol: "tcp", host: 8080 },
        { container: 80, protocol: "udp" },
        { container: 90 },
      ],
      volumes: [{ path: "/a", scratch: "1GiB", readOnly: true }, { path: "/b" }],
      sidecars: [{ name: "m", image: "m:2" }],
    });
  });

  it("leaves twice what one file says twice, for the rules to refuse", () => {
    const twice = "sidecars: [{ name: m, image: 'm:1' }, { name: m, image: 'm:2' }]";
    const once = "sidecars: [{ name: m, command: [x] }]";
    expect(read([twice, once]).value).toEqual({
      sidecars: [
        { name: "m", image: "m:1" },
        { name: "m", image: "m:2", command: ["x"] },
      ],
    });
    expect(read([once, twice]).value).toEqual({
      sidecars: [
        { name: "m", command: ["x"], image: "m:1" },
        { name: "m", image: "m:2" },
      ],
    });
  });

  it("adds placement constraints, each once", () => {
    const { value } = read([
      'ecs:\n  placement: { constraints: ["a == 1"] }\n  taskDefinition: { placementConstraints: [{ type: memberOf, expression: x }] }',
      'ecs:\n  placement: { constraints: ["a == 1", "b == 2"] }\n  taskDefinition: { placementConstraints: [{ type: memberOf, expression: y }] }',
    ]);
    expect(value).toEqual({
      ecs: {
        placement: { constraints: ["a == 1", "b == 2"] },
        taskDefinition: {
          placementConstraints: [
            { type: "memberOf", expression: "x" },
            { type: "memberOf", expression: "y" },
          ],
        },
      },
    });
  });

  it("merges raw lists as ECS's, and keeps null there: it deletes what aiplat generates", () => {
    const { value } = read([
      "ecs:\n  taskDefinition:\n    cpu: '4'\n    containerDefinitions: [{ name: a, image: x, essential: false }]",
      "ecs:\n  taskDefinition:\n    cpu: null\n    containerDefinitions: [{ name: b }, { name: a, essential: null }]",
    ]);
    expect(value).toEqual({
      ecs: {
        taskDefinition: {
          cpu: null,
          containerDefinitions: [{ name: "a", image: "x", essential: null }, { name: "b" }],
        },
      },
    });
  });

  it("knows where each value was written, in whichever file", () => {
    const { placeOf, writtenAt } = read([
      "name: bert\nports:\n- { container: 80 }\n- { container: 90 }",
      "kind: job\nports:\n- { container: 90, host: 1.10 }",
    ]);
    const at = (...path: (string | number)[]) => {
      const { file, line, column } = placeOf({ path });
      return `${file}:${line}:${column}`;
    };
    expect(at("name")).toBe("1.yaml:1:7");
    expect(at("kind")).toBe("2.yaml:1:7");
    expect(at("ports", 0, "container")).toBe("1.yaml:3:16");
    expect(at("ports", 1, "host")).toBe("2.yaml:3:26");
    expect(writtenAt(["ports", 1, "host"])).toBe("1.10");
    // What is not there, at the nearest thing around it.
    expect(at("ports", 0, "name")).toBe("1.yaml:3:3");
    expect(at("image")).toBe("2.yaml:1:1");
  });

  it("changes nothing of a file by itself, nor by an empty one over it", () => {
    const json = fc.letrec((tie) => ({
      value: fc.oneof(fc.string(), fc.integer(), fc.boolean(), tie("map"), fc.array(tie("value"), { maxLength: 3 })),
      map: fc.dictionary(fc.string({ unit: fc.constantFrom("a", "b", "ports"), minLength: 1 }), tie("value"), {
        maxKeys: 4,
      }),
    })).map;
    fc.assert(
      fc.property(json, (map) => {
        const text = JSON.stringify(map);
        expect(read([text]).value).toEqual(map);
        expect(read([text, "{}"]).value).toEqual(map);
        expect(read(["{}", text]).value).toEqual(map);
      }),
    );
  });
});

describe("${env:VAR}", () => {
  it("is filled in, in values alone; every other $ stays", () => {
    const { value, problems } = read(
      ['environment:\n  "${env:A}": x\n  B: ${env:A}/${env:A}\n  C: $HOME ${A} $(x) $$ ${env}\n  D: "${env:E:-d$}"'],
      { A: "1" },
    );
    expect(problems).toEqual([]);
    expect(value).toEqual({
      environment: { "${env:A}": "x", B: "1/1", C: "$HOME ${A} $(x) $$ ${env}", D: "d$" },
    });
  });

  it("takes the default where the variable is empty, and the empty text where there is none", () => {
    const { value } = read(["a: x${env:E:-d}\nb: x${env:E}\nc: x${env:E:-}"], { E: "" });
    expect(value).toEqual({ a: "xd", b: "x", c: "x" });
  });

  it("is a number or a flag where no text is wanted, and text where it is", () => {
    const text =
      "name: bert\nimage: bert:1\naccelerator: { instanceTypes: [inf2.xlarge] }\nreplicas: ${env:N}\nenvironment:\n  N: ${env:N}\n  V: ${env:V}";
    const { workload, problems } = checked(read([text], { N: "3", V: "1.10" }));
    expect(problems).toEqual([]);
    expect(workload).toMatchObject({ replicas: 3, environment: { N: "3", V: "1.10" } });
    expect(checked(read([text], { N: "x", V: "" })).problems.map(({ message }) => message)).toEqual([
      'replicas must be a whole number of at least 1, not "x"',
    ]);
  });

  it("is in raw fields what the same word would be there", () => {
    const text = 'ecs:\n  taskDefinition:\n    a: ${env:N}\n    b: "${env:N}"\n    c: ${env:N}x';
    expect(read([text], { N: "3" }).value).toEqual({ ecs: { taskDefinition: { a: 3, b: "3", c: "3x" } } });
  });

  it("is refused where it is not set or names nothing, at its place and all at once", () => {
    const { problems, placeOf } = read(["a: ${env:X}\nb: ${env:1}\nc: ${env:Y\nd: ['${env:}']"]);
    expect(problems.map((each) => [placeOf(each).line, each.code, each.message])).toEqual([
      [1, "environment-unset", "${env:X}: X is not set"],
      [2, "environment-reference", "${env:1} names no variable of the environment"],
      [3, "environment-reference", "${env:Y names no variable of the environment"],
      [4, "environment-reference", "${env:} names no variable of the environment"],
    ]);
  });

  it("of an earlier file is not asked for where a later one has the value", () => {
    expect(read(["a: ${env:X}", "a: b"]).problems).toEqual([]);
  });
});

describe("--set", () => {
  const base = "name: bert\nports: [{ container: 80 }, { container: 81 }]\naccelerator: none\nenvironment: { A: x }";

  it("sets a value at a path, makes the maps that lead to it, and deletes by null", () => {
    const sets = [
      "resources.memory=24GiB",
      "ports[0].host=8080",
      "ports[1]=null",
      'environment["B.C"]=a=b',
      "environment.A=null",
      "command=[a, b]",
      "tags={team: nlp}",
      "accelerator.instanceTypes=[inf2.xlarge]",
      'kind="job"',
      "logs.group=",
    ];
    expect(read([base], {}, sets).value).toEqual({
      name: "bert",
      ports: [{ container: 80, host: "8080" }],
      accelerator: { instanceTypes: ["inf2.xlarge"] },
      environment: { "B.C": "a=b" },
      resources: { memory: "24GiB" },
      command: ["a", "b"],
      tags: { team: "nlp" },
      kind: "job",
      logs: { group: "" },
    });
  });

  it("reads a word as what is wanted there", () => {
    const harvested = read(["name: bert\nimage: b:1\naccelerator: { instanceTypes: [inf2.xlarge] }"], { N: "2" }, [
      "replicas=3",
      "environment.N=3",
      "nodes=${env:N}",
      "ecs.taskDefinition.x=3",
      'ecs.taskDefinition.y="3"',
    ]);
    expect(checked(harvested)).toMatchObject({
      problems: [],
      workload: { replicas: 3, nodes: 2, environment: { N: "3" }, ecs: { taskDefinition: { x: 3, y: "3" } } },
    });
  });

  it("is what a problem of its value is about", () => {
    expect(read([base], {}, ["resources.memory=x"]).placeOf({ path: ["resources", "memory"] })).toEqual({
      flag: "--set",
    });
  });

  it.each([
    ["replicas", "replicas is no PATH=VALUE"],
    ["=3", " is no path of a workload"],
    ["a..b=3", "a..b is no path of a workload"],
    ["[0]=3", "[0] is no path of a workload"],
    ["a.__proto__.b=3", "a.__proto__.b is no path of a workload"],
    ["command=[a", "the value of command is not valid YAML: [a"],
    ["ports[2].host=3", "ports has 2 items, and --set is to change ports[2]"],
    ["volumes[0].path=/x", "volumes has no item, and --set is to change volumes[0]"],
  ])("refuses %s", (text, message) => {
    expect(refusalOf(() => read([base], {}, [text]))).toBe(message);
  });

  it.each([
    ["ports.5.host=3", "ports is a list, and --set is to change 5 of it", "ports[5]"],
    ["sidecars.m.image=x", "sidecars is a list, and --set is to change m of it", "sidecars[1]"],
    ["sidecars.x.image=x", "sidecars is a list, and --set is to change x of it", "sidecars[0]"],
  ])("refuses a word where a list is: %s", (text, message, hint) => {
    const layer = `${base}\nsidecars: [{ name: n, image: 'n:1' }, { name: m, image: 'm:1' }]`;
    const problems = problemsOf(() => read([layer], {}, [text]));
    expect(problems).toMatchObject([{ message, hint: expect.stringContaining(hint) as unknown }]);
  });
});
