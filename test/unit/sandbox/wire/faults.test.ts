import { describe, expect, it } from "vitest";
import { createThrottle, type ThrottleBucket } from "../../../../src/sandbox/wire/faults.ts";

describe("throttling", () => {
  it.each<[bucket: ThrottleBucket, burst: number, perSecond: number, says: string]>([
    ["clusterRead", 50, 20, "ThrottlingException"],
    ["ec2", 100, 20, "RequestLimitExceeded"],
    ["ec2Modify", 50, 5, "RequestLimitExceeded"],
    ["autoscaling", 100, 20, "Throttling"],
    ["cloudformation", 20, 5, "Throttling"],
    ["sts", 100, 100, "Throttling"],
  ])("of %s lets %i through at once and %i a second, and says %s", (bucket, burst, perSecond, says) => {
    let now = 0;
    const throttle = createThrottle(() => now);
    const through = (): number => {
      for (let count = 0; ; count++) {
        try {
          throttle(bucket);
        } catch (error) {
          expect(error).toMatchObject({ code: says });
          return count;
        }
      }
    };
    expect(through()).toBe(burst);
    now = 1000;
    expect(through()).toBe(perSecond);
  });
});
