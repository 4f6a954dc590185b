import { describe, expect, test } from "vitest";
import { findInstanceType } from "../../../../src/core/catalog/instance-types/catalog.ts";
import {
  checkImageDriver,
  checkImageExists,
  checkImageOnType,
} from "../../../../src/core/catalog/container-images/image-checks.ts";
import { dlcAccountByRegion, neuronRepositories } from "../../../../src/core/catalog/container-images/image-data.ts";
import { parseImageReference, parseNeuronTag } from "../../../../src/core/catalog/container-images/image-reference.ts";
import { builtFor, familiesServedBy } from "../../../../src/core/catalog/container-images/images.ts";

const dlc = "763104351884.dkr.ecr.us-east-1.amazonaws.com";
const gallery = "public.ecr.aws/neuron";
const later = ["inf2", "trn1", "trn1n", "trn2", "trn2u"];

describe("parseImageReference", () => {
  test.each([
    ["nginx", { repository: "nginx" }],
    ["nvidia/cuda:12.8.0-runtime-ubuntu24.04", { repository: "nvidia/cuda", tag: "12.8.0-runtime-ubuntu24.04" }],
    ["localhost/app", { registry: "localhost", repository: "app" }],
    ["registry.local:5000/team/app:v1", { registry: "registry.local:5000", repository: "team/app", tag: "v1" }],
    [
      `${gallery}/jax-training-neuronx@sha256:abc`,
      { registry: "public.ecr.aws", repository: "neuron/jax-training-neuronx", digest: "sha256:abc" },
    ],
    [
      `${dlc}/vllm:1.0@sha256:abc`,
      {
        registry: dlc,
        ecr: { account: "763104351884", region: "us-east-1" },
        repository: "vllm",
        tag: "1.0",
        digest: "sha256:abc",
      },
    ],
    [
      "727897471807.dkr.ecr.cn-north-1.amazonaws.com.cn/vllm",
      {
        registry: "727897471807.dkr.ecr.cn-north-1.amazonaws.com.cn",
        ecr: { account: "727897471807", region: "cn-north-1" },
        repository: "vllm",
      },
    ],
    [
      "123456789012.dkr.ecr-fips.us-east-1.amazonaws.com/app",
      {
        registry: "123456789012.dkr.ecr-fips.us-east-1.amazonaws.com",
        ecr: { account: "123456789012", region: "us-east-1" },
        repository: "app",
      },
    ],
  ])("%s", (text, parts) => {
    expect(parseImageReference(text)).toEqual({ text, ...parts });
  });
});

describe("parseNeuronTag", () => {
  test.each([
    [
      "2.9.0-neuronx-py312-sdk2.31.1-ubuntu24.04",
      { framework: "2.9.0", flavour: "neuronx", python: "312", sdk: "2.31.1", os: "24.04" },
    ],
    [
      "0.21.0.1.0.0-neuronx-py313-sdk2.31.0-ubuntu24.04",
      { framework: "0.21.0.1.0.0", flavour: "neuronx", python: "313", sdk: "2.31.0", os: "24.04" },
    ],
    [
      "2.8.0-transformers4.55.4-neuronx-py310-sdk2.26.0-ubuntu22.04",
      {
        framework: "2.8.0",
        extra: "transformers4.55.4",
        flavour: "neuronx",
        python: "310",
        sdk: "2.26.0",
        os: "22.04",
      },
    ],
    [
      "0.11.0-optimum0.4.5-neuronx-py310-sdk2.26.1-ubuntu22.04",
      { framework: "0.11.0", extra: "optimum0.4.5", flavour: "neuronx", python: "310", sdk: "2.26.1", os: "22.04" },
    ],
    [
      "1.13.1-neuron-py310-sdk2.20.2-ubuntu20.04",
      { framework: "1.13.1", flavour: "neuron", python: "310", sdk: "2.20.2", os: "20.04" },
    ],
    [
      "1.13.1-neuron-py310-sdk2.20.2-ubuntu20.04-v1.2",
      { framework: "1.13.1", flavour: "neuron", python: "310", sdk: "2.20.2", os: "20.04" },
    ],
    ["1.15.4-neuron-py37-ubuntu18.04", { framework: "1.15.4", flavour: "neuron", python: "37", os: "18.04" }],
    ["0.30.0-neuronx-sdk2.20.1", { framework: "0.30.0", flavour: "neuronx", sdk: "2.20.1" }],
  ])("%s", (tag, parts) => {
    expect(parseNeuronTag(tag)).toEqual(parts);
  });

  test.each(["latest", "1.0-neuron", "1.0-neuronxyz", "2.10.0-gpu-py313-cu130-ubuntu22.04-ec2", "neuron-py37"])(
    "%s is none",
    (tag) => {
      expect(parseNeuronTag(tag)).toBeUndefined();
    },
  );

  test("reads every tag of AWS's lists", () => {
    for (const { repository, newestTag, images } of neuronRepositories) {
      for (const tag of [newestTag, ...images.map((image) => image.tag)])
        expect([repository, parseNeuronTag(tag)?.sdk]).not.toContain(undefined);
    }
  });
});

