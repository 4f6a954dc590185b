import { describe, expect, it } from "vitest";
import { amiFamilies, describeAmiFamily } from "../../../../src/core/catalog/machine-images/ami-families.ts";
import { historyPath, readHistory } from "../../../../src/core/catalog/machine-images/ami-history.ts";

const family = (name: string) => amiFamilies.find((each) => describeAmiFamily(each) === name)!;
const neuron = family("ecs al2023 neuron x86_64");
const bottlerocket = family("ecs bottlerocket nvidia x86_64");
const eks = family("eks al2023 neuron x86_64");

const base = "/aws/service/ecs/optimized-ami/amazon-linux-2023/neuron";
const document = (imageId: string, day: string) =>
  JSON.stringify({
    image_id: imageId,
    image_name: `al2023-ami-ecs-neuron-hvm-2023.0.${day}-kernel-6.1-x86_64`,
    image_version: `2023.0.${day}`,
    ecs_agent_version: "1.82.0",
  });

describe("readHistory", () => {
  it("gives each image of a family of documents once, by its name, the newest first", () => {
    const parameters = [
      {
        name: `${base}/al2023-ami-ecs-neuron-hvm-2023.0.20240305-kernel-6.1-x86_64`,
        value: document("ami-1", "20240305"),
      },
      {
        name: `${base}/al2023-ami-ecs-neuron-hvm-2023.0.20240312-kernel-6.1-x86_64`,
        value: document("ami-2", "20240312"),
      },
      { name: `${base}/ami-1`, value: document("ami-1", "20240305") },
      { name: `${base}/recommended`, value: document("ami-2", "20240312") },
    ];
    const history = readHistory(neuron, "us-east-1", undefined, parameters);
    expect(history).toEqual([
      {
        region: "us-east-1",
        orchestrator: "ecs",
        os: "al2023",
        accelerator: "neuron",
        architecture: "x86_64",
        imageId: "ami-2",
        imageName: "al2023-ami-ecs-neuron-hvm-2023.0.20240312-kernel-6.1-x86_64",
        imageVersion: "2023.0.20240312",
        agentVersion: "1.82.0",
        released: "2024-03-12",
        current: true,
        parameter: `${base}/al2023-ami-ecs-neuron-hvm-2023.0.20240312-kernel-6.1-x86_64`,
      },
      expect.objectContaining({ imageId: "ami-1", released: "2024-03-05", current: false }),
    ]);
  });

  it("keeps the current image where AWS shows it as the recommended one alone", () => {
    const history = readHistory(neuron, "us-east-1", undefined, [
      { name: `${base}/recommended`, value: document("ami-2", "20240312") },
    ]);
    expect(history).toMatchObject([{ imageId: "ami-2", current: true, released: "2024-03-12" }]);
  });

  it("reads EKS's folders by name, and calls what recommended says current though it is not newest", () => {
    const { path } = historyPath(eks, "1.33");
    const name = (day: string) => `amazon-eks-node-al2023-x86_64-neuron-1.33-v${day}`;
    const history = readHistory(eks, "us-east-1", "1.33", [
      { name: `${path}/${name("20250912")}/image_id`, value: "ami-a" },
      { name: `${path}/${name("20250920")}/image_id`, value: "ami-b" },
      { name: `${path}/recommended/image_id`, value: "ami-a" },
      { name: `${path}/recommended/release_version`, value: "1.33.4-20250912" },
    ]);
    expect(history.map(({ imageId, imageName, released, current }) => [imageId, imageName, released, current])).toEqual(
      [
        ["ami-b", name("20250920"), "2025-09-20", false],
        ["ami-a", name("20250912"), "2025-09-12", true],
      ],
    );
    expect(history[0]).toMatchObject({ kubernetesVersion: "1.33", imageVersion: "v20250920" });
  });

  it("takes Bottlerocket's day from the parameter, and of two names the one with the commit", () => {
    const { path } = historyPath(bottlerocket, undefined);
    const at = (day: string) => Date.parse(`${day}T10:00:00Z`);
    const history = readHistory(bottlerocket, "us-east-1", undefined, [
      { name: `${path}/1.9.0-aaaaaaaa/image_id`, value: "ami-9", modifiedAt: at("2025-01-01") },
      { name: `${path}/1.10.0/image_id`, value: "ami-10", modifiedAt: at("2025-01-01") },
      { name: `${path}/1.10.0-bbbbbbbb/image_id`, value: "ami-10", modifiedAt: at("2025-01-01") },
      { name: `${path}/latest/image_id`, value: "ami-10", modifiedAt: at("2025-02-01") },
      { name: `${path}/latest/image_version`, value: "1.10.0-bbbbbbbb", modifiedAt: at("2025-02-01") },
    ]);
    expect(
      history.map(({ imageId, imageVersion, released, current }) => [imageId, imageVersion, released, current]),
    ).toEqual([
      ["ami-10", "1.10.0-bbbbbbbb", "2025-01-01", true],
      ["ami-9", "1.9.0-aaaaaaaa", "2025-01-01", false],
    ]);
  });

  it("leaves out what is no image", () => {
    expect(
      readHistory(neuron, "us-east-1", undefined, [
        { name: `${base}/notes`, value: "none" },
        { name: `${base}/other`, value: JSON.stringify({ image_id: "none" }) },
      ]),
    ).toEqual([]);
  });
});

describe("historyPath", () => {
  it.each([
    ["ecs al2023 neuron x86_64", undefined, base, false],
    ["ecs al2023 none x86_64", undefined, "/aws/service/ecs/optimized-ami/amazon-linux-2023", false],
    ["ecs bottlerocket nvidia x86_64", undefined, "/aws/service/bottlerocket/aws-ecs-2-nvidia/x86_64", true],
    ["eks al2023 neuron x86_64", "1.33", "/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/x86_64/neuron", true],
  ] as const)("of %s", (name, version, path, recursive) => {
    expect(historyPath(family(name), version)).toEqual({ path, recursive });
  });
});
