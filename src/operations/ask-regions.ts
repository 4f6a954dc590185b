import { present } from "../core/base/present.ts";
import { AiplatError, type ErrorCode, type LocatedProblem } from "../errors.ts";

export interface AskedRegions {
  readonly regions: readonly string[];
  /**
   * The regions are a list of ours, not of the user's: one that is not enabled, or has no such image, is no failure.
   */
  readonly everywhere: boolean;
}

export interface RegionFailure {
  readonly region: string;
  readonly error: AiplatError;
}

export interface PassedOver {
  readonly skipped: readonly { readonly region: string; readonly reason: string }[];
  readonly failures: readonly RegionFailure[];
}

/** A region that failed, as one of an error's problems: its code is the error's own. */
interface RegionProblem extends Omit<LocatedProblem, "code"> {
  readonly code: ErrorCode;
}

/** Asks all regions at once; the answers are in their order. A region that fails does not keep the others back. */
export async function askRegions<Answer>(
  { regions, everywhere }: AskedRegions,
  ask: (region: string) => Promise<Answer>,
): Promise<PassedOver & { readonly answers: readonly Answer[] }> {
  const asked = await Promise.all(
    regions.map(async (region): Promise<{ readonly answer: Answer } | RegionFailure> => {
      try {
        return { answer: await ask(region) };
      } catch (error) {
        // A mistake of ours, and Ctrl-C, end the whole command.
        if (
          !(error instanceof AiplatError) ||
          error.code === "Interrupted" ||
          error.code === "Bug" ||
          error.code === "Usage"
        )
          throw error;
        return { region, error };
      }
    }),
  );
  const answers = asked.flatMap((each) => ("answer" in each ? [each.answer] : []));
  const failed = asked.flatMap((each) => ("error" in each ? [each] : []));
  // Where the same credentials work elsewhere, a region that does not know them is one the account has not enabled.
  const isSkipped = ({ error }: RegionFailure) =>
    everywhere && answers.length > 0 && error.details["unknownCredentials"] === true;
  return {
    answers,
    skipped: failed.filter(isSkipped).map(({ region }) => ({ region, reason: "not enabled for this account" })),
    failures: failed.filter((each) => !isSkipped(each)),
  };
}

/**
 * The error of regions that failed, naming each; undefined where none did. Where all failed for one reason, such as no
 * credentials, it is that error itself.
 */
export function failureOf(failures: readonly RegionFailure[], regions: number): AiplatError | undefined {
  const first = failures[0];
  if (first === undefined) return undefined;
  if (
    failures.length === regions &&
    failures.every(
      ({ error }) => error.code === first.error.code && error.details["awsCode"] === first.error.details["awsCode"],
    )
  )
    return first.error;
  const problems = failures.map(({ region, error }): RegionProblem => ({
    severity: "error",
    code: error.code,
    message: error.message,
    flag: `--region ${region}`,
    ...present({ hint: error.hint }),
  }));
  return new AiplatError(
    "OperationFailed",
    `${failures.length} of ${regions} regions failed: ${failures.map(({ region }) => region).join(", ")}`,
    { details: { problems } },
  );
}
