import type { Document } from "yaml";
import { Refusal, type LocatedProblem, type Path, type Place } from "../../base/problem.ts";
import { fileKindOf } from "../../base/file-kind.ts";
import { isRaw, type Raw } from "../../base/merge.ts";
import { problemOfPlain, readYaml } from "../../base/read-yaml.ts";
import { yamlMistake } from "../../base/yaml-mistake.ts";
import { NodeFinder } from "../../workload/position.ts";

/** A task definition in a file. */
export interface DefinitionSource {
  readonly definition: Raw;
  /** Where in the file it stands: an item of a list, or below `taskDefinition`. */
  readonly prefix: Path;
  /** What it stands in, with the place of every part. */
  readonly document: Document;
  /** Where a part of it stands. */
  placeOf(path: Path): Place;
}

/**
 * Finds the task definitions of a file in JSON or YAML: one or a list of them, as RegisterTaskDefinition takes them or
 * as DescribeTaskDefinition answers.
 *
 * @throws Refusal when the text cannot be read or holds something else.
 */
export function readTaskDefinitions(text: string, file: string): readonly DefinitionSource[] {
  const { documents, placeAt } = readYaml(text, file, { merge: true, schema: "core", logLevel: "error" });
  refuseSyntax(documents, text, placeAt);
  const problems: LocatedProblem[] = [];
  const sources = documents.flatMap((document) => {
    const finder = new NodeFinder(document);
    const placeOf = (path: Path) => placeAt(finder.offsetOf(path));
    const found = findDefinitions(toPlain(document, placeOf), []);
    problems.push(
      ...found.flatMap((each) =>
        "message" in each
          ? {
              severity: "error" as const,
              code: "not-a-task-definition" as const,
              message: each.message,
              hint: each.hint,
              ...placeOf(each.prefix),
            }
          : [],
      ),
    );
    return found.flatMap((each): DefinitionSource[] =>
      "message" in each ? [] : [{ ...each, document, placeOf: (path) => placeOf([...each.prefix, ...path]) }],
    );
  });
  if (problems.length > 0) throw new Refusal(problems);
  if (sources.length === 0) {
    const empty: LocatedProblem = {
      severity: "error",
      code: "empty-file",
      message: "the file holds no task definition",
      hint: wanted,
      file,
    };
    throw new Refusal([empty]);
  }
  return sources;
}

const wanted =
  "Give what `aws ecs register-task-definition --cli-input-json` takes, what `aws ecs describe-task-definition` " +
  "answers, or a list of them.";

type Found =
  | { readonly prefix: Path; readonly definition: Raw }
  | { readonly prefix: Path; readonly message: string; readonly hint: string };

function findDefinitions(value: unknown, prefix: Path): readonly Found[] {
  if (value === null) return [];
  if (Array.isArray(value) && fileKindOf(value) !== "containers")
    return value.flatMap((each, index) => findDefinitions(each, [...prefix, index]));
  if (isRaw(value)) {
    if ("containerDefinitions" in value) return [{ prefix, definition: value }];
    if (isRaw(value["taskDefinition"])) return findDefinitions(value["taskDefinition"], [...prefix, "taskDefinition"]);
  }
  return [{ prefix, ...describeOther(value) }];
}

/** What the value is instead of a task definition, and what to do with it. */
function describeOther(value: unknown): { readonly message: string; readonly hint: string } {
  switch (fileKindOf(value)) {
    case "containers":
      return {
        message: "this is a list of containers, not a task definition",
        hint: 'Put it below containerDefinitions: {"family": "NAME", "containerDefinitions": [...]}',
      };
    case "cloudformation":
      return {
        message:
          "this is written as CloudFormation does (ContainerDefinitions): " +
          "lint reads the API's own words (containerDefinitions)",
        hint: "Register it, then: aws ecs describe-task-definition --task-definition FAMILY | aiplat taskdef lint -",
      };
    case "workload":
      return {
        message: "this is a workload file, not a task definition",
        hint: "Lint what it becomes: aiplat taskdef generate WORKLOAD --all | aiplat taskdef lint -",
      };
    case "manifest":
      return { message: "this is a manifest of Kubernetes, not a task definition", hint: wanted };
    case "compose":
      return { message: "this is a compose file, not a task definition", hint: wanted };
    default:
      return {
        message: `this is no task definition${isRaw(value) ? ": it has no containerDefinitions" : ""}`,
        hint: wanted,
      };
  }
}

function refuseSyntax(documents: readonly Document.Parsed[], text: string, placeAt: (offset: number) => Place): void {
  const problems = documents
    .flatMap((document) => document.errors)
    .slice(0, 5)
    .map((error): LocatedProblem => ({
      severity: "error",
      ...yamlMistake(error, text, "JSON or YAML"),
      ...placeAt(error.pos[0]),
    }));
  if (problems.length > 0) throw new Refusal(problems);
}

function toPlain(document: Document, placeOf: (path: Path) => Place): unknown {
  try {
    // https://eemeli.org/yaml/#parse-options: maxAliasCount guards against the "billion laughs" attack.
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new Refusal([{ ...problemOfPlain(error), ...placeOf([]) }]);
  }
}
