import { present } from "../base/present.ts";
import { YAMLParseError, isAlias, isMap, isScalar, parseDocument, visit, type Document, type YAMLError } from "yaml";
import type { RefusalCode } from "../base/codes/problem-codes.ts";
import { Refusal, type Path, type Place, type Problem, type LocatedProblem } from "../base/problem.ts";
import { fileKindOf, type FileKind } from "../base/file-kind.ts";
import { isRaw, type Raw } from "../base/merge.ts";
import { readYaml } from "../base/read-yaml.ts";
import { yamlMistake } from "../base/yaml-mistake.ts";
import { aliasTargets, NodeFinder, type AliasTargets } from "./position.ts";

/** A workload file as it was written: plain data, and where each part of it stands. */
export interface SourceDocument {
  readonly value: Raw;
  /** What can be said of the text and leaves it readable: keys written twice, unknown tags. */
  readonly problems: readonly LocatedProblem[];
  /** Where a value (or its key) stands; for what is not there, the nearest thing around it. */
  placeOf(problem: Pick<Problem, "path" | "about">): Place;
  /** A single value as it is written, e.g. `1.10`; undefined for maps, lists and what is not there. */
  writtenAt(path: Path): string | undefined;
}

/** An alias bomb resolves an alias more often than this. */
const maxAliases = 100;
/** Resolving them takes time with the square of their number. */
const maxAliasesInAll = 2_000;
/** What follows a few syntax errors is mostly their echo; so is a second one in the same line. */
const maxSyntaxErrors = 5;

/**
 * Reads YAML 1.2 (and so JSON) with merge keys; one document, no tags, no key twice.
 *
 * @throws Refusal when the text is not readable at all.
 */
export function parseWorkloadText(text: string, file: string): SourceDocument {
  const {
    documents: [document, further],
    placeAt: place,
  } = readYaml(text, file, { merge: true, schema: "core", logLevel: "error" });
  const refuse = (code: RefusalCode, offset: number, message: string, hint?: string): LocatedProblem => ({
    severity: "error",
    code,
    message,
    ...present({ hint }),
    ...place(offset),
  });

  // Of another tool's file, what is wrong with it as a workload is no help.
  const foreign = document.errors.length === 0 ? foreignFile(document) : undefined;
  if (foreign !== undefined)
    throw new Refusal([refuse("not-a-workload", document.contents?.range?.[0] ?? 0, foreign.message, foreign.hint)]);
  const several = further === undefined ? [] : [manyDocuments(further)];
  const findings = [...document.errors, ...several, ...document.warnings];
  const minor = findings
    .filter((error) => minorCodes.has(error.code))
    .map((error) => describeMinor(error, text, refuse));
  const syntax = new Map(
    findings
      .filter((error) => !minorCodes.has(error.code))
      .map((error) => [place(error.pos[0]).line, error] as const)
      .toReversed(),
  );
  if (syntax.size > 0)
    throw new Refusal([
      ...[...syntax.values()]
        .toReversed()
        .slice(0, maxSyntaxErrors)
        .map((error) => describeSyntax(error, text, refuse)),
      ...minor,
    ]);
  if (document.contents === null)
    throw new Refusal([refuse("empty-file", 0, `${file} is empty`, "Write a workload, or make one with: aiplat init")]);

  const targets = aliasTargets(document);
  if (targets.size > maxAliasesInAll) throw new Refusal([tooManyAliases(refuse)]);
  const structure = structureProblems(document, targets, refuse);
  if (structure.length > 0) throw new Refusal([...structure, ...minor]);
  const value = toPlain(document, refuse);
  if (!isRaw(value))
    throw new Refusal([
      refuse(
        "not-a-map",
        document.contents.range?.[0] ?? 0,
        "a workload is a map of keys such as name and image",
        "Write a workload, or make one with: aiplat init",
      ),
    ]);
  const finder = new NodeFinder(document, targets);
  return {
    value,
    problems: minor,
    placeOf: ({ path = [], about }) => place(finder.offsetOf(path, about)),
    writtenAt: (path) => finder.writtenAt(path, text),
  };
}

/** What a word reads as that is not in quotes: a number, true or false, else the text. */
export function readPlainWord(text: string): unknown {
  const { contents, errors } = parseDocument(text, { schema: "core", prettyErrors: false, logLevel: "error" });
  if (errors.length > 0 || !isScalar(contents) || contents.type !== "PLAIN") return text;
  return typeof contents.value === "number" || typeof contents.value === "boolean" ? contents.value : text;
}

function manyDocuments({ range: [start, end] }: Document.Parsed): YAMLParseError {
  return new YAMLParseError([start, end], "MULTIPLE_DOCS", "the file holds several documents");
}

