import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KeptRooms, roomsOf } from "../../../../src/sandbox/model/kept-rooms.ts";
import { runs } from "../../../support/depth.ts";
import { startTestSandbox } from "../../../support/sandbox.ts";

const event = fc.record({
  kind: fc.constantFrom(
    "run",
    "run",
    "run",
    "stop",
    "step",
    "attribute",
    "forget-attribute",
    "drain",
    "add",
    "remove",
    "service",
  ),
  family: fc.constantFrom("plain", "locked", "network", "gpu"),
  at: fc.nat(1000),
});

describe("the rooms that the sandbox keeps", () => {
  it("are what they would be if they were worked out anew, whatever has happened", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 25 }), async (events) => {
        const fleet = [
          { instanceType: "inf2.24xlarge", count: 2 },
          { instanceType: "g5.12xlarge", count: 1 },
        ];
        const box = await startTestSandbox({ fleet });
        try {
          const cluster = box.sandbox.world.clusters.get("default")!;
          await box.register("plain");
          const mapping = { containerPort: 28_701, hostPort: 28_701, protocol: "udp" };
          await box.register("locked", { portMappings: [mapping], command: ["sleep", "3"] });
          await box.register("network", {}, { networkMode: "awsvpc" });
          await box.register("gpu", { resourceRequirements: [{ type: "GPU", value: "1" }] });
          const network = { awsvpcConfiguration: { subnets: ["subnet-1"] } };
          let made = 0;
          for (const { kind, family, at } of events) {
            const instances = [...cluster.instances.values()];
            const instance = instances[at % instances.length]!;
            const tasks = [...cluster.tasks.values()];
            const attribute = { name: "stack", targetId: instance.arn, targetType: "container-instance" };
            const networked = family === "network" ? { networkConfiguration: network } : {};
            const calls: Readonly<Record<string, () => Promise<unknown>>> = {
              run: () => box.ecs("RunTask", { taskDefinition: family, count: 1 + (at % 3), ...networked }),
              stop: () => box.ecs("StopTask", { task: tasks[at % tasks.length]?.arn ?? "none" }),
              step: async () => box.step(1 + (at % 4)),
              attribute: () => box.ecs("PutAttributes", { attributes: [{ ...attribute, value: "prod" }] }),
              "forget-attribute": () => box.ecs("DeleteAttributes", { attributes: [attribute] }),
              drain: () =>
                box.ecs("UpdateContainerInstancesState", {
                  containerInstances: [instance.arn],
                  status: at % 2 === 0 ? "DRAINING" : "ACTIVE",
                }),
              add: async () => box.sandbox.provide([{ instanceType: "inf2.xlarge", count: 1 + (at % 2) }]),
              remove: () => box.ecs("DeregisterContainerInstance", { containerInstance: instance.arn, force: true }),
              service: () =>
                box.ecs("CreateService", {
                  serviceName: `s${made++}`,
                  taskDefinition: family,
                  desiredCount: 1 + (at % 3),
                  ...networked,
                }),
            };
            // What ECS refuses changes nothing.
            await calls[kind]!().catch(() => undefined);
            const plain = (rooms: KeptRooms) => rooms.all().map((room) => ({ ...room, definitions: {} }));
            expect(plain(roomsOf(box.sandbox.world, cluster))).toEqual(
              plain(new KeptRooms(box.sandbox.world, cluster)),
            );
          }
        } finally {
          await box.sandbox.close();
        }
      }),
      { numRuns: runs(150) },
    );
  }, 120_000);
});
