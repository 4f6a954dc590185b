import { join } from "node:path";
import { build, type Metafile } from "esbuild";
import { beforeAll, describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const heavy = /node_modules\/(@aws-sdk|@smithy|zod|yaml|chalk|ora|string-width)\//;

/** What each command needs before it has read a file, made a call or found a terminal. */
const offline = [
  "main",
  "commands/instances/list",
  "commands/instances/show",
  "commands/templates/list",
  "commands/templates/show",
  "commands/init",
  "commands/validate",
  "commands/taskdef/generate",
  "commands/run-task",
  "commands/ami/latest",
];

describe("what is loaded at start-up", () => {
  let outputs: Metafile["outputs"];

  beforeAll(async () => {
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: offline.map((name) => `src/${name}.ts`),
      bundle: true,
      splitting: true,
      platform: "node",
      format: "esm",
      metafile: true,
      write: false,
      outdir: "out",
      logLevel: "silent",
    });
    outputs = metafile.outputs;
  });

  /** The files of node_modules that a module takes in by static imports, directly or through others. */
  function loadedBy(name: string): readonly string[] {
    const seen = new Set<string>();
    const visit = (path: string) => {
      if (seen.has(path)) return;
      seen.add(path);
      for (const each of outputs[path]!.imports)
        if (each.kind === "import-statement" && outputs[each.path] !== undefined) visit(each.path);
    };
    visit(`out/${name}.js`);
    return [...seen].flatMap((path) => Object.keys(outputs[path]!.inputs));
  }

  it.each(offline)("%s loads no SDK, no schema library, no YAML and no colours", (name) => {
    const files = loadedBy(name);
    expect(files).toContain(`src/${name}.ts`);
    expect(files.filter((file) => heavy.test(file))).toEqual([]);
  });
});
