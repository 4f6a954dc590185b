import { problem, Refusal, type Problem } from "../../base/problem.ts";
import type { AmiAccelerator, AmiOs, Orchestrator } from "./ami-families.ts";
import { findInstanceType, unknownInstanceType } from "../instance-types/catalog.ts";
import type { AcceleratorKind, Architecture, InstanceType } from "../instance-types/instance-type.ts";

/** What the user said of the image wanted, as flags. */
export interface AmiQuery {
  readonly orchestrator?: Orchestrator;
  readonly accelerator?: AmiAccelerator;
  readonly os?: AmiOs;
  readonly architecture?: Architecture;
  readonly instanceType?: string;
  /** As `1.33`. */
  readonly kubernetesVersion?: string;
}

/** A query with what its instance type implies. */
export interface WantedAmi {
  readonly orchestrator: Orchestrator | undefined;
  readonly accelerator: AmiAccelerator | undefined;
  readonly architecture: Architecture | undefined;
  readonly type: InstanceType | undefined;
  /** As `1.33`; undefined where none was given, or none that can be. */
  readonly kubernetesVersion: string | undefined;
  /** What is wrong with the version of Kubernetes; the combination can be judged without it. */
  readonly versionProblems: readonly Problem[];
}

/** Which images serve a kind of accelerator; the others carry no driver for it. */
export const acceleratorOf: Readonly<Record<AcceleratorKind, AmiAccelerator | undefined>> = {
  neuron: "neuron",
  nvidia: "nvidia",
  amd: undefined,
  habana: undefined,
  qualcomm: undefined,
  media: undefined,
  fpga: undefined,
};

/**
 * Works out what the instance type implies.
 *
 * @throws Refusal with every problem where the type is unknown or contradicts a
 * flag: there is nothing to look for then.
 */
export function readQuery(query: AmiQuery, orchestrator: Orchestrator | undefined): WantedAmi {
  const versionProblems = checkVersion(query, orchestrator);
  const name = query.instanceType;
  const type = name === undefined ? undefined : findInstanceType(name);
  if (name !== undefined && type === undefined) throw new Refusal([...versionProblems, unknownInstanceType(name)]);
  const contradictions = type === undefined ? [] : checkType(query, type);
  if (contradictions.length > 0) throw new Refusal([...versionProblems, ...contradictions]);
  return {
    orchestrator,
    accelerator: query.accelerator ?? (type === undefined ? undefined : acceleratorOf[type.accelerator.kind]),
    architecture: query.architecture ?? type?.architecture,
    type,
    kubernetesVersion: versionProblems.length > 0 ? undefined : query.kubernetesVersion,
    versionProblems,
  };
}

/** The problem that only a version of Kubernetes solves. */
export function missingVersion(message: string): Problem {
  return problem(
    "missing-kubernetes-version",
    [],
    message,
    "Add --kubernetes-version, e.g. --kubernetes-version 1.33.",
  );
}

function checkVersion(
  { kubernetesVersion: version }: AmiQuery,
  orchestrator: Orchestrator | undefined,
): readonly Problem[] {
  if (version === undefined) {
    return orchestrator === "eks"
      ? [missingVersion("EKS AMIs are built for a version of Kubernetes, and none was given")]
      : [];
  }
  if (orchestrator === "ecs") {
    return [
      problem(
        "kubernetes-version-for-ecs",
        [],
        "--kubernetes-version does not go with ECS",
        "Add --orchestrator eks, or leave --kubernetes-version out.",
      ),
    ];
  }
  if (/^1\.\d{2}$/.test(version)) return [];
  const meant = /^v?(1\.\d{2})(?:\.\d+)?$/.exec(version)?.[1];
  return [
    problem(
      "bad-kubernetes-version",
      [],
      `--kubernetes-version ${version} is not a minor version`,
      meant === undefined ? "Write it as 1.33." : `Write ${meant}.`,
    ),
  ];
}

function checkType(query: AmiQuery, type: InstanceType): readonly Problem[] {
  const { instanceType, accelerator, architecture } = type;
  const served = acceleratorOf[accelerator.kind];
  const what =
    `${instanceType} has ${accelerator.count === 1 ? "a" : accelerator.count} ${accelerator.manufacturer} ` +
    `${accelerator.name}`;
  if (served === undefined) {
    return [
      problem(
        "no-ami-for-accelerator",
        [],
        `${what}: no ECS- or EKS-optimised AMI carries a driver for it`,
        "Build an AMI of your own for it, or take a type with Neuron or NVIDIA devices.",
      ),
    ];
  }
  const problems: Problem[] = [];
  if (query.accelerator !== undefined && query.accelerator !== served) {
    problems.push(
      problem(
        "accelerator-contradiction",
        [],
        `--accelerator ${query.accelerator} contradicts --instance-type ${instanceType}, which needs ${served}`,
        "Leave one of them out.",
      ),
    );
  }
  if (query.architecture !== undefined && query.architecture !== architecture) {
    problems.push(
      problem(
        "architecture-contradiction",
        [],
        `--architecture ${query.architecture} contradicts --instance-type ${instanceType}, which is ${architecture}`,
        "Leave one of them out.",
      ),
    );
  }
  return problems;
}
