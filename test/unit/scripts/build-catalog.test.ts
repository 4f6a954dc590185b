import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const run = promisify(execFile);
const project = join(dirname(fileURLToPath(import.meta.url)), "../../..");
/** A copy of the project, as far as its catalogue and schema are generated. */
let copy: string;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), "aiplat-catalogue-"));
  for (const each of ["facts", "scripts", "src", "templates", "README.md", "package.json", ".oxfmtrc.json"])
    cpSync(join(project, each), join(copy, each), { recursive: true });
  for (const each of ["schema", "docs"]) mkdirSync(join(copy, each));
  symlinkSync(join(project, "node_modules"), join(copy, "node_modules"));
});

afterAll(() => rmSync(copy, { recursive: true }));

type Facts = Readonly<Record<string, (fact: never) => unknown>>;

/** Generates the copy's catalogue from the project's facts with some of them changed, in a folder of their own. */
async function generate(change: Facts): Promise<string> {
  const folder = mkdtempSync(join(copy, "facts-"));
  cpSync(join(project, "facts"), folder, { recursive: true });
  for (const [name, edit] of Object.entries(change)) {
    const path = join(folder, `${name}.json`);
    writeFileSync(path, JSON.stringify(edit(JSON.parse(readFileSync(path, "utf8")) as never)));
  }
  try {
    await run(process.execPath, [join(copy, "scripts/build-catalog.mjs"), folder]);
    return "";
  } catch (error) {
    return (error as { stderr: string }).stderr;
  }
}

const invented = {
  family: "trn9",
  instanceType: "trn9.96xlarge",
  architecture: "x86_64",
  vcpus: 384,
  memoryMiB: 4_194_304,
  accelerator: { kind: "neuron", name: "Trainium9", manufacturer: "AWS", count: 24, coresPerDevice: 8 },
  efaInterfaces: 24,
  networkCards: 24,
  source: "invented for a test",
};
const withMemory = { ...invented, accelerator: { ...invented.accelerator, memoryMiBPerDevice: 147_456 } };
const wiring = { slots: "rows", sizes: [1, 4, 8, 24], wiring: "torus 6x4", source: "invented for a test" };
const add = (row: object) => ({ "gap-rows": (rows: readonly object[]) => [...rows, row] });
const price = {
  prices: (file: { prices: object }) => ({ ...file, prices: { ...file.prices, "trn9.96xlarge": null } }),
};
const regions = {
  "offerings-by-type": (file: { offerings: object }) => ({
    ...file,
    offerings: { ...file.offerings, "trn9.96xlarge": ["us-east-2"] },
  }),
};
/** What the market says of it. */
const sold = { ...price, ...regions };
const topology = (entry: object) => ({
  topology: (file: { types: object }) => ({ ...file, types: { ...file.types, "trn9.96xlarge": entry } }),
});

