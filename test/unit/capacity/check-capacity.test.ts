import { describe, expect, it } from "vitest";
import { checkCapacity } from "../../../src/core/capacity/check-capacity.ts";
import type { CapacityNeeds } from "../../../src/core/capacity/check-needs.ts";
import type {
  ObservedTemplate,
  ObservedCapacity,
  ObservedProvider,
} from "../../../src/core/capacity/observed-capacity.ts";
import type { SecurityGroup } from "../../../src/core/capacity/security-groups.ts";
import type { GroupDetail, GroupInstance } from "../../../src/core/capacity/scaling-group.ts";
import { anInstance } from "../../support/cluster.ts";

const now = Date.UTC(2026, 10, 30);
const name = "aiplat-prod-trn1-32xlarge";
const parameter = "/aws/service/ecs/optimized-ami/amazon-linux-2023/neuron/recommended";

const provider: ObservedProvider = {
  name,
  type: "EC2_AUTOSCALING",
  managedScaling: true,
  managedDraining: true,
  managedTerminationProtection: true,
  groupName: name,
};

const machine: GroupInstance = {
  id: "i-1",
  instanceType: "trn1.32xlarge",
  zone: "us-east-1a",
  lifecycle: "InService",
  isProtected: true,
  launchTemplate: { id: "lt-1", version: "2" },
};

const group: GroupDetail = {
  name,
  min: 0,
  max: 4,
  desired: 1,
  instanceTypes: [],
  launchTemplate: { id: "lt-1", version: "2" },
  protectsNewInstances: true,
  zones: ["us-east-1a"],
  subnets: ["subnet-1"],
  suspendedProcesses: [],
  instances: [machine],
  tags: {},
};

const userData = (lines: readonly string[]) => btoa(["#!/bin/bash", ...lines, ""].join("\n"));

const template: ObservedTemplate = {
  ImageId: "ami-0aaa",
  InstanceType: "trn1.32xlarge",
  MetadataOptions: { State: "applied", HttpTokens: "required", HttpPutResponseHopLimit: 2 },
  NetworkInterfaces: Array.from({ length: 8 }, (_, NetworkCardIndex) => ({
    NetworkCardIndex,
    InterfaceType: "efa",
    Groups: ["sg-1"],
  })),
  TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "aiplat:ami-parameter", Value: parameter }] }],
  UserData: userData(["ECS_CLUSTER=prod", 'ECS_INSTANCE_ATTRIBUTES={"stack":"blue","aiplat.mount.models":"true"}']),
};

const efaGroup: SecurityGroup = {
  id: "sg-1",
  vpcId: "vpc-1",
  ingress: [{ protocol: "-1", groups: ["sg-1"] }],
  egress: [
    { protocol: "-1", groups: [] },
    { protocol: "-1", groups: ["sg-1"] },
  ],
};

const healthy: ObservedCapacity = {
  name,
  provider,
  group,
  activities: [{ status: "Successful", message: "", startedAt: now - 3_600_000 }],
  template,
  newestVersion: "2",
  image: { name: "al2023-ami-ecs-neuron-hvm-2023.0.20261128-kernel-6.1-x86_64", createdAt: now - 86_400_000 },
  currentImage: "ami-0aaa",
  zonesOffering: new Map([["trn1.32xlarge", ["us-east-1a", "us-east-1b"]]]),
  securityGroups: [efaGroup],
  containerInstances: [
    anInstance("1", "trn1.32xlarge", { ec2InstanceId: "i-1", capacityProvider: name, runningTasksCount: 1 }),
  ],
};

const needs: CapacityNeeds = {
  workload: "bert",
  instanceType: "trn1.32xlarge",
  efaInterfaces: 8,
  count: 2,
  mounts: ["models"],
  attributes: { stack: "blue" },
};

const without = (key: keyof ObservedCapacity): ObservedCapacity => {
  const { [key]: _, ...rest } = healthy;
  return rest as ObservedCapacity;
};
const withProvider = (changes: Partial<ObservedProvider>) => ({ ...healthy, provider: { ...provider, ...changes } });
const withGroup = (changes: Partial<GroupDetail>) => ({ ...healthy, group: { ...group, ...changes } });
const withTemplate = (changes: ObservedTemplate) => ({ ...healthy, template: { ...template, ...changes } });
const withMetadata = (changes: object) =>
  withTemplate({ MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 2, ...changes } });
