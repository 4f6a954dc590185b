import type { Moto } from "./moto.ts";

/** Makes an ECS cluster with container instances of these types; answers their ARNs in the same order. */
export async function createMotoCluster(moto: Moto, cluster: string, instanceTypes: readonly string[]): Promise<readonly string[]> {
  await moto.aws("ecs", "create-cluster", "--cluster-name", cluster);
  return Promise.all(
    instanceTypes.map(async (instanceType) => {
      const { Instances } = (await moto.aws("ec2", "run-instances", "--image-id", "ami-12c6146b", "--instance-type", instanceType)) as { Instances: readonly { InstanceId: string }[] };
      const document = JSON.stringify({ instanceId: Instances[0]!.InstanceId, instanceType, region: "us-east-1", accountId: "123456789012" });
      const answer = (await moto.aws("ecs", "register-container-instance", "--cluster", cluster, "--instance-identity-document", document)) as { containerInstance: { containerInstanceArn: string } };
      return answer.containerInstance.containerInstanceArn;
    }),
  );
}

/** Keeps tasks as they are: by default each DescribeTasks moves them on. `every: 1` brings that back. */
export async function setTaskProgression(moto: Moto, every = 1_000_000): Promise<void> {
  const body = JSON.stringify({ model_name: "ecs::task", transition: { progression: "manual", times: every } });
  const answer = await fetch(`${moto.url}/moto-api/state-manager/set-transition`, { method: "POST", body });
  if (!answer.ok) throw new Error(`set-transition: ${answer.status}`);
}