type Refuse = (code: RefusalCode, offset: number, message: string, hint?: string) => LocatedProblem;

const minorCodes = new Set(["DUPLICATE_KEY", "TAG_RESOLVE_FAILED"]);

function describeMinor(error: YAMLError, text: string, refuse: Refuse): LocatedProblem {
  if (error.code === "DUPLICATE_KEY") return describeSyntax(error, text, refuse);
  return refuse(
    "tag",
    error.pos[0],
    `${text.slice(...error.pos)}: tags have no meaning in a workload file`,
    "Write the value itself; quote it where it must begin with '!'.",
  );
}

function describeSyntax(error: YAMLError, text: string, refuse: Refuse): LocatedProblem {
  const { code, message, hint } = yamlMistake(error, text);
  return refuse(code, error.pos[0], message, hint);
}

/** What parses and still cannot become plain data: keys that are no text, aliases without or within their anchor. */
function structureProblems(document: Document, targets: AliasTargets, refuse: Refuse): readonly LocatedProblem[] {
  const problems: LocatedProblem[] = [];
  visit(document, {
    Pair: (_, { key }) => {
      const offset = rangeStart(key);
      if (key !== null && !isScalar(key))
        problems.push(
          refuse(
            "key",
            offset,
            "a key is a single word here, not a map or a list",
            'Where a value begins with "[" or "{", put it in quotes.',
          ),
        );
      // Assigning it would change the object's prototype instead of setting a key.
      else if (key?.value === "__proto__") problems.push(refuse("key", offset, "__proto__ cannot be a key"));
    },
    Map: (_, map) => {
      for (const { key, value } of map.items) {
        if (!isScalar(key) || key.source !== "<<" || key.type !== "PLAIN") continue;
        const sources =
          isAlias(value) || isMap(value)
            ? [value]
            : ((value as { items?: readonly unknown[] } | null)?.items ?? [null]);
        if (!sources.every((source) => isMap(isAlias(source) ? targets.get(source) : source)))
          problems.push(
            refuse(
              "merge-key",
              key.range?.[0] ?? 0,
              "<< merges maps only",
              "Write <<: *name of an anchored map, or a list of them.",
            ),
          );
      }
    },
    Alias: (_, alias) => {
      const offset = rangeStart(alias);
      const target = targets.get(alias);
      if (target === undefined)
        problems.push(
          refuse(
            "alias",
            offset,
            `*${alias.source} refers to no anchor before it`,
            `Anchor a value with &${alias.source}, or put the value in quotes.`,
          ),
        );
      else if ((target.range?.[0] ?? 0) <= offset && offset < (target.range?.[1] ?? 0))
        problems.push(refuse("alias", offset, `*${alias.source} refers to the value that it is part of`));
    },
  });
  return problems;
}

function tooManyAliases(refuse: Refuse): LocatedProblem {
  return refuse("aliases", 0, "the file repeats its anchors too often", "Write the values out.");
}

function toPlain(document: Document, refuse: Refuse): unknown {
  try {
    return document.toJS({ maxAliasCount: maxAliases });
  } catch (error) {
    // https://eemeli.org/yaml/#parse-options: maxAliasCount guards against the "billion laughs" attack.
    throw error instanceof ReferenceError ? new Refusal([tooManyAliases(refuse)]) : error;
  }
}

const foreignKinds: Readonly<Partial<Record<FileKind, { readonly name: string; readonly hint: string }>>> = {
  "task-definition": {
    name: "an ECS task definition",
    hint:
      "Judge it with: aiplat taskdef lint FILE. What is registered becomes a workload with: " +
      "aiplat service import --task-definition FAMILY",
  },
  manifest: {
    name: "a manifest of Kubernetes",
    hint: "aiplat eks generate writes manifests of a workload: write one, or make one with: aiplat init",
  },
  compose: { name: "a compose file", hint: "Write a workload for each service, or make one with: aiplat init" },
  cloudformation: {
    name: "a template of CloudFormation",
    hint: "What is deployed of it becomes a workload with: aiplat service import NAME",
  },
};

/** What another tool's file is, and what to do with it. */
function foreignFile(document: Document): { readonly message: string; readonly hint: string } | undefined {
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: maxAliases });
  } catch {
    // Its aliases cannot be resolved, and that is told of.
    return undefined;
  }
  const foreign = foreignKinds[fileKindOf(value) ?? "workload"];
  return foreign && { message: `this is ${foreign.name}, not a workload file`, hint: foreign.hint };
}

function rangeStart(node: unknown): number {
  return (node as { range?: readonly number[] | null } | null)?.range?.[0] ?? 0;
}
