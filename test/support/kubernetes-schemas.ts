import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";

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

export function crdSchemas(): readonly CrdSchema[] {
  return readdirSync(folder!)
    .filter((file) => file.endsWith(".json"))
    .map((file) => JSON.parse(readFileSync(join(folder!, file), "utf8")) as CrdSchema);
}

export function crdSchema(apiVersion: string, kind: string): Schema {
  const [group, version] = apiVersion.split("/") as [string, string];
  const { versions } = JSON.parse(readFileSync(join(folder!, `${kind}.${group}.json`), "utf8")) as CrdSchema;
  const schema = versions[version];
  if (schema === undefined) throw new Error(`${kind}.${group} has no ${version}`);
  return schema;
}

/** Groups whose schemas npm's kubernetes-models carries. */
const coreGroups: ReadonlySet<string> = new Set(["apps", "batch", "autoscaling", "policy", "resource.k8s.io"]);

export function isCoreKind(apiVersion: string): boolean {
  return !apiVersion.includes("/") || coreGroups.has(apiVersion.split("/")[0]!);
}

/** What is wrong with a manifest by its resource's published schema, unknown fields included. */
export async function schemaProblems(manifest: Schema): Promise<readonly string[]> {
  const { apiVersion, kind } = manifest as { apiVersion: string; kind: string };
  if (isCoreKind(apiVersion)) return modelProblems(coreModel(apiVersion, kind), manifest);
  return [
    ...crdProblems(apiVersion, kind, manifest),
    ...(await modelProblems("IoK8sApimachineryPkgApisMetaV1ObjectMeta", manifest["metadata"] as Schema)),
  ];
}

function coreModel(apiVersion: string, kind: string): string {
  const [group, version] = apiVersion.includes("/")
    ? (apiVersion.split("/") as [string, string])
    : ["core", apiVersion];
  const title = (word: string) => word[0]!.toUpperCase() + word.slice(1);
  return `IoK8sApi${title(group.split(".")[0]!)}${title(version)}${kind}`;
}

type Validator = ((value: unknown) => boolean) & {
  errors?: readonly Pick<ErrorObject, "instancePath" | "keyword" | "params">[] | null;
};

/** The package's validators are compiled and take unknown fields: those are the ones that they never read. */
async function modelProblems(model: string, value: Schema): Promise<readonly string[]> {
  const library = model.includes("Apimachinery") ? "@kubernetes-models/apimachinery" : "kubernetes-models";
  const { validate } = (await import(`${library}/_schemas/${model}`)) as { validate: Validator };
  const unread: (() => readonly string[])[] = [];
  const valid = validate(watched(value, "", unread));
  const errors = valid
    ? []
    : (validate.errors ?? []).map(
        ({ instancePath, keyword, params }) => `${instancePath}: ${keyword} ${JSON.stringify(params)}`,
      );
  // What a driver's parameters are is the driver's.
  const unknown = unread.flatMap((list) => list()).filter((path) => !path.includes("/opaque/parameters/"));
  return [...errors, ...unknown];
}

/** The value with a note of every property that nobody read. */
function watched(value: unknown, path: string, unread: (() => readonly string[])[]): unknown {
  if (typeof value !== "object" || value === null) return value;
  const read = new Map<string, unknown>();
  if (!Array.isArray(value))
    unread.push(() =>
      Object.keys(value)
        .filter((key) => !read.has(key))
        .map((key) => `${path}/${key}: unknown field`),
    );
  return new Proxy(value, {
    get: (target, key) => {
      const held = Reflect.get(target, key) as unknown;
      if (typeof key !== "string" || typeof held === "function") return held;
      if (!read.has(key)) read.set(key, watched(held, `${path}/${key}`, unread));
      return read.get(key);
    },
  });
}

const ajv = new Ajv({ strict: false, allErrors: true, formats: { int32: true, int64: true, "date-time": true } });
const compiled = new Map<string, ValidateFunction>();

function crdProblems(apiVersion: string, kind: string, manifest: Schema): readonly string[] {
  const key = `${apiVersion} ${kind}`;
  const validate = compiled.get(key) ?? ajv.compile(rootSchema(crdSchema(apiVersion, kind)));
  compiled.set(key, validate);
  return validate(manifest)
    ? []
    : validate.errors!.map(
        ({ instancePath, message, params }) => `${instancePath}: ${message} ${JSON.stringify(params)}`,
      );
}

/** The metadata of a custom resource is Kubernetes' own. */
function rootSchema(schema: Schema): Schema {
  const strict = forbidUnknown(schema);
  return { ...strict, properties: { ...(strict["properties"] as Schema), metadata: {} } };
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
