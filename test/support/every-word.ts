/** The files of test/fixtures/every-word: a service and a job that have every word of the workload file between them. */
import { join } from "node:path";
import { mergeRaw, type ListKeys, type Raw } from "../../src/core/base/merge.ts";
import { Refusal } from "../../src/core/base/problem.ts";
import { generateManifests, resolveForKubernetes } from "../../src/core/kubernetes/generate.ts";
import { definitionOf, type Kind } from "../../src/core/kubernetes/kinds.ts";
import type { Manifest } from "../../src/core/kubernetes/manifest.ts";
import type { Workload } from "../../src/core/workload/schema.ts";
import { neededBy } from "../../src/targets-reference/needed-by.ts";
import { readDocument } from "./workload.ts";

export type EveryWordFile = "service" | "job";

export const everyWordFolder = join(import.meta.dirname, "../fixtures/every-word");

const byName: ListKeys = {
  volumes: (item) => String(item["path"]),
  init: (item) => String(item["name"]),
  sidecars: (item) => String(item["name"]),
};

/** What a file says on ECS. */
export function everyWordOnEcs(file: EveryWordFile): Raw {
  return readDocument(join(everyWordFolder, `${file}.yaml`));
}

/** What it says on EKS. */
export function everyWordOnEks(file: EveryWordFile): Raw {
  return mergeRaw(everyWordOnEcs(file), readDocument(join(everyWordFolder, `${file}.eks.yaml`)), byName);
}

/** The manifests of a kind, and the words that it refused and that were left out for it. */
export function everyWordAs(kind: Kind): { readonly manifests: readonly Manifest[]; readonly left: readonly string[] } {
  const file = definitionOf(kind).runs === "service" ? "service" : "job";
  let document = mergeRaw(everyWordOnEks(file), (neededBy[kind] ?? {}) as Raw, {});
  const left: string[] = [];
  for (;;) {
    try {
      const { manifests } = generateManifests(resolveForKubernetes(document as unknown as Workload, kind));
      return { manifests, left };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const words = [...new Set(error.problems.map(({ path = [] }) => wordOf(path)))];
      if (words.some((word) => left.includes(word))) throw error;
      left.push(...words);
      for (const word of words) document = mergeRaw(document, without(word), {});
    }
  }
}

/** A key at the top; of what is said in parts, the part. */
function wordOf([top, inner]: readonly (string | number)[]): string {
  return (top === "eks" || top === "model") && inner !== undefined ? `${top}.${inner}` : String(top);
}

function without(word: string): Raw {
  const [top, inner] = word.split(".");
  return { [top!]: inner === undefined ? null : { [inner]: null } };
}
