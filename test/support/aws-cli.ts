import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { bareEnv } from "./cli.ts";

export interface Step {
  readonly args: readonly string[];
  /** What later steps may name, by JMESPath. */
  readonly capture?: Readonly<Record<string, string>>;
}

export interface StepResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The Python that runs the AWS CLI; undefined (or an error under AIPLAT_REQUIRE_TOOLS=1) where there is none. */
export function findAwsPython(): string | undefined {
  for (const python of [interpreterOfAws(), "python3", "python"]) {
    if (python === undefined) continue;
    try {
      execFileSync(python, ["-c", "import awscli, botocore"], { stdio: "ignore" });
      return python;
    } catch {
      // The next one.
    }
  }
  if (process.env["AIPLAT_REQUIRE_TOOLS"] === "1") throw new Error("no Python has the AWS CLI");
  process.stderr.write("skipped: no Python has the AWS CLI\n");
  return undefined;
}

/** What the first line of the program `aws` names. */
function interpreterOfAws(): string | undefined {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    try {
      const found = /^#!\s*(\S*python\S*)/.exec(readFileSync(join(folder, "aws"), "utf8"))?.[1];
      if (found !== undefined) return found;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/** Runs the steps with the AWS CLI's own code, one after the other in one process. */
export function runAwsCli(
  python: string,
  endpoint: string,
  steps: readonly Step[],
  env: Readonly<Record<string, string>>,
): Promise<readonly StepResult[]> {
  return pythonJson(python, "run", { endpoint, steps }, env) as Promise<readonly StepResult[]>;
}

/** What of the answers is not as botocore's models say. */
export function checkShapes(
  python: string,
  answers: readonly { readonly service: string; readonly operation: string; readonly body: string }[],
): Promise<readonly string[]> {
  return pythonJson(python, "check", answers, {}) as Promise<readonly string[]>;
}

function pythonJson(
  python: string,
  mode: string,
  input: unknown,
  env: Readonly<Record<string, string>>,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const child = spawn(python, [join(import.meta.dirname, "aws_cli.py"), mode], { env: { ...bareEnv(), ...env } });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve(JSON.parse(stdout)) : reject(new Error(`aws_cli.py ${mode}: ${code}\n${stderr}`)),
    );
    child.stdin.end(JSON.stringify(input));
  });
}