describe("builtFor", () => {
  test.each([
    [`${dlc}/tensorflow-inference-neuron:1.15.4-neuron-py37-ubuntu18.04`, "neuron"],
    [`${gallery}/pytorch-inference-neuronx:2.9.0-neuronx-py312-sdk2.31.1-ubuntu24.04`, "neuron"],
    [`${gallery}/pytorch-inference-neuronx`, "neuron"],
    ["123456789012.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference-neuronx:mirror", "neuron"],
    ["123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:2.9.0-neuronx-py312-sdk2.31.1-ubuntu24.04", "neuron"],
    [`${dlc}/djl-inference:0.30.0-neuronx-sdk2.20.1`, "neuron"],
    [`${gallery}/neuron-monitor:1.3.0`, "unknown"],
    ["123456789012.dkr.ecr.us-east-1.amazonaws.com/my-neuron:1.0-neuron", "unknown"],
    [`${dlc}/pytorch-training:2.10.0-gpu-py313-cu130-ubuntu22.04-ec2`, "nvidia"],
    [`${dlc}/pytorch:2.13.0-cu133-amzn2023`, "nvidia"],
    ["public.ecr.aws/deep-learning-containers/vllm:server-cuda-v2.3", "nvidia"],
    [`${dlc}/djl-inference:0.36.0-lmi28.0.0-cu130`, "nvidia"],
    [`${dlc}/pytorch-inference:2.6.0-cpu-py312-ubuntu22.04-ec2`, "cpu"],
    [`${dlc}/sagemaker-tritonserver:26.03-py3`, "unknown"],
    ["nvcr.io/nvidia/pytorch:26.01-py3", "nvidia"],
    ["nvcr.io/nvidia/tritonserver:24.01-py3", "unknown"],
    ["nvidia/cuda:12.8.0-runtime-ubuntu24.04", "nvidia"],
    ["docker.io/nvidia/cuda:12.8.0-runtime-ubuntu24.04", "nvidia"],
    ["example.com/nvidia/cuda:1", "unknown"],
    ["tensorflow/serving", "unknown"],
  ])("%s: %s", (image, expected) => {
    expect(builtFor(parseImageReference(image))).toBe(expected);
  });
});

describe("familiesServedBy", () => {
  // Two ways to the same answer: the rules, and what AWS lists for each image.
  test.each(
    neuronRepositories.flatMap(({ repository, images }) =>
      images.map(({ tag, families }) => [`${gallery}/${repository}:${tag}`, families] as const),
    ),
  )("%s", (image, families) => {
    expect(familiesServedBy(parseImageReference(image))).toEqual(families);
  });

  test.each([
    [`${dlc}/tensorflow-inference-neuron:1.15.4-neuron-py37-ubuntu18.04`, ["inf1"]],
    [
      `${dlc}/huggingface-vllm-inference-neuronx:0.17.0-optimum0.4.5-neuronx-py310-sdk2.31.0-ubuntu22.04`,
      ["trn2", "trn2u"],
    ],
    [`${dlc}/huggingface-vllm-inference-neuronx:0.11.0-optimum0.4.5-neuronx-py310-sdk2.26.1-ubuntu22.04`, later],
    [`${gallery}/pytorch-inference-neuronx:2.1.2-neuronx-py310-sdk2.20.2-ubuntu20.04`, ["inf2", "trn1", "trn1n"]],
    [`${gallery}/pytorch-inference-neuronx:latest`, later],
    // TorchNeuron, of whatever repository.
    [`${gallery}/pytorch-training-neuronx:2.14.3.0-neuronx-py314-sdk2.33.0-ubuntu26.04`, ["trn2", "trn2u"]],
    [
      "123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:2.13.3.0-neuronx-py314-sdk2.33.1-ubuntu26.04",
      ["trn2", "trn2u"],
    ],
    ["mine/torch-train:2.9.0-neuronx-py312-sdk2.34.0-ubuntu26.04", ["trn2", "trn2u"]],
    [`${gallery}/jax-training-neuronx:0.10.0-neuronx-py314-sdk2.33.0-ubuntu26.04`, later],
    [`${dlc}/vllm:0.27.1-gpu-py312-cu130-ubuntu22.04-ec2`, undefined],
    ["nginx", undefined],
  ])("%s", (image, families) => {
    expect(familiesServedBy(parseImageReference(image))).toEqual(families);
  });
});

