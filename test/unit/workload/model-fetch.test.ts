// The script that fetches a model, in a real shell: `aws` and `sleep` stand in the way of the real ones.
import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { modelFetchOf } from "../../../src/core/workload/model-fetch.ts";

/** Puts a file in its place when it is whole, as the CLI does, and does nothing where it is there. */
const aws = `#!/bin/sh
echo "$@" >> "$CALLS"
case "$4" in
  s3://nothing) exit 0 ;;
  s3://denied) echo AccessDenied >&2; exit 1 ;;
esac
if [ ! -e "$5/weights" ]; then
  echo downloaded >> "$CALLS"
  /bin/sleep 0.2
  echo w > "$5/weights.part" && mv "$5/weights.part" "$5/weights"
fi
`;
const sleep = "#!/bin/sh\nexec /bin/sleep 0.01\n";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "aiplat-fetch-"));
  mkdirSync(join(folder, "bin"));
  for (const [name, text] of [
    ["aws", aws],
    ["sleep", sleep],
  ] as const) {
    writeFileSync(join(folder, "bin", name), text);
    chmodSync(join(folder, "bin", name), 0o755);
  }
  writeFileSync(join(folder, "calls"), "");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function fetch(uri: string, path: string): Promise<{ readonly code: number | null; readonly stderr: string }> {
  const { entryPoint, command } = modelFetchOf({ model: { uri, path }, volumes: [] })!;
  const [shell, ...words] = [...entryPoint!, ...command!];
  const env = { PATH: `${join(folder, "bin")}:${process.env["PATH"]}`, CALLS: join(folder, "calls") };
  return new Promise((resolve) => {
    const child = spawn(shell!, words, { env, stdio: ["ignore", "ignore", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
    child.on("close", (code) => resolve({ code, stderr }));
  });
}

const calls = () => readFileSync(join(folder, "calls"), "utf8").trim().split("\n");
const downloads = () => calls().filter((each) => each === "downloaded").length;

describe("fetching a model", () => {
  test("syncs it to the path, which is made, and leaves nothing else there", async () => {
    const path = join(folder, "a b/models");
    expect(await fetch("s3://models/bert", path)).toEqual({ code: 0, stderr: "" });
    expect(calls()[0]).toBe(`s3 sync --no-progress s3://models/bert ${path}`);
    expect(readdirSync(path)).toEqual(["weights"]);
  });

  test("downloads once for replicas that share the path", async () => {
    const path = join(folder, "models");
    const all = await Promise.all(Array.from({ length: 4 }, () => fetch("s3://models", path)));
    expect(all).toEqual(Array.from({ length: 4 }, () => ({ code: 0, stderr: "" })));
    expect([downloads(), readdirSync(path)]).toEqual([1, ["weights"]]);
  });

  test("takes over from one that died", async () => {
    const path = join(folder, "models");
    mkdirSync(join(path, ".aiplat-fetch"), { recursive: true });
    writeFileSync(join(path, ".aiplat-fetch/beat"), "7\n");
    expect(await fetch("s3://models", path)).toEqual({ code: 0, stderr: "" });
    expect(readdirSync(path)).toEqual(["weights"]);
  });

  test.each([
    ["what may not be read", "s3://denied", /AccessDenied\n.*exited with 1/],
    ["where nothing lies", "s3://nothing", /nothing lies below s3:\/\/nothing/],
  ])("fails of %s, and lets the next one in", async (_, uri, why) => {
    const path = join(folder, "models");
    const { code, stderr } = await fetch(uri, path);
    expect([code, stderr]).toEqual([1, expect.stringMatching(why)]);
    expect(existsSync(join(path, ".aiplat-fetch"))).toBe(false);
  });

  test("fails where nothing can be made", async () => {
    writeFileSync(join(folder, "file"), "");
    expect((await fetch("s3://models", join(folder, "file/models"))).code).toBe(1);
  });
});
