import { listOr, pathText, type Path } from "../../../base/problem.ts";
import type { Field } from "../../../ecs-api/field.ts";
import type { Deviation } from "../../../ecs-api/read-written.ts";
import type { Breach, Facts, LintRule } from "../rule.ts";
import type { Subject } from "../subject.ts";

/**
 * What is written against the API's own model, field by field.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
 */
export const apiRules: readonly LintRule[] = [
  {
    id: "wrong-type",
    severity: "error",
    check: ({ deviations }) => all(deviations, "type").map(wrongType),
  },
  {
    id: "misspelt-field",
    severity: "error",
    check: ({ deviations }) =>
      all(deviations, "key").flatMap(({ path, meant }) => (meant === undefined ? [] : [misspelt(path, meant)])),
  },
  {
    id: "unknown-field",
    severity: "warning",
    check: (subject) =>
      unknownFields(subject)
        .filter(({ path }) => !lacksFields(subject, path))
        .map(({ path, members }) => ({
          path,
          message: `${nameAt(path)} is no field of the API: ECS ignores it, and the aws CLI refuses the file`,
          fix: `Leave it out, or write one of ${listOr(members)}.`,
        })),
  },
  {
    id: "foreign-field",
    severity: "error",
    // A field that is newer than the model stands beside what the API needs; here something else was meant.
    check: (subject) =>
      unknownFields(subject)
        .filter(({ path }) => lacksFields(subject, path))
        .map(({ path, members }) => ({
          path,
          message: `${nameAt(path)} is no field of the API, and stands where one is missing that it needs`,
          fix: `Write one of ${listOr(members)}.`,
        })),
  },
  {
    id: "missing-field",
    severity: "error",
    check: ({ deviations }) => [
      ...all(deviations, "missing").map(({ path, member }) => ({
        path,
        message: `${path.length === 0 ? "the task definition" : nameAt(path)} has no ${member}`,
        fix: `Add ${member}.`,
      })),
      ...all(deviations, "choice").map(({ path, members }) => ({
        path,
        message: `${nameAt(path)} is to have one of ${listOr(members)}`,
        fix: `Write one of ${listOr(members)}.`,
      })),
    ],
  },
  {
    id: "unknown-word",
    severity: "error",
    check: ({ deviations }) => all(deviations, "word").map(unknownWord),
  },
  {
    id: "out-of-bounds",
    severity: "error",
    check: ({ deviations }) =>
      all(deviations, "bounds").map(({ path, value, field }) => ({
        path,
        message: `${nameAt(path)} ${sizeOf(value)}: the API takes ${boundsOf(value, field)}`,
        fix: `Write ${boundsOf(value, field)}.`,
      })),
  },
];

/** What is wrong with a document that was read by the API's model, in the words of these rules. */
export function breachesOf(deviations: readonly Deviation[]): readonly Breach[] {
  const subject = { deviations } as Subject;
  return apiRules.flatMap(({ check }) => check(subject, {} as Facts));
}

function unknownFields({ deviations }: Subject): readonly Of<"key">[] {
  return all(deviations, "key").filter(({ meant }) => meant === undefined);
}

/** Whether the structure that a field stands in lacks what the API needs of it. */
function lacksFields({ deviations, containers = [] }: Subject, path: Path): boolean {
  const structure = pathText(path.slice(0, -1));
  const empty = containers.flatMap(({ requirements }) =>
    requirements.filter(({ value, mps }) => value === undefined && !mps),
  );
  return [...all(deviations, "missing"), ...all(deviations, "choice"), ...empty].some(
    (each) => pathText(each.path) === structure,
  );
}

type Of<Kind extends Deviation["kind"]> = Extract<Deviation, { readonly kind: Kind }>;

function all<Kind extends Deviation["kind"]>(deviations: readonly Deviation[], kind: Kind): readonly Of<Kind>[] {
  return deviations.filter((each): each is Of<Kind> => each.kind === kind);
}

const wanted: Readonly<Record<Of<"type">["wanted"], string>> = {
  text: "a string",
  integer: "a whole number",
  number: "a number",
  flag: "true or false",
  object: "an object",
  map: "an object",
  list: "a list",
  any: "anything",
};

function wrongType({ path, value, wanted: kind }: Of<"type">): Breach {
  const written = writtenAs(kind, value);
  return {
    path,
    message: `${nameAt(path)} is ${valueText(value)}, and the API takes ${wanted[kind]}`,
    fix:
      written === undefined
        ? `Write ${wanted[kind]}.`
        : `Write ${JSON.stringify(written)}${typeof written === "number" ? ", without quotes" : ""}.`,
    // 0x10 and 1e3 may not be meant as the numbers that they can be read as.
    ...(written === undefined || (typeof value === "string" && String(written) !== value)
      ? {}
      : { edits: [{ kind: "set", path, value: written }] }),
  };
}

/** The value as it is to be written; undefined where it stands for none of the kind. */
function writtenAs(kind: Of<"type">["wanted"], value: unknown): string | number | boolean | undefined {
  if (typeof value === "object") return undefined;
  if (kind === "text") return String(value);
  if (kind === "flag") return value === "true" || value === "false" ? value === "true" : undefined;
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
  return (kind === "integer" && Number.isSafeInteger(number)) || (kind === "number" && Number.isFinite(number))
    ? number
    : undefined;
}

function misspelt(path: Path, meant: string): Breach {
  return {
    path,
    message: `${nameAt(path)} is no field of the API, which has ${meant}: ECS ignores what stands there`,
    fix: `Write ${meant}.`,
    edits: [{ kind: "rename", path, key: meant }],
  };
}

function unknownWord({ path, value, meant, words }: Of<"word">): Breach {
  return {
    path,
    message: `${nameAt(path)} is ${JSON.stringify(value)}, and the API knows ${listOr(words, "and")}`,
    fix: `Write ${meant ?? listOr(words)}.`,
    ...(meant === undefined ? {} : { edits: [{ kind: "set", path, value: meant }] }),
  };
}

function sizeOf(value: unknown): string {
  if (Array.isArray(value)) return `has ${value.length} items`;
  if (typeof value === "number") return `is ${value}`;
  return typeof value === "string"
    ? `is ${JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value)}`
    : "has other keys";
}

function boundsOf(value: unknown, { min, max, pattern }: Field): string {
  const bounds = [
    ...(min === undefined || min === 0 ? [] : [`at least ${min}`]),
    ...(max === undefined ? [] : [`at most ${max}`]),
  ];
  const size = bounds.length === 0 ? [] : [`${bounds.join(" and ")}${unitOf(value)}`];
  return [...size, ...(pattern === undefined ? [] : [`what matches ${pattern}`])].join(", ");
}

function unitOf(value: unknown): string {
  if (typeof value === "number") return "";
  return Array.isArray(value) ? " items" : " characters";
}

/** `memory`, or `devices[2]` for the item of a list. */
function nameAt(path: Path): string {
  const last = path[path.length - 1];
  return typeof last === "number" ? `${String(path[path.length - 2])}[${last}]` : String(last);
}

function valueText(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  return `the ${typeof value} ${JSON.stringify(value)}`;
}
