import { nearestNames, rankNames } from "../../base/nearest.ts";
import { listOr, problem, Refusal, type Path, type Problem } from "../../base/problem.ts";
import { closeAddedTypes } from "./added-types.ts";
import { families } from "./families.ts";
import { acceleratorKinds, type InstanceType } from "./instance-type.ts";

const addedTypes = closeAddedTypes();
const released = Object.values(families).flat();

/** Every accelerated instance type: by kind, then family, then size. */
export const instanceTypes: readonly InstanceType[] =
  addedTypes.length === 0 ? released : [...released, ...addedTypes].toSorted(byKindFamilyAndSize);

/** Every family, in the order of `instanceTypes`. */
export const familyNames: readonly string[] = [...new Set(instanceTypes.map(({ family }) => family))];

const byName: ReadonlyMap<string, InstanceType> = new Map(instanceTypes.map((type) => [type.instanceType, type]));

/** The type of that exact name; undefined where the catalogue has none. */
export function findInstanceType(name: string): InstanceType | undefined {
  return byName.get(name);
}

/** Whether the type was added to those of the release: what is known of AWS's images and regions does not cover it. */
export function isNewerThanRelease(type: InstanceType): boolean {
  return addedTypes.includes(type);
}

/** What `name` was most likely meant to be, best first: sizes of its own family where the family exists. */
export function nearestInstanceTypes(name: string): readonly string[] {
  const family = name.slice(0, name.indexOf(".")).toLowerCase();
  const siblings = instanceTypes.filter((type) => type.family === family);
  if (siblings.length === 0) return nearestNames(name, [...byName.keys()]);
  const ranked = rankNames(
    name,
    siblings.map((type) => type.instanceType),
  );
  return ranked.slice(0, 4).map(({ candidate }) => candidate);
}

/** The problem with a name that `findInstanceType` does not know, with the nearest names. */
export function unknownInstanceType(name: string, path: Path = []): Problem {
  const code = "unknown-instance-type";
  // https://docs.aws.amazon.com/elastic-inference/latest/developerguide/what-is-ei.html
  if (/^(?:ml\.)?eia\d/i.test(name)) {
    return problem(
      code,
      path,
      `${name} is an Elastic Inference accelerator: AWS ended that service in April 2024`,
      "Use an Inferentia2 type, e.g. inf2.xlarge.",
    );
  }
  const lower = name.toLowerCase();
  if (lower !== name && byName.has(lower))
    return problem(code, path, `${name} must be written in lower case`, `Write ${lower}.`);
  // SageMaker's names: ml.inf2.xlarge.
  if (byName.has(lower.replace(/^ml\./, "")))
    return problem(
      code,
      path,
      `${name} is a name of SageMaker's, not of EC2's`,
      `Write ${lower.replace(/^ml\./, "")}.`,
    );
  const nearest = nearestInstanceTypes(name);
  const hint =
    nearest.length === 0
      ? "The catalogue holds accelerated types only; aiplat instances list shows them."
      : `Did you mean ${listOr(nearest)}?`;
  return problem(code, path, `${name} is not in the catalogue of accelerated instance types`, hint);
}

/** The type of that name, or a Refusal with the nearest names. */
export function requireInstanceType(name: string, path: Path = []): InstanceType {
  const type = byName.get(name);
  if (type === undefined) throw new Refusal([unknownInstanceType(name, path)]);
  return type;
}

/** The order of the catalogue. */
export function byKindFamilyAndSize(one: InstanceType, other: InstanceType): number {
  const kind = (type: InstanceType) => acceleratorKinds.indexOf(type.accelerator.kind);
  return (
    kind(one) - kind(other) ||
    compare(one.family, other.family) ||
    one.vcpus - other.vcpus ||
    one.memoryMiB - other.memoryMiB ||
    compare(one.instanceType, other.instanceType)
  );
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
