import { spawn } from "node:child_process";
import type { Context } from "../context.ts";
import { AiplatError, Interrupted } from "../errors.ts";
import type { KubectlAnswer, KubectlPort } from "../ports.ts";

/** Which cluster kubectl talks to; what is left out is the kubeconfig's. */
export interface KubectlTarget {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
}

/** The kubectl on the PATH. Nothing else of aiplat starts a process. */
export function createKubectl(
  { env, cwd, signal }: Pick<Context, "env" | "cwd" | "signal">,
  { kubeconfig, context, namespace }: KubectlTarget,
): KubectlPort {
  const global = [
    ...(kubeconfig === undefined ? [] : ["--kubeconfig", kubeconfig]),
    ...(context === undefined ? [] : ["--context", context]),
    ...(namespace === undefined ? [] : ["--namespace", namespace]),
  ];
  return {
    run: (args, input) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(new Interrupted());
          return;
        }
        const child = spawn("kubectl", [...global, ...args], { cwd, env, signal, stdio: ["pipe", "pipe", "pipe"] });
        const answer = { stdout: "", stderr: "" };
        child.stdout.setEncoding("utf8").on("data", (text: string) => (answer.stdout += text));
        child.stderr.setEncoding("utf8").on("data", (text: string) => (answer.stderr += text));
        // kubectl closes its end early where it refuses its arguments.
        child.stdin.on("error", () => undefined).end(input ?? "");
        child.on("error", (error) => {
          reject(translate(error));
        });
        child.on("close", (code) => {
          resolve({ code: code ?? 1, ...answer } satisfies KubectlAnswer);
        });
      }),
  };
}

function translate(error: NodeJS.ErrnoException): AiplatError {
  if (error.name === "AbortError") return new Interrupted("interrupted", { cause: error });
  if (error.code === "ENOENT")
    return new AiplatError("NotFound", "there is no kubectl on the PATH", {
      hint: "Install it: https://kubernetes.io/docs/tasks/tools/",
      details: { program: "kubectl" },
      cause: error,
    });
  return new AiplatError("OperationFailed", `kubectl cannot be started: ${error.message}`, {
    details: { program: "kubectl" },
    cause: error,
  });
}
