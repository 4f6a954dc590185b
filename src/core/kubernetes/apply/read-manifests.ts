import { problem, Refusal, type Problem } from "../../base/problem.ts";
import { isRaw, type Raw } from "../../base/merge.ts";
import { problemOfPlain, readYaml } from "../../base/read-yaml.ts";
import { yamlMistake } from "../../base/yaml-mistake.ts";

/** As kubectl reads it. */
const manifestYaml = { version: "1.1", logLevel: "silent" } as const;

/** Which resource a manifest is. */
export interface ResourceReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/**
 * The resources of a text for kubectl: YAML documents, JSON, or a List of several.
 *
 * @throws Refusal with every document that is no resource; the text itself goes to kubectl as it is.
 */
export function readManifests(text: string, source: string): readonly ResourceReference[] {
  const { documents, placeAt } = readYaml(text, source, manifestYaml);
  const problems: Problem[] = [];
  const references = documents.flatMap((document, index) => {
    const where = `document ${index + 1} of ${source}`;
    const [error] = document.errors;
    if (error !== undefined) {
      const { line, column } = placeAt(error.pos[0]);
      const { message, hint } = yamlMistake(error, text);
      problems.push(problem("yaml", [], `${where}: ${message} at line ${line}, column ${column}`, hint));
      return [];
    }
    let value: unknown;
    try {
      value = document.toJS();
    } catch (thrown) {
      const { code, message, hint } = problemOfPlain(thrown);
      problems.push(problem(code, [], `${where}: ${message}`, hint));
      return [];
    }
    // What stands between two `---` may be a comment.
    return value === null ? [] : itemsOf(value).flatMap((item) => referenceOf(item, where, problems) ?? []);
  });
  if (problems.length > 0) throw new Refusal(problems);
  if (references.length === 0)
    throw new Refusal([
      problem(
        "no-manifests",
        [],
        `${source} holds no Kubernetes resource`,
        "Pipe aiplat eks generate into it, or name a file of manifests.",
      ),
    ]);
  return references;
}

function itemsOf(value: unknown): readonly unknown[] {
  return isRaw(value) && value["kind"] === "List" && Array.isArray(value["items"]) ? value["items"] : [value];
}

function referenceOf(value: unknown, where: string, problems: Problem[]): ResourceReference | undefined {
  const metadata = isRaw(value) && isRaw(value["metadata"]) ? value["metadata"] : {};
  const { apiVersion, kind } = isRaw(value) ? value : {};
  const { name, namespace } = metadata;
  if (typeof apiVersion === "string" && typeof kind === "string" && typeof name === "string")
    return { apiVersion, kind, name, ...(typeof namespace === "string" ? { namespace } : {}) };
  const workload =
    isRaw(value) && "image" in value
      ? "It looks like a workload: aiplat eks generate makes manifests of it."
      : "kubectl takes resources with apiVersion, kind and metadata.name.";
  problems.push(problem("no-resource", [], `${where} is no Kubernetes resource`, workload));
  return undefined;
}

/** The resources of a text that `readManifests` takes, whole. */
export function manifestBodies(text: string): readonly Raw[] {
  const { documents } = readYaml(text, "the manifests", manifestYaml);
  return documents.flatMap((document) => itemsOf(document.toJS())).filter(isRaw);
}
