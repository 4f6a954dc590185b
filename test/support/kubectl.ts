import { spawn } from "node:child_process";

/** Runs kubectl without a cluster; what it prints, or an error with what it complains of. */
export async function kubectl(args: readonly string[], input = ""): Promise<string> {
  return (await kubectlAnswer(args, input)).stdout;
}

/** The same with what it says beside it. */
export function kubectlAnswer(
  args: readonly string[],
  input = "",
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn("kubectl", args, { env: { PATH: process.env["PATH"] ?? "", KUBECONFIG: "/nowhere" } });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.stdin.on("error", () => undefined).end(input);
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve({ stdout, stderr });
      else reject(new Error(stderr));
    });
  });
}
