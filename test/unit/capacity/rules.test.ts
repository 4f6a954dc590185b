import { describe, expect, it } from "vitest";
import { Refusal } from "../../../src/core/base/problem.ts";
import { capacitiesOf, type CapacityCase } from "../../support/capacity.ts";

/** `code: message` of each problem; none where there is a plan. */
function refused(each: CapacityCase): readonly string[] {
  try {
    capacitiesOf(each);
    return [];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.problems.map(({ code, message }) => `${code}: ${message}`);
  }
}

const inf2 = { types: ["inf2.xlarge"] };
const twoSubnets = [{ id: "subnet-0a1b2c3d" }, { id: "subnet-0b2c3d4e" }];
const managed = { kind: "managed-instances" } as const;

describe("the settings of a capacity", () => {
  it.each<[string, CapacityCase]>([
    [
      "bad-flag: --cluster my.cluster: must be a cluster's name, of letters, digits, dashes and underscores",
      { ...inf2, settings: { cluster: "my.cluster" } },
    ],
    [
      "bad-flag: --subnet sn-1: must be an id, as subnet-0123456789abcdef0",
      { ...inf2, settings: { subnets: [{ id: "sn-1" }] } },
    ],
    [
      "bad-flag: --security-group default: must be an id, as sg-0123456789abcdef0",
      { ...inf2, settings: { securityGroups: ["default"] } },
    ],
    [
      "bad-flag: --vpc main: must be an id, as vpc-0123456789abcdef0",
      { ...inf2, settings: { vpcId: "main", subnets: [{ id: "subnet-0a1b2c3d" }] } },
    ],
    [
      "bad-flag: --reservation r-1: must be an id, as cr-0123456789abcdef0",
      { ...inf2, settings: { reservation: "r-1" } },
    ],
    [
      "bad-flag: --capacity-block b: must be an id, as cr-0123456789abcdef0",
      { ...inf2, settings: { capacityBlock: "b" } },
    ],
    ["missing-subnet: machines need subnets, and none was given", { ...inf2, settings: { subnets: [] } }],
    [
      "bad-attribute: --attribute ra ck=a is no attribute of a container instance",
      { ...inf2, settings: { attributes: { "ra ck": "a" } } },
    ],
    [
      "bad-attribute: --attribute rack='a' is no attribute of a container instance",
      { ...inf2, settings: { attributes: { rack: "'a'" } } },
    ],
    [
      "bad-attribute: --attribute ecs.os-type is ECS's own or aiplat's",
      { ...inf2, settings: { attributes: { "ecs.os-type": "x" } } },
    ],
    [
      "bad-attribute: --attribute aiplat.mount.fsx is ECS's own or aiplat's",
      { ...inf2, settings: { attributes: { "aiplat.mount.fsx": "true" } } },
    ],
    [
      "two-reservations: --reservation and --capacity-block exclude each other",
      { ...inf2, settings: { reservation: "cr-1", capacityBlock: "cr-2" } },
    ],
    [
      "spot-reservation: --spot does not go with cr-1: what is reserved is not Spot",
      { ...inf2, settings: { reservation: "cr-1", spot: true } },
    ],
    [
      "reservation-of-one-type: cr-1 is of one instance type, and the workload has 2",
      { types: ["inf2.xlarge", "g5.xlarge"], settings: { reservation: "cr-1" } },
    ],
    [
      "several-zones: 2 subnets were given for inf2.xlarge: a capacity block is in one zone",
      { ...inf2, settings: { capacityBlock: "cr-1", subnets: twoSubnets } },
    ],
    [
      "several-zones: 2 subnets were given for trn1.32xlarge: machines of one placement group, and EFA's traffic, stay in one zone",
      { types: ["trn1.32xlarge"], efa: true, settings: { subnets: twoSubnets } },
    ],
    ["bad-sizes: --min-size 3 is more than --max-size 2", { ...inf2, settings: { minSize: 3, maxSize: 2 } }],
    ["bad-sizes: --desired-size 3 is more than --max-size 2", { ...inf2, settings: { desiredSize: 3, maxSize: 2 } }],
    [
      "bad-sizes: --min-size 3 is more than --max-size 2",
      { types: ["inf2.xlarge", "g5.xlarge"], settings: { minSize: 3, maxSize: 2 } },
    ],
    [
      "bad-sizes: --min-size 2 is more than --desired-size 1",
      { ...inf2, settings: { minSize: 2, desiredSize: 1, maxSize: 4 } },
    ],
    [
      "reserved-memory: --reserved-memory 5TiB leaves nothing of g5.xlarge, which has 16GiB",
      { types: ["g5.xlarge"], settings: { reservedMemoryMiB: 5 * 1024 * 1024 } },
    ],
    [
      "reserved-memory: --reserved-memory leaves 7364MiB of g5.xlarge, and the tasks of a machine take 14745MiB",
      { workload: { accelerator: { instanceTypes: ["g5.xlarge"] } }, settings: { reservedMemoryMiB: 8200 } },
    ],
    [
      `stack-name-length: the stack would be called aiplat-${"c".repeat(120)}-inf2-xlarge, of 139 characters, and CloudFormation takes 128`,
      { ...inf2, settings: { cluster: "c".repeat(120) } },
    ],
    [
      "managed-instances-setting: --max-size does not go with Managed Instances, which ECS starts and sets up itself",
      { ...inf2, settings: { ...managed, maxSize: 2 } },
    ],
    [
      "managed-instances-inf1: inf1.xlarge cannot run on Managed Instances: Inf1 is for EC2 capacity only",
      { types: ["inf1.xlarge"], settings: managed },
    ],
    [
      "managed-instances-setting: --efa does not go with Managed Instances: their providers have no field for interfaces",
      { types: ["trn1.32xlarge"], efa: true, settings: managed },
    ],
    ["no-efa: --efa: inf2.xlarge has no EFA interface", { ...inf2, efa: true }],
    [
      "no-efa: --efa: no source says how many EFA interfaces p6e-gb200.36xlarge has",
      {
        types: ["p6e-gb200.36xlarge"],
        efa: true,
        settings: { images: new Map([["p6e-gb200.36xlarge", { id: "ami-0a1b2c3d", os: "al2023" }]]) },
      },
    ],
  ])("%s", (said, each) => {
    expect(refused(each)).toEqual([said]);
  });

  it("are refused all at once", () => {
    const settings = { cluster: "a.b", subnets: [], minSize: 2, maxSize: 1, attributes: { "": "x" } };
    expect(refused({ ...inf2, settings })).toHaveLength(4);
  });

  it("are taken where they are right", () => {
    const settings = { subnets: twoSubnets, minSize: 1, desiredSize: 2, maxSize: 3, attributes: { stack: "prod a" } };
    expect(refused({ types: ["inf2.xlarge", "g5.xlarge"], settings })).toEqual([]);
    expect(
      refused({ workload: { accelerator: { instanceTypes: ["g5.xlarge"] } }, settings: { reservedMemoryMiB: 256 } }),
    ).toEqual([]);
  });
});
