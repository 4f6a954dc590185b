import { present } from "../../core/base/present.ts";
import { noteDefaults } from "../../core/ecs/changed-defaults.ts";
import { exitCodes } from "../../errors.ts";
import { planRegistration } from "../../core/plan/registrations.ts";
import { readNewest } from "../../operations/describe-definitions.ts";
import { note } from "../../output/note.ts";
import { print } from "../../output/print.ts";
import { taskDefinitionDiffView } from "../../output/task-definition-diff.ts";
import { defineCommand } from "../command.ts";
import { chooseVariants, loadEcsWorkload, variantOption } from "../shared/load-ecs-workload.ts";
import { resolveOnCluster } from "../shared/target-cluster.ts";
import { workloadArgument, workloadOptions } from "../shared/load-workload.ts";

export const taskdefDiff = defineCommand({
  description:
    "Compares the task definitions of a workload with the latest registered ones, by what they mean to ECS: " +
    "its defaults, the order of lists and its own fields are no difference, nor are fields that neither the " +
    "workload nor aiplat writes.",
  arguments: [workloadArgument],
  options: [
    ...workloadOptions,
    variantOption,
    { flags: "--exit-code", description: "exit 3 where registering would change something" },
  ],
  takesCommand: true,
  examples: [
    ["aiplat taskdef diff", "what `aiplat taskdef register` would change"],
    [
      'aiplat taskdef diff --exit-code -o markdown >> "$GITHUB_STEP_SUMMARY"',
      "show and fail on a difference in a workflow",
    ],
  ],
  formats: ["text", "json", "yaml", "table", "markdown", "github", "html"],
  run: async (context, invocation) => {
    const { variant } = invocation.options;
    const workload = await loadEcsWorkload(context, invocation);
    // The cluster has no say in which variants there are: it is not asked where there is no such one.
    chooseVariants(workload.anywhere, variant);
    const ecsWorkload = await resolveOnCluster(context, workload, "live");
    const definitions = chooseVariants(ecsWorkload, variant).map(({ definition }) => definition);
    const ecs = await context.aws.ecs();
    const newest = await readNewest(
      ecs,
      definitions.map(({ family }) => family),
    );
    const compared = definitions.map((declared) => ({
      declared,
      ...present({ registered: newest.of(declared.family) }),
      changes: noteDefaults(workload.resolved, planRegistration(declared, newest).changes),
    }));
    await print(context, taskDefinitionDiffView(compared));
    const different = compared.some(({ registered, changes }) => registered === undefined || changes.length > 0);
    if (!different) note(context, "No difference: what is registered says the same.");
    return different && invocation.options.exitCode === true ? exitCodes.check : exitCodes.success;
  },
});
