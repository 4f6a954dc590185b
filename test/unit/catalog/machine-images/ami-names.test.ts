import { expect, it } from "vitest";
import { amiFamilies, describeAmiFamily } from "../../../../src/core/catalog/machine-images/ami-families.ts";
import { readAmiName } from "../../../../src/core/catalog/machine-images/ami-names.ts";
import { imagesOf, kubernetesVersionsOf } from "../../../../src/sandbox/machine-images.ts";

it.each([
  // Names of AWS's own: moto's parameters, release notes of aws/amazon-ecs-ami, awslabs/amazon-eks-ami and Bottlerocket.
  ["al2023-ami-ecs-neuron-hvm-2023.0.20240702-kernel-6.1-x86_64", ["ecs al2023 neuron x86_64"], undefined],
  ["al2023-ami-ecs-gpu-hvm-2023.0.20260226-kernel-6.1-x86_64-ebs", ["ecs al2023 nvidia x86_64"], undefined],
  ["al2023-ami-ecs-hvm-2023.0.20240702-kernel-6.1-arm64", ["ecs al2023 none arm64"], undefined],
  ["amzn2-ami-ecs-inf-hvm-2.0.20240305-x86_64-ebs", ["ecs al2 neuron x86_64"], undefined],
  ["amzn2-ami-ecs-kernel-5.10-gpu-hvm-2.0.20240305-x86_64-ebs", ["ecs al2 kernel-5.10 nvidia x86_64"], undefined],
  [
    "bottlerocket-aws-ecs-2-x86_64-v1.20.0-fcf71a47",
    ["ecs bottlerocket neuron x86_64", "ecs bottlerocket none x86_64"],
    undefined,
  ],
  ["bottlerocket-aws-ecs-2-nvidia-aarch64-v1.20.0-fcf71a47", ["ecs bottlerocket nvidia arm64"], undefined],
  ["amazon-eks-node-al2023-x86_64-neuron-1.33-v20250920", ["eks al2023 neuron x86_64"], "1.33"],
  ["amazon-eks-gpu-node-1.29-v20240117", ["eks al2 neuron x86_64", "eks al2 nvidia x86_64"], "1.29"],
  ["bottlerocket-aws-k8s-1.24-nvidia-x86_64-v1.20.1-7c3e9198", ["eks bottlerocket nvidia x86_64"], "1.24"],
])("%s is of %j", (name, families, kubernetesVersion) => {
  const read = readAmiName(name);
  expect([read?.families.map(describeAmiFamily), read?.kubernetesVersion]).toEqual([families, kubernetesVersion]);
});

it.each(["", "my-own-image", "al2023-ami-2023.3.20240219.0-kernel-6.1-x86_64", "Deep Learning AMI Neuron"])(
  "%j is of none",
  (name) => {
    expect(readAmiName(name)).toBeUndefined();
  },
);

it("reads the name of every image that the sandbox has as one of its family", () => {
  const wrong = amiFamilies.flatMap((family) =>
    kubernetesVersionsOf(family).flatMap((version) =>
      imagesOf(family, "us-east-1", version)
        .map(({ name }) => ({ name, read: readAmiName(name) }))
        .filter(({ read }) => read?.families.includes(family) !== true || read.kubernetesVersion !== version)
        .map(({ name }) => name),
    ),
  );
  expect(wrong).toEqual([]);
});
