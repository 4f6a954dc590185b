// What of a template is run elsewhere: its Python compiles and takes the flags that it is started with, its Dockerfiles build
// on an image of facts/ from files that are there, and its shell is a shell's.
import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isRaw } from "../../src/core/base/merge.ts";
import { parseWorkloadText } from "../../src/core/workload/parse.ts";
import { instructionsOf } from "../support/dockerfile.ts";
import { shellBlocks } from "../support/page-blocks.ts";
import { imageFacts, templates, workloadFilesOf } from "../support/templates.ts";
import { missingAnyway } from "../support/tools.ts";

const root = join(import.meta.dirname, "../..");
const filesOf = (ending: string) =>
  templates.flatMap(({ name, files, readme }) =>
    [...files]
      .filter(([file]) => file.endsWith(ending))
      .map(([file, text]) => ({ path: `${name}/${file}`, text, files, readme })),
  );
const python = filesOf(".py");
const dockerfiles = filesOf("Dockerfile");

/** Every list of words, of entry points and of commands, and what a shell is given with `-c`. */
const started = templates.flatMap((template) =>
  [...workloadFilesOf(template).values()].flatMap((text) => {
    const commands: { readonly template: typeof template; readonly words: readonly string[] }[] = [];
    const walk = (value: unknown): void => {
      if (Array.isArray(value)) value.forEach(walk);
      if (!isRaw(value)) return;
      const words = [value["entryPoint"], value["command"], value["args"]]
        .flat()
        .filter((each) => typeof each === "string");
      if (words.length > 0) commands.push({ template, words });
      Object.values(value).forEach(walk);
    };
    walk(parseWorkloadText(text, template.name).value);
    return commands;
  }),
);

/** What a shell says of what is no shell's, or nothing. */
function shellProblem(text: string): string {
  const { status, stderr } = spawnSync("bash", ["-n"], { input: text, encoding: "utf8" });
  return status === 0 ? stderr : `exit ${status}: ${stderr}`;
}

it("finds what it is to check", () => {
  expect([python.length > 5, dockerfiles.length > 1]).toEqual([true, true]);
});

describe.skipIf(missingAnyway("python3"))("Python", () => {
  it.each(python)("compiles: $path", ({ path, text }) => {
    const compile = "import sys; compile(sys.stdin.read(), sys.argv[1], 'exec')";
    expect(spawnSync("python3", ["-W", "error", "-c", compile, path], { input: text, encoding: "utf8" })).toMatchObject(
      {
        status: 0,
        stderr: "",
      },
    );
  });
});

it.each(
  started.flatMap(({ template: { name, files }, words }) =>
    words.flatMap((word, index) => {
      const file = word.slice(word.lastIndexOf("/") + 1);
      const isStarted = words.slice(0, index).some((each) => /^(?:python3?|torchrun|mpirun)$/.test(each));
      const text = isStarted && file.endsWith(".py") ? files.get(file) : undefined;
      return text?.includes("add_argument(") === true ? [{ name, file, text, flags: words.slice(index + 1) }] : [];
    }),
  ),
)("$name starts $file with flags that it takes: $flags", ({ text, flags }) => {
  const known = Array.from(text.matchAll(/add_argument\("(--[\w-]+)"/g), ([, flag]) => flag);
  // DeepSpeed adds its own to the parser.
  if (text.includes("deepspeed.add_config_arguments")) known.push("--deepspeed", "--deepspeed_config");
  expect(flags.map((flag) => flag.split("=", 1)[0]).filter((flag) => !known.includes(flag!))).toEqual([]);
});

it.each(dockerfiles)("$path builds on an image of facts/, from files that are there", ({ text, files, readme }) => {
  const instructions = instructionsOf(text);
  const [first] = instructions;
  expect(first!.name).toBe("FROM");
  for (const { name, words, said } of instructions) {
    if (name === "FROM") {
      const fact = imageFacts().find(({ image }) => image === words[0]);
      expect([words[0], fact !== undefined && readme.includes(fact.asOf)]).toEqual([words[0], true]);
    } else if (name === "COPY" || name === "ADD") {
      const sources = words.filter((word) => !word.startsWith("--")).slice(0, -1);
      expect(sources.length).toBeGreaterThan(0);
      expect(sources.filter((source) => !files.has(source))).toEqual([]);
    } else if (name === "RUN") expect(shellProblem(said)).toBe("");
    else expect(["ENV", "ARG", "WORKDIR", "ENTRYPOINT", "CMD", "USER", "EXPOSE", "LABEL", "SHELL"]).toContain(name);
  }
});

describe("a shell reads", () => {
  it.each(templates)("the README of $name", ({ readme }) => {
    expect(shellBlocks(readme).map(shellProblem).join("")).toBe("");
  });

  it.each(
    started.flatMap(({ template: { name }, words }) =>
      words.flatMap((word, index) =>
        /^-l?c$/.test(words[index - 1] ?? "") && /(?:^|\/)(?:ba)?sh$/.test(words[index - 2] ?? "")
          ? [{ name, word }]
          : [],
      ),
    ),
  )("what $name gives a shell", ({ word }) => {
    expect(shellProblem(word)).toBe("");
  });

  it("the project's own scripts", () => {
    const scripts = ["action", "scripts"].flatMap((folder) =>
      readdirSync(join(root, folder))
        .filter((file) => file.endsWith(".sh"))
        .map((file) => join(root, folder, file)),
    );
    expect(scripts.length).toBeGreaterThan(4);
    for (const script of scripts) execFileSync("bash", ["-n", script]);
  });
});
