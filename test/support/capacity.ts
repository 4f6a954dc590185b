import { refuseErrors } from "../../src/core/base/problem.ts";
import { efaProblems } from "../../src/core/capacity/rules.ts";
import { capacityPlans, type CapacityPlan } from "../../src/core/capacity/plans.ts";
import { machinesOf, machinesOfType, withEfa, type CapacityMachines } from "../../src/core/capacity/machines.ts";
import type { CapacityImage, CapacitySettings } from "../../src/core/capacity/settings.ts";
import { requireInstanceType } from "../../src/core/catalog/instance-types/catalog.ts";
import { amiParameters } from "../../src/core/catalog/machine-images/ami-families.ts";
import { selectAmi } from "../../src/core/catalog/machine-images/amis.ts";
import type { NodeOs } from "../../src/core/catalog/machine-images/node-ami-types.ts";
import type { Workload } from "../../src/core/workload/schema.ts";
import { ecsWorkload } from "./ecs-workload.ts";

/** What a test asks of a capacity: a workload, or else types. */
export interface CapacityCase {
  readonly types?: readonly string[];
  readonly workload?: Partial<Workload>;
  readonly efa?: true;
  readonly os?: NodeOs;
  readonly settings?: Partial<CapacitySettings>;
}

/** The image that Systems Manager would name for a type. */
function imageOf(instanceType: string, os: NodeOs | undefined): CapacityImage {
  const { family } = selectAmi({ orchestrator: "ecs", instanceType, ...(os === undefined ? {} : { os }) });
  return {
    id: "ami-0123456789abcdef0",
    os: family.os as NodeOs,
    parameter: amiParameters(family, undefined).image,
    version: "20261128",
    day: "2026-11-30",
  };
}

function fleetsOf({ types = [], workload, efa }: CapacityCase): readonly CapacityMachines[] {
  const found =
    workload === undefined
      ? types.map((type) => machinesOfType(requireInstanceType(type)))
      : machinesOf(ecsWorkload(workload));
  return efa === true ? withEfa(found) : found;
}

/** What the operator of cluster prod says, but for the images. */
export const capacitySettings: Omit<CapacitySettings, "images"> = {
  cluster: "prod",
  createCluster: false,
  kind: "ec2",
  subnets: [{ id: "subnet-0a1b2c3d", vpcId: "vpc-0a1b2c3d", zone: "us-east-1a" }],
  securityGroups: [],
  zonesOffering: new Map(),
  attributes: {},
  spot: false,
};

export function capacitiesOf(each: CapacityCase): readonly CapacityPlan[] {
  const fleets = fleetsOf(each);
  if (each.efa === true) refuseErrors(efaProblems(fleets, { kind: each.settings?.kind ?? "ec2" }));
  return capacityPlans(fleets, {
    ...capacitySettings,
    images: new Map(fleets.map(({ type }) => [type.instanceType, imageOf(type.instanceType, each.os)])),
    ...each.settings,
  });
}

const pinned = `repo/bert@sha256:${"0".repeat(64)}`;

/** One of each kind that a template can be. */
export const capacityCases: Readonly<Record<string, CapacityCase>> = {
  "inf2.xlarge": { types: ["inf2.xlarge"] },
  "trn1.32xlarge-efa": { types: ["trn1.32xlarge"], efa: true },
  "p5.48xlarge-efa": { types: ["p5.48xlarge"], efa: true, settings: { capacityBlock: "cr-0a1b2c3d" } },
  "g5.12xlarge-spot": {
    types: ["g5.12xlarge"],
    settings: {
      spot: true,
      maxSize: 4,
      subnets: [
        { id: "subnet-0a1b2c3d", vpcId: "vpc-0a1b2c3d", zone: "us-east-1a" },
        { id: "subnet-0b2c3d4e", vpcId: "vpc-0a1b2c3d", zone: "us-east-1b" },
      ],
    },
  },
  "g5g.xlarge": { types: ["g5g.xlarge"] },
  "g5.xlarge-bottlerocket": {
    workload: {
      image: pinned,
      accelerator: { instanceTypes: ["g5.xlarge"] },
      ecs: { placement: { constraints: ["attribute:stack == prod"] } },
    },
    os: "bottlerocket",
    settings: { spot: true, reservedMemoryMiB: 512 },
  },
  "g6f.large": { types: ["g6f.large"], settings: { createCluster: true, minSize: 1, desiredSize: 2, maxSize: 3 } },
  "g5.xlarge-mounts": {
    workload: {
      image: pinned,
      replicas: 3,
      user: 1000,
      accelerator: { instanceTypes: ["g5.xlarge"] },
      volumes: [
        {
          name: "fsx",
          path: "/fsx",
          lustre: { fileSystem: "fs-0a1b", mountName: "abcd", dnsName: "fs-0a1b.fsx.us-east-1.amazonaws.com" },
        },
        { path: "/weights", s3: { bucket: "models", prefix: "bert/" }, readOnly: true },
        { path: "/out", s3: { bucket: "results" } },
      ],
      ecs: { placement: { constraints: ["attribute:stack == prod"] } },
    },
    settings: { reservation: "cr-0a1b2c3d", securityGroups: ["sg-0a1b2c3d"], attributes: { rack: "a" } },
  },
  "inf2.8xlarge-managed-instances": {
    workload: {
      accelerator: { instanceTypes: ["inf2.8xlarge"] },
      ecs: { capacity: "managed-instances", networkMode: "awsvpc" },
    },
    settings: { kind: "managed-instances", createCluster: true, securityGroups: ["sg-0a1b2c3d"] },
  },
};
