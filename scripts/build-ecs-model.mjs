#!/usr/bin/env node
// Writes src/core/ecs-api/model/, every field of the parts of ECS's API that aiplat has to do with, from
// facts/ecs-api-model.json:
//
//   node scripts/build-ecs-model.mjs
//
// The facts themselves are drawn from two public models of the API:
//
//   node scripts/build-ecs-model.mjs --refresh SERVICE_2_JSON
//
//   SERVICE_2_JSON              data/ecs/2014-11-13/service-2.json of botocore, or its .gz: every field with type and bounds
//   @aws-sdk/client-ecs         of node_modules: what is newer than that, from its types
//
// The output depends on nothing but the facts and the tables below, so a refresh leaves a clean diff.
import "./say-errors.mjs";
import { execFileSync } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const factsFile = join(root, "facts/ecs-api-model.json");
const outDir = join(root, "src/core/ecs-api/model");

/** What aiplat reads of the API, by the file it goes to: inputs of operations, and what they answer. */
const files = {
  "task-definition": { operations: ["RegisterTaskDefinition"], answers: ["TaskDefinition"] },
  task: { operations: ["RunTask", "StartTask"], answers: ["Task", "Failure"] },
  service: { operations: ["CreateService", "UpdateService"] },
  "described-service": { answers: ["Service"], after: "service" },
  cluster: {
    operations: [
      "CreateCluster",
      "UpdateCluster",
      "UpdateClusterSettings",
      "PutClusterCapacityProviders",
      "RegisterContainerInstance",
    ],
  },
  "capacity-provider": { operations: ["CreateCapacityProvider", "UpdateCapacityProvider"] },
  requests: {
    operations: [
      "DescribeTaskDefinition",
      "DeregisterTaskDefinition",
      "DeleteTaskDefinitions",
      "ListTaskDefinitions",
      "ListTaskDefinitionFamilies",
      "StopTask",
      "ExecuteCommand",
      "DescribeTasks",
      "ListTasks",
      "DeleteService",
      "DescribeServices",
      "ListServices",
      "ListServiceDeployments",
      "DescribeServiceDeployments",
      "DescribeServiceRevisions",
      "StopServiceDeployment",
      "ContinueServiceDeployment",
      "DescribeClusters",
      "ListClusters",
      "DeleteCluster",
      "DescribeCapacityProviders",
      "DeleteCapacityProvider",
      "ListContainerInstances",
      "DescribeContainerInstances",
      "UpdateContainerInstancesState",
      "DeregisterContainerInstance",
      "TagResource",
      "UntagResource",
      "ListTagsForResource",
      "PutAttributes",
      "DeleteAttributes",
      "ListAttributes",
    ],
  },
};

/** The schema of each primitive, in src/core/ecs-api/field.ts. */
const primitives = new Map([
  ["string", "text"],
  ["integer", "integer"],
  ["long", "integer"],
  ["double", "double"],
  ["boolean", "flag"],
  ["timestamp", "instant"],
  ["document", "document"],
]);

const roots = Object.entries(files).flatMap(([file, { operations = [], answers = [] }]) => [
  ...operations.map((name) => ({ file, shape: `${name}Request` })),
  ...answers.map((shape) => ({ file, shape })),
]);

const [flag, source, ...rest] = process.argv.slice(2);
if (flag === "--refresh" && source !== undefined && rest.length === 0)
  await writeFile(factsFile, `${JSON.stringify(await readModels(source), undefined, 1)}\n`);
else if (flag !== undefined) throw new Error("usage: node scripts/build-ecs-model.mjs [--refresh SERVICE_2_JSON]");
await writeModules(JSON.parse(await readFile(factsFile, "utf8")));

// --- from the public models to the facts

/**
 * The facts: by shape, what `typeOf` says of each member; what has a name of its own is a structure, has values, or
 * bounds.
 */
