import { counted } from "../../core/base/counted.ts";
import { AiplatError, isUncertain, toAiplatError } from "../../errors.ts";
import { registerIfChanged } from "../../operations/register-definition.ts";
import { print } from "../../output/print.ts";
import { registrationsView } from "../../output/registrations.ts";
import { defineCommand } from "../command.ts";
import { chooseVariants, loadEcsWorkload, variantOption } from "../shared/load-ecs-workload.ts";
import { resolveOnCluster } from "../shared/target-cluster.ts";
import { workloadArgument, workloadOptions } from "../shared/load-workload.ts";

export const taskdefRegister = defineCommand({
  description:
    "Registers the task definitions of a workload, each only where it differs from the latest revision of its family.",
  arguments: [workloadArgument],
  options: [...workloadOptions, variantOption],
  takesCommand: true,
  examples: [
    ["aiplat taskdef register", "register ./aiplat.yaml"],
    ["aiplat taskdef register -o json | jq -r '.items[].taskDefinitionArn'", "the ARN to deploy, new or not"],
  ],
  formats: ["text", "json", "yaml", "table", "markdown"],
  run: async (context, invocation) => {
    const { variant } = invocation.options;
    const workload = await loadEcsWorkload(context, invocation);
    // The cluster has no say in which variants there are: it is not asked where there is no such one.
    chooseVariants(workload.anywhere, variant);
    const ecsWorkload = await resolveOnCluster(context, workload, "live");
    // Every definition is generated before the first is registered: a refusal leaves nothing half done.
    const definitions = chooseVariants(ecsWorkload, variant).map(({ definition }) => definition);
    const ecs = await context.aws.ecs();
    const afterwards = await context.aws.ecsAfterwards();
    const outcomes = await Promise.allSettled(
      definitions.map((each) => registerIfChanged(ecs, context, each, afterwards)),
    );
    const done = outcomes.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    const errors = outcomes.flatMap((each) => (each.status === "rejected" ? [toAiplatError(each.reason)] : []));
    // One whose definition may be registered all the same says so for all.
    const failed = errors.find(isUncertain) ?? errors[0];
    if (failed === undefined || done.length > 0) await print(context, registrationsView(done));
    if (failed === undefined) return;
    throw done.length > 0 || isUncertain(failed) ? notAllRegistered(failed, done.length, definitions.length) : failed;
  },
});

function notAllRegistered(error: AiplatError, done: number, wanted: number): AiplatError {
  const { code, message, hint, details } = error;
  return new AiplatError(code, `${message} (${done} of ${counted(wanted, "definition")} done)`, {
    hint: [hint, "Run aiplat taskdef register again: what is registered stays as it is."]
      .filter((each) => each !== undefined)
      .join("\n"),
    details: isUncertain(error) ? { ...details, unknown: { definitions: wanted - done } } : details,
    cause: error,
  });
}
