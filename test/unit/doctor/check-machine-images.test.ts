import { describe, expect, it } from "vitest";
import {
  parseImageReference,
  type ImageReference,
} from "../../../src/core/catalog/container-images/image-reference.ts";
import { checkImageUse, staysOnOldDriver } from "../../../src/core/doctor/check-machine-images.ts";

const names = {
  al2: "amzn2-ami-ecs-inf-hvm-2.0.20260101-x86_64-ebs",
  "al2, kernel 5.10": "amzn2-ami-ecs-kernel-5.10-inf-hvm-2.0.20260101-x86_64-ebs",
  al2023: "al2023-ami-ecs-neuron-hvm-2023.0.20260101-kernel-6.1-x86_64",
  "al2, without Neuron": "amzn2-ami-ecs-hvm-2.0.20260101-x86_64-ebs",
  "one of nobody's": "golden",
} as const;
type Name = keyof typeof names;

const use = (name: Name, instanceType: string) => {
  const imageId = "ami-1";
  return {
    use: { imageId, instanceTypes: [instanceType], launches: false, fix: "roll" },
    images: new Map([[imageId, { id: imageId, name: names[name] }]]),
  };
};
const neuron = (sdk: string) => parseImageReference(`r/pytorch-inference-neuronx:2.9.0-neuronx-py312-sdk${sdk}-u`);
const inf1 = (sdk: string) => parseImageReference(`r/pytorch-inference-neuron:1.13.1-neuron-py310-sdk${sdk}-u`);

describe("the driver of a machine image", () => {
  it.each<[Name, string, boolean]>([
    ["al2", "inf2.xlarge", true],
    ["al2, kernel 5.10", "trn1.32xlarge", true],
    ["al2023", "inf2.xlarge", false],
    ["al2023", "inf1.xlarge", true],
    ["al2", "g6.xlarge", false],
    ["al2", "m7i.large", false],
    ["al2, without Neuron", "inf2.xlarge", false],
    ["one of nobody's", "inf2.xlarge", false],
  ])("of %s stays old on %s: %s", (name, instanceType, expected) => {
    const { use: used, images } = use(name, instanceType);
    expect(staysOnOldDriver(used, images)).toBe(expected);
  });

  it.each<[Name, string, readonly ImageReference[], string | undefined]>([
    ["al2", "inf2.xlarge", [neuron("2.30.0")], "Use an AL2023 Neuron AMI"],
    ["al2", "inf2.xlarge", [neuron("2.29.0")], undefined],
    ["al2", "inf2.xlarge", [neuron("2.29.0"), neuron("2.31.0")], "Use an AL2023 Neuron AMI"],
    ["al2", "inf2.xlarge", [], undefined],
    ["al2", "inf2.xlarge", [parseImageReference("own:1")], undefined],
    ["al2023", "inf2.xlarge", [neuron("2.30.0")], undefined],
    ["al2023", "inf1.xlarge", [inf1("2.30.0")], "use an image of an SDK before 2.30"],
    // Without any driver its age is nobody's question.
    ["al2, without Neuron", "inf2.xlarge", [neuron("2.30.0")], "Take an image of ecs al2023 neuron x86_64"],
  ])("of %s on %s runs %j, or says: %s", (name, instanceType, containerImages, fix) => {
    const { use: used, images } = use(name, instanceType);
    const found = checkImageUse({ ...used, containerImages }, { images, newest: new Map(), now: 0 });
    expect(found.filter(({ check }) => check === "ami-driver")).toEqual([
      fix === undefined
        ? expect.objectContaining({ status: "OK" })
        : expect.objectContaining({ status: "FAIL", fix: expect.stringContaining(fix) }),
    ]);
  });
});
