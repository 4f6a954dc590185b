import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cliPath } from "../support/cli.ts";
import { makeFakeKubectl, type FakeKubectl } from "../support/fake-kubectl.ts";
import { asTyped, shellBlocks, stoppedAt } from "../support/page-blocks.ts";
import { missingTools } from "../support/tools.ts";

const root = join(import.meta.dirname, "../..");

/** Made from the program's own data: their lines are examples of one command each. */
const generated = new Set(["commands.md", "codes.md", "workload.md", "workload-targets.md"]);
const written = (await readdir(join(root, "docs"))).filter((name) => name.endsWith(".md") && !generated.has(name));
const pages = await Promise.all(
  ["README.md", ...written.map((name) => `docs/${name}`)].map(async (name) => {
    const text = await readFile(join(root, name), "utf8");
    return { name, text, blocks: shellBlocks(text) };
  }),
);

describe.skipIf(missingTools("bash", "jq", "curl"))("the shell blocks of a page, pasted one after the other", () => {
  let folder: string;
  let kubectl: FakeKubectl;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "aiplat-pages-"));
    kubectl = await makeFakeKubectl();
    await mkdir(join(folder, "bin"));
    // The newcomer's script installs for good (scripts/newcomer.mjs); here the tool under test stands for it.
    const programs = {
      npx: `#!/bin/sh\nshift\nexec '${process.execPath}' '${cliPath()}' "$@"\n`,
      npm: "#!/bin/sh\nexit 0\n",
      git: "#!/bin/sh\nmkdir aiplat\n",
    };
    for (const [name, text] of Object.entries(programs)) {
      await writeFile(join(folder, "bin", name), text);
      await chmod(join(folder, "bin", name), 0o755);
    }
  });
  afterAll(async () => {
    await kubectl.remove();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(pages.filter(({ blocks }) => blocks.length > 0))("go through: $name", async ({ name, blocks }) => {
    const cwd = join(folder, name.replaceAll("/", "-"));
    await mkdir(cwd);
    const child = spawn("bash", [], {
      cwd,
      env: {
        HOME: cwd,
        PATH: [join(folder, "bin"), kubectl.folder, process.env["PATH"]].join(delimiter),
        // For the shells within it, too: what fails ends it.
        SHELLOPTS: "errexit:pipefail",
        AWS_EC2_METADATA_DISABLED: "true",
      },
    });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.stdout.resume();
    child.stdin.on("error", () => undefined).end(asTyped(blocks));
    await once(child, "close");
    expect(stoppedAt(blocks, stderr)).toBeUndefined();
  });
});

describe("the pages", () => {
  it("let a newcomer begin without AWS, in about 8 KB", () => {
    const { text, blocks } = pages[0]!;
    expect(blocks[1]).toContain("npx aiplat sandbox");
    expect(text.length).toBeLessThan(9_000);
  });

  it("type every command as it is installed: npx aiplat", () => {
    const bare = pages.flatMap(({ name, blocks }) =>
      blocks.flatMap((block) => block.match(/^aiplat .*/gm) ?? []).map((line) => `${name}: ${line}`),
    );
    expect(bare).toEqual([]);
  });

  it("point to pages and headings that are there", async () => {
    const anchors = new Map<string, ReadonlySet<string>>();
    const anchorsOf = async (path: string) => {
      const known = anchors.get(path) ?? headingsOf(await readFile(path, "utf8").catch(() => ""));
      anchors.set(path, known);
      return known;
    };
    const broken: string[] = [];
    for (const { name, text } of pages)
      for (const [, target] of text.matchAll(/\]\((?!https?:)([^)]+)\)/g)) {
        const [file = "", anchor] = target!.split("#");
        const path = file === "" ? join(root, name) : join(root, name, "..", file);
        const found = await anchorsOf(path);
        if (found.size === 0 && !(await readFile(path).catch(() => false))) broken.push(`${name}: ${target}`);
        else if (anchor !== undefined && !found.has(anchor)) broken.push(`${name}: ${target}`);
      }
    expect(broken).toEqual([]);
  });
});

/** The anchors that GitHub gives a page's headings. */
function headingsOf(text: string): ReadonlySet<string> {
  return new Set(
    [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
      title!
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, "")
        .replaceAll(" ", "-"),
    ),
  );
}
