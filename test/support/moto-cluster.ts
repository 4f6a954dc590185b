import type { Moto } from "./moto.ts";

/**
 * Makes an ECS cluster with container instances of these types; answers their ARNs in the same order. They register
 * 4,096 CPU units and 7,482 MiB whatever the type. Speaks the wire itself: the AWS CLI takes a second for each call.
 */
export async function createMotoCluster(
  moto: Moto,
  cluster: string,
  instanceTypes: readonly string[],
): Promise<readonly string[]> {
  await callEcs(moto, "CreateCluster", { clusterName: cluster });
  const arns: string[] = [];
  for (const instanceType of instanceTypes) {
    const instanceId = await runInstance(moto, instanceType);
    const instanceIdentityDocument = JSON.stringify({
      instanceId,
      instanceType,
      region: "us-east-1",
      accountId: "123456789012",
    });
    const answer = (await callEcs(moto, "RegisterContainerInstance", { cluster, instanceIdentityDocument })) as {
      containerInstance: { containerInstanceArn: string };
    };
    arns.push(answer.containerInstance.containerInstanceArn);
  }
  return arns;
}

/** Keeps tasks as they are: by default each DescribeTasks moves them on. `every: 1` brings that back. */
export async function setTaskProgression(moto: Moto, every = 1_000_000): Promise<void> {
  const body = JSON.stringify({ model_name: "ecs::task", transition: { progression: "manual", times: every } });
  const answer = await fetch(`${moto.url}/moto-api/state-manager/set-transition`, { method: "POST", body });
  if (!answer.ok) throw new Error(`set-transition: ${answer.status}`);
}

/** Runs an EC2 instance; answers its id. */
export async function runInstance(moto: Moto, instanceType: string): Promise<string> {
  const body = new URLSearchParams({
    Action: "RunInstances",
    Version: "2016-11-15",
    ImageId: "ami-12c6146b",
    InstanceType: instanceType,
    MinCount: "1",
    MaxCount: "1",
  });
  const answer = await send(
    moto,
    "ec2",
    { "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
    body.toString(),
  );
  return /<instanceId>([^<]+)<\/instanceId>/.exec(answer)![1]!;
}

/** One call of the ECS API on the wire. */
export async function callEcs(moto: Moto, operation: string, input: object): Promise<unknown> {
  const headers = {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": `AmazonEC2ContainerServiceV20141113.${operation}`,
  };
  return JSON.parse(await send(moto, "ecs", headers, JSON.stringify(input)));
}

/**
 * One call of another API on the wire: AWS JSON with a target, else the query protocol. Answers the JSON, or the XML's
 * text.
 */
export async function callAws(
  moto: Moto,
  service: string,
  target: string | undefined,
  input: object,
): Promise<unknown> {
  if (target !== undefined)
    return JSON.parse(
      (await send(
        moto,
        service,
        { "content-type": "application/x-amz-json-1.1", "x-amz-target": target },
        JSON.stringify(input),
      )) || "{}",
    );
  return send(
    moto,
    service,
    { "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
    new URLSearchParams(input as Record<string, string>).toString(),
  );
}

/** moto reads service and region from the signature's scope and checks no signature. */
async function send(
  moto: Moto,
  service: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<string> {
  const authorization = `AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=none`;
  const answer = await fetch(moto.url, { method: "POST", headers: { ...headers, authorization }, body });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${service}: ${answer.status} ${text}`);
  return text;
}
