import type { Edit } from "../../edit/edit.ts";
import type { Path } from "../../base/problem.ts";
import { isRaw, type Raw } from "../../base/merge.ts";
import type { Breach } from "./rule.ts";

interface Item {
  readonly value: Raw;
  readonly path: Path;
}

/** Takes values of unknown origin as the types the API has, and keeps a breach for each that is another. */
export class ShapeReader {
  readonly breaches: Breach[] = [];

  /** A string; undefined for none and for the empty string, which the AWS CLI's skeletons are full of. */
  text(value: unknown, path: Path): string | undefined {
    if (absent(value) || value === "") return undefined;
    if (typeof value === "string") return value;
    if (typeof value !== "object") {
      this.#breach(path, value, "a string", {
        fix: `Write "${String(value)}".`,
        edits: [{ kind: "set", path, value: String(value) }],
      });
      return String(value);
    }
    this.#breach(path, value, "a string");
    return undefined;
  }

  number(value: unknown, path: Path): number | undefined {
    if (absent(value)) return undefined;
    if (typeof value === "number") return value;
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
    if (Number.isNaN(number)) {
      this.#breach(path, value, "a number");
      return undefined;
    }
    // 0x10 and 1e3 may not be meant as the numbers that they can be read as.
    this.#breach(path, value, "a number", {
      fix: `Write ${number}, without quotes.`,
      edits: String(number) === value ? [{ kind: "set", path, value: number }] : [],
    });
    return number;
  }

  flag(value: unknown, path: Path): boolean {
    if (!absent(value) && typeof value !== "boolean")
      this.#breach(path, value, "true or false", {
        edits: value === "true" || value === "false" ? [{ kind: "set", path, value: value === "true" }] : [],
      });
    return value === true;
  }

  object(value: unknown, path: Path): Raw | undefined {
    if (absent(value)) return undefined;
    if (isRaw(value)) return value;
    this.#breach(path, value, "an object");
    return undefined;
  }

  list(value: unknown, path: Path): readonly unknown[] {
    if (absent(value)) return [];
    if (Array.isArray(value)) return value;
    this.#breach(path, value, "a list");
    return [];
  }

  texts(value: unknown, path: Path): readonly string[] {
    return this.list(value, path).flatMap((each, index) => this.text(each, [...path, index]) ?? []);
  }

  /** The objects of a list, each with its place. */
  objects(value: unknown, path: Path): readonly Item[] {
    return this.list(value, path).flatMap((each, index) => {
      const object = this.object(each, [...path, index]);
      return object === undefined ? [] : [{ value: object, path: [...path, index] }];
    });
  }

  #breach(
    path: Path,
    value: unknown,
    wanted: string,
    { fix = `Write ${wanted}.`, edits = [] }: { readonly fix?: string; readonly edits?: readonly Edit[] } = {},
  ): void {
    this.breaches.push({
      path,
      message: `${lastWords(path)} is ${nameOf(value)}, and the API takes ${wanted}`,
      fix,
      ...(edits.length === 0 ? {} : { edits }),
    });
  }
}

/** `memory`, or `devices[2]` for the item of a list. */
function lastWords(path: Path): string {
  const last = path[path.length - 1];
  return typeof last === "number" ? `${String(path[path.length - 2])}[${last}]` : String(last);
}

function absent(value: unknown): boolean {
  return value === undefined || value === null;
}

function nameOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  return `the ${typeof value} ${JSON.stringify(value)}`;
}
