import { present } from "../base/present.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { RegisteredTaskDefinition } from "../ecs-api/api.ts";
import type { FamilyInputs } from "./cluster-inputs.ts";

/** What is known of the newest revisions of some families, from ECS or from a snapshot. */
export interface NewestRevisions {
  /** The newest that is known; undefined where the family has none. */
  of(family: string): RegisteredTaskDefinition | undefined;
  /** Whether there may be a newer one, or any at all. */
  mayBeNewer(family: string): boolean;
  /** Whether account ids and the values of environment variables are not known. */
  readonly redacted: boolean;
}

/** As ECS describes them. */
export function newestOf(definitions: ReadonlyMap<string, RegisteredTaskDefinition>): NewestRevisions {
  return { of: (family) => definitions.get(family), mayBeNewer: () => false, redacted: false };
}

/** The newest of the family's revisions among these. */
export function newestAmong(
  definitions: readonly RegisteredTaskDefinition[],
  family: string,
): RegisteredTaskDefinition | undefined {
  return definitions
    .filter((each) => each.family === family && each.status !== "INACTIVE")
    .toSorted((one, other) => other.revision - one.revision)[0];
}

/**
 * As far as a snapshot shows them: it has the newest revisions of the families that it names, where it has services at
 * all.
 */
export function newestIn({
  taskDefinitions,
  services,
  redacted,
}: Pick<ClusterSnapshot, "taskDefinitions" | "services" | "redacted">): NewestRevisions {
  const of = (family: string) => newestAmong(Object.values(taskDefinitions), family);
  return {
    of,
    mayBeNewer: (family) => services === undefined || of(family) === undefined,
    redacted: redacted === true,
  };
}

/** What of the families a plan may rest on: those whose newest revision is known. */
export function familiesKnown(families: readonly string[], newest: NewestRevisions): readonly FamilyInputs[] {
  return [...new Set(families)]
    .filter((family) => !newest.mayBeNewer(family))
    .map((family) => {
      const latest = newest.of(family)?.taskDefinitionArn;
      return { family, ...present({ latest }) };
    });
}

/** What a plan cannot say of these families, in sentences. */
export function unknownRevisions(families: readonly string[], newest: NewestRevisions): readonly string[] {
  const [none, older] = [
    families.filter((family) => newest.of(family) === undefined && newest.mayBeNewer(family)),
    families.filter((family) => newest.of(family) !== undefined && newest.mayBeNewer(family)),
  ];
  return [
    ...(none.length === 0
      ? []
      : [
          `The snapshot has no revision of ${none.join(", ")}: one that is registered already is used where it says the same.`,
        ]),
    ...(older.length === 0
      ? []
      : [`The snapshot shows the revisions that run: there may be newer ones of ${older.join(", ")}.`]),
    ...(newest.redacted
      ? ["The snapshot is redacted: account ids and the values of environment variables are not compared."]
      : []),
  ];
}