const withSecurityGroups = (...securityGroups: readonly SecurityGroup[]) => ({ ...healthy, securityGroups });

function complaints(capacity: ObservedCapacity | undefined, wanted: readonly CapacityNeeds[] = []): readonly string[] {
  const capacities = capacity === undefined ? [] : [capacity];
  const { groups } = checkCapacity({ cluster: "prod", capacities, now }, wanted);
  return groups.flatMap(({ items }) =>
    items
      .filter(({ status }) => status === "FAIL" || status === "WARN")
      .map(({ status, check }) => `${status} ${check}`),
  );
}

describe("checkCapacity", () => {
  it("has nothing to complain of where all is right", () => {
    expect(complaints(healthy, [needs])).toEqual([]);
  });

  it.each<readonly [string, ObservedCapacity | undefined, string]>([
    ["no provider at all", undefined, "FAIL providers"],
    ["a provider that is no more", without("provider"), "FAIL provider"],
    ["managed scaling off", withProvider({ managedScaling: false }), "FAIL managed-scaling"],
    ["managed draining off", withProvider({ managedDraining: false }), "FAIL managed-draining"],
    [
      "managed termination protection off",
      withProvider({ managedTerminationProtection: false }),
      "FAIL termination-protection",
    ],
    ["a group that is no more", without("group"), "FAIL group"],
    ["a group that is being deleted", withGroup({ status: "Delete in progress" }), "FAIL group"],
    ["a group that may not launch", withGroup({ suspendedProcesses: ["Launch", "AZRebalance"] }), "FAIL group"],
    ["a group of no machine", withGroup({ max: 0, desired: 0 }), "FAIL group"],
    ["a group that is full", withGroup({ max: 1 }), "WARN group"],
    [
      "a launch that failed",
      {
        ...healthy,
        activities: [
          {
            status: "Failed",
            message: "We currently do not have sufficient trn1.32xlarge capacity",
            startedAt: now - 60_000,
          },
          ...healthy.activities,
        ],
      },
      "FAIL launches",
    ],
    ["zones without the type", withGroup({ zones: ["us-east-1e"] }), "FAIL zones"],
    ["one zone without the type", withGroup({ zones: ["us-east-1a", "us-east-1e"] }), "WARN zones"],
    ["new machines unprotected", withGroup({ protectsNewInstances: false }), "FAIL protection"],
    [
      "a machine with tasks unprotected",
      withGroup({ instances: [{ ...machine, isProtected: false }] }),
      "FAIL protection",
    ],
    ["a machine that never joined", { ...healthy, containerInstances: [] }, "FAIL joined"],
    ["a launch template that is no more", without("template"), "FAIL launch-template"],
    ["another cluster's user data", withTemplate({ UserData: userData(["ECS_CLUSTER=test"]) }), "FAIL user-data"],
    ["no user data", withTemplate({ UserData: undefined }), "FAIL user-data"],
    ["an image that is no more", without("image"), "FAIL machine-image"],
    ["an aged image", { ...healthy, currentImage: "ami-0bbb" }, "FAIL machine-image"],
    [
      "half of the EFA interfaces",
      withTemplate({ NetworkInterfaces: [{ InterfaceType: "efa" }] }),
      "FAIL efa-interfaces",
    ],
    ["a metadata service without tokens", withMetadata({ HttpTokens: "optional" }), "FAIL metadata"],
    ["a metadata service that containers do not reach", withMetadata({ HttpPutResponseHopLimit: 1 }), "FAIL metadata"],
    ["a metadata service that is off", withMetadata({ HttpEndpoint: "disabled" }), "FAIL metadata"],
    ["no word of the metadata service", withTemplate({ MetadataOptions: undefined }), "FAIL metadata"],
    ["a security group that is no more", withSecurityGroups(), "FAIL security-group"],
    [
      "a security group that lets in by addresses alone",
      withSecurityGroups({ ...efaGroup, ingress: [{ protocol: "-1", groups: [] }] }),
      "FAIL security-group",
    ],
    [
      "a security group that lets TCP out",
      withSecurityGroups({ ...efaGroup, egress: [{ protocol: "tcp", groups: ["sg-1"] }] }),
      "FAIL security-group",
    ],
    [
      "machines of an earlier version",
      withGroup({ instances: [{ ...machine, launchTemplate: { id: "lt-1", version: "1" } }] }),
      "WARN version",
    ],
  ])("finds %s", (_, capacity, expected) => {
    expect(complaints(capacity)).toEqual([expected]);
  });

  it("lets somebody else's launch template say nothing of the metadata service, and only warns of IMDSv1", () => {
    expect(complaints({ ...withTemplate({ MetadataOptions: undefined }), name: "theirs" })).toEqual([]);
    expect(complaints({ ...withMetadata({ HttpTokens: "optional" }), name: "theirs" })).toEqual(["WARN metadata"]);
  });

  it("only warns of what somebody else's provider leaves off", () => {
    const theirs = { ...withProvider({ managedDraining: false }), name: "theirs" };
    expect(complaints(theirs)).toEqual(["WARN managed-draining"]);
  });

  it("lets a launch that failed rest once one has succeeded, or a day has passed", () => {
    const failed = (startedAt: number) => ({ status: "Failed", message: "VcpuLimitExceeded", startedAt });
    const [success] = healthy.activities;
    expect(complaints({ ...healthy, activities: [success!, failed(now - 7_200_000)] })).toEqual([]);
    expect(complaints({ ...healthy, activities: [failed(now - 25 * 3_600_000)] })).toEqual([]);
  });

  it.each<readonly [string, ObservedTemplate, string]>([
    ["EFA interfaces", { NetworkInterfaces: [] }, "no EFA interfaces"],
    [
      "a mount",
      { UserData: userData(["ECS_CLUSTER=prod", 'ECS_INSTANCE_ATTRIBUTES={"stack":"blue"}']) },
      "do not mount models",
    ],
    [
      "an attribute",
      { UserData: userData(["ECS_CLUSTER=prod", 'ECS_INSTANCE_ATTRIBUTES={"aiplat.mount.models":"true"}']) },
      "no attribute stack=blue",
    ],
  ])("finds that the workload needs %s", (_, changes, expected) => {
    const { groups } = checkCapacity({ cluster: "prod", capacities: [withTemplate(changes)], now }, [needs]);
    const failed = groups.flatMap(({ items }) => items.filter(({ status }) => status === "FAIL"));
    expect(failed.map(({ check }) => check)).toEqual(["workload"]);
    expect(failed[0]!.message).toContain(expected);
    expect(failed[0]!.fix).toContain("aiplat capacity deploy");
  });

  it.each<readonly [string, string, Partial<ObservedCapacity>, string]>([
    ["one of AWS's that is old", "al2023-ami-ecs-neuron-hvm-2023.0.20250918-kernel-6.1-x86_64", {}, "WARN"],
    ["AWS's newest", "al2023-ami-ecs-neuron-hvm-2023.0.20261128-kernel-6.1-x86_64", { currentImage: "ami-0aaa" }, "OK"],
    ["one of somebody else's", "ours-1.4", {}, "SKIP"],
  ])("judges an image that names no parameter by its name, and tells its age: %s", (_, name, more, status) => {
    const { template: bare } = withTemplate({ TagSpecifications: undefined });
    const image = { name, createdAt: now - 40 * 86_400_000 };
    const capacity = { ...healthy, template: bare, image, currentImage: "ami-0bbb", ...more };
    const { groups } = checkCapacity({ cluster: "prod", capacities: [capacity], now }, []);
    const found = groups.flatMap(({ items }) => items).find(({ check }) => check === "machine-image");
    expect(found).toMatchObject({ status });
    if (status !== "OK") expect(found!.message).toContain(`ami-0aaa (${name}, 40 days old)`);
  });

  it("finds that nothing launches what the workload needs, and that there may be too few", () => {
    expect(complaints(healthy, [{ ...needs, instanceType: "inf2.xlarge" }])).toEqual(["FAIL workload"]);
    expect(complaints(healthy, [{ ...needs, count: 9 }])).toEqual(["WARN workload"]);
  });

  it("reads Bottlerocket's user data too", () => {
    const toml = btoa('[settings.ecs]\ncluster = "prod"\n\n[settings.ecs.instance-attributes]\n"stack" = "blue"\n');
    expect(complaints(withTemplate({ UserData: toml }), [{ ...needs, mounts: [] }])).toEqual([]);
  });
});
