// Writes test/fixtures/kubernetes-api.json: the schemas of Kubernetes' own resources, which tests hold manifests to.
//
//   node scripts/build-kubernetes-api.mjs SWAGGER_JSON VERSION
//
// SWAGGER_JSON is api/openapi-spec/swagger.json of https://github.com/kubernetes/kubernetes at the tag VERSION, as in the
// Go module k8s.io/kubernetes. Kept are the stable resources of the groups below with all that they are made of, less
// what is for readers and for patches.
import "./say-errors.mjs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./load-source.mjs";

const groups = [
  "core.v1",
  "apps.v1",
  "batch.v1",
  "autoscaling.v2",
  "resource.v1",
  "policy.v1",
  "networking.v1",
  "rbac.v1",
];

const [path, version] = process.argv.slice(2);
if (version === undefined) throw new Error("say the swagger.json and the version: see the top of this script");
const { definitions } = JSON.parse(await readFile(path, "utf8"));

const isResource = (name) => groups.some((group) => name.startsWith(`io.k8s.api.${group}.`));
const resources = Object.entries(definitions)
  .filter(([name, { "x-kubernetes-group-version-kind": kinds }]) => kinds?.length === 1 && isResource(name))
  .map(([name]) => name);
const kept = new Map();
for (const name of resources) keep(name);
const lines = [...kept]
  .toSorted(([a], [b]) => (a < b ? -1 : 1))
  .map(([name, definition]) => `${JSON.stringify(name)}:${JSON.stringify(definition)}`);
const source = `https://github.com/kubernetes/kubernetes api/openapi-spec/swagger.json @${version}`;
await writeFile(
  join(root, "test/fixtures/kubernetes-api.json"),
  `{"source":${JSON.stringify(source)},"definitions":{\n${lines.join(",\n")}\n}}\n`,
);

function keep(name) {
  if (kept.has(name)) return;
  kept.set(name, undefined);
  kept.set(name, bare(definitions[name]));
}

/** Without what no check reads; what it refers to is kept as well. */
function bare(value) {
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(
        ([key, inner]) => !(key === "description" && typeof inner === "string") && !key.startsWith("x-kubernetes-"),
      )
      .map(([key, inner]) => {
        if (key === "$ref") keep(inner.slice("#/definitions/".length));
        return [key, bare(inner)];
      }),
  );
}
