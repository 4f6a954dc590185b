// Two files that have every word of the workload file: what becomes of them on ECS and in each kind of resource. What a
// reviewer reads is in test/golden/every-word; `npx vitest run -u` writes it anew.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { isRaw, type Raw } from "../../src/core/base/merge.ts";
import { kinds, type Kind } from "../../src/core/kubernetes/kinds.ts";
import { descriptions } from "../../src/core/workload/descriptions.ts";
import { formatManifests } from "../../src/output/yaml.ts";
import { runCli } from "../support/cli.ts";
import { everyWordAs, everyWordFolder, everyWordOnEcs, everyWordOnEks } from "../support/every-word.ts";
import { missingCrdSchemas, schemaProblems } from "../support/kubernetes-schemas.ts";
import { startTestSandbox, type TestSandbox } from "../support/sandbox.ts";

const golden = join(import.meta.dirname, "../golden/every-word");
const files = ["service", "job"] as const;

/** Raw fields, what is of one kind alone, and other ways to say what a file says. */
const otherwise =
  /^(?:\$schema|accelerator\.(?:mps|resource|count|sharing|hami)|ecs\.(?:capacity\.|taskDefinition|service)|eks\.(?:as|queue\.(?:volcano|yunikorn)|spark|experiment|pod|resource|companions)|model\.format)/;

function has(value: unknown, [segment, ...rest]: readonly string[]): boolean {
  if (segment === undefined) return true;
  if (segment === "*") return Object.values(value ?? {}).some((each) => has(each, rest));
  return isRaw(value) && value[segment] !== undefined && has(value[segment], rest);
}

describe("the files of every word", () => {
  it("have every word between them", () => {
    const documents = files.flatMap((file) => [everyWordOnEcs(file), everyWordOnEks(file)]);
    const missing = Object.keys(descriptions).filter(
      (path) => !otherwise.test(path) && !documents.some((document) => has(document, path.split("."))),
    );
    expect(missing).toEqual([]);
  });
});

describe("every word on ECS", () => {
  let box: TestSandbox;
  let folder: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "aiplat-every-word-"));
    box = await startTestSandbox({
      fleet: [
        { instanceType: "inf2.24xlarge", count: 3 },
        { instanceType: "trn1.32xlarge", count: 2 },
      ],
    });
    const { containerInstanceArns } = await box.ecs("ListContainerInstances", {});
    for (const targetId of containerInstanceArns)
      await box.ecs("PutAttributes", {
        attributes: ["fsx", "weights"].map((name) => ({
          name: `aiplat.mount.${name}`,
          targetType: "container-instance",
          targetId,
        })),
      });
  });
  afterEach(async () => {
    await box.sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (...args: readonly string[]) => runCli(args, { box, cwd: folder });
  const fileOf = (file: string) => join(everyWordFolder, `${file}.yaml`);

  it.each(files)("of the %s is what a reviewer has read", async (file) => {
    const generated = await run("taskdef", "generate", fileOf(file));
    expect(generated.code).toBe(0);
    await expect(generated.stdout).toMatchFileSnapshot(join(golden, `${file}.json`));
  });

  it("of the service is deployed, and a second plan changes nothing", async () => {
    expect(await run("service", "deploy", fileOf("service"))).toMatchObject({ code: 0 });
    expect(await run("plan", fileOf("service"), "--exit-code")).toMatchObject({ code: 0 });
  });

  it("of the service comes back by import, which plans to no change and has no raw fields", async () => {
    expect(await run("service", "deploy", fileOf("service"))).toMatchObject({ code: 0 });
    expect(await run("service", "import", "every-word")).toMatchObject({ code: 0 });
    const imported = parse(readFileSync(join(folder, "aiplat.yaml"), "utf8")) as Raw;
    const { taskDefinition, service } = imported["ecs"] as Raw;
    expect([taskDefinition, service]).toEqual([undefined, undefined]);
    const written = everyWordOnEcs("service");
    // What is nowhere on ECS: the API's version, what EKS alone has, how long a group that is there keeps its events.
    for (const word of Object.keys(written).filter((each) => !["apiVersion", "eks", "logs"].includes(each)))
      expect(Object.keys(imported)).toContain(word);
    expect(await run("plan", "--exit-code")).toMatchObject({ code: 0 });
  });

  it("of the job is run", async () => {
    const ran = await run("run-task", fileOf("job"), "-o", "json");
    expect(ran.code).toBe(0);
    const { tasks } = JSON.parse(ran.stdout) as { readonly tasks: readonly unknown[] };
    expect(tasks).toHaveLength(2);
  });
});

describe("every word on EKS", () => {
  it.each(kinds)("as %s is what a reviewer has read", async (kind: Kind) => {
    const { manifests, left } = everyWordAs(kind);
    const head = `# ${kind} refuses: ${left.length === 0 ? "nothing" : left.join(", ")}\n`;
    await expect(head + formatManifests(manifests)).toMatchFileSnapshot(join(golden, `${kind}.yaml`));
  });

  it("has no file of a kind that is gone", () => {
    const expected = [...kinds.map((kind) => `${kind}.yaml`), ...files.map((file) => `${file}.json`)];
    expect(readdirSync(golden).toSorted()).toEqual(expected.toSorted());
  });
});

describe.skipIf(missingCrdSchemas())("every word in the schemas of what it becomes", () => {
  it.each(kinds)("%s", async (kind: Kind) => {
    const { manifests } = everyWordAs(kind);
    expect((await Promise.all(manifests.map((manifest) => schemaProblems(manifest)))).flat()).toEqual([]);
  });
});
