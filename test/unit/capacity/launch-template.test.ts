import { describe, expect, it } from "vitest";
import { capacitiesOf, type CapacityCase } from "../../support/capacity.ts";

interface Data {
  readonly BlockDeviceMappings: readonly {
    readonly DeviceName: string;
    readonly Ebs: { readonly VolumeSize: number };
  }[];
}

const volumeOf = (each: CapacityCase) => {
  const { Properties } = capacitiesOf(each)[0]!.template.Resources["LaunchTemplate"]!;
  const [{ DeviceName, Ebs } = { DeviceName: "", Ebs: { VolumeSize: 0 } }] = (
    Properties as unknown as { readonly LaunchTemplateData: Data }
  ).LaunchTemplateData.BlockDeviceMappings;
  return [DeviceName, Ebs.VolumeSize];
};
const withScratch = (type: string, devicesPerReplica = 1): CapacityCase => ({
  workload: {
    replicas: 6,
    accelerator: { instanceTypes: [type], devicesPerReplica },
    volumes: [
      { path: "/scratch", scratch: "100GiB" },
      { path: "/more", scratch: "50GiB" },
    ],
  },
});

describe("the volume of a machine", () => {
  it("is where the operating system keeps its images", () => {
    expect(volumeOf({ types: ["inf2.xlarge"] })).toEqual(["/dev/xvda", 200]);
    expect(volumeOf({ types: ["g5g.xlarge"] })).toEqual(["/dev/xvdb", 200]);
    expect(volumeOf({ types: ["inf2.xlarge"], settings: { diskGiB: 80 } })).toEqual(["/dev/xvda", 80]);
  });

  it("has room for the empty volumes of all tasks of a machine, where no instance store holds them", () => {
    expect(volumeOf(withScratch("inf2.xlarge"))).toEqual(["/dev/xvda", 350]);
    expect(volumeOf(withScratch("inf2.24xlarge"))).toEqual(["/dev/xvda", 200 + 6 * 150]);
    expect(volumeOf(withScratch("g5.xlarge"))).toEqual(["/dev/xvda", 200]);
    expect(volumeOf({ ...withScratch("inf2.xlarge"), settings: { diskGiB: 300 } })).toEqual(["/dev/xvda", 300]);
  });
});
