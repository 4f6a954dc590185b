import { Command as Commander, Option } from "commander";
import { beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import { defineCommand, type Command } from "../../../../src/commands/command.ts";
import { registry } from "../../../../src/commands/registry.ts";
import { globalOptions } from "../../../../src/commands/shared/global-options.ts";
import {
  flagsGiven,
  longFlag,
  optionKey,
  readOptions,
  type OptionsOf,
  type OptionSpec,
} from "../../../../src/commands/shared/option.ts";
import { wholeFrom } from "../../../../src/commands/shared/parse-numbers.ts";
import type { WorkloadOptions } from "../../../../src/commands/shared/workload-options.ts";
import { attach } from "../../../../src/program.ts";

const specs = [
  { flags: "--count <n>", description: "", parse: wholeFrom(1) },
  { flags: "--sort <key>", description: "", choices: ["price", "memory"] },
  { flags: "--fail-on <severity>", description: "", choices: ["error", "warning"], default: "error" },
  { flags: "--task-seconds <n>", description: "", parse: wholeFrom(1), default: "30" },
  { flags: "--subnet <id>", description: "", repeatable: true },
  { flags: "--port <n>", description: "", repeatable: true, parse: wholeFrom(1) },
  { flags: "-a, --all", description: "" },
  { flags: "--color [when]", description: "" },
  { flags: "--no-wait", description: "" },
] as const satisfies readonly OptionSpec[];

describe("the key of a flag", () => {
  it("is that of its type, written without short form and value", () => {
    expect(longFlag("-a, --all-of-it <n>")).toBe("--all-of-it");
    expect(optionKey("-a, --all-of-it <n>")).toBe("allOfIt");
    expectTypeOf(optionKey("-a, --all-of-it <n>")).toEqualTypeOf<"allOfIt">();
    expectTypeOf(optionKey("--no-wait")).toEqualTypeOf<"wait">();
    expectTypeOf(optionKey("--node-role <arn>")).toEqualTypeOf<"nodeRole">();
  });
});

describe("the values of flags", () => {
  it("have the type that their entry says", () => {
    expectTypeOf<OptionsOf<typeof specs>>().branded.toEqualTypeOf<{
      readonly count?: number;
      readonly sort?: "price" | "memory";
      readonly failOn: "error" | "warning";
      readonly taskSeconds: number;
      readonly subnet?: readonly string[];
      readonly port?: readonly number[];
      readonly all?: true;
      readonly color?: string | true;
      readonly wait: boolean;
    }>();
    expectTypeOf<WorkloadOptions["name"]>().toEqualTypeOf<string | undefined>();
    expectTypeOf<WorkloadOptions["instanceType"]>().toEqualTypeOf<readonly string[] | undefined>();
  });

  it("are read with their defaults, as if these had been written", () => {
    expect(readOptions(specs, { wait: true })).toEqual({ failOn: "error", taskSeconds: 30, wait: true });
    expect(readOptions(specs, { failOn: "warning" }).failOn).toBe("warning");
  });

  it("tell which flags were given", () => {
    const without = specs.flatMap((spec) => ("default" in spec ? [] : [spec]));
    expect(flagsGiven({ wait: true, count: 2 }, without)).toEqual(["--count"]);
    expect(flagsGiven({ wait: false, all: true }, without)).toEqual(["--all", "--no-wait"]);
  });
});

describe("what does not compile", () => {
  it("is a key of a flag that has another name, a value of another type, and a value that may be missing", () => {
    defineCommand({
      description: "",
      formats: ["text"],
      options: [
        { flags: "--task-count <n>", description: "", parse: wholeFrom(1) },
        { flags: "--file <path>", description: "" },
        { flags: "--reason <text>", description: "", default: "none" },
      ],
      run: async (_, { options }) => {
        // @ts-expect-error -- the flag was renamed
        expectTypeOf(options.count).toBeNumber();
        // @ts-expect-error -- its parser gives a number
        const text: string = options.taskCount ?? "";
        // @ts-expect-error -- it has no default
        const file: string = options.file;
        const reason: string = options.reason;
        expect([text, file, reason]).toBeDefined();
      },
    });
  });

  it("is an entry that says what no option has", () => {
    defineCommand({
      description: "",
      formats: ["text"],
      // @ts-expect-error -- an option has no repeatble
      options: [{ flags: "--subnet <id>", description: "", repeatble: true }],
      run: async () => {},
    });
    // @ts-expect-error -- a flag begins with --
    expect({ flags: "subnet <id>", description: "" } satisfies OptionSpec).toBeDefined();
  });

  it("is a value of flags whose letters a type has forgotten", () => {
    const forgotten: readonly OptionSpec[] = specs;
    // @ts-expect-error -- nobody knows whether there is such a flag
    expect(readOptions(forgotten, {}).count).toBeUndefined();
  });

  it("is the question whether a flag with a default was given", () => {
    // @ts-expect-error -- it always has a value
    expect(flagsGiven({}, specs)).toEqual([]);
  });
});

describe("the options of every command", () => {
  let commands: readonly { readonly words: string; readonly command: Command; readonly specs: readonly OptionSpec[] }[];
  beforeAll(async () => {
    commands = await Promise.all(
      registry.map(async ({ words, load }) => {
        const command = await load();
        return { words, command, specs: [...globalOptions, ...(command.options ?? [])] };
      }),
    );
  });

  it("have the keys that commander gives them", () => {
    for (const { flags } of commands.flatMap(({ specs }) => specs))
      expect(optionKey(flags)).toBe(new Option(flags).attributeName());
  });

  it("have each key and each letter once", () => {
    for (const { words, command, specs } of commands) {
      const keys = specs.map(({ flags }) => optionKey(flags));
      const twice = keys.filter((key, index) => keys.indexOf(key) !== index);
      expect({ words, twice }).toEqual({ words, twice: [] });
      expect(() => attach(new Commander(), command)).not.toThrow();
    }
  });

  it("have defaults that may be written too", () => {
    const settled = commands.flatMap(({ words, specs }) =>
      specs.flatMap((spec) => (spec.default === undefined ? [] : [{ words, spec, text: spec.default }])),
    );
    expect(settled.map(({ words, spec }) => `${words} ${longFlag(spec.flags)}`)).toContain("init --file");
    for (const { spec, text } of settled) {
      expect(spec.choices ?? [text]).toContain(text);
      expect(() => spec.parse?.(text, longFlag(spec.flags))).not.toThrow();
    }
  });
});
