import { listOr, problem, refuseErrors, Refusal, warning, type Problem } from "../../base/problem.ts";
import { describeDriver } from "./ami-drivers.ts";
import { amiFamilies, describeAmiFamily, type AmiFamily, type AmiOs } from "./ami-families.ts";
import { acceleratorOf, missingVersion, readQuery, type AmiQuery, type WantedAmi } from "./ami-query.ts";
import { isNewerThanRelease } from "../instance-types/catalog.ts";
import type { InstanceType } from "../instance-types/instance-type.ts";

export interface AmiChoice {
  readonly family: AmiFamily;
  /** What the user should know: the family has ended, its driver is old, the type is retired. */
  readonly warnings: readonly Problem[];
}

/** AL2023 is the default; where no image of it serves an instance type, the next that does. */
const osPreference: readonly AmiOs[] = ["al2023", "bottlerocket", "al2"];

/**
 * The one family that a query means; what it leaves open is ECS, Neuron, AL2023 and
 * x86_64, or what the instance type says.
 *
 * @throws Refusal with every problem at once: a contradiction, a missing version, a combination that does not exist.
 */
export function selectAmi(query: AmiQuery): AmiChoice {
  const wanted = readQuery(query, query.orchestrator ?? "ecs");
  const { orchestrator, accelerator = "neuron", architecture = "x86_64", type, versionProblems } = wanted;
  const offered = amiFamilies.filter(
    (each) =>
      each.kernel === undefined &&
      each.orchestrator === orchestrator &&
      each.accelerator === accelerator &&
      each.architecture === architecture,
  );
  const fitting = offered.filter((each) => builtFor(each, wanted) && (type === undefined || serves(each, type)));
  const order = osOrder(query, type);
  const family = order.map((os) => fitting.find((each) => each.os === os)).find((each) => each !== undefined);
  if (family === undefined) {
    const asked = [orchestrator, order[0]!, accelerator, architecture].join(" ");
    const why = whyNone(
      asked,
      offered.find((each) => each.os === order[0]),
      wanted,
    );
    throw new Refusal([...versionProblems, problem("no-such-ami", [], why, alternatives({ ...wanted, accelerator }))]);
  }
  refuseErrors(versionProblems);
  return {
    family,
    warnings: [...warningsOf(family), ...typeWarnings(family, type), ...osWarning(family, query, type)],
  };
}

/** The operating systems that will do, the best first: what was asked for, what serves the type, else the default. */
function osOrder({ os }: AmiQuery, type: InstanceType | undefined): readonly AmiOs[] {
  if (os !== undefined) return [os];
  return type === undefined ? osPreference.slice(0, 1) : osPreference;
}

/**
 * Every family that fits what a query says; what it leaves open is not narrowed. EKS families are among them only where
 * the version of Kubernetes is known, since their parameters hold it.
 *
 * @throws Refusal as selectAmi does.
 */
export function filterAmis(query: AmiQuery): readonly AmiFamily[] {
  const wanted = readQuery(query, query.orchestrator);
  const { orchestrator, accelerator, architecture, type, kubernetesVersion, versionProblems } = wanted;
  const matching = amiFamilies.filter(
    (each) =>
      each.orchestrator === (orchestrator ?? each.orchestrator) &&
      each.accelerator === (accelerator ?? each.accelerator) &&
      each.os === (query.os ?? each.os) &&
      each.architecture === (architecture ?? each.architecture) &&
      builtFor(each, wanted) &&
      (type === undefined || serves(each, type)),
  );
  if (matching.length === 0)
    throw new Refusal([
      ...versionProblems,
      problem("no-such-ami", [], "no AMI fits all of these flags", alternatives(wanted)),
    ]);
  refuseErrors(versionProblems);
  const resolvable = matching.filter((each) => each.orchestrator === "ecs" || kubernetesVersion !== undefined);
  if (resolvable.length === 0)
    throw new Refusal([
      missingVersion(
        "EKS alone has AMIs that fit these flags; they are built for a version of Kubernetes, and none was given",
      ),
    ]);
  return resolvable;
}

/**
 * The families that serve an instance type, for people to read; empty where no image
 * carries a driver for its accelerator.
 */
export function amiFamiliesFor(type: InstanceType): readonly string[] {
  const accelerator = acceleratorOf[type.accelerator.kind];
  return amiFamilies
    .filter((family) => family.accelerator === accelerator && serves(family, type))
    .map((family) => `${describeAmiFamily(family)}${standing(family)}`);
}

/** What a list adds to the name of a family that AWS has ended, or has not released. */
function standing({ retiredOn, preview }: AmiFamily): string {
  if (retiredOn !== undefined) return ` (ended ${retiredOn})`;
  return preview === true ? " (preview)" : "";
}

