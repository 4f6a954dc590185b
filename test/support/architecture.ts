import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/** The core's rooms from the ground up: each imports only those before it, so no circle can form. */
export const floors = [
  "base",
  "edit",
  "ecs-api",
  "catalog",
  "models",
  "workload",
  "cluster",
  "devices",
  "ecs",
  "placement",
  "capacity",
  "deployment",
  "plan",
  "import",
  "doctor",
  "iam",
  "kubernetes",
] as const;

/** One import of a source file. */
export interface Import {
  /** The importing file, from src/ on. */
  readonly file: string;
  /** A file from src/ on, or a package. */
  readonly target: string;
  /** Whether the compiler takes it away. */
  readonly typeOnly: boolean;
}

/** The files of a folder of sources with their text, and what they import of each other and of packages. */
export function readSources(src: string): {
  readonly files: ReadonlyMap<string, string>;
  readonly imports: readonly Import[];
} {
  const names = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  const files = new Map(names.map((file) => [file, readFileSync(join(src, file), "utf8")]));
  return { files, imports: [...files].flatMap(([file, text]) => importsOf(file, text)) };
}

const statement =
  /^(?:import|export)\s+(type\s+)?[^;"]*?from\s+"([^"]+)"|import\(\s*"([^"]+)"\s*\)|^import\s+"([^"]+)"/gm;

/** What the text of a file imports. */
export function importsOf(file: string, text: string): readonly Import[] {
  return [...text.matchAll(statement)].map((match) => {
    const specifier = match[2] ?? match[3] ?? match[4]!;
    const target = specifier.startsWith(".") ? normalize(join(dirname(file), specifier)) : specifier;
    return { file, target, typeOnly: match[1] !== undefined };
  });
}

/** The room of the core that a file is in; undefined for a file outside the core, or beside its rooms. */
export function roomOf(file: string): string | undefined {
  const [layer, room, ...rest] = file.split("/");
  return layer === "core" && rest.length > 0 ? room : undefined;
}

/** The imports between rooms of the core that go up, or to a room that is on no floor: `from -> to`. */
export function againstTheFloors(imports: readonly Import[]): readonly string[] {
  const floorOf = (file: string) => (floors as readonly string[]).indexOf(roomOf(file) ?? "");
  const up = imports.filter(({ file, target }) => {
    if (!file.startsWith("core/") || !target.startsWith("core/") || roomOf(file) === roomOf(target)) return false;
    return floorOf(file) < 0 || floorOf(target) < 0 || floorOf(target) > floorOf(file);
  });
  return up.map(({ file, target }) => `${file} -> ${target}`);
}

/** The layers that import each other around, as `a -> b -> a`; none where the layers form no circle. */
export function circlesOf(edges: readonly (readonly [string, string])[]): readonly string[] {
  const next = new Map<string, Set<string>>();
  for (const [from, to] of edges) {
    if (from === to) continue;
    const targets = next.get(from) ?? new Set();
    next.set(from, targets.add(to));
  }
  const circles = new Set<string>();
  const done = new Set<string>();
  const walk = (at: string, path: readonly string[]) => {
    const start = path.indexOf(at);
    if (start >= 0) {
      circles.add([...path.slice(start), at].join(" -> "));
      return;
    }
    if (done.has(at)) return;
    for (const each of next.get(at) ?? []) walk(each, [...path, at]);
    done.add(at);
  };
  for (const each of next.keys()) walk(each, []);
  return [...circles];
}

/** The layer of a file: its folder in src/, or its own name where it lies there. */
export function layerOf(file: string): string {
  return file.split("/")[0]!;
}