describe("the generator", () => {
  test("makes of facts/ what is committed, already formatted", async () => {
    const folder = "src/core/catalog";
    const files = (root: string) =>
      Object.fromEntries(
        readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
          .filter((file) => file.endsWith(".ts"))
          .map((file) => [file, readFileSync(join(root, folder, file), "utf8")]),
      );
    rmSync(join(copy, folder, "prices.ts"));
    writeFileSync(
      join(copy, folder, "instance-types/families/trn0.ts"),
      "// of a family that no fact knows any more\n",
    );
    await run(process.execPath, [join(copy, "scripts/build-catalog.mjs")]);
    expect(files(copy)).toEqual(files(project));
  });

  test.each<[string, Facts, RegExp]>([
    [
      "a Neuron type without its topology",
      { ...add(withMemory), ...sold },
      /trn9\.96xlarge: 24 Neuron devices and no topology; say in facts\/topology\.json which sets are legal/,
    ],
    [
      "rows that cannot be filled",
      { ...add(withMemory), ...sold, ...topology({ ...wiring, sizes: [1, 4, 16] }) },
      /trn9\.96xlarge: the sizes of its rows are 1,4,16; facts\/topology\.json: ascending, from 1 to all 24 devices/,
    ],
    [
      "a type without a price",
      { ...add(withMemory), ...topology(wiring) },
      /trn9\.96xlarge: no price; add it to facts\/prices\.json/,
    ],
    [
      "a type without regions",
      { ...add(withMemory), ...price, ...topology(wiring) },
      /trn9\.96xlarge: no regions that offer it; add them to facts\/offerings-by-type\.json, \[\] where none is known/,
    ],
    [
      "a figure that is missing",
      { ...add(invented), ...sold, ...topology(wiring) },
      /trn9\.96xlarge: memoryMiBPerDevice is undefined; add a correction with its source/,
    ],
    [
      "a status in other words",
      { ...add({ ...withMemory, status: "perhaps" }), ...sold },
      /trn9\.96xlarge: unknown status "perhaps"/,
    ],
    [
      "a correction that the source no longer needs",
      { corrections: (all: readonly object[]) => [...all, { of: ["inf2.xlarge"], set: { vcpus: 4 }, why: "x" }] },
      /correction of inf2\.xlarge: vcpus is 4 already \(x\)/,
    ],
    [
      "a correction of no row",
      { corrections: () => [{ of: ["inf9.xlarge"], set: { vcpus: 4 }, why: "x" }] },
      /correction of inf9\.xlarge: no such row \(x\)/,
    ],
  ])("stops at %s, and writes nothing", async (_, change, sentence) => {
    const before = readFileSync(join(copy, "src/core/catalog/instance-types/families.ts"), "utf8");
    expect(await generate(change)).toMatch(sentence);
    expect(readFileSync(join(copy, "src/core/catalog/instance-types/families.ts"), "utf8")).toBe(before);
  });

  test("a larger type than any so far: locks, sizes, vCPU and the JSON Schema follow", async () => {
    expect(await generate({ ...add(withMemory), ...sold, ...topology(wiring) })).toBe("");
    writeFileSync(
      join(copy, "src/probe.ts"),
      `import { requireInstanceType } from "./core/catalog/instance-types/catalog.ts";
import { isLockPort, lockPortBase, lockPortCount, lockPortMappings } from "./core/catalog/lock-ports.ts";
import { legalSizes, legalSlots } from "./core/catalog/slots.ts";
import { maxVcpu, vcpuOfUnits } from "./core/workload/fields.ts";
const type = requireInstanceType("trn9.96xlarge");
export const seen = {
  sizes: legalSizes(type),
  eights: legalSlots(type, 8).map((slot) => slot[0]),
  sixteens: legalSlots(type, 16),
  lockPortCount,
  last: isLockPort(lockPortBase + 23),
  beyond: isLockPort(lockPortBase + 24),
  locks: lockPortMappings(legalSlots(type, 24)[0]!).length,
  maxVcpu,
  vcpu: [vcpuOfUnits(384), vcpuOfUnits(512)],
};
`,
    );
    const script = `import { loadSource } from "./scripts/load-source.mjs"; const { seen } = await loadSource("src/probe.ts"); console.log(JSON.stringify(seen));`;
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], { cwd: copy });
    expect(JSON.parse(stdout)).toEqual({
      sizes: [1, 4, 8, 24],
      eights: [0, 8, 16],
      sixteens: [],
      lockPortCount: 24,
      last: true,
      beyond: false,
      locks: 24,
      maxVcpu: 384,
      vcpu: [null, 0.5],
    });
    await run(process.execPath, [join(copy, "scripts/build-schema.mjs")]);
    const schema = readFileSync(join(copy, "schema/workload.json"), "utf8");
    expect(schema).toContain('"maximum": 28723');
    expect(schema).toContain('"maximum": 384');
    expect(schema).toContain("Trainium: 1, 4, 8, 16 or 24;");
    expect(schema).toMatch(/"trn9\.96xlarge"/);
  });
});