describe("checkImageOnType", () => {
  test.each([
    [`${dlc}/tensorflow-inference-neuron:1.15.4-neuron-py37-ubuntu18.04`, "inf1.xlarge", []],
    [`${gallery}/pytorch-inference-neuronx:2.9.0-neuronx-py312-sdk2.31.1-ubuntu24.04`, "inf2.24xlarge", []],
    [`${gallery}/pytorch-inference-vllm-neuronx:0.16.0-neuronx-py312-sdk2.31.1-ubuntu24.04`, "inf2.8xlarge", []],
    [
      `${gallery}/pytorch-inference-vllm-neuronx:0.24.0.1.1.0-neuronx-py313-sdk2.32.0-ubuntu24.04`,
      "trn2u.48xlarge",
      [],
    ],
    ["tensorflow/serving", "inf1.xlarge", []],
    ["nvcr.io/nvidia/pytorch:26.01-py3", "g6.xlarge", []],
    ["public.ecr.aws/deep-learning-containers/vllm-arm64:0.10.2-gpu-py312-cu129-ubuntu22.04-ec2", "g5g.xlarge", []],

    [`${dlc}/tensorflow-inference-neuron:1.15.4-neuron-py37-ubuntu18.04`, "inf2.xlarge", ["image-family"]],
    [`${gallery}/pytorch-inference-neuronx:2.9.0-neuronx-py312-sdk2.31.1-ubuntu24.04`, "inf1.xlarge", ["image-family"]],
    [
      `${gallery}/pytorch-inference-vllm-neuronx:0.21.0.1.0.0-neuronx-py313-sdk2.31.1-ubuntu24.04`,
      "trn1.32xlarge",
      ["image-family"],
    ],
    [
      `${gallery}/pytorch-inference-vllm-neuronx:0.21.0.1.0.0-neuronx-py313-sdk2.31.1-ubuntu24.04`,
      "inf2.48xlarge",
      ["image-family"],
    ],
    [
      `${gallery}/pytorch-training-neuronx:2.1.2-neuronx-py310-sdk2.20.2-ubuntu20.04`,
      "trn2.48xlarge",
      ["image-family"],
    ],
    [`${gallery}/pytorch-inference-neuronx:2.9.0-neuronx-py312-sdk2.31.1-ubuntu24.04`, "g5.xlarge", ["image-hardware"]],
    // The one image of SDK 2.33 that is known; what else there is of it is not.
    [`${gallery}/pytorch-inference-vllm-neuronx:0.29.0.1.2.0-neuronx-py314-sdk2.33.0-ubuntu26.04`, "trn2.48xlarge", []],
    [
      `${gallery}/pytorch-inference-vllm-neuronx:0.29.0.1.2.0-neuronx-py314-sdk2.33.0-ubuntu26.04`,
      "trn1.32xlarge",
      ["image-family"],
    ],
    [
      `${gallery}/pytorch-training-neuronx:2.14.3.0-neuronx-py314-sdk2.33.0-ubuntu26.04`,
      "inf2.xlarge",
      ["image-family"],
    ],
    [
      `${gallery}/pytorch-training-neuronx:2.14.3.0-neuronx-py314-sdk2.33.0-ubuntu26.04`,
      "trn2.48xlarge",
      ["image-not-known"],
    ],
    [
      `${gallery}/jax-training-neuronx:0.11.0-neuronx-py314-sdk2.34.0-ubuntu26.04`,
      "trn1.32xlarge",
      ["image-not-known"],
    ],
    [`${gallery}/jax-training-neuronx:0.10.0-neuronx-py313-sdk2.32.0-ubuntu24.04`, "trn1.32xlarge", []],
    [`${dlc}/pytorch-training:2.10.0-gpu-py313-cu130-ubuntu22.04-ec2`, "trn1.32xlarge", ["image-hardware"]],
    [`${dlc}/pytorch-training:2.10.0-gpu-py313-cu130-ubuntu22.04-ec2`, "g4ad.xlarge", ["image-hardware"]],
    [`${dlc}/pytorch-inference:2.6.0-cpu-py312-ubuntu22.04-ec2`, "inf2.xlarge", ["image-cpu-only"]],
    [
      "public.ecr.aws/deep-learning-containers/vllm-arm64:0.10.2-gpu-py312-cu129-ubuntu22.04-ec2",
      "g6.xlarge",
      ["image-architecture"],
    ],
  ])("%s on %s", (image, type, codes) => {
    expect(checkImageOnType(parseImageReference(image), findInstanceType(type)!).map(({ code }) => code)).toEqual(
      codes,
    );
  });

  test("beyond what is known it says how far that goes", () => {
    const judged = (sdk: string, type = "trn1.32xlarge") =>
      checkImageOnType(
        parseImageReference(`${gallery}/jax-training-neuronx:0.11.0-neuronx-py314-sdk${sdk}-ubuntu26.04`),
        { ...findInstanceType("trn1.32xlarge")!, family: type.split(".")[0]! },
      );
    expect(judged("2.33.0")).toMatchObject([
      {
        severity: "warning",
        message: expect.stringMatching(
          /is of Neuron SDK 2\.33\.0: .* known up to SDK 2\.32\.0 \(2026-08-21\)\. Whether .* runs on trn1 is not checked/,
        ) as string,
      },
    ]);
    expect(judged("2.34.0")[0]!.message).toContain("the newest SDK on 2026-11-29 was 2.33.1");
    expect(judged("2.31.0", "trn9.48xlarge")).toMatchObject([
      {
        severity: "warning",
        code: "image-not-known",
        message: expect.stringContaining("trn9 is newer than what is known") as string,
      },
    ]);
  });

  test.each([
    [
      `${gallery}/pytorch-training-neuronx:2.14.3.0-neuronx-py314-sdk2.33.0-ubuntu26.04`,
      "trn1.32xlarge",
      "from Neuron SDK 2.33 on PyTorch images are TorchNeuron's",
      "It runs on trn2 and trn2u. For trn1 there is pytorch-training-neuronx:2.9.0-neuronx-py312-sdk2.30.0-ubuntu24.04.",
    ],
    [
      `${gallery}/pytorch-inference-vllm-neuronx:0.24.0.1.1.0-neuronx-py313-sdk2.32.0-ubuntu24.04`,
      "inf2.xlarge",
      "the last vLLM image for it is 0.16",
      "pytorch-inference-vllm-neuronx:0.16.0-neuronx-py312-sdk2.31.1-ubuntu24.04",
    ],
    [
      `${gallery}/pytorch-inference-neuronx:2.9.0-neuronx-py312-sdk2.31.1-ubuntu24.04`,
      "inf1.xlarge",
      "chips after Inf1",
      "For inf1 there is pytorch-inference-neuron:1.13.1-neuron-py310-sdk2.20.2-ubuntu20.04.",
    ],
    [
      `${dlc}/tensorflow-inference-neuron:1.15.4-neuron-py37-ubuntu18.04`,
      "inf2.xlarge",
      "Inf1 only",
      "For inf2 there is tensorflow-inference-neuronx:2.10.1-neuronx-py310-sdk2.17.0-ubuntu20.04.",
    ],
    [
      `${dlc}/tensorflow-inference-neuron:1.15.4-neuron-py37-ubuntu18.04`,
      "trn2.48xlarge",
      "Inf1 only",
      "It runs on inf1.",
    ],
    [
      `${gallery}/pytorch-training-neuronx:2.1.2-neuronx-py310-sdk2.20.2-ubuntu20.04`,
      "trn2.3xlarge",
      "SDK 2.20.2 is older than 2.21",
      "pytorch-training-neuronx:2.9.0-neuronx-py312-sdk2.30.0-ubuntu24.04",
    ],
  ])("says why, and what to use: %s on %s", (image, type, message, hint) => {
    const [found] = checkImageOnType(parseImageReference(image), findInstanceType(type)!);
    expect(found?.message).toContain(message);
    expect(found?.hint).toContain(hint);
  });
});

