import { describe, expect, it } from "vitest";
import { changeRows } from "../../../src/core/capacity/change-rows.ts";
import type { ResourceChange } from "../../../src/core/capacity/stack.ts";

const change = (logicalId: string, rest: Partial<ResourceChange>): ResourceChange => ({
  action: "Modify",
  logicalId,
  type: "AWS::EC2::LaunchTemplate",
  causes: [],
  ...rest,
});

describe("changeRows", () => {
  it("says what is lost and made anew first, and what causes it", () => {
    const rows = changeRows([
      change("PlacementGroup", { action: "Add" }),
      change("LaunchTemplate", { causes: [{ target: "LaunchTemplateData", recreates: "Never" }] }),
      change("AutoScalingGroup", {
        replacement: "Conditional",
        causes: [
          { target: "MaxSize", recreates: "Never" },
          { target: "LaunchTemplate", recreates: "Conditionally", by: "LaunchTemplate.LatestVersionNumber" },
        ],
      }),
      change("CapacityProvider", {
        replacement: "True",
        causes: [
          { target: "Name", recreates: "Always" },
          { target: "Name", recreates: "Always" },
        ],
      }),
      change("SecurityGroup", { action: "Remove" }),
    ]);
    expect(rows.map(({ what, logicalId, why }) => [what, logicalId, why])).toEqual([
      ["remove", "SecurityGroup", ""],
      ["replace", "CapacityProvider", "Name"],
      ["may replace", "AutoScalingGroup", "LaunchTemplate (by LaunchTemplate.LatestVersionNumber)"],
      ["change", "LaunchTemplate", "LaunchTemplateData"],
      ["add", "PlacementGroup", ""],
    ]);
  });
});
