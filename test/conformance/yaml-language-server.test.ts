import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as l10n from "@vscode/l10n";
import { beforeAll, describe, expect, it } from "vitest";
import { getLanguageService, TextDocument, type LanguageService } from "yaml-language-server";
import { schemaModeline, schemaUrl } from "../../src/core/workload/schema-url.ts";

const root = join(import.meta.dirname, "../..");
const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { readonly version: string };
type Document = Parameters<LanguageService["doValidation"]>[0];

const head = `${schemaModeline(version)}\nname: bert\nimage: bert:1\n`;

describe("the workload file in an editor, by its first line alone", () => {
  let service: LanguageService;
  const asked: string[] = [];
  let opened = 0;

  beforeAll(async () => {
    // As its own entry has it for an editor in English.
    await l10n.config({ fsPath: join(root, "node_modules/yaml-language-server/l10n/bundle.l10n.json") });
    const schema = await readFile(join(root, "schema/workload.json"), "utf8");
    service = getLanguageService({
      schemaRequestService: async (uri) => {
        asked.push(uri);
        return schema;
      },
      workspaceContext: { resolveRelativePath: (path) => path },
    });
    service.configure({ validate: true, hover: true, completion: true, schemas: [] });
  });

  /** A file in a folder without node_modules; `|` is where the cursor stands. */
  function open(text: string) {
    const at = text.indexOf("|");
    // The server keeps what it has parsed, by address and version.
    const uri = `file:///somewhere/else/${opened++}/aiplat.yaml`;
    const document = TextDocument.create(uri, "yaml", 1, text.replace("|", "")) as unknown as Document;
    return { document, position: document.positionAt(Math.max(0, at)) };
  }

  async function messagesOf(text: string): Promise<readonly string[]> {
    const diagnostics = await service.doValidation(open(head + text).document, false);
    return diagnostics.map(({ message }) => (typeof message === "string" ? message : message.value));
  }

  it.each(["pytorch-inference-inf2", "tensorflow-serving-inf1"])(
    "finds the schema of %s, and nothing wrong",
    async (name) => {
      const text = await readFile(join(root, "templates", name, "aiplat.yaml"), "utf8");
      expect(await service.doValidation(open(text).document, false)).toEqual([]);
      expect(asked).toContain(schemaUrl(version));
    },
  );

  it.each([
    ["resources: { memory: 24 GB }", "Must be a size with a unit (MiB, GiB or TiB), e.g. 24GiB."],
    ["replicas: many", "Must be a whole number of at least 1."],
    [
      "accelerator: { instanceTypes: [INF2.xlarge] }",
      "Must be an EC2 instance type in lower case, e.g. inf2.24xlarge.",
    ],
    ["logs: { group: /bert, retentionDays: 2 }", "Must be a number of days: 1, 3, 5,"],
    ["accelerator: { instanceTypes: [trn9.48xlarge] }", "Must be an instance type that aiplat can use"],
    ["accelerator: { instanceTypes: [trn1.32xlarge], devicesPerReplica: 3 }", "Must be 1, 4, 8 or 16 on trn1.32xlarge"],
    ["kind: daemon", 'Value is not accepted. Valid values: "service", "job".'],
    ["replica: 3", "Property replica is not allowed."],
  ])("says in words what is wrong with %s", async (text, says) => {
    expect((await messagesOf(text)).join("\n")).toContain(says);
  });

  it("shows no pattern, whatever the value", async () => {
    const texts = ["name: BERT", "ports: [{ container: 8080, name: 'a b' }]", "roles: { task: me }", "schedule: often"];
    for (const text of texts) expect((await messagesOf(text)).join("\n")).not.toMatch(/pattern|\^/);
  });

  it("offers every instance type with its facts, and shows them under the cursor", async () => {
    const list = open(`${head}accelerator:\n  instanceTypes:\n    - |`);
    const { items } = await service.doComplete(list.document, list.position, false);
    const inf2 = items.find(({ label }) => label === "inf2.24xlarge");
    expect(inf2?.documentation).toMatchObject(/6 Inferentia2 with 32 GiB each, 96 vCPU/);
    const chosen = open(`${head}accelerator:\n  instanceTypes:\n    - trn1.32xl|arge\n`);
    const hover = await service.doHover(chosen.document, chosen.position);
    expect(JSON.stringify(hover?.contents)).toContain("a replica has 1, 4, 8, 16 of its devices");
  });

  it("offers the words of a list, and takes a variable of the environment in place of one", async () => {
    for (const [text, words] of [
      ["kind: |", ["service", "job"]],
      ["ecs:\n  networkMode: |", ["bridge", "host", "awsvpc"]],
    ] as const) {
      const key = open(`${head}${text}`);
      const { items } = await service.doComplete(key.document, key.position, false);
      expect(items.map(({ label }) => label)).toEqual(words);
    }
    expect(await messagesOf("kind: ${env:KIND}\naccelerator: none\n")).toEqual([]);
  });

  it("shows what a key is", async () => {
    const key = open(`${head}rep|licas: 3\n`);
    expect(JSON.stringify((await service.doHover(key.document, key.position))?.contents)).toContain(
      "How many replicas run",
    );
  });
});
