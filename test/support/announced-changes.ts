/**
 * What a version of aiplat registers otherwise than the one before, and says so in CHANGELOG.md: each change that it
 * plans for what is deployed is announced by a sentence there, and every announcement is of a change that it plans.
 */
import type { Json } from "./sandbox.ts";

/** One change to what is deployed. Without `before` something is added, without `after` it is taken away. */
export interface PlannedChange {
  /** A task definition, or the ECS service. */
  readonly of: "definition" | "service";
  /** The field, as plan shows it; empty for the whole, whose name is `before` or `after`. */
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** A change that is announced. `*` in the path, and in a value that is text, stands for any text. */
export interface Announcement extends PlannedChange {
  /** The sentence in CHANGELOG.md, under the heading of `announcedIn`. */
  readonly changelog: string;
  /** The workloads that it is planned for: folders of test/fixtures/deployed. */
  readonly workloads: readonly string[];
}

const heading = "### Changes what is registered";

/** What the document of `aiplat plan -o json` would register, create, change and delete. */
export function changesIn({ registrations, steps }: Json): readonly PlannedChange[] {
  const renewed = new Set<string>();
  const definitions = (registrations as readonly Json[]).flatMap(({ action, family, service, changes }) => {
    if (action === "keep") return [];
    renewed.add(service);
    return changes.length === 0
      ? [{ of: "definition", path: "", after: family } as const]
      : changes.map((change: Json) => changeOf("definition", change));
  });
  // A run's steps start tasks: they have no action.
  const services = (steps as readonly Json[]).flatMap(({ action, service, changes }) => {
    if (action === "create") return [{ of: "service", path: "", after: service } as const];
    if (action === "delete") return [{ of: "service", path: "", before: service } as const];
    return ((changes ?? []) as readonly Json[])
      .filter(({ path }) => path !== "taskDefinition" || !renewed.has(service))
      .map((change) => changeOf("service", change));
  });
  return [...definitions, ...services];
}

/** What is wrong between the changes planned for each workload, the announcements and CHANGELOG.md, a sentence each. */
export function faultsOf(
  planned: ReadonlyMap<string, readonly PlannedChange[]>,
  announcements: readonly Announcement[],
  changelog: string,
): readonly string[] {
  const covers = (announced: Announcement, workload: string, change: PlannedChange) =>
    announced.workloads.includes(workload) && isOf(announced, change);
  const unannounced = [...planned].flatMap(([workload, changes]) =>
    changes
      .filter((change) => !announcements.some((announced) => covers(announced, workload, change)))
      .map((change) => `${workload}: ${textOf(change)} is planned and not announced`),
  );
  const unseen = announcements.flatMap((announced) =>
    (announced.workloads.length === 0 ? ["no workload"] : announced.workloads)
      .filter((workload) => !(planned.get(workload) ?? []).some((change) => covers(announced, workload, change)))
      .map((workload) => `${workload}: ${textOf(announced)} is announced and not planned`),
  );
  const said = announcedIn(changelog);
  const unsaid = announcements
    .filter(({ changelog: sentence }) => !sentence.endsWith(".") || !said.includes(sentence))
    .map(({ changelog: sentence }) => `CHANGELOG.md does not say under "${heading}": ${sentence}`);
  return [...unannounced, ...unseen, ...unsaid];
}

/** The text under every heading for announced changes, of the version to come and of those before, in one line. */
function announcedIn(changelog: string): string {
  const sections = changelog.split(/^(?=##)/m).filter((section) => section.startsWith(`${heading}\n`));
  return sections.join(" ").replaceAll(/\s+/g, " ");
}

function changeOf(of: PlannedChange["of"], { path, before, after }: Json): PlannedChange {
  return { of, path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}

function isOf(announced: Announcement, change: PlannedChange): boolean {
  return (
    announced.of === change.of &&
    matches(announced.path, change.path) &&
    matches(announced.before, change.before) &&
    matches(announced.after, change.after)
  );
}

/** Whether a value is the one announced; where nothing is announced there may be none. */
function matches(announced: unknown, value: unknown): boolean {
  if (announced === "*") return value !== undefined;
  if (typeof announced !== "string" || typeof value !== "string")
    return JSON.stringify(announced) === JSON.stringify(value);
  const parts = announced.split("*").map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(value);
}

function textOf({ of, path, before, after }: PlannedChange): string {
  const [was, is] = [before, after].map((value) => (value === undefined ? "nothing" : JSON.stringify(value)));
  return `${of}${path === "" ? "" : ` ${path}`}: ${was} -> ${is}`;
}
