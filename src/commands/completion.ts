import { listOr } from "../core/base/problem.ts";
import { AiplatError } from "../errors.ts";
import { defineCommand } from "./command.ts";
import { groups, registry } from "./registry.ts";
import { candidatesFor } from "./shared/completion-candidates.ts";
import { isShell, scripts, shells } from "./shared/completion-scripts.ts";

export const completion = defineCommand({
  description:
    "Prints what completes aiplat's commands, flags and their values in a shell: instance types, templates, and the " +
    "clusters and services of the account. With -- WORDS it prints what may stand last, as the script asks.",
  arguments: [{ syntax: "[shell]", description: `the shell: ${listOr(shells)}` }],
  examples: [
    ["source <(aiplat completion bash)", "in ~/.bashrc; zsh: the same in ~/.zshrc, after compinit"],
    ["aiplat completion fish > ~/.config/fish/completions/aiplat.fish", "fish"],
  ],
  formats: ["text"],
  takesCommand: true,
  run: async (context, { args: [shell], passthrough }) => {
    if (passthrough !== undefined) {
      const found = await candidatesFor(passthrough, { groups, registry }, context);
      context.stdout.write(
        found
          .map(({ value, description }) => `${value}${description === undefined ? "" : `\t${description}`}\n`)
          .join(""),
      );
      return;
    }
    if (shell === undefined || !isShell(shell))
      throw new AiplatError("Usage", shell === undefined ? "no shell given" : `${shell}: not a shell that is known`, {
        hint: `Use ${listOr(shells)}.`,
      });
    context.stdout.write(scripts[shell]);
  },
});
