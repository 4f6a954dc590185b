import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";

type Schema = Readonly<Record<string, unknown>>;

/** A schema file of CRD_SCHEMAS: `source`, `group`, `kind` and the versions' OpenAPI schemas. */
export interface CrdSchema {
  readonly group: string;
  readonly kind: string;
  readonly versions: Readonly<Record<string, Schema>>;
}

const folder = process.env["CRD_SCHEMAS"];

/**
 * Whether the schemas of custom resources are missing, for `describe.skipIf`: the environment variable CRD_SCHEMAS
 * names their folder, a file `<Kind>.<group>.json` each.
 */
export function missingCrdSchemas(): boolean {
  if (folder !== undefined && existsSync(folder)) return false;
  process.stderr.write(
    `skipped: ${folder === undefined ? "CRD_SCHEMAS is not set" : `there is no folder ${folder}`}\n`,
  );
  return true;
}

/** Those that are not in CRD_SCHEMAS: scripts/build-custom-resource.mjs writes them. */
const ownFolder = join(import.meta.dirname, "../fixtures/custom-resources");

export function crdSchemas(): readonly CrdSchema[] {
  const files = [folder!, ownFolder].flatMap((each) => readdirSync(each).map((file) => [file, each] as const));
  const byName = new Map(files.filter(([file]) => file.endsWith(".json")));
  return Array.from(byName, ([file, where]) => readSchema(join(where, file)));
}

function readSchema(path: string): CrdSchema {
  return JSON.parse(readFileSync(path, "utf8")) as CrdSchema;
}

export function crdSchema(apiVersion: string, kind: string): Schema {
  const [group, version] = apiVersion.split("/") as [string, string];
  const file = `${kind}.${group}.json`;
  const own = join(ownFolder, file);
  const { versions } = readSchema(existsSync(own) ? own : join(folder!, file));
  const schema = versions[version];
  if (schema === undefined) throw new Error(`${kind}.${group} has no ${version}`);
  return schema;
}

/** Kubernetes' own resources: scripts/build-kubernetes-api.mjs writes them. */
const api = JSON.parse(readFileSync(join(import.meta.dirname, "../fixtures/kubernetes-api.json"), "utf8")) as {
  readonly definitions: Readonly<Record<string, Schema>>;
};

/** Groups whose schemas are among them. */
const coreGroups: ReadonlySet<string> = new Set([
  "apps",
  "batch",
  "autoscaling",
  "policy",
  "resource.k8s.io",
  "networking.k8s.io",
  "rbac.authorization.k8s.io",
]);

export function isCoreKind(apiVersion: string): boolean {
  return !apiVersion.includes("/") || coreGroups.has(apiVersion.split("/")[0]!);
}

/** Whether a kind of any of those groups is called so. */
export function isCoreName(kind: string): boolean {
  return Object.keys(api.definitions).some((name) => name.startsWith("io.k8s.api.") && name.endsWith(`.${kind}`));
}

/** What is wrong with a manifest by its resource's published schema, unknown fields included. */
export async function schemaProblems(manifest: Schema): Promise<readonly string[]> {
  const { apiVersion, kind } = manifest as { apiVersion: string; kind: string };
  if (isCoreKind(apiVersion)) return definitionProblems(coreDefinition(apiVersion, kind), manifest);
  return [
    ...crdProblems(apiVersion, kind, manifest),
    ...definitionProblems("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", manifest["metadata"] as Schema),
  ];
}

function coreDefinition(apiVersion: string, kind: string): string {
  const [group, version] = apiVersion.includes("/")
    ? (apiVersion.split("/") as [string, string])
    : ["core", apiVersion];
  return `io.k8s.api.${group.split(".")[0]}.${version}.${kind}`;
}

function definitionProblems(name: string, value: Schema): readonly string[] {
  if (api.definitions[name] === undefined) throw new Error(`test/fixtures/kubernetes-api.json has no ${name}`);
  const validate = compiled.get(name) ?? ajv.compile({ $ref: `kubernetes#/definitions/${name}` });
  compiled.set(name, validate);
  return problemsOf(validate, value);
}

function problemsOf(validate: ValidateFunction, value: Schema): readonly string[] {
  return validate(value)
    ? []
    : validate.errors!.map(
        ({ instancePath, message, params }) => `${instancePath}: ${message} ${JSON.stringify(params)}`,
      );
}

const ajv = new Ajv({
  strict: false,
  allErrors: true,
  formats: { int32: true, int64: true, double: true, byte: true, "date-time": true },
});
ajv.addSchema({
  $id: "kubernetes",
  definitions: Object.fromEntries(Object.entries(api.definitions).map(([name, each]) => [name, strictly(name, each)])),
});
const compiled = new Map<string, ValidateFunction>();

function crdProblems(apiVersion: string, kind: string, manifest: Schema): readonly string[] {
  const key = `${apiVersion} ${kind}`;
  const validate = compiled.get(key) ?? ajv.compile(rootSchema(crdSchema(apiVersion, kind)));
  compiled.set(key, validate);
  return problemsOf(validate, manifest);
}

/** A definition that takes no fields but its own; what is no plain JSON Schema is said as one. */
function strictly(name: string, definition: Schema): Schema {
  // Numbers are taken, too: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
  if (name.endsWith(".Quantity")) return { type: ["string", "number"] };
  if (definition["format"] === "int-or-string") return { type: ["integer", "string"] };
  return definition["properties"] === undefined ? definition : { ...definition, additionalProperties: false };
}

/** The metadata of a custom resource is Kubernetes' own, and what it is need not be said (Istio's do not). */
function rootSchema(schema: Schema): Schema {
  const strict = forbidUnknown(schema);
  return { ...strict, properties: { apiVersion: {}, kind: {}, ...(strict["properties"] as Schema), metadata: {} } };
}

/** OpenAPI as JSON Schema in which an object has the fields that are named, and no others. */
function forbidUnknown(schema: Schema): Schema {
  const {
    properties,
    items,
    additionalProperties,
    nullable,
    type,
    "x-kubernetes-int-or-string": intOrString,
    "x-kubernetes-preserve-unknown-fields": preserve,
    ...rest
  } = schema;
  const named = properties as Readonly<Record<string, Schema>> | undefined;
  return {
    ...rest,
    ...(intOrString === true
      ? { type: ["integer", "string"] }
      : type === undefined
        ? {}
        : { type: nullable === true ? [type, "null"] : type }),
    ...(named === undefined
      ? {}
      : { properties: Object.fromEntries(Object.entries(named).map(([name, each]) => [name, forbidUnknown(each)])) }),
    ...(items === undefined ? {} : { items: forbidUnknown(items as Schema) }),
    ...(typeof additionalProperties === "object"
      ? { additionalProperties: forbidUnknown(additionalProperties as Schema) }
      : type === "object" && preserve !== true
        ? { additionalProperties: false }
        : {}),
  };
}
