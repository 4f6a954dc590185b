// The templates of capacities, as they are reviewed, in the sandbox's CloudFormation: a stack of each, and a machine.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { startTestSandbox } from "../support/sandbox.ts";

const folder = join(import.meta.dirname, "../golden/capacity");
const templates = readdirSync(folder).filter((file) => file.endsWith(".yaml"));

/** The template with the sandbox's own network in place of somebody's. */
function read(file: string): string {
  return readFileSync(join(folder, file), "utf8")
    .replace(/\bsubnet-[0-9a-z]+/g, "subnet-0000000000000000a")
    .replace(/\bvpc-[0-9a-z]+/g, "vpc-00000000000000001");
}

it.each(templates)("%s becomes a stack whose machine joins the cluster", async (file) => {
  const TemplateBody = read(file);
  // The cluster is the template's own, or there before.
  const makesCluster = TemplateBody.includes("AWS::ECS::Cluster");
  const box = await startTestSandbox({ cluster: makesCluster ? "other" : "prod", fleet: [] });
  try {
    const names = { StackName: "s", ChangeSetName: "c" };
    const capabilities = { "Capabilities.member.1": "CAPABILITY_IAM" };
    await box.query("CreateChangeSet", { ...names, ChangeSetType: "CREATE", TemplateBody, ...capabilities });
    box.step(5);
    await box.query("ExecuteChangeSet", names);
    box.step(120);
    const [stack] = [...box.sandbox.world.stacks.values()];
    expect(stack!.events.filter(({ status }) => status.includes("FAILED"))).toEqual([]);
    expect(stack!.status).toBe("CREATE_COMPLETE");
    const [group] = [...box.sandbox.world.groups.values()];
    const { instances, capacityProviders } = box.sandbox.world.clusters.get("prod")!;
    if (group === undefined) {
      // Managed Instances: the provider is the cluster's, and ECS starts the machines.
      expect(capacityProviders).toHaveLength(1);
      return;
    }
    await box.query("SetDesiredCapacity", { AutoScalingGroupName: group.name, DesiredCapacity: "1" });
    box.step(90);
    const [machine] = [...instances.values()];
    const { ImageId, InstanceType } = group.launch!.template.versions[0]!.data;
    expect([machine!.attributes.get("ecs.ami-id"), machine!.attributes.get("ecs.instance-type")]).toEqual([
      ImageId,
      InstanceType,
    ]);
  } finally {
    await box.sandbox.close();
  }
});
