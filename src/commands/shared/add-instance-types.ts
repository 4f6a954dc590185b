import { parseJson } from "../../core/base/json.ts";
import type { Context } from "../../context.ts";
import type { Problem } from "../../core/base/problem.ts";
import { addInstanceTypes } from "../../core/catalog/instance-types/added-types.ts";
import { readInstanceTypes } from "../../core/catalog/instance-types/instance-type-file.ts";
import { AiplatError, InvalidInput } from "../../errors.ts";
import { readText, stdinName } from "../../files/read.ts";
import { warn } from "../../output/note.ts";

const hint = "aiplat instances list --live prints such rows.";

/**
 * Adds the types of a file to the catalogue, before a command loads it.
 *
 * @returns What says, once there is a context, which of its rows are left out.
 * @throws InvalidInput with everything that is wrong in the file.
 */
export async function addInstanceTypesOf(
  path: string,
  surroundings: Pick<Context, "cwd" | "readStdin" | "signal">,
): Promise<(context: Context) => Promise<void>> {
  const file = path === "-" ? stdinName : path;
  const document = parse(await readText(surroundings, path), file);
  const { types, problems } = readInstanceTypes(document, file);
  const located = (each: Problem) => ({ ...each, file });
  if (problems.some(({ severity }) => severity === "error")) throw new InvalidInput(problems.map(located));
  addInstanceTypes(types);
  return (context) => warn(context, ...problems.map(located));
}

function parse(text: string, file: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw new AiplatError("Usage", `--instance-types-file ${file} is no JSON: ${(error as Error).message}`, {
      hint,
      cause: error,
    });
  }
}
