import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  againstTheFloors,
  circlesOf,
  floors,
  importsOf,
  layerOf,
  readSources,
  roomOf,
} from "../support/architecture.ts";

/** What each layer may import of the others. Files directly in src/ are layers of their own. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  "main.ts": ["core", "connect.ts", "run.ts", "errors.ts", "output"],
  "run.ts": ["connect.ts", "program.ts", "errors.ts", "output"],
  "connect.ts": ["clock.ts", "context.ts", "errors.ts", "aws", "sandbox", "output"],
  "program.ts": ["commands", "usage-error.ts", "context.ts", "errors.ts", "core"],
  "usage-error.ts": ["commands", "errors.ts", "core"],
  "context.ts": ["ports.ts", "capacity-ports.ts", "machine-image-ports.ts"],
  "ports.ts": ["core", "capacity-ports.ts"],
  "capacity-ports.ts": ["core"],
  "machine-image-ports.ts": ["core", "capacity-ports.ts"],
  "errors.ts": ["core"],
  "clock.ts": [],
  "index.ts": ["core"],
  "reference.ts": ["commands"],
  "man-pages.ts": ["commands", "core"],
  "codes-reference.ts": ["core"],
  "kinds-reference.ts": ["core"],
  "landscape-reference.ts": ["core"],
  "workload-reference.ts": ["core"],
  "targets-reference": ["core"],
  commands: [
    "operations",
    "core",
    "aws",
    "kubectl",
    "image-registry",
    "model-hub",
    "sandbox",
    "output",
    "files",
    "ports.ts",
    "capacity-ports.ts",
    "machine-image-ports.ts",
    "context.ts",
    "errors.ts",
  ],
  operations: ["core", "ports.ts", "capacity-ports.ts", "machine-image-ports.ts", "errors.ts", "context.ts"],
  aws: ["core", "ports.ts", "capacity-ports.ts", "machine-image-ports.ts", "errors.ts", "clock.ts", "context.ts"],
  kubectl: ["ports.ts", "errors.ts", "context.ts"],
  "image-registry": ["core", "http", "ports.ts", "errors.ts", "clock.ts", "context.ts"],
  "model-hub": ["http", "errors.ts", "clock.ts", "context.ts"],
  http: [],
  sandbox: ["core", "errors.ts"],
  output: ["core", "context.ts", "errors.ts", "operations"],
  files: ["errors.ts", "context.ts", "core"],
  core: [],
};

/** Imports that exist only for the compiler. */
const onlyTypes: Readonly<Record<string, readonly string[]>> = {
  "main.ts": ["connect.ts"],
  "connect.ts": ["context.ts"],
  output: ["core", "operations"],
  aws: ["ports.ts", "capacity-ports.ts", "machine-image-ports.ts", "context.ts"],
  kubectl: ["ports.ts", "context.ts"],
  "image-registry": ["ports.ts", "context.ts"],
  "model-hub": ["context.ts"],
  operations: ["ports.ts", "capacity-ports.ts", "machine-image-ports.ts", "context.ts"],
  commands: ["ports.ts", "capacity-ports.ts", "machine-image-ports.ts"],
  "context.ts": ["ports.ts", "capacity-ports.ts", "machine-image-ports.ts"],
  "ports.ts": ["core", "capacity-ports.ts"],
  "capacity-ports.ts": ["core"],
  "machine-image-ports.ts": ["core", "capacity-ports.ts"],
};

const packages: Readonly<Record<string, RegExp>> = {
  core: /^(yaml|zod\/mini|zod|fastest-levenshtein|@marcbachmann\/cel-js)$/,
  aws: /^(@aws-sdk\/|@smithy\/|node:)/,
  output: /^(chalk|ora|string-width|yaml|node:)/,
  operations: /^node:(crypto)$/,
  "main.ts": /^node:/,
  "connect.ts": /^node:/,
  "clock.ts": /^node:/,
  "program.ts": /^commander$/,
  files: /^node:/,
  commands: /^(node:|yaml)/,
  "targets-reference": /^yaml$/,
  sandbox: /^(node:|yaml$)/,
  kubectl: /^node:child_process$/,
};

