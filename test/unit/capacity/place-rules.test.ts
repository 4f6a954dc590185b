import { describe, expect, it } from "vitest";
import { Refusal } from "../../../src/core/base/problem.ts";
import type { CapacitySettings } from "../../../src/core/capacity/settings.ts";
import type { SecurityGroup } from "../../../src/core/capacity/security-groups.ts";
import { capacitiesOf, type CapacityCase } from "../../support/capacity.ts";

function refused(each: CapacityCase): readonly string[] {
  try {
    capacitiesOf(each);
    return [];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.problems.map(({ message, hint = "" }) => `${message} | ${hint}`);
  }
}

const zones = new Map([["trn1.32xlarge", ["us-east-1a", "us-east-1f"]]]);
const inZone = (id: string, zone: string) => ({ id, vpcId: "vpc-1", zone });

it("has subnets of other zones refused by name, each", () => {
  const subnets = [
    inZone("subnet-1", "us-east-1a"),
    inZone("subnet-2", "us-east-1b"),
    inZone("subnet-3", "us-east-1c"),
  ];
  expect(refused({ types: ["trn1.32xlarge"], settings: { subnets, zonesOffering: zones } })).toEqual([
    "subnet-2 is in us-east-1b, which does not offer trn1.32xlarge | Give subnets in us-east-1a or us-east-1f.",
    "subnet-3 is in us-east-1c, which does not offer trn1.32xlarge | Give subnets in us-east-1a or us-east-1f.",
  ]);
  const none = new Map([["trn1.32xlarge", []]]);
  expect(
    refused({ types: ["trn1.32xlarge"], settings: { subnets: subnets.slice(0, 1), zonesOffering: none } }),
  ).toEqual(["subnet-1 is in us-east-1a, which does not offer trn1.32xlarge | No zone of the region does."]);
  expect(
    refused({ types: ["trn1.32xlarge"], settings: { subnets: subnets.slice(0, 1), zonesOffering: zones } }),
  ).toEqual([]);
});

it("has subnets of several VPCs refused", () => {
  const subnets = [inZone("subnet-1", "us-east-1a"), { id: "subnet-2", vpcId: "vpc-2", zone: "us-east-1a" }];
  expect(refused({ types: ["inf2.xlarge"], settings: { subnets } })).toEqual([
    "the subnets are of 2 VPCs: vpc-1 and vpc-2 | Give subnets of one VPC.",
  ]);
});

describe("security groups", () => {
  const rule = { protocol: "-1", groups: ["sg-1"] };
  const group: SecurityGroup = { id: "sg-1", vpcId: "vpc-1", ingress: [rule], egress: [rule] };
  const refusedWith = (describedGroups: readonly SecurityGroup[], type = "trn1.32xlarge") =>
    refused({
      types: [type],
      ...(type === "trn1.32xlarge" ? { efa: true } : {}),
      settings: { subnets: [inZone("subnet-1", "us-east-1a")], securityGroups: ["sg-1"], describedGroups },
    });

  it("may be of the VPC and let EFA through, or anything where there is no EFA", () => {
    expect(refusedWith([group])).toEqual([]);
    expect(refusedWith([{ ...group, ingress: [], egress: [] }], "inf2.xlarge")).toEqual([]);
  });

  it.each([
    ["not there", [], "--security-group sg-1: there is none in the region"],
    [
      "of another VPC",
      [{ ...group, vpcId: "vpc-2" }],
      "--security-group sg-1 is of vpc-2, and the subnets are of vpc-1",
    ],
    [
      "closed to EFA",
      [{ ...group, egress: [{ protocol: "-1", groups: [] }] }],
      "sg-1 lets no EFA traffic out among the machines of trn1.32xlarge",
    ],
  ])("are refused where one is %s", (_, groups, message) => {
    expect(refusedWith(groups).map((each) => each.split(" | ")[0])).toEqual([message]);
  });
});

it("has mounts on Bottlerocket refused", () => {
  const workload = {
    accelerator: { instanceTypes: ["g5.xlarge"] },
    volumes: [{ path: "/weights", s3: { bucket: "models" }, readOnly: true }],
  };
  expect(refused({ workload, os: "bottlerocket" })).toEqual([
    "machines of g5.xlarge with Bottlerocket have nothing to mount /mnt/aiplat/weights with | Use --os al2023 where there is an image for the type, or efs, s3Files or ebs in place of lustre and s3.",
  ]);
  expect(refused({ workload })).toEqual([]);
});

it.each<readonly [string, number | undefined, object, readonly string[]]>([
  ["a disk below the snapshot", 20, { volumeGiB: 30, isSnapshotAsLarge: true }, ["20GiB"]],
  ["the default below it", undefined, { volumeGiB: 300, isSnapshotAsLarge: true }, ["200GiB"]],
  ["as much", 30, { volumeGiB: 30, isSnapshotAsLarge: true }, []],
  ["a snapshot that may be smaller than the volume", 20, { volumeGiB: 30 }, []],
  ["an image that nobody asked for", 1, {}, []],
])("refuses machines whose volume holds no snapshot of their image: %s", (_, diskGiB, volume, sizes) => {
  const images: CapacitySettings["images"] = new Map([["inf2.xlarge", { id: "ami-1", os: "al2023", ...volume }]]);
  const settings = { images, ...(diskGiB === undefined ? {} : { diskGiB }) };
  const found = refused({ types: ["inf2.xlarge"], settings });
  expect(found.map((each) => /a volume of (\w+) do not start/.exec(each)?.[1])).toEqual(sizes);
});
