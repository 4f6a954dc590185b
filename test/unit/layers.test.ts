import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { describe, expect, it } from "vitest";

const src = join(import.meta.dirname, "../../src");

/** What each layer may import of the others. Files directly in src/ are layers of their own. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  "main.ts": ["program.ts", "context.ts", "errors.ts", "output", "aws", "sandbox"],
  "program.ts": ["commands", "context.ts", "errors.ts", "core"],
  "context.ts": ["operations"],
  "errors.ts": ["core"],
  "index.ts": ["core"],
  "reference.ts": ["commands"],
  commands: [
    "operations",
    "core",
    "aws",
    "kubectl",
    "image-registry",
    "sandbox",
    "output",
    "files",
    "context.ts",
    "errors.ts",
  ],
  operations: ["core", "errors.ts", "context.ts"],
  aws: ["core", "operations", "errors.ts", "context.ts"],
  kubectl: ["operations", "errors.ts", "context.ts"],
  "image-registry": ["core", "operations", "errors.ts", "context.ts"],
  sandbox: ["core", "errors.ts"],
  output: ["core", "context.ts", "errors.ts", "operations"],
  files: ["errors.ts", "context.ts", "core"],
  core: [],
};

/** Imports that exist only for the compiler. */
const onlyTypes: Readonly<Record<string, readonly string[]>> = {
  output: ["core", "operations"],
  aws: ["operations", "context.ts"],
  kubectl: ["operations", "context.ts"],
  "image-registry": ["operations", "context.ts"],
  operations: ["context.ts"],
  "context.ts": ["operations"],
};

const packages: Readonly<Record<string, RegExp>> = {
  core: /^(yaml|zod\/mini|zod|fastest-levenshtein)$/,
  aws: /^(@aws-sdk\/|@smithy\/|node:)/,
  output: /^(chalk|ora|string-width|yaml|node:)/,
  operations: /^node:(crypto)$/,
  "main.ts": /^node:/,
  "program.ts": /^commander$/,
  files: /^node:/,
  commands: /^(node:|yaml)/,
  sandbox: /^node:/,
  kubectl: /^node:child_process$/,
};

interface Import {
  readonly file: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
const imports = files.flatMap((file): readonly Import[] => {
  const text = readFileSync(join(src, file), "utf8");
  const found = [
    ...text.matchAll(
      /^(?:import|export)\s+(type\s+)?[^;"]*?from\s+"([^"]+)"|import\("([^"]+)"\)|^import\s+"([^"]+)"/gm,
    ),
  ];
  return found.map((match) => {
    const specifier = match[2] ?? match[3] ?? match[4]!;
    const target = specifier.startsWith(".")
      ? relative(src, normalize(join(src, dirname(file), specifier)))
      : specifier;
    return { file, target, typeOnly: match[1] !== undefined };
  });
});

function layerOf(file: string): string {
  return file.split("/")[0]!;
}

const local = imports.filter(({ target }) => files.includes(target));

describe("layers", () => {
  it("finds the project's imports", () => {
    expect(local.length).toBeGreaterThan(100);
  });

  it("import only what lies beneath them", () => {
    const broken = local.filter(
      ({ file, target }) => layerOf(file) !== layerOf(target) && !allowed[layerOf(file)]?.includes(layerOf(target)),
    );
    expect(broken.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
  });

  it("take only types where only types are allowed", () => {
    const broken = local.filter(
      ({ file, target, typeOnly }) =>
        onlyTypes[layerOf(file)]?.includes(layerOf(target)) && !typeOnly && layerOf(file) !== layerOf(target),
    );
    expect(broken.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
  });

  it("import only the packages that are theirs", () => {
    const broken = imports.filter(
      ({ file, target }) => !files.includes(target) && !packages[layerOf(file)]?.test(target),
    );
    expect(broken.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
  });

  it("keep ECS and Kubernetes apart", () => {
    const broken = local.filter(
      ({ file, target }) =>
        (file.startsWith("core/ecs/") && target.startsWith("core/kubernetes/")) ||
        (file.startsWith("core/kubernetes/") && target.startsWith("core/ecs/")),
    );
    expect(broken).toEqual([]);
  });

  it("start processes in kubectl/ only", () => {
    const broken = imports.filter(({ file, target }) => target === "node:child_process" && layerOf(file) !== "kubectl");
    expect(broken).toEqual([]);
  });

  it("touch process in main.ts only", () => {
    const broken = files.filter(
      (file) =>
        file !== "main.ts" &&
        /\bprocess\.(?!env\b)\w+|\bprocess\.env\b/.test(
          readFileSync(join(src, file), "utf8").replace(/^\s*(\/\/|\*|\/\*).*$/gm, ""),
        ),
    );
    expect(broken).toEqual([]);
  });
});
