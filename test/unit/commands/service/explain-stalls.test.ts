import { expect, it } from "vitest";
import { watchStalls } from "../../../../src/commands/service/explain-stalls.ts";
import type { Context } from "../../../../src/context.ts";
import type { Service } from "../../../../src/core/ecs-api/service.ts";
import { AiplatError } from "../../../../src/errors.ts";
import type { EcsPort } from "../../../../src/ports.ts";
import { aDefinition, anInstance } from "../../../support/cluster.ts";
import { fakeRuntime, scriptedEcs } from "../../../support/task-port.ts";

const definition = aDefinition("bert", { memory: 30_000 });

/** One machine with so much memory left, and a service whose only task finds no room there. */
function stalled(leftMiB: () => number, more: Partial<EcsPort> = {}) {
  const runtime = fakeRuntime();
  let reads = 0;
  const host = anInstance("a", "inf2.xlarge");
  const ecs = scriptedEcs(() => [], {
    describeCluster: async (name) => {
      reads++;
      const described = { arn: `arn:cluster/${name}`, status: "ACTIVE", tags: {}, capacityProviders: [] };
      return { name, ...described, defaultCapacityProviderStrategy: [] };
    },
    listContainerInstances: async () => [host.arn],
    describeContainerInstances: async () => [{ ...host, remaining: { ...host.remaining, memoryMiB: leftMiB() } }],
    describeTaskDefinition: async () => definition,
    ...more,
  });
  const counts = { desiredCount: 1, runningCount: 0, pendingCount: 0, taskDefinition: definition.taskDefinitionArn };
  const createdAt = runtime.now();
  const service: Service = {
    serviceArn: "arn:service/bert",
    serviceName: "bert",
    status: "ACTIVE",
    ...counts,
    deployments: [{ id: "1", status: "PRIMARY", createdAt, ...counts }],
    events: [{ id: "e", createdAt, message: "(service bert) was unable to place a task because ..." }],
  };
  const said: string[] = [];
  const watch = watchStalls(runtime as unknown as Context, ecs, "prod", (name, text) => said.push(`${name}: ${text}`));
  return { runtime, watch, service, said, reads: () => reads };
}

it("tells why a service has no room, once until it changes, and reads the cluster every five minutes", async () => {
  let left = 20_000;
  const { runtime, watch, service, said, reads } = stalled(() => left);
  for (let poll = 0; poll < 35; poll++) {
    await watch.look([service]);
    await runtime.sleep(10_000);
  }
  expect(reads()).toBe(2);
  const text = (mib: string, size: string) =>
    `bert: bert: 1 of 1 task: inf2.xlarge i-a: needs 30,000 MiB, ${mib} remain. To make room: with memory ${size} it fits on 1 instance (i-a).`;
  expect(said).toEqual([text("20,000", "20000MiB")]);
  expect(watch.failureOf("bert")).toMatchObject({ reason: "MEMORY" });
  left = 25_000;
  await runtime.sleep(300_000);
  await watch.look([service]);
  expect(said.slice(1)).toEqual([text("25,000", "25000MiB")]);
  // Room, and the next task on its way.
  await watch.look([{ ...service, deployments: [{ ...service.deployments[0]!, pendingCount: 1 }] }]);
  expect(watch.failureOf("bert")).toBeUndefined();
});

it("says once that the cluster cannot be read, and lets the wait go on", async () => {
  const denied = new AiplatError("AccessDenied", "ecs:ListContainerInstances is not allowed");
  const { watch, service, said } = stalled(() => 0, { listContainerInstances: async () => Promise.reject(denied) });
  await watch.look([service]);
  await watch.look([service]);
  expect(said).toEqual(["bert: why there is no room cannot be told: ecs:ListContainerInstances is not allowed"]);
  const { watch: broken, service: other } = stalled(() => 0, {
    listContainerInstances: async () => Promise.reject(new Error("down")),
  });
  await expect(broken.look([other])).rejects.toThrow("down");
});
