import { describe, expect, it } from "vitest";
import type { NodegroupUpdate } from "../../../src/core/kubernetes/nodes/roll-nodegroup.ts";
import { AiplatError } from "../../../src/errors.ts";
import { findOngoingUpdate, followUpdate } from "../../../src/operations/roll-nodegroup.ts";
import type { EksPort } from "../../../src/ports.ts";

const name = { cluster: "prod", nodegroup: "chips" };
const update = (status: string, more: Partial<NodegroupUpdate> = {}): NodegroupUpdate => ({
  id: "u-1",
  status,
  type: "VersionUpdate",
  errors: [],
  ...more,
});

/** EKS answers these one after the other, the last for ever. */
function eksOf(...answers: readonly (NodegroupUpdate | AiplatError)[]): EksPort {
  let at = 0;
  const eks: Partial<EksPort> = {
    describeUpdate: async () => {
      const answer = answers[Math.min(at++, answers.length - 1)]!;
      if (answer instanceof AiplatError) throw answer;
      return answer;
    },
  };
  return eks as EksPort;
}

/** A clock that moves by waiting alone. */
function clock() {
  let at = 0;
  return { now: () => at, sleep: async (ms: number) => void (at += ms), signal: new AbortController().signal };
}

const follow = (eks: EksPort, timeoutMs?: number) => {
  const seen: string[] = [];
  const onPoll = ({ status }: NodegroupUpdate) => seen.push(status);
  const options = timeoutMs === undefined ? { onPoll } : { onPoll, timeoutMs };
  return followUpdate(eks, name, "u-1", clock(), options).then((end) => [end.status, seen.length]);
};

describe("followUpdate", () => {
  it("waits to the end, a network that is away for a minute included", async () => {
    const away = new AiplatError("Network", "nothing answers");
    expect(await follow(eksOf(update("InProgress"), away, away, update("Successful")))).toEqual(["Successful", 2]);
  });

  it("does not wait for a network that stays away", async () => {
    await expect(follow(eksOf(new AiplatError("Network", "nothing answers")))).rejects.toThrow("nothing answers");
  });

  it("tells why it failed, and what lets it through", async () => {
    const errors = [{ code: "PodEvictionFailure", message: "Reached max retries" }];
    await expect(follow(eksOf(update("Failed", { errors })))).rejects.toMatchObject({
      code: "OperationFailed",
      message: "the update of chips is Failed: PodEvictionFailure: Reached max retries",
      hint: expect.stringContaining("--force"),
    });
  });

  it("gives up in time, and says that it goes on", async () => {
    await expect(follow(eksOf(update("InProgress")), 60_000)).rejects.toMatchObject({
      code: "Timeout",
      message: "chips is not updated after 1m",
      hint: "EKS goes on with it; the same command waits again.",
    });
  });
});

it("finds the update under way among those that are over, and those of other kinds", async () => {
  const updates = new Map([
    ["u-1", update("Successful")],
    ["u-2", update("InProgress", { id: "u-2", type: "ConfigUpdate" })],
    ["u-3", update("InProgress", { id: "u-3" })],
  ]);
  const eks: Partial<EksPort> = {
    listUpdates: async () => [...updates.keys()],
    describeUpdate: async (_, id) => updates.get(id)!,
  };
  expect((await findOngoingUpdate(eks as EksPort, name))?.id).toBe("u-3");
});