const { files, imports } = readSources(join(import.meta.dirname, "../../src"));
const local = imports.filter(({ target }) => files.has(target));
const shown = ({ file, target }: { readonly file: string; readonly target: string }) => `${file} -> ${target}`;

describe("layers", () => {
  it("finds the project's imports", () => {
    expect(local.length).toBeGreaterThan(100);
    const relative = imports.filter(({ target }) => target.endsWith(".ts"));
    expect(relative.filter(({ target }) => !files.has(target)).map(shown)).toEqual([]);
  });

  it("import only what lies beneath them", () => {
    const broken = local.filter(
      ({ file, target }) => layerOf(file) !== layerOf(target) && !allowed[layerOf(file)]?.includes(layerOf(target)),
    );
    expect(broken.map(shown)).toEqual([]);
  });

  it("form no circle", () => {
    expect(circlesOf(local.map(({ file, target }) => [layerOf(file), layerOf(target)] as const))).toEqual([]);
  });

  it("take only types where only types are allowed", () => {
    const broken = local.filter(
      ({ file, target, typeOnly }) =>
        onlyTypes[layerOf(file)]?.includes(layerOf(target)) && !typeOnly && layerOf(file) !== layerOf(target),
    );
    expect(broken.map(shown)).toEqual([]);
  });

  it("import only the packages that are theirs", () => {
    const broken = imports.filter(({ file, target }) => !files.has(target) && !packages[layerOf(file)]?.test(target));
    expect(broken.map(shown)).toEqual([]);
  });

  it("keep ECS and Kubernetes apart", () => {
    const ecs = new Set(["ecs", "ecs-api", "deployment", "plan"]);
    const broken = local.filter(
      ({ file, target }) =>
        (ecs.has(roomOf(file) ?? "") && roomOf(target) === "kubernetes") ||
        (roomOf(file) === "kubernetes" && ecs.has(roomOf(target) ?? "")),
    );
    expect(broken.map(shown)).toEqual([]);
  });

  it("start processes in kubectl/, and on the tool's own streams in main.ts, only", () => {
    const starters = new Set(["kubectl", "main.ts"]);
    const broken = imports.filter(
      ({ file, target }) => target === "node:child_process" && !starters.has(layerOf(file)),
    );
    expect(broken).toEqual([]);
  });

  it("touch process in main.ts only", () => {
    const broken = [...files].filter(
      ([file, text]) =>
        file !== "main.ts" &&
        /\bprocess\.(?!env\b)\w+|\bprocess\.env\b/.test(text.replace(/^\s*(\/\/|\*|\/\*).*$/gm, "")),
    );
    expect(broken.map(([file]) => file)).toEqual([]);
  });
});

describe("rooms of the core", () => {
  it("have a floor each", () => {
    const instanceStates = new Set([...files.keys()].flatMap((file) => roomOf(file) ?? []));
    expect([...instanceStates].filter((room) => !(floors as readonly string[]).includes(room))).toEqual([]);
    expect([...files.keys()].filter((file) => file.startsWith("core/") && roomOf(file) === undefined)).toEqual([]);
  });

  it("import only rooms on lower floors, and so form no circle", () => {
    expect(againstTheFloors(local)).toEqual([]);
    const edges = local.flatMap(({ file, target }) => {
      const [from, to] = [roomOf(file), roomOf(target)];
      return from === undefined || to === undefined ? [] : [[from, to] as const];
    });
    expect(circlesOf(edges)).toEqual([]);
  });

  it("are caught in a circle that somebody plants", () => {
    const planted = importsOf("core/devices/claims.ts", 'import { judge } from "../placement/verdict.ts";\n');
    expect(againstTheFloors([...local, ...planted])).toEqual(["core/devices/claims.ts -> core/placement/verdict.ts"]);
    const edges = [...local, ...planted].flatMap(({ file, target }) => {
      const [from, to] = [roomOf(file), roomOf(target)];
      return from === undefined || to === undefined ? [] : [[from, to] as const];
    });
    expect(circlesOf(edges).some((circle) => /placement -> .*devices|devices -> .*placement/.test(circle))).toBe(true);
  });
});
