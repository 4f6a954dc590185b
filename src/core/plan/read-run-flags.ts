/** Reads the flags of `aws ecs run-task` as the AWS CLI does, and holds them against the API. */
import type { Raw } from "../base/merge.ts";
import { problem, type Problem } from "../base/problem.ts";
import { breachesOf } from "../ecs/lint/rules/api.ts";
import { memberOf } from "../ecs-api/field-kind.ts";
import { runTaskRequest } from "../ecs-api/model/task.ts";
import { readWritten, type Deviation } from "../ecs-api/read-written.ts";
import { readListParameter, readParameter, Unreadable, clipped } from "../ecs-api/shorthand.ts";
import { problemsOfRunFlags, type RunFlags } from "./run-flags.ts";

/** The texts of the flags by RunTask's members: several words for a list, one for anything else. */
export type RunFlagTexts = Readonly<Record<string, string | readonly string[]>>;

/** What the texts say, or what is wrong with them; the first part of a problem's path is the member. */
export function readRunFlags(
  texts: RunFlagTexts,
): { readonly flags: RunFlags } | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const raw: Record<string, unknown> = {};
  for (const [member, text] of Object.entries(texts)) {
    try {
      raw[member] = readMember(member, text);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      const shown = typeof text === "string" ? text : text.join(" ");
      problems.push(
        problem("run-flag", [member], `${clipped(shown)} ${error.message}`, `Write ${examples[member] ?? "JSON"}.`),
      );
    }
  }
  problems.push(...problemsOfDeviations(readWritten(runTaskRequest, { taskDefinition: "any", ...raw }).deviations));
  if (problems.length > 0) return { problems };
  const flags = withValues(raw);
  const refused = problemsOfRunFlags(flags);
  return refused.length > 0 ? { problems: refused } : { flags };
}

const examples: Readonly<Record<string, string>> = {
  placementConstraints: 'type=memberOf,expression="attribute:stack == prod", type=distinctInstance, or JSON',
  placementStrategy: "type=spread,field=attribute:ecs.availability-zone, type=random, or JSON",
  networkConfiguration:
    "awsvpcConfiguration={subnets=[subnet-1],securityGroups=[sg-1],assignPublicIp=DISABLED} or JSON",
  capacityProviderStrategy: "capacityProvider=NAME,weight=1, or JSON",
  overrides: '{"containerOverrides":[{"name":"NAME","environment":[{"name":"K","value":"V"}]}]}',
  tags: "key=team,value=nlp, or JSON",
};

function readMember(member: string, text: string | readonly string[]): unknown {
  const schema = memberOf(runTaskRequest, member)!;
  if (typeof text !== "string") return readListParameter(memberOf(schema, 0)!, text);
  return examples[member] === undefined ? text : readParameter(schema, text);
}

/** A tag without a value has an empty one. */
function withValues(raw: Raw): RunFlags {
  const flags = raw as RunFlags;
  return flags.tags === undefined
    ? flags
    : { ...flags, tags: flags.tags.map(({ key, value }) => ({ key, value: value ?? "" })) };
}

/** What an override might be thought to change, and no override has. */
const ofDefinition: Readonly<Record<string, string>> = {
  portMappings: "ports",
  linuxParameters: "devices",
  devices: "devices",
};

function problemsOfDeviations(deviations: readonly Deviation[]): readonly Problem[] {
  return deviations.flatMap((each) => {
    const [member, , , key] = each.path;
    const kept = each.kind === "key" && member === "overrides" ? ofDefinition[String(key)] : undefined;
    if (kept !== undefined)
      return [
        problem(
          "override-devices",
          each.path,
          `overrides cannot change ${kept}: a container override has no ${key}`,
          `Its ${kept} are the definition's: change it there.`,
        ),
      ];
    if (each.kind === "bounds" && member === "tags" && /^aws:/i.test(String(each.value)))
      return [problem("run-flag", each.path, `the tag ${String(each.value)} is AWS's own`, "Name it otherwise.")];
    return breachesOf([each]).map(({ message, fix }) => problem("run-flag", each.path, message, fix));
  });
}
