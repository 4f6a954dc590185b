import { AiplatError } from "../../errors.ts";
import type { Invocation } from "../command.ts";
import { flagsGiven, type RawOptions } from "./option.ts";

/**
 * What would change a saved plan cannot stand beside it.
 *
 * @param planned The options that a plan already holds.
 * @throws AiplatError Usage naming what was given.
 */
export function checkPlanAlone(
  { args, options, passthrough }: Invocation<RawOptions>,
  planned: Parameters<typeof flagsGiven>[1],
): void {
  const beside = [
    ...(args[0] === undefined ? [] : [args[0] === "-" ? "a workload (-)" : args[0]]),
    ...flagsGiven(options, planned),
    ...(passthrough === undefined ? [] : ["-- COMMAND"]),
  ];
  if (beside.length === 0) return;
  throw new AiplatError("Usage", `${beside.join(", ")}: a saved plan holds that already, and is carried out as it is`, {
    hint: "Leave it out, or plan again with it: aiplat plan -o json > plan.json",
  });
}

/**
 * @param printResult Prints what the command answers where it does nothing.
 * @throws AiplatError CheckFailed naming everything that has moved since the plan was made.
 */
export async function requireFresh(moved: readonly string[], printResult: () => Promise<void>): Promise<void> {
  if (moved.length === 0) return;
  await printResult();
  const one = moved.length === 1;
  throw new AiplatError(
    "CheckFailed",
    `the plan no longer holds: ${one ? moved[0]! : `${moved.length} things have moved`}`,
    { hint: [...(one ? [] : moved), planAgain].join("\n"), details: { moved } },
  );
}

const planAgain = "Plan again: aiplat plan -o json > plan.json";
