import { counted } from "../../core/base/counted.ts";
import { Refusal } from "../../core/base/problem.ts";
import { deviceNeedsOf } from "../../core/kubernetes/apply/device-mechanism.ts";
import { levelNeedsOf } from "../../core/kubernetes/apply/queue-levels.ts";
import { InvalidInput } from "../../errors.ts";
import { readText, stdinName } from "../../files/read.ts";
import { createKubectl } from "../../kubectl/kubectl.ts";
import {
  applyManifests,
  checkDeviceClasses,
  diffManifests,
  orphanNotes,
  queueLevelNotes,
  waitForRollout,
} from "../../operations/apply-manifests.ts";
import { appliedView } from "../../output/applied.ts";
import { note } from "../../output/note.ts";
import { print } from "../../output/print.ts";
import { startProgress } from "../../output/progress.ts";
import { confirm } from "../shared/confirm.ts";
import { defineCommand } from "../command.ts";
import { kubectlOptions, kubectlTarget } from "../shared/kubectl-options.ts";
import { duration } from "../shared/parse-numbers.ts";

export const eksApply = defineCommand({
  description:
    "Applies manifests with kubectl, server-side under the field manager aiplat: " +
    "shows kubectl diff first, asks, and waits for the rollout of the kinds that have one. " +
    "The manifests go to kubectl as they are. Exits 5 where the rollout takes too long; " +
    "a job's end is not waited for.",
  arguments: [{ syntax: "<file>", description: "a file of manifests, or - for standard input" }],
  options: [
    ...kubectlOptions,
    { flags: "--namespace <name>", description: "for manifests that name none", defaultText: "the context's" },
    { flags: "--force-conflicts", description: "take over fields that another field manager owns" },
    {
      flags: "--timeout <duration>",
      description: "how long the rollout may take in all",
      default: "10m",
      parse: duration,
    },
    { flags: "--no-wait", description: "do not wait for the rollout" },
  ],
  examples: [
    ["aiplat eks generate | aiplat eks apply - --yes", "a workload from ./aiplat.yaml, in a pipeline"],
    [
      "aiplat eks apply k8s/bert.yaml --context prod --namespace ml",
      "manifests from a file, with the diff and a question",
    ],
  ],
  formats: ["text", "json", "yaml", "table", "markdown"],
  run: async (context, { args, options }) => {
    const path = args[0]!;
    const text = await readText(context, path);
    const { resources, bodies } = await read(text, path === "-" ? stdinName : path);
    const kubectl = createKubectl(context, kubectlTarget(options));
    const force = options.forceConflicts === true;

    const mix = await checkDeviceClasses(kubectl, deviceNeedsOf(bodies));
    if (mix !== undefined) note(context, mix);
    for (const held of await queueLevelNotes(kubectl, levelNeedsOf(bodies))) note(context, held);
    const manifests = { text, resources };
    const diff = await diffManifests(kubectl, manifests, force);
    if (diff === undefined) {
      note(context, "The cluster has all of it already.");
    } else {
      note(context, diff.trimEnd());
      const what = counted(resources.length, "resource");
      // Standard input that held the manifests holds no answer.
      await confirm(context, {
        doing: `applying ${what}`,
        question: `Apply ${what}?`,
        hint: "The diff is above. Say it in advance with --yes.",
        refused: "nothing was applied",
        answerable: path !== "-",
      });
    }
    // What is equal may still be another field manager's: applying makes it aiplat's.
    const applied = await applyManifests(kubectl, manifests, force);
    for (const left of await orphanNotes(kubectl, resources)) note(context, left);
    if (options.wait) {
      const deadline = context.now() + options.timeout;
      const progress = await startProgress(context, "waiting for the rollout");
      await waitForRollout(kubectl, resources, () => (deadline - context.now()) / 1000, progress.update).finally(() => {
        progress.stop();
      });
    }
    await print(context, appliedView(applied));
  },
});

async function read(text: string, source: string) {
  const { manifestBodies, readManifests } = await import("../../core/kubernetes/apply/read-manifests.ts");
  try {
    return { resources: readManifests(text, source), bodies: manifestBodies(text) };
  } catch (error) {
    throw error instanceof Refusal ? new InvalidInput(error.problems) : error;
  }
}
