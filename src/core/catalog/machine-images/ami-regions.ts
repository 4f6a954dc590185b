import { problem, Refusal } from "../../base/problem.ts";
import { instanceTypes, requireInstanceType } from "../instance-types/catalog.ts";
import type { InstanceType } from "../instance-types/instance-type.ts";
import { regions, regionsOfType } from "../regions.ts";
import type { AmiAccelerator, AmiFamily } from "./ami-families.ts";
import { acceleratorOf } from "./ami-query.ts";

/**
 * Where AWS publishes images though it offers no type for them there: the ECS guide lists the Neuron image in
 * ap-northeast-3 (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-inference.html).
 */
const publishedBesides: readonly (Pick<AmiFamily, "orchestrator" | "accelerator"> & {
  readonly operatingSystems: readonly AmiFamily["os"][];
  readonly regions: readonly string[];
})[] = [
  { orchestrator: "ecs", accelerator: "neuron", operatingSystems: ["al2023", "al2"], regions: ["ap-northeast-3"] },
];

/**
 * The regions to ask for images: those that offer the instance type, else any type with the accelerator, else all; and
 * those where AWS publishes one of the images all the same.
 *
 * @throws Refusal where no source says where the type is offered.
 */
export function regionsToAsk(
  families: readonly AmiFamily[],
  accelerator: AmiAccelerator | undefined,
  instanceType: string | undefined,
): readonly string[] {
  const offering = instanceType === undefined ? offeringAccelerator(accelerator) : offeringType(instanceType);
  const published = publishedBesides.filter((each) =>
    families.some(
      ({ orchestrator, accelerator, os }) =>
        orchestrator === each.orchestrator && accelerator === each.accelerator && each.operatingSystems.includes(os),
    ),
  );
  const asked = new Set([...offering, ...published.flatMap((each) => each.regions)]);
  return regions.filter((region) => asked.has(region));
}

function offeringType(name: string): readonly string[] {
  const type = requireInstanceType(name);
  const offered = regionsOf(type);
  if (offered.length > 0) return offered;
  const why =
    type.status === "retired"
      ? `EC2 offers ${name} in no region any more`
      : `the catalogue knows no region that offers ${name}`;
  throw new Refusal([problem("no-known-region", [], why, "Name the regions with --region instead of --all-regions.")]);
}

function offeringAccelerator(accelerator: AmiAccelerator | undefined): readonly string[] {
  if (accelerator === undefined || accelerator === "none") return regions;
  return instanceTypes.filter(({ accelerator: { kind } }) => acceleratorOf[kind] === accelerator).flatMap(regionsOf);
}

function regionsOf({ instanceType }: InstanceType): readonly string[] {
  return regionsOfType[instanceType] ?? [];
}