describe("checkImageExists", () => {
  test.each(Object.entries(dlcAccountByRegion))("%s has its account %s", (region, account) => {
    const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
    expect(checkImageExists(parseImageReference(`${account}.dkr.ecr.${region}.${domain}/vllm:1`))).toEqual([]);
  });

  test.each([
    [
      "763104351884.dkr.ecr.af-south-1.amazonaws.com/vllm:1",
      "dlc-account",
      "Use 626614931356.dkr.ecr.af-south-1.amazonaws.com.",
    ],
    [
      "626614931356.dkr.ecr.us-east-1.amazonaws.com/vllm:1",
      "dlc-account",
      "Use 763104351884.dkr.ecr.us-east-1.amazonaws.com.",
    ],
    [
      "763104351884.dkr.ecr.cn-north-1.amazonaws.com.cn/vllm:1",
      "dlc-account",
      "Use 727897471807.dkr.ecr.cn-north-1.amazonaws.com.cn.",
    ],
    [
      "727897471807.dkr.ecr.cn-north-1.amazonaws.com/vllm:1",
      "dlc-account",
      "Use 727897471807.dkr.ecr.cn-north-1.amazonaws.com.cn.",
    ],
    ["763104351884.dkr.ecr.us-gov-west-1.amazonaws.com/vllm:1", "dlc-region", "us-east-1"],
    [
      `${gallery}/pytorch-training-neuronx:2.9.0-neuronx-py312-sdk2.31.0-ubuntu24.04`,
      "image-not-published",
      "pytorch-training-neuronx:2.9.0-neuronx-py312-sdk2.30.0-ubuntu24.04",
    ],
    [
      `${dlc}/pytorch-inference-neuronx:2.10.0-neuronx-py312-sdk2.32.0-ubuntu24.04`,
      "image-not-published",
      "pytorch-inference-neuronx:2.9.0-neuronx-py312-sdk2.31.1-ubuntu24.04",
    ],
  ])("%s", (image, code, hint) => {
    const problems = checkImageExists(parseImageReference(image));
    expect(problems).toMatchObject([{ severity: "error", code }]);
    expect(problems[0]?.hint).toContain(hint);
  });

  test.each([
    "763104351884.dkr.ecr.us-west-2.amazonaws.com/pytorch-inference-neuronx:2.9.0-neuronx-py312-sdk2.31.1-ubuntu24.04",
    "123456789012.dkr.ecr.af-south-1.amazonaws.com/vllm:1",
    `${gallery}/jax-training-neuronx:0.10.0-neuronx-py313-sdk2.32.0-ubuntu24.04`,
    "nginx",
  ])("%s", (image) => {
    expect(checkImageExists(parseImageReference(image))).toEqual([]);
  });

  test("claims nothing of an SDK beyond AWS's lists: a training image exists again", () => {
    const image = parseImageReference(
      `${gallery}/pytorch-training-neuronx:2.14.3.0-neuronx-py314-sdk2.33.0-ubuntu26.04`,
    );
    expect(checkImageExists(image)).toMatchObject([
      {
        severity: "warning",
        code: "image-not-published",
        message: expect.stringMatching(
          /^whether pytorch-training-neuronx has an image of Neuron SDK 2\.33\.0 is not known: AWS published none from SDK 2\.31\.0 to 2\.32\.0/,
        ) as string,
      },
    ]);
  });

  test("only warns of a name that somebody else may have built", () => {
    const image = parseImageReference(
      "123456789012.dkr.ecr.us-east-1.amazonaws.com/pytorch-training-neuronx:2.9.0-neuronx-py312-sdk2.33.0-ubuntu24.04",
    );
    expect(checkImageExists(image)).toMatchObject([{ severity: "warning", code: "image-not-published" }]);
  });
});

