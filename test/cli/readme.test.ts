import { execFile } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bareEnv, cliPath } from "../support/cli.ts";
import { startTestSandbox, type TestSandbox } from "../support/sandbox.ts";
import { missingTools } from "../support/tools.ts";

const root = join(import.meta.dirname, "../..");
const readme = await readFile(join(root, "README.md"), "utf8");

/** The lines of the blocks that are marked, in order. */
const lines = [...readme.matchAll(/<!-- runs against aiplat sandbox -->\n```sh\n(.*?)```/gs)].flatMap((block) =>
  block[1]!.trim().split("\n"),
);

describe.skipIf(missingTools("jq"))("the README's examples", () => {
  let box: TestSandbox;
  let folder: string;

  beforeAll(async () => {
    // Machines of the types that the examples name. Whoever looks at a task sees the next one of its states.
    box = await startTestSandbox({
      cluster: "prod",
      fleet: [
        { instanceType: "inf2.xlarge", count: 14 },
        { instanceType: "trn1.32xlarge", count: 2 },
      ],
      timings: { task: 20_000 },
      onHandled: ({ operation }) => {
        if (operation === "DescribeTasks") box.step(30);
      },
    });
    folder = await mkdtemp(join(tmpdir(), "aiplat-readme-"));
    await writeFile(join(folder, "aiplat"), `#!/bin/sh\nexec '${process.execPath}' '${cliPath()}' "$@"\n`);
    await writeFile(join(folder, "npx"), '#!/bin/sh\nexec "$@"\n');
    await Promise.all(["aiplat", "npx"].map((name) => chmod(join(folder, name), 0o755)));
  });
  afterAll(async () => {
    await box.sandbox.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("are there, and the first one needs no AWS", () => {
    expect(lines.length).toBeGreaterThan(10);
    expect(/```sh\n(.*)/.exec(readme)![1]).toContain("--sandbox");
  });

  it.each(lines)("%s", async (line) => {
    const env = { ...bareEnv(), ...box.sandbox.environment, PATH: `${folder}${delimiter}${process.env["PATH"]}` };
    const { code, stderr } = await new Promise<{ code: number; stderr: string }>((resolve) => {
      execFile("sh", ["-c", line], { cwd: folder, env }, (error, _, text) =>
        resolve({ code: error === null ? 0 : Number(error.code), stderr: text }),
      );
    });
    expect(`${code} ${stderr}`).toMatch(/^0 /);
  });
});
