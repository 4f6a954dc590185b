/** docs/landscape.md: every system of the landscape, with what aiplat makes for it. */
import { extras } from "./core/kubernetes/extras.ts";
import { queues } from "./core/kubernetes/kind-definition.ts";
import { kinds } from "./core/kubernetes/kinds.ts";
import { platforms } from "./core/kubernetes/platforms/platforms.ts";

/** facts/landscape.json */
export interface LandscapeFacts {
  readonly source: string;
  readonly retrieved: string;
  readonly areas: readonly LandscapeArea[];
  /** The template that shows each kind of data store, which is no accelerated workload. */
  readonly dataStores: Readonly<Record<string, string>>;
}

interface LandscapeArea {
  readonly area: string;
  readonly systems: readonly LandscapeSystem[];
}

interface LandscapeSystem {
  readonly name: string;
  readonly kinds?: readonly string[];
  readonly queues?: readonly string[];
  readonly extras?: readonly string[];
  readonly platforms?: readonly string[];
  readonly templates?: readonly string[];
  /** Which kind of data store it is. */
  readonly class?: string;
  readonly how?: string;
  /** Why it is not aiplat's to make. */
  readonly why?: string;
}

/** @throws Error for a row that names what aiplat does not have, or says nothing. */
export function landscapePage(facts: LandscapeFacts, templates: readonly string[]): string {
  const known: Readonly<Record<string, readonly string[]>> = {
    kinds,
    queues: Object.keys(queues),
    extras,
    platforms: Object.keys(platforms),
    templates,
  };
  const named = (system: LandscapeSystem, field: "kinds" | "queues" | "extras" | "platforms" | "templates") => {
    const names = system[field] ?? [];
    for (const name of names)
      if (!known[field]!.includes(name))
        throw new Error(`facts/landscape.json: ${system.name} names ${name}, which is none of the ${field}`);
    return names;
  };
  const templateLinks = (names: readonly string[]) =>
    names.map((name) => `template [${name}](../templates/${name}/README.md)`);
  const cell = (system: LandscapeSystem): string => {
    const { name, how, why } = system;
    const store = system.class === undefined ? undefined : facts.dataStores[system.class];
    if (system.class !== undefined && (store === undefined || !templates.includes(store)))
      throw new Error(`facts/landscape.json: ${name} is a ${system.class}, of which no template is known`);
    const asKinds = named(system, "kinds");
    const made = [
      ...(asKinds.length === 0 ? [] : [`\`eks generate --as\` ${asKinds.join(", ")}`]),
      ...named(system, "queues").map((queue) => `\`eks.queue: { ${queue}: NAME }\``),
      ...named(system, "platforms").map((platform) => `\`eks platform generate ${platform}\``),
      ...named(system, "extras").map((extra) => `\`--with ${extra}\``),
      ...templateLinks(named(system, "templates")),
      ...(store === undefined ? [] : [`an ordinary CPU workload (${system.class!}): ${templateLinks([store])[0]!}`]),
      ...(how === undefined ? [] : [how]),
    ];
    if ((made.length === 0) === (why === undefined))
      throw new Error(`facts/landscape.json: ${name} says what is made for it, or why nothing is`);
    return why === undefined ? made.join("; ") : `not aiplat's: ${why}`;
  };
  const section = ({ area, systems }: LandscapeArea) => `## ${area}

| system | what aiplat makes for it |
|---|---|
${systems.map((system) => `| ${system.name} | ${cell(system)} |`).join("\n")}
`;
  return `<!-- Generated from facts/landscape.json: npm run generate -->

# The landscape

Every system of the figure "ML Tool to Task Mind Map" of
[CNCF's Cloud Native AI white paper](https://tag-runtime.cncf.io/wgs/cnaiwg/whitepapers/cloudnativeai/), by its areas, and those
that its text names besides, with what aiplat makes for it (${facts.retrieved}). A workload is one file whatever is chosen: the
accelerated pod is the same in every kind. What is not aiplat's to make says why.

Data stores, lakes and streams are no accelerated workloads: they run as ordinary workloads with \`accelerator: none\`, which
a template of each kind shows.

${facts.areas.map(section).join("\n")}`;
}
