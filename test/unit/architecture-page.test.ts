import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { floors } from "../support/architecture.ts";

const root = join(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/architecture.md"), "utf8");

it("the page on the architecture names the rooms of the core in the order that the layers test holds them to", () => {
  const table = page.slice(page.indexOf("| floor |"), page.indexOf("## The way of a workload"));
  expect([...table.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, room]) => room)).toEqual([...floors]);
});

it("every place that the page names is there", () => {
  const named = [...page.matchAll(/`((?:bin|src|test|facts)\/[\w./-]*)`/g)].map(([, path]) => path!);
  expect(named.length).toBeGreaterThan(25);
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
