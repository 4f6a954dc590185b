import { spawn } from "node:child_process";
import type { Context } from "../context.ts";
import { AiplatError, Interrupted } from "../errors.ts";
import type { KubectlAnswer, KubectlPort } from "../ports.ts";

/** Far more than the objects of a cluster that are asked for; Node has no text of more than 512 MiB. */
const mostBytes = 256 * 1024 * 1024;

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
        const keep = (name: keyof typeof answer) => (text: string) => {
          answer[name] += text;
          if (answer[name].length <= mostBytes) return;
          child.kill();
          reject(
            new AiplatError("OperationFailed", `kubectl ${args[0]} answers more than ${mostBytes / 1024 / 1024} MiB`, {
              details: { program: "kubectl" },
            }),
          );
        };
        child.stdout.setEncoding("utf8").on("data", keep("stdout"));
        child.stderr.setEncoding("utf8").on("data", keep("stderr"));
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
