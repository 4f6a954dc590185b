import type { Context } from "../../context.ts";
import { continueWords, type ServiceDeployment } from "../../core/ecs-api/service-deployment.ts";
import { note } from "../../output/note.ts";
import { pauseText } from "../../output/services.ts";
import { shellWord } from "../../output/print.ts";

/** Says of each hook at which a deployment waits for somebody how to have it go on. */
export function notePauses(context: Context, service: string, rollout: ServiceDeployment): void {
  const { profile, endpointUrl } = context.options;
  // The fourth part of an ARN.
  const region = rollout.arn.split(":")[3] ?? "";
  for (const pause of rollout.pauses ?? []) {
    const words = [
      ...continueWords(rollout, pause),
      ...(region === "" ? [] : ["--region", region]),
      ...(profile === undefined ? [] : ["--profile", profile]),
      ...(endpointUrl === undefined ? [] : ["--endpoint-url", endpointUrl]),
    ];
    note(context, `${service}: ${pauseText(pause)}. To continue:  aws ${words.map(shellWord).join(" ")}`);
  }
}
