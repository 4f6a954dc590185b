import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";

interface Step {
  readonly name: string;
  readonly id?: string;
  readonly if?: string;
  readonly run: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

export interface ActionRun {
  readonly code: number;
  /** The names of the steps that ran. */
  readonly steps: readonly string[];
  /** Standard output and standard error of all of them. */
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

/**
 * Runs the steps of a composite action as GitHub's runner does: inputs with their defaults, conditions, expressions in
 * `env`, outputs of steps, and the first failure ends it.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax
 */
export async function runAction(
  folder: string,
  given: Readonly<Record<string, string>>,
  runner: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<ActionRun> {
  const action = parse(await readFile(join(folder, "action.yml"), "utf8")) as Action;
  const known = new Map<string, string>(
    Object.entries(action.inputs).map(([name, input]) => [`inputs.${name}`, given[name] ?? input.default]),
  );
  known.set("github.token", "token-of-the-run");
  const value = (name: string) => {
    const found = known.get(name.trim());
    if (found === undefined && !name.trim().startsWith("steps.")) throw new Error(`action.yml: no ${name}`);
    return found ?? "";
  };
  const fill = (text: string): string => {
    const filled = text.replaceAll(/\$\{\{(.*?)\}\}/g, (_, name: string) => value(name));
    return filled === text ? text : fill(filled);
  };
  const holds = (condition: string) =>
    condition.split("&&").every((part) => {
      const [, name, operator, literal] = /^\s*([\w.-]+) (==|!=) '(.*)'\s*$/.exec(part) ?? [];
      if (name === undefined) throw new Error(`action.yml: the test does not know the condition ${part}`);
      return (value(name) === literal) === (operator === "==");
    });

  const temporary = await mkdtemp(join(tmpdir(), "aiplat-runner-"));
  const [output, summary] = [join(temporary, "output"), join(temporary, "summary")];
  const ran: string[] = [];
  let log = "";
  let code = 0;
  try {
    await writeFile(summary, "");
    for (const step of action.runs.steps) {
      if (step.if !== undefined && !holds(step.if)) continue;
      ran.push(step.name);
      await writeFile(output, "");
      const env = {
        ...runner.env,
        GITHUB_ACTION_PATH: folder,
        GITHUB_OUTPUT: output,
        GITHUB_STEP_SUMMARY: summary,
        RUNNER_TEMP: temporary,
        ...Object.fromEntries(Object.entries(step.env ?? {}).map(([name, text]) => [name, fill(text)])),
      };
      const done = await runStep(step.run, runner.cwd, env);
      log += done.log;
      for (const [, name, text] of (await readFile(output, "utf8")).matchAll(/^([\w-]+)=(.*)$/gm))
        known.set(`steps.${step.id}.outputs.${name}`, text!);
      code = done.code;
      if (code !== 0) break;
    }
    const outputs = Object.fromEntries(
      Object.entries(action.outputs).map(([name, each]) => [name, fill(each.value)] as const),
    );
    return { code, steps: ran, log, outputs, summary: await readFile(summary, "utf8") };
  } finally {
    await rm(temporary, { recursive: true });
  }
}

/** As `shell: bash` has it. */
function runStep(script: string, cwd: string, env: Readonly<Record<string, string>>) {
  return new Promise<{ readonly code: number; readonly log: string }>((resolve) => {
    execFile(
      "bash",
      ["--noprofile", "--norc", "-eo", "pipefail", "-c", script],
      { cwd, env },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), log: stdout + stderr });
      },
    );
  });
}
