import { describe, expect, test } from "vitest";
import {
  amiFamilies,
  amiParameters,
  describeAmiFamily,
} from "../../../../src/core/catalog/machine-images/ami-families.ts";
import type { AmiQuery } from "../../../../src/core/catalog/machine-images/ami-query.ts";
import { amiFamiliesFor, filterAmis, selectAmi } from "../../../../src/core/catalog/machine-images/amis.ts";
import { findInstanceType, instanceTypes } from "../../../../src/core/catalog/instance-types/catalog.ts";
import { Refusal, type Problem } from "../../../../src/core/base/problem.ts";

const chosen = (query: AmiQuery) => amiParameters(selectAmi(query).family, query.kubernetesVersion).image;

function refusal(work: () => unknown): readonly Problem[] {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return error.problems;
    throw error;
  }
  throw new Error("not refused");
}

describe("selectAmi", () => {
  const ecs = "/aws/service/ecs/optimized-ami";
  const eks = "/aws/service/eks/optimized-ami/1.31";
  const eksQuery = { orchestrator: "eks", kubernetesVersion: "1.31" } as const;
  const rows: readonly (readonly [AmiQuery, string])[] = [
    [{}, `${ecs}/amazon-linux-2023/neuron/recommended`],
    [{ accelerator: "nvidia" }, `${ecs}/amazon-linux-2023/gpu/recommended`],
    [{ accelerator: "none" }, `${ecs}/amazon-linux-2023/recommended`],
    [{ accelerator: "none", architecture: "arm64" }, `${ecs}/amazon-linux-2023/arm64/recommended`],
    [{ os: "al2" }, `${ecs}/amazon-linux-2/inf/recommended`],
    [{ os: "al2", accelerator: "nvidia" }, `${ecs}/amazon-linux-2/gpu/recommended`],
    [{ os: "al2", accelerator: "none" }, `${ecs}/amazon-linux-2/recommended`],
    [{ os: "al2", accelerator: "none", architecture: "arm64" }, `${ecs}/amazon-linux-2/arm64/recommended`],
    [
      { os: "bottlerocket", accelerator: "nvidia" },
      "/aws/service/bottlerocket/aws-ecs-2-nvidia/x86_64/latest/image_id",
    ],
    [
      { os: "bottlerocket", accelerator: "nvidia", architecture: "arm64" },
      "/aws/service/bottlerocket/aws-ecs-2-nvidia/arm64/latest/image_id",
    ],
    [{ os: "bottlerocket" }, "/aws/service/bottlerocket/aws-ecs-2/x86_64/latest/image_id"],
    [
      { os: "bottlerocket", instanceType: "trn2.48xlarge" },
      "/aws/service/bottlerocket/aws-ecs-2/x86_64/latest/image_id",
    ],
    [{ instanceType: "g7e.2xlarge" }, `${ecs}/amazon-linux-2023/gpu/recommended`],
    [{ os: "bottlerocket", accelerator: "none" }, "/aws/service/bottlerocket/aws-ecs-2/x86_64/latest/image_id"],
    [eksQuery, `${eks}/amazon-linux-2023/x86_64/neuron/recommended/image_id`],
    [{ ...eksQuery, accelerator: "nvidia" }, `${eks}/amazon-linux-2023/x86_64/nvidia/recommended/image_id`],
    [
      { ...eksQuery, accelerator: "nvidia", architecture: "arm64" },
      `${eks}/amazon-linux-2023/arm64/nvidia/recommended/image_id`,
    ],
    [{ ...eksQuery, accelerator: "none" }, `${eks}/amazon-linux-2023/x86_64/standard/recommended/image_id`],
    [{ ...eksQuery, os: "al2", accelerator: "nvidia" }, `${eks}/amazon-linux-2-gpu/recommended/image_id`],
    [{ ...eksQuery, os: "al2" }, `${eks}/amazon-linux-2-gpu/recommended/image_id`],
    [
      { ...eksQuery, os: "al2", accelerator: "none", architecture: "arm64" },
      `${eks}/amazon-linux-2-arm64/recommended/image_id`,
    ],
    [{ ...eksQuery, os: "bottlerocket" }, "/aws/service/bottlerocket/aws-k8s-1.31/x86_64/latest/image_id"],
    [
      { ...eksQuery, os: "bottlerocket", accelerator: "nvidia", architecture: "arm64" },
      "/aws/service/bottlerocket/aws-k8s-1.31-nvidia/arm64/latest/image_id",
    ],
    [{ instanceType: "inf2.24xlarge" }, `${ecs}/amazon-linux-2023/neuron/recommended`],
    [{ instanceType: "trn1.32xlarge", os: "al2" }, `${ecs}/amazon-linux-2/inf/recommended`],
    [{ instanceType: "p5.48xlarge" }, `${ecs}/amazon-linux-2023/gpu/recommended`],
    [{ instanceType: "g5g.xlarge" }, "/aws/service/bottlerocket/aws-ecs-2-nvidia/arm64/latest/image_id"],
    [{ ...eksQuery, instanceType: "g5g.xlarge" }, `${eks}/amazon-linux-2023/arm64/nvidia/recommended/image_id`],
    [
      { instanceType: "inf1.xlarge", accelerator: "neuron", architecture: "x86_64", os: "al2023", orchestrator: "ecs" },
      `${ecs}/amazon-linux-2023/neuron/recommended`,
    ],
  ];
  test.each(rows)("%j is %s", (query, parameter) => {
    expect(chosen(query)).toBe(parameter);
  });

  const refused: readonly (readonly [AmiQuery, readonly (readonly [code: string, message: RegExp, hint: RegExp])[]])[] =
    [
      [
        { architecture: "arm64" },
        [
          [
            "no-such-ami",
            /^there is no ecs al2023 neuron arm64 AMI$/,
            /^There are: ecs al2023 neuron x86_64, ecs bottlerocket neuron x86_64 and ecs al2 neuron x86_64\.$/,
          ],
        ],
      ],
      [
        { os: "bottlerocket", architecture: "arm64" },
        [["no-such-ami", /ecs bottlerocket neuron arm64/, /ecs al2023 neuron x86_64, ecs bottlerocket neuron x86_64/]],
      ],
      [
        { instanceType: "g7.2xlarge" },
        [
          [
            "no-such-ami",
            /^the ecs al2023 nvidia x86_64 AMI does not serve g7\.2xlarge: its RTX PRO 4500 Blackwell needs NVIDIA driver 595, and AWS's images carry 580/,
            /^No ECS- or EKS-optimised AMI serves it; build one of your own with a driver for it\.$/,
          ],
        ],
      ],
      [
        { instanceType: "g7e.2xlarge", os: "al2" },
        [["no-such-ami", /needs NVIDIA driver 575, and AL2's images carry 570/, /ecs al2023 nvidia x86_64/]],
      ],
      [
        { instanceType: "p6-b300.48xlarge", os: "al2", orchestrator: "eks", kubernetesVersion: "1.31" },
        [["no-such-ami", /NVLink subnet manager/, /eks al2023 nvidia x86_64/]],
      ],
      [
        { accelerator: "nvidia", architecture: "arm64" },
        [["no-such-ami", /ecs al2023 nvidia arm64/, /ecs bottlerocket nvidia arm64/]],
      ],
      [{ orchestrator: "eks" }, [["missing-kubernetes-version", /none was given/, /--kubernetes-version 1\.33/]]],
      [
        { orchestrator: "eks", architecture: "arm64" },
        [
          ["missing-kubernetes-version", /none was given/, /--kubernetes-version/],
          [
            "no-such-ami",
            /eks al2023 neuron arm64/,
            /eks al2023 neuron x86_64, eks bottlerocket neuron x86_64 and eks al2 neuron x86_64/,
          ],
        ],
      ],
      [{ kubernetesVersion: "1.33" }, [["kubernetes-version-for-ecs", /does not go with ECS/, /--orchestrator eks/]]],
      [
        { orchestrator: "eks", kubernetesVersion: "v1.33.2" },
        [["bad-kubernetes-version", /v1\.33\.2 is not a minor version/, /^Write 1\.33\.$/]],
      ],
      [
        { orchestrator: "eks", kubernetesVersion: "latest" },
        [["bad-kubernetes-version", /latest/, /Write it as 1\.33/]],
      ],
      [
        { orchestrator: "eks", kubernetesVersion: "1.33", os: "al2" },
        [["no-such-ami", /for Kubernetes 1\.33: the last were for 1\.32/, /eks al2023 neuron x86_64/]],
      ],
      [
        { instanceType: "inf2.xlarge", accelerator: "nvidia" },
        [
          [
            "accelerator-contradiction",
            /--accelerator nvidia contradicts --instance-type inf2\.xlarge, which needs neuron/,
            /Leave one/,
          ],
        ],
      ],
      [
        { instanceType: "inf2.xlarge", accelerator: "none" },
        [["accelerator-contradiction", /--accelerator none contradicts/, /Leave one/]],
      ],
      [
        { instanceType: "g5g.xlarge", accelerator: "neuron", architecture: "x86_64", orchestrator: "eks" },
        [
          ["missing-kubernetes-version", /none was given/, /--kubernetes-version/],
          ["accelerator-contradiction", /needs nvidia/, /Leave one/],
          ["architecture-contradiction", /which is arm64/, /Leave one/],
        ],
      ],
      [
        { instanceType: "inf2.2xlarge" },
        [["unknown-instance-type", /inf2\.2xlarge is not in the catalogue/, /inf2\.xlarge/]],
      ],
      [
        { instanceType: "trn2.48xlarge", os: "al2" },
        [
          [
            "no-such-ami",
            /ecs al2 neuron x86_64 AMI does not serve trn2\.48xlarge: its Neuron driver is 2\.17/,
            /^There are: ecs al2023 neuron x86_64 and ecs bottlerocket neuron x86_64\.$/,
          ],
        ],
      ],
      [{ instanceType: "g6f.large", os: "al2" }, [["no-such-ami", /GRID/, /ecs al2023 nvidia x86_64/]]],
      [
        { instanceType: "p2.xlarge" },
        [["no-such-ami", /does not serve p2\.xlarge: .*Kepler/, /No ECS- or EKS-optimised AMI serves it/]],
      ],
      [{ instanceType: "p6e-gb200.36xlarge" }, [["no-such-ami", /ecs al2023 nvidia arm64/, /eks al2023 nvidia arm64/]]],
      ...(["dl1.24xlarge", "vt1.3xlarge", "f2.6xlarge", "g4ad.xlarge", "dl2q.24xlarge"] as const).map(
        (instanceType) =>
          [
            { instanceType },
            [
              [
                "no-ami-for-accelerator",
                new RegExp(`${instanceType.replace(".", "\\.")} has .*no ECS- or EKS-optimised AMI`),
                /AMI of your own/,
              ],
            ],
          ] as const,
      ),
    ];
  test.each(refused)("%j is refused", (query, expected) => {
    const problems = refusal(() => selectAmi(query));
    expect(problems.map(({ code }) => code)).toEqual(expected.map(([code]) => code));
    for (const [index, [, message, hint]] of expected.entries()) {
      expect(problems[index]!.message).toMatch(message);
      expect(problems[index]!.hint).toMatch(hint);
    }
  });

  const warned: readonly (readonly [AmiQuery, readonly (readonly [code: string, message: RegExp])[]])[] = [
    [{}, []],
    [{ os: "al2" }, [["retired-ami", /^ecs al2 neuron x86_64 ended on 2026-06-30: .*driver 2\.17/]]],
    [
      { orchestrator: "eks", kubernetesVersion: "1.32", os: "al2", accelerator: "nvidia" },
      [["retired-ami", /^eks al2 nvidia x86_64 ended on 2025-11-26/]],
    ],
    [{ instanceType: "inf1.xlarge" }, [["old-driver", /driver 2\.21/]]],
    [
      { instanceType: "inf1.xlarge", orchestrator: "eks", kubernetesVersion: "1.33" },
      [["old-driver", /^eks al2023 neuron x86_64: on inf1 a boot service installs driver 2\.21/]],
    ],
    [{ instanceType: "g3.4xlarge" }, [["retired-type", /no longer launches g3\.4xlarge$/]]],
    [{ instanceType: "inf2.xlarge" }, []],
    [
      { instanceType: "p3.2xlarge" },
      [["retired-type", /no longer launches p3\.2xlarge: it was retired on 2025-12-20/]],
    ],
    [{ instanceType: "g5g.xlarge" }, [["other-os", /no ECS AMI of AL2023 serves g5g\.xlarge: this is bottlerocket/]]],
    [{ instanceType: "g5g.xlarge", os: "bottlerocket" }, []],
  ];
  test.each(warned)("%j warns of what the user should know", (query, expected) => {
    const { warnings } = selectAmi(query);
    expect(warnings.map(({ code, severity }) => `${severity} ${code}`)).toEqual(
      expected.map(([code]) => `warning ${code}`),
    );
    for (const [index, [, message]] of expected.entries()) expect(warnings[index]!.message).toMatch(message);
  });
});

describe("filterAmis", () => {
  const names = (query: AmiQuery) => filterAmis(query).map(describeAmiFamily);

  test("without flags is all of ECS, both kernels of AL2 among them", () => {
    expect(names({})).toEqual(amiFamilies.filter(({ orchestrator }) => orchestrator === "ecs").map(describeAmiFamily));
    expect(names({})).toContain("ecs al2 kernel-5.10 neuron x86_64");
  });

  test("a version of Kubernetes brings in EKS, AL2 only as far as it was built", () => {
    expect(names({ kubernetesVersion: "1.32" })).toHaveLength(amiFamilies.length);
    expect(names({ kubernetesVersion: "1.33" }).filter((name) => name.startsWith("eks al2 "))).toEqual([]);
  });

  test("an instance type leaves what serves it", () => {
    expect(names({ instanceType: "trn2.48xlarge" })).toEqual([
      "ecs al2023 neuron x86_64",
      "ecs bottlerocket neuron x86_64",
      "ecs al2 kernel-5.10 neuron x86_64",
    ]);
  });

  test("Bottlerocket's previews are listed, and its first variant as ended", () => {
    expect(names({ orchestrator: "ecs", os: "bottlerocket", accelerator: "nvidia", architecture: "x86_64" })).toEqual([
      "ecs bottlerocket nvidia x86_64",
      "ecs bottlerocket kernel-6.12 nvidia x86_64",
      "ecs bottlerocket kernel-6.12 fips nvidia x86_64",
      "ecs bottlerocket kernel-6.18 nvidia x86_64",
      "ecs bottlerocket kernel-5.10 nvidia x86_64",
    ]);
  });

  test("what EKS alone has asks for a version of Kubernetes", () => {
    expect(
      refusal(() => filterAmis({ accelerator: "nvidia", architecture: "arm64", os: "al2023" })).map(({ code }) => code),
    ).toEqual(["missing-kubernetes-version"]);
  });

  test("no match is refused with what comes nearest", () => {
    const [problem] = refusal(() => filterAmis({ accelerator: "neuron", architecture: "arm64" }));
    expect(problem).toMatchObject({
      code: "no-such-ami",
      hint: expect.stringContaining("eks bottlerocket neuron x86_64") as string,
    });
  });
});

describe("the families", () => {
  test("each has a name of its own", () => {
    expect(new Set(amiFamilies.map(describeAmiFamily)).size).toBe(amiFamilies.length);
  });

  test.each(amiFamilies)(
    "the kind and the architecture in $parameter are the family's",
    ({ parameter, accelerator, architecture }) => {
      if (accelerator === "none") expect(parameter).not.toMatch(/neuron|nvidia|gpu|\/inf\//);
      if (accelerator === "nvidia") expect(parameter).toMatch(/nvidia|gpu/);
      expect(parameter.includes("arm64")).toBe(architecture === "arm64");
    },
  );

  test("every type is either served by a family or has an accelerator that none carries a driver for, or one too old", () => {
    const unserved = [
      ...new Set(instanceTypes.filter((type) => amiFamiliesFor(type).length === 0).map(({ family }) => family)),
    ];
    expect(unserved.toSorted()).toEqual(["dl1", "dl2q", "f1", "f2", "g2", "g4ad", "g7", "p2", "vt1"]);
  });

  test("amiFamiliesFor says which are previews", () => {
    expect(amiFamiliesFor(findInstanceType("g5g.xlarge")!)).toEqual([
      "ecs bottlerocket nvidia arm64",
      "ecs bottlerocket kernel-6.12 nvidia arm64 (preview)",
      "ecs bottlerocket kernel-6.12 fips nvidia arm64 (preview)",
      "ecs bottlerocket kernel-6.18 nvidia arm64 (preview)",
      "ecs bottlerocket kernel-5.10 nvidia arm64 (ended 2025-07-24)",
      "eks al2023 nvidia arm64",
      "eks bottlerocket nvidia arm64",
    ]);
  });

  test("a preview or an ended build is never chosen where the flags leave it open", () => {
    for (const os of ["al2023", "bottlerocket"] as const)
      for (const accelerator of ["neuron", "nvidia", "none"] as const)
        expect(selectAmi({ os, accelerator }).family).not.toMatchObject({ kernel: expect.anything() as string });
  });

  test("amiFamiliesFor says which have ended", () => {
    expect(amiFamiliesFor(findInstanceType("trn2.48xlarge")!)).toEqual([
      "ecs al2023 neuron x86_64",
      "ecs bottlerocket neuron x86_64",
      "ecs al2 kernel-5.10 neuron x86_64 (ended 2026-06-30)",
      "eks al2023 neuron x86_64",
      "eks bottlerocket neuron x86_64",
      "eks al2 neuron x86_64 (ended 2025-11-26)",
    ]);
  });
});
