import { describe, expect, it } from "vitest";
import { lockPortBase, lockPortCount } from "../../../src/core/catalog/lock-ports.ts";
import { lockPortBaseOf } from "../../../src/core/cluster/lock-port-base.ts";
import { refusals } from "../../support/ecs-workload.ts";

const baseOf = (value: string) => lockPortBaseOf({ "aiplat:lock-port-base": value });

describe("the lock port base of a cluster", () => {
  it("is the usual one without the tag, and legal itself", () => {
    expect(lockPortBaseOf({ team: "nlp" })).toBe(lockPortBase);
    expect(baseOf(String(lockPortBase))).toBe(lockPortBase);
  });

  it.each(["1024", "30000", String(32_768 - lockPortCount)])("may be %s", (value) => {
    expect(baseOf(value)).toBe(Number(value));
  });

  it.each([
    String(32_768 - lockPortCount + 1),
    "1023",
    "32768",
    "70000",
    "1000000",
    "028700",
    "0x7000",
    "28700 ",
    "28700.0",
    "-28700",
    "abc",
    "",
  ])("may not be %j: guessed, two tasks could hold one device", (value) => {
    expect(refusals(() => baseOf(value))).toEqual(["lock-port-base "]);
  });
});
