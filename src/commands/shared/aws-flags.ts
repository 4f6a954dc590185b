import type { Context } from "../../context.ts";
import type { Problem } from "../../core/base/problem.ts";
import { Refusal } from "../../core/base/problem.ts";
import type { RunFlags } from "../../core/plan/run-flags.ts";
import { AiplatError, InvalidInput } from "../../errors.ts";
import { readText } from "../../files/read.ts";
import { longFlag, optionKey, type OptionsOf, type OptionSpec } from "./option.ts";

/** A list, of which each word is an item: `--tags key=a,value=1 key=b,value=2`. */
const list = { repeatable: true, words: true } as const;

export const placementConstraintsOption = {
  flags: "--placement-constraints <constraint>",
  description: "type=memberOf,expression=... or type=distinctInstance; they stand beside aiplat's own",
  ...list,
} as const satisfies OptionSpec;

/** The network of tasks in awsvpc mode, instead of the file's. */
export const networkConfigurationOption = {
  flags: "--network-configuration <network>",
  description: "awsvpcConfiguration={subnets=[...]} and securityGroups, assignPublicIp",
} as const satisfies OptionSpec;

/** Who starts the tasks, instead of what the file leaves open, and what they have otherwise than their definition. */
export const capacityOptions = [
  {
    flags: "--capacity-provider-strategy <item>",
    description: "capacityProvider=NAME,weight=1,base=0; excludes --launch-type and --capacity",
    ...list,
  },
  { flags: "--launch-type <type>", description: "EC2: the machines that there are, no capacity provider" },
  {
    flags: "--overrides <overrides>",
    description: 'what the containers have otherwise: {"containerOverrides":[{"name":...}]}; devices and ports stay',
  },
] as const satisfies readonly OptionSpec[];

export const tagOptions = [
  { flags: "--tags <tag>", description: "key=K,value=V: tags of the tasks besides those of their definition", ...list },
  {
    flags: "--propagate-tags <from>",
    description: "TASK_DEFINITION, or NONE: the tasks have aiplat's own tags of the definition only",
  },
  { flags: "--enable-ecs-managed-tags", description: "let ECS tag the tasks with cluster and service" },
] as const satisfies readonly OptionSpec[];

export const placementStrategyOption = {
  flags: "--placement-strategy <strategy>",
  description: "type=spread,field=... , type=binpack,field=memory or type=random, in place of the file's",
  ...list,
} as const satisfies OptionSpec;

const awsFlagOptions = [
  placementConstraintsOption,
  placementStrategyOption,
  networkConfigurationOption,
  ...capacityOptions,
  ...tagOptions,
] as const;

/**
 * Flags of `aws ecs run-task` as they are written: JSON, the AWS CLI's shorthand, or `file://PATH` with either.
 * https://docs.aws.amazon.com/cli/latest/reference/ecs/run-task.html
 */
export type AwsFlagOptions = OptionsOf<typeof awsFlagOptions>;

/** How the flags are written, and where their texts are among a command's options. */
const flags = awsFlagOptions.map(({ flags }) => ({ flag: longFlag(flags), member: optionKey(flags) }));

/** Reads the flags that are given. @throws InvalidInput with all that is wrong, each at its flag. */
export async function readAwsFlags(context: Context, options: AwsFlagOptions): Promise<RunFlags> {
  const managed = options.enableEcsManagedTags === true ? { enableECSManagedTags: true } : {};
  const given = flags.flatMap(({ member }) => {
    const text = options[member];
    return text === undefined || text === true ? [] : [{ member, text }];
  });
  if (given.length === 0) return managed;
  const [{ readRunFlags }, ...texts] = await Promise.all([
    import("../../core/plan/read-run-flags.ts"),
    ...given.map(
      async ({ member, text }) =>
        [
          member,
          typeof text === "string"
            ? await contentOf(context, text)
            : await Promise.all(text.map((each) => contentOf(context, each))),
        ] as const,
    ),
  ]);
  const read = readRunFlags(Object.fromEntries(texts));
  if ("problems" in read) throw atFlags(read.problems);
  return { ...read.flags, ...managed };
}

/** Problems whose path begins with a member of RunTask, each at the flag that says it. */
export function atFlags(problems: readonly Problem[]): AiplatError {
  return new InvalidInput(
    problems.map((each) => {
      const flag = flags.find(({ member }) => member === each.path?.[0])?.flag;
      return flag === undefined ? each : { ...each, flag };
    }),
  );
}

/** Runs what may refuse a value of the flag. */
export function atFlag<T>(flag: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new InvalidInput(error.problems.map((each) => ({ ...each, flag })));
  }
}

/** https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-parameters-file.html */
async function contentOf(context: Context, text: string): Promise<string> {
  if (!text.startsWith("file://")) return text;
  const path = text.slice("file://".length);
  const content = (await readText(context, path)).trim();
  if (content === "") throw new AiplatError("Usage", `${path} is empty`);
  return content;
}
