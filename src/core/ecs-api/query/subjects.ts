import { nearestNames } from "../../base/nearest.ts";
import { listOr } from "../../base/problem.ts";
import type { Operator, QuerySubject } from "./expression.ts";
import { patternFor } from "../../base/unicode-classes.ts";
import { isVersion } from "../../base/version.ts";
import { parseInstant } from "./instant.ts";

interface SubjectRule {
  readonly operators: readonly Operator[];
  /** What is wrong with an argument of the operator; undefined where nothing is. Patterns are checked elsewhere. */
  readonly check: (argument: string, operator: Operator) => SubjectProblem | undefined;
}

export interface SubjectProblem {
  readonly what: string;
  readonly hint: string;
}

const equality: readonly Operator[] = ["==", "!=", "in", "!in", "=~", "!~"];
const ordering: readonly Operator[] = ["==", "!=", ">", ">=", "<", "<="];

const named: Readonly<Record<Exclude<QuerySubject, `attribute:${string}`>, SubjectRule>> = {
  agentConnected: {
    operators: equality,
    check: (argument) =>
      argument === "true" || argument === "false"
        ? undefined
        : { what: `agentConnected is true or false, not '${argument}'`, hint: "Write agentConnected == true." },
  },
  ec2InstanceId: { operators: equality, check: checkWhole },
  agentVersion: {
    operators: ordering,
    check: (argument) =>
      isVersion(argument)
        ? undefined
        : { what: `'${argument}' is not an agent version`, hint: "Write numbers and dots, e.g. 1.105.1." },
  },
  registeredAt: {
    operators: ordering,
    check: (argument) =>
      parseInstant(argument) === undefined
        ? {
            what: `'${argument}' is not a date that exists`,
            hint: "Write 2018-06-18, 2018-06-18T22:28:28, 2018-06-18T22:28:28Z or 2018-06-18T22:28:28+00:00.",
          }
        : undefined,
  },
  runningTasksCount: {
    operators: ordering,
    check: (argument) =>
      /^\d{1,9}$/.test(argument)
        ? undefined
        : { what: `runningTasksCount is a whole number, not '${argument}'`, hint: "Write runningTasksCount == 1." },
  },
  // AWS lists no operators for the next two; greater and less mean nothing between the names of groups.
  "task:group": { operators: [...equality, "exists", "!exists"], check: checkWhole },
};

const oddInValue = String.raw`[^\p{L}\p{N}\-_.@/\\: ]`;

const attribute: SubjectRule = {
  operators: [...equality, ...ordering.slice(2), "exists", "!exists"],
  check: (argument, operator) => {
    if (operator.startsWith(">") || operator.startsWith("<")) {
      return Number.isNaN(parseDecimal(argument))
        ? { what: `${operator} compares numbers, and '${argument}' is none`, hint: "Write == or in [..] for text." }
        : undefined;
    }
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Attribute.html
    const odd = patternFor(argument, oddInValue).exec(argument)?.[0];
    if (odd === undefined) return undefined;
    return /[*?|+^$]/.test(odd)
      ? checkWhole(argument)
      : {
          what: `no attribute's value has '${odd}' in it`,
          hint: "Values have letters, digits, spaces and - _ . @ / \\ : in them.",
        };
  },
};

/** The rules of a subject; undefined for a word that is none. */
export function ruleOf(subject: string): SubjectRule | undefined {
  if (subject.startsWith("attribute:")) return attribute;
  return Object.hasOwn(named, subject) ? named[subject as keyof typeof named] : undefined;
}

/** What is wrong with an attribute's name; undefined where nothing is. */
export function checkAttributeName(name: string): SubjectProblem | undefined {
  if (name === "")
    return {
      what: "the name of the attribute is missing",
      hint: "Write attribute:NAME without a space, e.g. attribute:ecs.instance-type.",
    };
  const odd = /[^A-Za-z0-9\-_./\\]/.exec(name)?.[0];
  if (odd === undefined && name.length <= 128) return undefined;
  return {
    what:
      odd === undefined ? "an attribute's name has at most 128 characters" : `no attribute's name has '${odd}' in it`,
    hint: "Names have letters, digits and - _ . / \\ in them.",
  };
}

/** What to write instead of a word that is no subject. */
export function suggestSubject(word: string): string {
  const wanted = word.toLowerCase().replace(/[^a-z0-9]/g, "");
  if (/^(?:ec2)?(?:container)?instanceid$/.test(wanted)) return "Write ec2InstanceId.";
  if (wanted === "group") return "Write task:group.";
  if (/^(?:ecs|com\.amazonaws)\.|^attributes?[.:]/i.test(word))
    return `Write attribute:${word.replace(/^attributes?[.:]/i, "")}.`;
  const [close] = nearestNames(word, Object.keys(named), 1);
  return close === undefined
    ? `A comparison starts with attribute:NAME, ${listOr(Object.keys(named))}.`
    : `Write ${close}.`;
}

/** A decimal number; NaN for anything else. */
export function parseDecimal(text: string): number {
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
}

function checkWhole(argument: string): SubjectProblem | undefined {
  if (!/[*?|^$]/.test(argument)) return undefined;
  return {
    what: `'${argument}' looks like a pattern, and this operator compares whole values`,
    hint: "Write =~ for a pattern, !~ for its opposite.",
  };
}