describe("checkImageDriver", () => {
  test.each([
    ["2.31.1", "2.17", true],
    ["2.30.0", "2.21", true],
    ["2.30.0", "2.26.5.0", true],
    ["2.30.0", "2.27.4.0", false],
    ["2.29.1", "2.17", false],
  ])("SDK %s on driver %s: refused is %s", (sdk, driver, refused) => {
    const image = parseImageReference(`${gallery}/pytorch-inference-neuronx:2.9.0-neuronx-py312-sdk${sdk}-ubuntu24.04`);
    expect(checkImageDriver(image, driver, "the host", "inf2").map(({ code }) => code)).toEqual(
      refused ? ["image-driver"] : [],
    );
  });

  test("on Inf1 no machine image is the way out", () => {
    const image = parseImageReference(`${dlc}/x:1.13.1-neuron-py310-sdk2.30.0-ubuntu20.04`);
    const hint = (family: string) => checkImageDriver(image, "2.21", "the host", family)[0]!.hint;
    expect(hint("inf1")).toBe("No driver after 2.24 drives Inf1: use an image of an SDK before 2.30.");
    expect(hint("inf2")).toBe("Use an AL2023 Neuron AMI, or an image of an SDK before 2.30.");
  });

  test("has nothing to say of an image without an SDK", () => {
    expect(
      checkImageDriver(
        parseImageReference(`${dlc}/tensorflow-inference-neuron:1.15.4-neuron-py37-ubuntu18.04`),
        "2.17",
        "the host",
        "inf1",
      ),
    ).toEqual([]);
  });
});
