import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { registry } from "../../src/commands/registry.ts";
import { manPages } from "../../src/man-pages.ts";
import { missingAnyway } from "../support/tools.ts";

const pages = await manPages();

describe("the manual", () => {
  it("has a page of aiplat, and one of each command", () => {
    const names = registry.map(({ words }) => `aiplat-${words.replaceAll(" ", "-")}.1`);
    expect([...pages.keys()].toSorted()).toEqual(["aiplat.1", ...names].toSorted());
  });

  it("says of a command how it is called, what its options are, and its exit codes", () => {
    const page = pages.get("aiplat-run-task.1")!;
    expect(page).toContain(".B aiplat run\\-task\n[\\fIoptions\\fR] \\fI[workload...]\\fR [\\-\\- \\fICOMMAND...\\fR]");
    expect(page).toContain(".TP\n.B \\-\\-client\\-token <token>\n");
    expect(page).toContain(".TP\n.B 4\nno capacity");
  });

  it("has no line that is a request of roff's without being meant", () => {
    const requests = /^\.(?:TH|SH|TP|IP|PP|EX|EE|B|BR|nh|ad l)(?: |$)/;
    for (const [name, page] of pages)
      expect([name, page.split("\n").filter((line) => /^[.']/.test(line) && !requests.test(line))]).toEqual([name, []]);
  });

  it.skipIf(missingAnyway("groff"))("is taken by groff without a warning", () => {
    for (const page of pages.values())
      expect(
        execFileSync("groff", ["-man", "-Tascii", "-ww", "-z"], { input: page, encoding: "utf8", stdio: "pipe" }),
      ).toBe("");
  });
});
