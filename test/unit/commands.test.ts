import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { groups, registry } from "../../src/commands/registry.ts";
import { commandTable } from "../../src/reference.ts";
import { readSources } from "../support/architecture.ts";

const { files, imports } = readSources(join(import.meta.dirname, "../../src/commands"));

/** The noun that a file is of; undefined for a command of one word and what is for all. */
function nounOf(file: string): string | undefined {
  const [noun, ...rest] = file.split("/");
  return rest.length === 0 || noun === "shared" ? undefined : noun;
}

describe("the README's table of commands", () => {
  it("has a row for every first word that the program takes, help among them", () => {
    const rows = [...commandTable().matchAll(/^\| \[`([^`]+)`\]/gm)].map(([, words]) => words);
    const first = [...Object.keys(groups), ...registry.map(({ words }) => words), "help"].filter(
      (words) => !words.includes(" "),
    );
    expect(rows.filter((words) => !words!.includes(" ")).toSorted()).toEqual(first.toSorted());
  });
});

describe("the files of commands", () => {
  it("are named by the commands' words, each loaded by its line of the registry", () => {
    const loaded = imports.filter(({ file }) => file === "registry.ts").map(({ target }) => target);
    const named = registry.map(({ words }) => `${words.replaceAll(" ", "/")}.ts`);
    expect(loaded.filter((target) => target !== "command.ts")).toEqual(named);
    expect(named.filter((file) => !files.has(file))).toEqual([]);
  });

  it("are in the registry, each that defines a command", () => {
    const named = new Set(registry.map(({ words }) => `${words.replaceAll(" ", "/")}.ts`));
    const defining = [...files].flatMap(([file, text]) => (text.includes(" = defineCommand(") ? [file] : []));
    expect(defining.length).toBeGreaterThan(30);
    expect(
      defining.filter((file) => !named.has(file)).map((file) => `src/commands/registry.ts has no line for ${file}`),
    ).toEqual([]);
  });

  it("lie in a folder of their noun, which the help knows", () => {
    const nouns = new Set([...files.keys()].flatMap((file) => nounOf(file) ?? []));
    expect([...nouns].filter((noun) => !Object.hasOwn(groups, noun))).toEqual([]);
  });

  it("take from their own noun and from shared/ only; what is for all takes from no noun", () => {
    const broken = imports.filter(
      ({ file, target }) =>
        files.has(target) &&
        nounOf(target) !== nounOf(file) &&
        (nounOf(target) !== undefined || !target.startsWith("shared/")) &&
        target !== "command.ts" &&
        // A command of one word, and the list of all, may use a noun's.
        file.includes("/"),
    );
    expect(broken.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
  });
});
