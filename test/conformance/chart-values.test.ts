// The keys that aiplat writes are the charts' own: CHART_VALUES names a folder with a NAME.yaml for each of
// facts/helm-charts.json, as `helm show values CHART --version VERSION` prints it, and KubeSpawner's spawner.py.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { isRaw } from "../../src/core/base/merge.ts";

const folder = process.env["CHART_VALUES"];
if (folder === undefined) process.stderr.write("SKIPPED: CHART_VALUES names no folder of charts' values\n");

const facts = JSON.parse(readFileSync(new URL("../../facts/helm-charts.json", import.meta.url), "utf8")) as {
  readonly charts: Readonly<Record<string, { readonly keys: readonly string[] }>>;
  readonly kubespawner: { readonly traits: readonly string[] };
};

/** Traits that KubeSpawner inherits of JupyterHub's Spawner. */
const inherited = new Set(["cpu_guarantee", "cpu_limit", "environment", "mem_guarantee", "mem_limit"]);

describe.skipIf(folder === undefined)("CHART_VALUES", () => {
  it.each(Object.entries(facts.charts))("%s.yaml has every key that is written", (chart, { keys }) => {
    const values: unknown = parse(readFileSync(join(folder!, `${chart}.yaml`), "utf8"));
    const has = (value: unknown, [key, ...rest]: readonly string[]): boolean =>
      key === undefined || (isRaw(value) && Object.hasOwn(value, key) && has(value[key], rest));
    expect(keys.filter((key) => !has(values, key.split(".")))).toEqual([]);
  });

  it.skipIf(folder === undefined || !existsSync(join(folder, "spawner.py")))("spawner.py has every trait", () => {
    const text = readFileSync(join(folder!, "spawner.py"), "utf8");
    const own = facts.kubespawner.traits.filter((trait) => !inherited.has(trait));
    expect(own.filter((trait) => !new RegExp(`^    ${trait} = `, "m").test(text))).toEqual([]);
  });
});
