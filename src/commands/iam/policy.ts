import { nameOfArn } from "../../core/ecs-api/arn.ts";
import type { Context } from "../../context.ts";
import { present } from "../../core/base/present.ts";
import { listOr } from "../../core/base/problem.ts";
import { nearestNames } from "../../core/base/nearest.ts";
import { callNothing, commandCalls, type CallingCommand } from "../../core/iam/command-calls.ts";
import { policyFor } from "../../core/iam/policy.ts";
import { AiplatError, allTogether } from "../../errors.ts";
import { note } from "../../output/note.ts";
import { printArtefact } from "../../output/print.ts";
import { defineCommand } from "../command.ts";
import { namesWorkload } from "../shared/load-workload.ts";
import { clusterOfEnvironment, defaultFile } from "../shared/named-cluster.ts";
import { noFileOption, setOption } from "../shared/workload-options.ts";
import { placeFor, readNamed, rolePolicyOf, type Named } from "./read-named.ts";

export const iamPolicy = defineCommand({
  description:
    "Prints the least IAM policy that a command of aiplat needs, its resources narrowed to what the workload and the " +
    "cluster name; what nobody names is *. With --role it is that of one of the workload's own roles: what ECS does with " +
    "the execution role, or what the file says that the containers read. Calls nothing.",
  arguments: [{ syntax: "[command...]", description: "a command's words, as: service deploy" }],
  options: [
    {
      flags: "--role <role>",
      description: "the policy of one of the workload's roles instead",
      choices: ["execution", "task"],
    },
    {
      flags: "--workload <file>",
      description: "the workload to narrow it to; repeatable, each file merged over those before it",
      repeatable: true,
      defaultText: `./${defaultFile} where there is one`,
    },
    setOption,
    { ...noFileOption, description: "leave ./aiplat.yaml out" },
    {
      flags: "--cluster <name>",
      description: "the cluster to narrow it to",
      defaultText: "that of the file, AIPLAT_CLUSTER, any",
    },
    { flags: "--enable-execute-command", description: "with --role task: ECS Exec, too" },
  ],
  examples: [
    ["aiplat iam policy service deploy --cluster prod > policy.json", "for the role of a pipeline"],
    ["aiplat iam policy run-task --workload train.yaml", "narrowed to a workload"],
    ["aiplat iam policy --role execution", "what ECS needs to start ./aiplat.yaml"],
  ],
  formats: ["text", "json", "yaml"],
  run: async (context, { args, options }) => {
    if ((options.role === undefined) === (args.length === 0))
      throw new AiplatError("Usage", "give a command, as in: aiplat iam policy run-task, or --role");
    const placing = placeFor(context);
    const invocation = { args: options.workload ?? [], options: present({ file: options.file, set: options.set }) };
    const [place, named] = await allTogether([
      placing,
      namesWorkload(context, invocation) ? readNamed(context, invocation, placing) : undefined,
    ]);
    if (options.role !== undefined)
      return printRole(context, named, options.role, options.enableExecuteCommand === true);
    const command = requireCommand(args.join(" "));
    if (command === undefined) {
      note(context, `aiplat ${args.join(" ")} calls nothing of AWS: it needs no policy`);
      return;
    }
    const cluster = options.cluster ?? named?.cluster ?? clusterOfEnvironment(context);
    await printArtefact(
      context,
      policyFor(command, {
        ...place,
        ...named?.scope,
        ...present({ cluster: cluster === undefined ? undefined : nameOfArn(cluster) }),
      }),
    );
  },
});

async function printRole(
  context: Context,
  named: Named | undefined,
  role: "execution" | "task",
  exec: boolean,
): Promise<void> {
  if (named === undefined)
    throw new AiplatError("Usage", `--role ${role} is about a workload, and none is named`, {
      hint: `Name its file with --workload, or write ./${defaultFile}.`,
    });
  const policy = rolePolicyOf(named, role, exec);
  if (policy.Statement.length === 0) note(context, `the workload needs no ${role} role: nothing in it asks for one`);
  else await printArtefact(context, policy);
}

/** Undefined for a command that calls nothing. */
function requireCommand(words: string): CallingCommand | undefined {
  if (Object.hasOwn(commandCalls, words)) return words as CallingCommand;
  if (callNothing.includes(words)) return undefined;
  const near = nearestNames(words, [...Object.keys(commandCalls), ...callNothing]);
  throw new AiplatError("Usage", `no command ${words}`, {
    hint:
      near.length > 0
        ? `Did you mean ${listOr(near)}?`
        : `Those that call AWS: ${listOr(Object.keys(commandCalls), "and")}.`,
  });
}
