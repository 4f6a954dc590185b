import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Raw } from "../../src/core/base/merge.ts";
import { fillInText } from "../../src/core/workload/environment-references.ts";
import { parseWorkloadText } from "../../src/core/workload/parse.ts";
import type { Template, TemplateTarget } from "../../src/core/workload/template.ts";
import { readTemplates } from "../../src/files/templates.ts";
import { shellBlocks } from "./page-blocks.ts";

const root = join(import.meta.dirname, "../..");

export const templates = readTemplates(join(root, "templates"));

/** The workload files of a template by their names: those that lead an editor to the schema. */
export function workloadFilesOf({ workload, files }: Template): ReadonlyMap<string, string> {
  const others = [...files].filter(([, text]) => text.startsWith("# yaml-language-server: "));
  return new Map([["aiplat.yaml", workload], ...others]);
}

/** The arguments that a workload file of a template is read by: what is called after a target is merged over it there. */
export function pathsFor({ files }: Template, file: string, target: TemplateTarget): readonly string[] {
  const patch = `${target}.yaml`;
  return files.has(patch) ? [file, patch] : [file];
}

/** A command line of a README. */
export interface TypedCommand {
  readonly text: string;
  /** Words in quotes are one, without the quotes. */
  readonly words: readonly string[];
  /** The file that standard output goes to. */
  readonly into?: string;
}

/** The command lines of the `sh` blocks under the heading of a target, in order. */
export function commandsFor({ name, readme }: Template, target: TemplateTarget): readonly TypedCommand[] {
  const [, section = ""] = readme.split(`\n## On ${target.toUpperCase()}\n`);
  return shellBlocks(section.split("\n## ", 1)[0]!)
    .flatMap((block) => block.replaceAll("\\\n", " ").split("\n"))
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((text) => readCommand(name, text));
}

function readCommand(template: string, text: string): TypedCommand {
  const words = Array.from(text.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g), ([word]) => word.replaceAll(/["']/g, ""));
  const comment = words.findIndex((word) => word.startsWith("#"));
  const said = comment < 0 ? words : words.slice(0, comment);
  const arrow = said.indexOf(">");
  if (/[|;&`]|\$\(/.test(said.join(" "))) throw new Error(`${template}: one command a line, please: ${text}`);
  return arrow < 0 ? { text, words: said } : { text, words: said.slice(0, arrow), into: said[arrow + 1]! };
}

/** What the README has its readers export: what stands for the user's own. */
export function exportsOf({ readme }: Template): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Array.from(readme.matchAll(/^export (\w+)=(\S+)$/gm), ([, name, value]) => [name!, value!]),
  );
}

/** A template's workload as a document, with what its README has its readers export filled in. */
export function filledDocumentOf(template: Template): Raw {
  const filled = fillInText(template.workload, [], exportsOf(template));
  if (filled.problems.length > 0) throw new Error(`${template.name}: its README does not export what it asks for`);
  return parseWorkloadText(filled.text, template.name).value;
}

/** What EFA, several machines or a kind come with, whatever the file says, but for the queue, which is the cluster's. */
const inherent = [/adds the capability IPC_LOCK/, /placed one by one/, /does not outlive an eviction/];

/** What a command said, without the warnings that go with what the template is. */
export function withoutInherent(stderr: string): string {
  return stderr
    .split(/(?<=\n)(?! )/)
    .filter((block) => !inherent.some((each) => block.startsWith("warning: ") && each.test(block)))
    .join("");
}

interface ImageFact {
  readonly image: string;
  /** YYYY-MM-DD */
  readonly asOf: string;
}

/** The images that facts/ has, with the day of which each is known. */
export function imageFacts(): readonly ImageFact[] {
  const read = (file: string) => JSON.parse(readFileSync(join(root, "facts", file), "utf8"));
  const aws = read("neuron-images.json") as AwsImages;
  const others = read("container-images.json") as Readonly<Record<string, ImageFact>>;
  return [
    ...Object.values(others),
    ...aws.publicNeuron.flatMap(({ repository, allTags }) =>
      allTags.map((tag) => ({
        image: `${repository}:${tag}`,
        // Of SDKs after the lists, single tags are known.
        asOf: tag.includes(`sdk${aws.newestSdk.version.replace(/\.\d+$/, "")}.`) ? aws.newestSdk.asOf : aws.asOf,
      })),
    ),
    ...aws.gpu.map(({ repository, newestTag }) => ({
      image: `public.ecr.aws/deep-learning-containers/${repository}:${newestTag}`,
      asOf: aws.asOf,
    })),
  ];
}

interface AwsImages {
  readonly asOf: string;
  readonly newestSdk: { readonly version: string; readonly asOf: string };
  readonly publicNeuron: readonly { readonly repository: string; readonly allTags: readonly string[] }[];
  readonly gpu: readonly { readonly repository: string; readonly newestTag: string }[];
}
