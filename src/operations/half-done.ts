import { AiplatError, Interrupted } from "../errors.ts";

/** The same error with what there is by now and how to go on, where it does not say that itself. */
export function halfDone(error: unknown, standing: string | undefined, goOn: string): unknown {
  if (!(error instanceof AiplatError)) return error;
  const { code, message, hint, details } = error;
  const said = hint?.includes(goOn) === true ? undefined : goOn;
  const now = [standing, said].filter((each) => each !== undefined).join(" ");
  if (now === "") return error;
  const options = { hint: hint === undefined ? now : `${hint}\n${now}`, details, cause: error };
  return error instanceof Interrupted ? new Interrupted(message, options) : new AiplatError(code, message, options);
}
