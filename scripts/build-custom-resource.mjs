// Writes test/fixtures/custom-resources/KIND.GROUP.json: the schema of a custom resource that tests hold manifests to, in
// the form of those of CRD_SCHEMAS, for one that is published apart from them.
//
//   node scripts/build-custom-resource.mjs CRD_YAML SOURCE
//
// CRD_YAML is a CustomResourceDefinition, SOURCE says where it is from: "OWNER/REPOSITORY PATH @ COMMIT". There are, both
// under the Apache licence 2.0, ComputeDomain of kubernetes-sigs/dra-driver-nvidia-gpu
// (deployments/helm/dra-driver-nvidia-gpu/crds) and VolumeSnapshot and VolumeSnapshotContent of
// kubernetes-csi/external-snapshotter (client/config/crd). What is for readers is left out.
import "./say-errors.mjs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { root } from "./load-source.mjs";

const [path, source] = process.argv.slice(2);
if (source === undefined) throw new Error("say the definition and its source: see the top of this script");
const { kind: what, spec } = parse(await readFile(path, "utf8"));
if (what !== "CustomResourceDefinition") throw new Error(`${path} is no CustomResourceDefinition`);
const { group, names } = spec;
const versions = Object.fromEntries(
  spec.versions.map(({ name, schema }) => [name, withoutDescriptions(schema.openAPIV3Schema)]),
);
const folder = join(root, "test/fixtures/custom-resources");
await mkdir(folder, { recursive: true });
await writeFile(
  join(folder, `${names.kind}.${group}.json`),
  `${JSON.stringify({ source, group, kind: names.kind, versions }, null, 1)}\n`,
);

/** A property may be called description: its value is a schema, and no text. */
function withoutDescriptions(value) {
  if (Array.isArray(value)) return value.map(withoutDescriptions);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key, item]) => key !== "description" || typeof item !== "string");
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutDescriptions(item)]));
}
