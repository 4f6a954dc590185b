import { describe, expect, it } from "vitest";
import { Refusal } from "../../../../src/core/base/problem.ts";
import { fleetsOf, karpenterOf } from "../../../support/nodes.ts";

type Settings = NonNullable<Parameters<typeof karpenterOf>[0]["settings"]>;

function refused(work: () => unknown): readonly string[] {
  try {
    work();
    return [];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.problems.map(({ message }) => message);
  }
}

describe("the release of an image", () => {
  const nodes = (os: Settings["os"], releaseVersion: string) => ({
    types: ["g6.xlarge"],
    settings: { os: os!, releaseVersion },
  });

  it.each([
    ["al2023", "1.33.3-20250819"],
    ["bottlerocket", "1.20.3-5d9ac849"],
  ] as const)("of %s is taken: %s", (os, release) => {
    expect(refused(() => fleetsOf(nodes(os, release)))).toEqual([]);
    expect(refused(() => karpenterOf(nodes(os, release)))).toEqual([]);
  });

  it("is one of the nodes' system, or no node would start", () => {
    for (const [os, release] of [
      ["al2023", "1.20.3-5d9ac849"],
      ["al2023", "latest"],
      ["bottlerocket", "1.33.3-20250819x"],
    ] as const) {
      const message = `--release-version ${release}: must be a release of EKS's image for ${os}, as `;
      expect(refused(() => karpenterOf(nodes(os, release)))).toEqual([expect.stringContaining(message)]);
      expect(refused(() => fleetsOf(nodes(os, release)))).toEqual([expect.stringContaining(message)]);
    }
  });

  it("is for Karpenter what its alias takes, too", () => {
    const aliasOf = (os: Settings["os"], release: string) => JSON.stringify(karpenterOf(nodes(os, release)));
    expect(aliasOf("al2023", "v20250819")).toContain('"al2023@v20250819"');
    expect(aliasOf("bottlerocket", "1.20.3")).toContain('"bottlerocket@v1.20.3"');
    expect(refused(() => fleetsOf(nodes("al2023", "v20250819")))).toHaveLength(1);
  });
});
