import { describe, expect, it } from "vitest";
import { othersThan, usersOf, type ClusterContents } from "../../../src/core/capacity/capacity-use.ts";
import type { ContainerInstance } from "../../../src/core/cluster/snapshot.ts";
import type { Task } from "../../../src/core/ecs-api/api.ts";

const name = "aiplat-lab-inf2-xlarge";

const machine = (id: string, more: Partial<ContainerInstance> = {}) =>
  ({ arn: `arn:${id}`, ec2InstanceId: id, agentConnected: true, ...more }) as ContainerInstance;
const task = (id: string, more: Partial<Task> = {}) => ({ taskArn: id, lastStatus: "PROVISIONING", ...more }) as Task;
const cluster = (more: Partial<ClusterContents>): ClusterContents => ({
  capacityProviders: [name],
  instances: [],
  services: [],
  tasks: [],
  ...more,
});
const idsOf = (tasks: readonly Task[]) => tasks.map(({ taskArn }) => taskArn);

describe("who uses a capacity", () => {
  it("is who runs on its machines, also without the provider, and who waits for one", () => {
    const contents = cluster({
      instances: [machine("i-1"), machine("i-2", { capacityProvider: name }), machine("i-3")],
      tasks: [
        task("of-group", { containerInstanceArn: "arn:i-1" }),
        task("of-provider", { containerInstanceArn: "arn:i-2" }),
        task("elsewhere", { containerInstanceArn: "arn:i-3" }),
        task("waits", { capacityProviderName: name }),
        task("waits-elsewhere", { capacityProviderName: "theirs" }),
        task("over", { capacityProviderName: name, lastStatus: "STOPPED" }),
      ],
    });
    const { tasks } = usersOf(contents, { name, instances: ["i-1"] });
    expect(idsOf(tasks)).toEqual(["of-group", "of-provider", "waits"]);
  });
});

describe("what else is in a cluster", () => {
  const capacity = { name, instances: ["i-1"] };

  it("is every machine and provider of another, and tasks on none; Fargate is nobody's", () => {
    const contents = cluster({
      capacityProviders: [name, "theirs", "FARGATE", "FARGATE_SPOT"],
      instances: [machine("i-1"), machine("i-2", { capacityProvider: "theirs" }), machine("i-3")],
      tasks: [
        task("fargate"),
        task("of-service", { group: "service:web" }),
        task("ours", { capacityProviderName: name }),
      ],
    });
    const others = othersThan([capacity], contents);
    expect(others).toMatchObject({ services: [], machines: ["i-2", "i-3"], providers: ["theirs"] });
    expect(idsOf(others.tasks)).toEqual(["fargate"]);
    expect(othersThan([capacity, { name: "theirs", instances: ["i-3"] }], contents).machines).toEqual([]);
  });

  it.each([
    ["is a machine whose agent is not heard, before anything is taken apart", [name], ["i-9"]],
    ["is no machine that ended with its group, once the provider is out of the list", [], []],
  ])("%s", (_, capacityProviders, machines) => {
    const contents = cluster({ capacityProviders, instances: [machine("i-9", { agentConnected: false })] });
    expect(othersThan([capacity], contents).machines).toEqual(machines);
  });
});
