import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";

type Schema = Readonly<Record<string, unknown>>;

const folder = process.env["CRD_SCHEMAS"];

/** Whether the folder of published schemas, `<Kind>.<group>.json` each, is missing; for `describe.skipIf`. */
export function missingSchemas(): boolean {
  if (folder !== undefined && existsSync(folder)) return false;
  process.stderr.write(
    `skipped: ${folder === undefined ? "CRD_SCHEMAS is not set" : `there is no folder ${folder}`}\n`,
  );
  return true;
}

/** The schema of a version as its project publishes it. */
export function publishedSchema(apiVersion: string, kind: string): Schema {
  const [group, version] = apiVersion.split("/") as [string, string];
  return (
    JSON.parse(readFileSync(join(folder!, `${kind}.${group}.json`), "utf8")) as { versions: Record<string, Schema> }
  ).versions[version]!;
}

/** What is wrong with a manifest by its published schema, unknown fields included. */
export function publishedProblems(manifest: Schema): readonly string[] {
  const { apiVersion, kind } = manifest as { apiVersion: string; kind: string };
  const validate = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(
    closed(publishedSchema(apiVersion, kind)) as Schema,
  );
  return validate(manifest)
    ? []
    : validate.errors!.map(
        ({ instancePath, message, params }) => `${instancePath}: ${message} ${JSON.stringify(params)}`,
      );
}

/** The schema with every field that it does not name forbidden. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  const named =
    "properties" in schema &&
    !("additionalProperties" in schema) &&
    !("x-kubernetes-preserve-unknown-fields" in schema);
  return named ? { ...inner, additionalProperties: false } : inner;
}
