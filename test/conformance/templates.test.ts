// Every template: legal where its README says that it runs, rendered, held to schemas, lint, the AWS CLI and moto, and its
// README's commands run as they are written.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { findInstanceType } from "../../src/core/catalog/instance-types/catalog.ts";
import type { Manifest } from "../../src/core/kubernetes/manifest.ts";
import { summariseTemplate } from "../../src/core/workload/template-summary.ts";
import type { Template, TemplateTarget } from "../../src/core/workload/template.ts";
import { parseWorkloadText } from "../../src/core/workload/parse.ts";
import type { Workload } from "../../src/core/workload/schema.ts";
import { runCli } from "../support/cli.ts";
import { makeFakeKubectl, type FakeKubectl } from "../support/fake-kubectl.ts";
import { missingCrdSchemas, schemaProblems } from "../support/kubernetes-schemas.ts";
import { startMoto, type Moto } from "../support/moto.ts";
import { startTestSandbox } from "../support/sandbox.ts";
import {
  commandsFor,
  exportsOf,
  imageFacts,
  pathsFor,
  templates,
  withoutInherent,
  workloadFilesOf,
} from "../support/templates.ts";
import { missingTools } from "../support/tools.ts";

const withoutSchemas = missingCrdSchemas();
/** Of what a template applies beside the generated, the groups whose schemas are not among those. */
const withoutSchema = new Set(["scheduling.volcano.sh/v1beta1"]);

/** What the text says by the parser: of a patch, too, which is no whole workload. */
const read = (text: string) => parseWorkloadText(text, "aiplat.yaml").value as unknown as Partial<Workload>;
const typesOf = ({ accelerator }: Partial<Workload>) =>
  typeof accelerator === "object" ? (accelerator.instanceTypes ?? []) : [];
const typesIn = (template: Template) => [...workloadFilesOf(template).values()].flatMap((text) => typesOf(read(text)));
const on = (target: TemplateTarget) => templates.filter(({ targets }) => targets.includes(target));

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "aiplat-template-"));
});
afterEach(() => rmSync(cwd, { recursive: true }));

/** Has `init` write the files, and answers how it goes. */
async function init(template: Template): Promise<void> {
  const { code, stdout, stderr } = await runCli(["init", template.name], { cwd });
  expect([code, stdout]).toEqual([0, ""]);
  for (const file of template.files.keys()) expect(stderr).toContain(file);
}

describe.each(templates)("the template $name", (template) => {
  it("says where and on what it runs", () => {
    expect(template.targets).not.toEqual([]);
    const kinds = [...workloadFilesOf(template).values()].map(read).flatMap((workload) => {
      const types = typesOf(workload);
      return types.length === 0 ? ["none"] : types.map((type) => findInstanceType(type)!.accelerator.kind);
    });
    expect(summariseTemplate(template).accelerators).toEqual([...new Set(kinds)].toSorted());
  });

  it("takes its images from facts/, and its README says of which day they are", () => {
    const facts = imageFacts();
    const texts = [template.workload, ...template.files.values()];
    const images = texts.flatMap((text) =>
      Array.from(text.matchAll(/\bimage: (\S+?)(?:,|\s)/g), ([, image]) => image!),
    );
    const dated = images.filter((image) => !image.startsWith("${env:") && !image.startsWith('"${env:'));
    const unknown = dated.filter((image) => {
      const fact = facts.find((each) => each.image === image);
      return fact === undefined || !template.readme.includes(fact.asOf);
    });
    expect(unknown).toEqual([]);
  });

  it("has validate name the lines that want the user's own, and no others", async () => {
    await init(template);
    const wanted = Object.keys(exportsOf(template));
    const asked = template.workload.split("\n").flatMap((line, index) => {
      const [, name] = /^[^#]*\$\{env:(\w+)\}/.exec(line) ?? [];
      return name === undefined ? [] : [{ name, place: `aiplat.yaml:${index + 1}:` }];
    });
    expect([...new Set(asked.map(({ name }) => name))].toSorted()).toEqual(wanted.toSorted());
    const { code, stderr } = await runCli(["validate"], { cwd });
    expect(code).toBe(asked.length === 0 ? 0 : 2);
    for (const { name, place } of asked) {
      expect(stderr).toContain(place);
      expect(stderr).toContain(name);
    }
  });
});

describe.each(on("ecs"))("on ECS the template $name", (template) => {
  const env = exportsOf(template);

  it("is valid, makes definitions that lint finds nothing in, and is planned on the sandbox, without an edit", async () => {
    await init(template);
    for (const file of workloadFilesOf(template).keys()) {
      expect(await runCli(["validate", ...pathsFor(template, file, "ecs"), "--for", "ecs"], { cwd, env })).toEqual({
        code: 0,
        stdout: "",
        stderr: expect.stringMatching(/^\S+(, \S+ are| is) valid\n$/),
      });
      const definitions = await runCli(["taskdef", "generate", ...pathsFor(template, file, "ecs"), "--all"], {
        cwd,
        env,
      });
      expect(definitions.code).toBe(0);
      writeFileSync(join(cwd, "definitions.json"), definitions.stdout);
      expect(await runCli(["taskdef", "lint", "definitions.json", "--fail-on", "warning"], { cwd })).toMatchObject({
        code: 0,
        stdout: "",
      });
      const plan = await runCli(["plan", ...pathsFor(template, file, "ecs"), "--sandbox", "-o", "json"], { cwd, env });
      expect([plan.code, plan.stderr]).toEqual([0, ""]);
    }
  });

  it("has a README whose commands run", async () => {
    const fleet = typesIn(template).map((instanceType) => ({ instanceType, count: 2 }));
    const isService = read(template.workload).kind === "service";
    // A job's container ends by itself; a service's does not.
    const box = await startTestSandbox({ cluster: "prod", fleet, ...(isService ? {} : { timings: { task: 20_000 } }) });
    try {
      const ran: string[] = [];
      for (const { text, words, into } of commandsFor(template, "ecs")) {
        const [program, name, ...args] = words;
        if (program === "export" || program === "aws") continue;
        expect([text, program, name]).toEqual([text, "npx", "aiplat"]);
        const { code, stdout, stderr } = await runCli(args, { cwd, box, env });
        expect([text, code, code === 0 || stderr]).toEqual([text, 0, true]);
        if (into !== undefined) writeFileSync(join(cwd, into), stdout);
        ran.push(args[0]!);
      }
      expect(ran[0]).toBe("init");
      expect(ran).toContain(isService ? "service" : "run-task");
    } finally {
      await box.sandbox.close();
    }
  });
});

describe.skipIf(missingTools("moto_server", "aws"))("the AWS CLI and moto take, as it was generated", () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto();
  });
  afterAll(() => moto?.stop());

  it.each(on("ecs"))("$name", async (template) => {
    await init(template);
    for (const file of workloadFilesOf(template).keys()) {
      const { stdout } = await runCli(["taskdef", "generate", ...pathsFor(template, file, "ecs"), "--all"], {
        cwd,
        env: exportsOf(template),
      });
      for (const definition of JSON.parse(stdout) as readonly { readonly family: string }[]) {
        // A share of a GPU is newer than the API of the CLI that the tests take.
        if (JSON.stringify(definition).includes('"sharingStrategy"')) continue;
        const answer = await moto.aws(
          "ecs",
          "register-task-definition",
          "--cli-input-json",
          JSON.stringify(definition),
        );
        expect(answer).toMatchObject({ taskDefinition: { family: definition.family } });
      }
    }
  });
});