async function readModels(file) {
  const bytes = await readFile(file);
  const older = JSON.parse((file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8"));
  const client = join(root, "node_modules/@aws-sdk/client-ecs");
  const { version } = JSON.parse(await readFile(join(client, "package.json"), "utf8"));
  const newer = await readTypes(join(client, "dist-types/models"));
  const shapes = {};
  const add = (name) => {
    if (shapes[name] !== undefined) return;
    const shape = (shapes[name] = merge(name, older.shapes[name], newer));
    for (const type of Object.values(shape.members ?? { item: shape.item ?? "string" }))
      if (!primitives.has(itemOf(type))) add(itemOf(type));
  };
  for (const { shape } of roots) add(shape);
  return {
    about:
      "The parts of ECS's API that aiplat reads: structures with their members, and the words and bounds of their values. `newer` names what only the second source has. Written by scripts/build-ecs-model.mjs --refresh.",
    sources: [
      `${older.metadata.serviceId} API ${older.metadata.apiVersion} in botocore's data/ecs/${older.metadata.apiVersion}/service-2.json (Apache-2.0, https://github.com/boto/botocore)`,
      `@aws-sdk/client-ecs ${version}, dist-types/models (Apache-2.0, https://github.com/aws/aws-sdk-js-v3)`,
    ],
    shapes: Object.fromEntries(Object.entries(shapes).sort(([one], [other]) => (one < other ? -1 : 1))),
  };

  /**
   * One shape of both models: the older one has the kinds of numbers and the bounds, the newer one more of everything.
   */
  function merge(name, shape, { interfaces, enums }) {
    const bounds = (at) =>
      Object.fromEntries(["min", "max", "pattern"].flatMap((key) => (key in at ? [[key, at[key]]] : [])));
    if (shape !== undefined && shape.type !== "structure")
      return {
        type: shape.type,
        ...(shape.type === "list" ? { item: typeOf(shape.member.shape) } : {}),
        ...(shape.enum === undefined && !enums.has(name)
          ? {}
          : { values: [...new Set([...(shape.enum ?? []), ...(enums.get(name) ?? [])])].sort() }),
        ...bounds(shape),
      };
    const fields = interfaces.get(name);
    if (shape === undefined && fields === undefined)
      return { type: "string", values: enums.get(name).sort(), newer: true };
    // "document": any JSON, of which the SDK makes no interface.
    if (shape?.document === true) return { type: "document" };
    const known = Object.entries(shape?.members ?? {}).map(([key, member]) => [key, typeOf(member.shape)]);
    const added = [...(fields ?? [])].filter(([key]) => shape?.members[key] === undefined);
    const required =
      fields === undefined
        ? (shape.required ?? [])
        : [...fields].flatMap(([key, each]) => (each.required ? [key] : []));
    return {
      type: shape === undefined && fields.union === true ? "union" : "structure",
      members: Object.fromEntries([...known, ...added.map(([key, { type }]) => [key, typeOfTypeScript(type, enums)])]),
      ...(required.length === 0 ? {} : { required: required.sort() }),
      ...(shape === undefined ? { newer: true } : {}),
      ...(shape === undefined || added.length === 0 ? {} : { newer: added.map(([key]) => key) }),
      ...(shape?.deprecated === true ? { deprecated: shape.deprecatedMessage } : {}),
    };
  }

  /** A member's type: a primitive, a shape of its own, or a list or map of one. */
  function typeOf(name) {
    const shape = older.shapes[name];
    if (
      shape.type === "structure" ||
      shape.enum !== undefined ||
      newer.enums.has(name) ||
      "min" in shape ||
      "max" in shape
    )
      return name;
    if (shape.type === "list") return `list ${typeOf(shape.member.shape)}`;
    if (shape.type === "map") return `map ${typeOf(shape.value.shape)}`;
    return shape.type;
  }

  function typeOfTypeScript(type, enums) {
    const plain = type.replace(" | undefined", "");
    const list = /^(\w+)\[\]$/.exec(plain);
    if (list !== null) return `list ${typeOfTypeScript(list[1], enums)}`;
    const map = /^Record<string, (\w+)>$/.exec(plain);
    if (map !== null) return `map ${typeOfTypeScript(map[1], enums)}`;
    return { Date: "timestamp", string: "string", number: "double", boolean: "boolean" }[plain] ?? plain;
  }
}

/** The interfaces and the words of the SDK's types: their form is the generator's, and always the same. */
async function readTypes(folder) {
  const text = async (name) => (await readFile(join(folder, name), "utf8")).replace(/\/\*\*.*?\*\//gs, "");
  const interfaces = new Map();
  for (const name of ["models_0.d.ts", "models_1.d.ts"]) {
    const types = await text(name);
    for (const [, shape, body] of types.matchAll(/export (?:declare )?interface (\w+)[^{]*\{(.*?)\n\}/gs))
      interfaces.set(
        shape,
        new Map(
          [...body.matchAll(/^\s+(\w+)(\??): (.*?);$/gm)].map(([, key, optional, type]) => [
            key,
            { type, required: optional === "" },
          ]),
        ),
      );
    for (const [, shape, body] of types.matchAll(
      /export declare namespace (\w+) \{.*?interface Visitor<T> \{(.*?)\n {4}\}/gs,
    ))
      interfaces.set(
        shape,
        Object.assign(
          new Map(
            [...body.matchAll(/^\s+([a-z]\w*): \(value: (.*?)\) => T;$/gm)].map(([, key, type]) => [
              key,
              { type, required: false },
            ]),
          ),
          { union: true },
        ),
      );
  }
  const enums = new Map();
  for (const [, shape, body] of (await text("enums.d.ts")).matchAll(/export declare const (\w+): \{(.*?)\n\}/gs))
    enums.set(
      shape,
      [...body.matchAll(/: "(.*?)"/g)].map(([, word]) => word),
    );
  return { interfaces, enums };
}

// --- from the facts to the modules

async function writeModules({ sources, shapes }) {
  const fileOf = filesOf(shapes);
  await rm(outDir, { recursive: true, force: true });
  await mkdir(outDir, { recursive: true });
  for (const file of new Set(fileOf.values())) await writeModule(file, fileOf, shapes, sources);
  execFileSync(process.execPath, [join(root, "node_modules/oxfmt/bin/oxfmt"), outDir], { cwd: root });
}

/** The file of each shape: the one that uses it, or that the others come after; else `common`. */
function filesOf(shapes) {
  const fileOf = new Map();
  const visit = (name, file, seen) => {
    if (seen.has(name)) return;
    seen.add(name);
    const known = fileOf.get(name);
    if (known === undefined) fileOf.set(name, file);
    else if (known !== file && known !== files[file].after) fileOf.set(name, "common");
    for (const each of usedBy(shapes[name])) visit(each, file, seen);
  };
  for (const file of Object.keys(files)) {
    const seen = new Set();
    for (const root of roots.filter((each) => each.file === file)) visit(root.shape, file, seen);
  }
  return fileOf;
}

/** The shapes with a name that a shape has in it. */
function usedBy(shape) {
  return Object.values(shape.members ?? { item: shape.item ?? "string" })
    .map(itemOf)
    .filter((name) => !primitives.has(name));
}

async function writeModule(file, fileOf, shapes, sources) {
  const own = [...fileOf].flatMap(([name, where]) => (where === file ? [name] : []));
  const ordered = [];
  const visit = (name) => {
    if (fileOf.get(name) !== file || ordered.includes(name)) return;
    for (const each of usedBy(shapes[name])) visit(each);
    ordered.push(name);
  };
  for (const name of own) visit(name);
  const bodies = ordered.map((name) => shapeText(name, shapes[name]));
  const text = bodies.join("\n");
  const helpers = [
    "bounded",
    "document",
    "double",
    "flag",
    "instant",
    "integer",
    "list",
    "map",
    "structure",
    "text",
    "union",
    "words",
  ];
  const used = helpers.filter((name) => new RegExp(`\\b${name}\\b(?!:)`).test(text.replace(/"[^"]*"/g, "")));
  const foreign = new Map();
  for (const name of new Set(ordered.flatMap((each) => usedBy(shapes[each]))))
    if (fileOf.get(name) !== file)
      foreign.set(fileOf.get(name), [...(foreign.get(fileOf.get(name)) ?? []), identifier(name)]);
  const imports = [...foreign]
    .sort()
    .map(([from, names]) => `import { ${names.sort().join(", ")} } from "./${from}.ts";\n`);
  await writeFile(
    join(outDir, `${file}.ts`),
    `// Generated by scripts/build-ecs-model.mjs from facts/ecs-api-model.json. Do not edit.
// ${sources.join("\n// ")}
import { ${used.join(", ")} } from "../field.ts";
${imports.join("")}
${text}`,
  );
}

function shapeText(name, shape) {
  const { type, members, item, values, required = [], ...bounds } = shape;
  if (members !== undefined) {
    const entries = Object.entries(members).map(([key, each]) =>
      identifier(each) === key ? key : `${key}: ${typeText(each)}`,
    );
    const must = required.length === 0 ? "" : `${JSON.stringify(required)}, `;
    return `export const ${identifier(name)} = ${type}(${JSON.stringify(name)}, ${must}{ ${entries.join(", ")} });\n`;
  }
  return `export const ${identifier(name)} = ${valueText(type, item, values, bounds)};\n`;
}

function valueText(type, item, values, { min, max, pattern }) {
  if (values !== undefined) return `words(${values.map((each) => JSON.stringify(each)).join(", ")})`;
  const schema = type === "list" ? typeText(`list ${item}`) : primitives.get(type);
  if (min === undefined && max === undefined && pattern === undefined) return schema;
  return `bounded(${schema}, ${JSON.stringify({ min, max, pattern }).replace(/"(\w+)":/g, "$1:")})`;
}

function typeText(type) {
  const [kind, ...rest] = type.split(" ");
  if (rest.length > 0) return `${kind}(${typeText(rest.join(" "))})`;
  return primitives.get(type) ?? identifier(type);
}

/** What a list or a map is of in the end, or the type itself. */
function itemOf(type) {
  return type.slice(type.lastIndexOf(" ") + 1);
}

function identifier(name) {
  return name[0].toLowerCase() + name.slice(1);
}
