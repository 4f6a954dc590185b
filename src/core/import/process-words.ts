import { environmentNameRule } from "../workload/fields.ts";
import type { Raw } from "../base/merge.ts";
import type { ContainerDefinition } from "../ecs-api/api.ts";

/** The words of what a container runs, with its variables; a name that the file could not have is left to the raw fields. */
export function processWords({ entryPoint, command, environment = [] }: ContainerDefinition): Raw {
  const variables = environment.filter(
    ({ name, value }) => environmentNameRule.pattern.test(name) && typeof value === "string",
  );
  return {
    ...filledList("entryPoint", entryPoint),
    ...filledList("command", command),
    ...(variables.length === 0
      ? {}
      : { environment: Object.fromEntries(variables.map(({ name, value }) => [name, value])) }),
  };
}

function filledList(name: string, words: readonly string[] | undefined): Raw {
  return words === undefined || words.length === 0 ? {} : { [name]: words };
}