/** That a family has ended, or holds a driver that newer containers cannot use. */
export function warningsOf(family: AmiFamily): readonly Problem[] {
  if (family.retiredOn === undefined) return [];
  const next = amiFamilies.find(
    (each) =>
      each.os !== "al2" &&
      each.orchestrator === family.orchestrator &&
      each.accelerator === family.accelerator &&
      each.architecture === family.architecture,
  );
  const driver = describeDriver(family);
  return [
    warning(
      "retired-ami",
      [],
      `${describeAmiFamily(family)} ended on ${family.retiredOn}: ` +
        `its last image still resolves, but gets no more updates.${driver === undefined ? "" : ` It has ${driver}.`}`,
      next === undefined ? undefined : `Move to --os ${next.os}.`,
    ),
  ];
}

/** Whether the images of a family run on an instance type and drive its accelerator. */
export function serves({ accelerator, architecture, cannotServe, retiredOn }: AmiFamily, type: InstanceType): boolean {
  // A family that had ended before the type came has no driver for it.
  if (retiredOn !== undefined && isNewerThanRelease(type)) return false;
  return (
    accelerator === acceleratorOf[type.accelerator.kind] &&
    architecture === type.architecture &&
    !(cannotServe ?? []).some(({ families }) => familyAmong(families, type))
  );
}

function familyAmong(families: readonly string[], { family }: InstanceType): boolean {
  return families.includes(family);
}

/** Whether the family is built for the version of Kubernetes asked for. */
function builtFor({ lastKubernetesMinor }: AmiFamily, { kubernetesVersion }: WantedAmi): boolean {
  return (
    lastKubernetesMinor === undefined ||
    kubernetesVersion === undefined ||
    Number(kubernetesVersion.slice(2)) <= lastKubernetesMinor
  );
}

/** Why a combination leads nowhere, where `candidate` is the family that it names, if there is one. */
function whyNone(asked: string, candidate: AmiFamily | undefined, wanted: WantedAmi): string {
  const { type, kubernetesVersion } = wanted;
  if (candidate !== undefined && !builtFor(candidate, wanted))
    return (
      `there is no ${asked} AMI for Kubernetes ${kubernetesVersion}: ` +
      `the last were for 1.${candidate.lastKubernetesMinor}`
    );
  const exclusion =
    type === undefined ? undefined : candidate?.cannotServe?.find(({ families }) => familyAmong(families, type));
  if (exclusion !== undefined) return `the ${asked} AMI does not serve ${type!.instanceType}: ${exclusion.reason}`;
  return candidate?.retiredOn !== undefined && type !== undefined && isNewerThanRelease(type)
    ? `the ${asked} AMI ended on ${candidate.retiredOn}, and ${type.instanceType} is newer than this aiplat`
    : `there is no ${asked} AMI`;
}

/** The families that do exist and come nearest: for the type, else for the accelerator, else for the orchestrator. */
function alternatives(wanted: WantedAmi): string {
  const { orchestrator, accelerator, type } = wanted;
  const all = amiFamilies.filter(
    (each) =>
      each.kernel === undefined && each.orchestrator === (orchestrator ?? each.orchestrator) && builtFor(each, wanted),
  );
  const forAccelerator = all.filter((each) => accelerator === undefined || each.accelerator === accelerator);
  const fitting = type === undefined ? forAccelerator : forAccelerator.filter((each) => serves(each, type));
  if (fitting.length > 0) return `There are: ${listOr(fitting.map(describeAmiFamily), "and")}.`;
  const elsewhere =
    type === undefined ? [] : amiFamilies.filter((each) => each.orchestrator !== orchestrator && serves(each, type));
  if (elsewhere.length > 0)
    return (
      `No ${orchestrator?.toUpperCase() ?? ""} AMI serves it; there are: ` +
      `${listOr(elsewhere.map(describeAmiFamily), "and")}.`
    );
  return "No ECS- or EKS-optimised AMI serves it; build one of your own with a driver for it.";
}

function typeWarnings(family: AmiFamily, type: InstanceType | undefined): readonly Problem[] {
  if (type === undefined) return [];
  const driver = describeDriver(family);
  return [
    ...(isNewerThanRelease(type)
      ? [
          warning(
            "newer-type",
            [],
            `${type.instanceType} is newer than this aiplat: ` +
              `whether ${describeAmiFamily(family)} drives it is not known`,
          ),
        ]
      : []),
    ...(type.status === "retired"
      ? [
          warning(
            "retired-type",
            [],
            "EC2 no longer launches " +
              `${type.instanceType}${type.retiredOn === undefined ? "" : `: it was retired on ${type.retiredOn}`}`,
          ),
        ]
      : []),
    // The AL2 families say it in the warning that they have ended.
    ...(type.family === "inf1" && family.retiredOn === undefined && driver !== undefined
      ? [warning("old-driver", [], `${describeAmiFamily(family)}: ${driver}`)]
      : []),
  ];
}

function osWarning(family: AmiFamily, query: AmiQuery, type: InstanceType | undefined): readonly Problem[] {
  if (query.os !== undefined || family.os === osPreference[0] || type === undefined) return [];
  return [
    warning(
      "other-os",
      [],
      `no ${family.orchestrator.toUpperCase()} AMI of AL2023 serves ${type.instanceType}: this is ${family.os}`,
    ),
  ];
}
