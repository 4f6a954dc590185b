import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface KubectlCall {
  readonly args: readonly string[];
  readonly input: string;
}

export interface KubectlReply {
  readonly code?: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

/** A kubectl for the PATH that writes down how it was called and replies by its verb: `diff`, `apply`, `rollout`. */
export interface FakeKubectl {
  /** The folder that it is in. */
  readonly folder: string;
  reply(verb: string, reply: KubectlReply): Promise<void>;
  calls(): Promise<readonly KubectlCall[]>;
  remove(): Promise<void>;
}

// Runs without Node: starting one for each call would make the tests slow.
const script = (folder: string) => `#!/bin/sh
n=$(ls '${folder}' | grep -c '^args-')
n=$(printf %03d "$n")
for each in "$@"; do printf '%s\\0' "$each"; done > '${folder}'/args-"$n"
cat > '${folder}'/input-"$n"
for each in "$@"; do
  if [ -f '${folder}'/reply-"$each" ]; then
    cat '${folder}'/stdout-"$each"; cat '${folder}'/stderr-"$each" >&2
    exit "$(cat '${folder}'/reply-"$each")"
  fi
done
exit 0
`;

export async function makeFakeKubectl(): Promise<FakeKubectl> {
  const folder = await mkdtemp(join(tmpdir(), "aiplat-fake-kubectl-"));
  await writeFile(join(folder, "kubectl"), script(folder));
  await chmod(join(folder, "kubectl"), 0o755);
  const read = (name: string) => readFile(join(folder, name), "utf8").catch(() => undefined);
  return {
    folder,
    reply: async (verb, { code = 0, stdout = "", stderr = "" }) => {
      for (const [name, text] of [
        ["reply", String(code)],
        ["stdout", stdout],
        ["stderr", stderr],
      ] as const)
        await writeFile(join(folder, `${name}-${verb}`), text);
    },
    calls: async () => {
      const calls: KubectlCall[] = [];
      for (;;) {
        const number = String(calls.length).padStart(3, "0");
        const args = await read(`args-${number}`);
        if (args === undefined) return calls;
        calls.push({ args: args.split("\0").slice(0, -1), input: (await read(`input-${number}`)) ?? "" });
      }
    },
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }),
  };
}
