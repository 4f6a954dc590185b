/** Pieces of JSON Schema (draft-07) that the rules are published with. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The schema holds for the value at the path, where there is one. */
export function at(path: string, schema: JsonSchema): JsonSchema {
  return path.split(".").reduceRight<JsonSchema>((inner, key) => ({ properties: { [key]: inner } }), schema);
}

/** There is a value at the path, and the schema holds for it. */
export function given(path: string, schema: JsonSchema = {}): JsonSchema {
  return path
    .split(".")
    .reduceRight<JsonSchema>(
      (inner, key) => ({ type: "object", properties: { [key]: inner }, required: [key] }),
      schema,
    );
}

export function when(condition: JsonSchema, consequence: JsonSchema): JsonSchema {
  // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
  return { if: condition, then: consequence };
}

export function not(schema: JsonSchema): JsonSchema {
  return { not: schema };
}

export function all(...schemas: readonly JsonSchema[]): JsonSchema {
  return schemas.length === 1 ? schemas[0]! : { allOf: schemas };
}

export function any(...schemas: readonly JsonSchema[]): JsonSchema {
  return schemas.length === 1 ? schemas[0]! : { anyOf: schemas };
}

/** One of the instance types as HyperPod names it. */
export function namedAsHyperPod(instanceTypes: readonly string[]): JsonSchema {
  return { type: "string", pattern: `^ml\\.(?:${alternatives(instanceTypes)})$` };
}

/** One of the instance types, by either name. */
function named(instanceTypes: readonly string[]): JsonSchema {
  return { type: "string", pattern: `^(?:ml\\.)?(?:${alternatives(instanceTypes)})$` };
}

function alternatives(instanceTypes: readonly string[]): string {
  return instanceTypes.map((name) => name.replaceAll(".", "\\.")).join("|");
}

/** One of the workload's instance types is one of these. */
export function runsOn(instanceTypes: readonly string[]): JsonSchema {
  return given("accelerator.instanceTypes", { contains: named(instanceTypes) });
}

/** Every one of the workload's instance types is one of these. */
export function onlyOn(instanceTypes: readonly string[]): JsonSchema {
  return at("accelerator.instanceTypes", { items: named(instanceTypes) });
}
