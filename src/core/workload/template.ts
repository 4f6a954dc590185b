/** What templates are for, in the order in which they are listed. */
export const templateGroups = ["Serving", "Training", "Batch", "Platform", "Data"] as const;
export type TemplateGroup = (typeof templateGroups)[number];

export const templateTargets = ["ecs", "eks"] as const;
export type TemplateTarget = (typeof templateTargets)[number];

/** A workload to start from: a folder of templates/ with a workload file, a README and what goes with them. */
export interface Template {
  readonly name: string;
  readonly group: TemplateGroup;
  readonly summary: string;
  /** Where its README says how to run it. */
  readonly targets: readonly TemplateTarget[];
  /** The text of the workload file. */
  readonly workload: string;
  readonly readme: string;
  /** What else `init` writes, by the name of the file: more workload files, values, patches. */
  readonly files: ReadonlyMap<string, string>;
}

const workloadFile = "aiplat.yaml";
const readmeFile = "README.md";

/**
 * A template of the files of its folder. It says what it is where a reader sees it: the README's title is group and
 * summary, and a heading `On ECS` or `On EKS` stands above the commands for that target.
 */
export function templateOf(name: string, files: ReadonlyMap<string, string>): Template {
  const rest = new Map(files);
  const take = (file: string) => {
    const text = rest.get(file);
    if (text === undefined)
      throw new Error(
        `templates/${name} has no ${file}: a template is a folder with ${workloadFile} and ${readmeFile}`,
      );
    rest.delete(file);
    return text;
  };
  const [workload, readme] = [take(workloadFile), take(readmeFile)];
  const [, groupName, summary] = /^# ([^:\n]+): (.+)\n/.exec(readme) ?? [];
  const group = templateGroups.find((each) => each === groupName);
  if (group === undefined || summary === undefined)
    throw new Error(
      `templates/${name}/${readmeFile} does not begin with "# GROUP: SUMMARY" (${templateGroups.join(", ")})`,
    );
  const targets = templateTargets.filter((each) => readme.includes(`\n## On ${each.toUpperCase()}\n`));
  return { name, group, summary, targets, workload, readme, files: rest };
}

/** In the order in which they are listed: by group, then by name. */
export function sortTemplates(templates: readonly Template[]): readonly Template[] {
  return templates.toSorted(
    (one, other) =>
      templateGroups.indexOf(one.group) - templateGroups.indexOf(other.group) || (one.name < other.name ? -1 : 1),
  );
}