describe.each(on("eks"))("on EKS the template $name", (template) => {
  const env = exportsOf(template);
  let kubectl: FakeKubectl;
  beforeAll(async () => {
    kubectl = await makeFakeKubectl();
  });
  afterAll(() => kubectl.remove());

  it("is valid and becomes what each kind's schema takes, without an edit, and its README's commands run", async () => {
    await init(template);
    // What is applied as it stands, beside what is generated.
    const manifests = [...template.files.values()]
      .filter((text) => /^apiVersion: /m.test(text))
      .flatMap(manifestsIn)
      .filter(({ apiVersion }) => !withoutSchema.has(apiVersion));
    for (const file of workloadFilesOf(template).keys()) {
      const valid = await runCli(["validate", ...pathsFor(template, file, "eks"), "--for", "eks"], { cwd, env });
      const said = { ...valid, stderr: withoutInherent(valid.stderr) };
      expect(said).toEqual({ code: 0, stdout: "", stderr: expect.stringMatching(/^\S+(, \S+ are| is) valid\n$/) });
      const { code, stdout, stderr } = await runCli(["eks", "generate", ...pathsFor(template, file, "eks")], {
        cwd,
        env,
      });
      expect([code, code === 0 || stderr]).toEqual([0, true]);
      manifests.push(...manifestsIn(stdout));
    }
    rmSync(cwd, { recursive: true });
    cwd = mkdtempSync(join(tmpdir(), "aiplat-template-"));
    const path = [kubectl.folder, process.env["PATH"]].join(delimiter);
    for (const { text, words, into } of commandsFor(template, "eks")) {
      const [program, name, ...args] = words;
      if (program === "export" || program === "kubectl" || program === "helm") continue;
      expect([text, program, name]).toEqual([text, "npx", "aiplat"]);
      const { code, stdout, stderr } = await runCli(args, { cwd, env: { ...env, PATH: path } });
      expect([text, code, code === 0 || stderr]).toEqual([text, 0, true]);
      if (into !== undefined) writeFileSync(join(cwd, into), stdout);
      if (into !== undefined && args[0] === "eks" && args[1] === "generate") manifests.push(...manifestsIn(stdout));
    }
    expect(manifests.length).toBeGreaterThan(1);
    const namespaces = new Set(manifests.flatMap(({ metadata: { namespace } }) => namespace ?? []));
    const foreign = [...namespaces].filter((namespace) => !namespacesOf(template).has(namespace));
    expect(foreign).toEqual([]);
    if (withoutSchemas) return;
    const problems = await Promise.all(manifests.map(schemaProblems));
    expect(problems.flat()).toEqual([]);
  });
});

it("a template is taken as it is written, to the letter", async () => {
  for (const template of templates) {
    const { stdout } = await runCli(["init", template.name, "--file", "-"], { cwd });
    expect(stdout).toBe(
      readFileSync(join(import.meta.dirname, "../../templates", template.name, "aiplat.yaml"), "utf8"),
    );
  }
});

/** The namespaces that the README's reader makes, those that it says another has made, and the cluster's own. */
function namespacesOf(template: Template): ReadonlySet<string> {
  const made = commandsFor(template, "eks").flatMap(({ words }) =>
    words.slice(0, 3).join(" ") === "kubectl create namespace" ? [words[3]!] : [],
  );
  const said = Array.from(template.readme.matchAll(/the namespace\s`([a-z-]+)`/gi), ([, namespace]) => namespace!);
  return new Set([...made, ...said, "kube-system"]);
}

function manifestsIn(text: string): readonly Manifest[] {
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}
