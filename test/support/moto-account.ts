// An account whose ECS is a sandbox and whose other services are moto's, with what either lacks.
import { startEc2, type Ec2Server } from "./ec2-server.ts";
import { startIam, startLoopback, type LoopbackServer } from "./loopback-servers.ts";
import { startMoto, type Moto } from "./moto.ts";
import type { Json } from "./sandbox.ts";

export interface MotoAccount {
  readonly moto: Moto;
  /** Who answers a call, `ecs:RunTask`. */
  upstreamOf(call: string): string;
  stop(): Promise<void>;
}

const account = "123456789012";
const daemonArn = `arn:aws:ecs:us-east-1:${account}:daemon/default/exporter`;
const revisionArn = `arn:aws:ecs:us-east-1:${account}:daemon-revision/default/exporter/1`;
const definitionArn = `arn:aws:ecs:us-east-1:${account}:daemon-task-definition/exporter:1`;

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeDaemon.html, and what it leads to. */
const daemonAnswers: Readonly<Record<string, object>> = {
  ListDaemons: { daemonSummariesList: [{ daemonArn, status: "ACTIVE" }] },
  DescribeDaemon: {
    daemon: {
      daemonArn,
      status: "ACTIVE",
      currentRevisions: [{ arn: revisionArn, capacityProviders: [{ arn: `arn:aws:ecs:us-east-1:${account}:x/pool` }] }],
    },
  },
  DescribeDaemonRevisions: {
    daemonRevisions: [{ daemonRevisionArn: revisionArn, daemonTaskDefinitionArn: definitionArn, createdAt: 1 }],
  },
  DescribeDaemonTaskDefinition: {
    daemonTaskDefinition: {
      daemonTaskDefinitionArn: definitionArn,
      family: "exporter",
      containerDefinitions: [{ name: "exporter", image: "exporter:1", memory: 64 }],
    },
  },
};

export async function startMotoAccount(sandbox: string): Promise<MotoAccount> {
  const moto = await startMoto();
  const [ec2, iam, daemons, quotas]: readonly [Ec2Server, LoopbackServer, LoopbackServer, LoopbackServer] =
    await Promise.all([
      startEc2(moto),
      startIam(moto.url, new Map()),
      startLoopback((request) => json(daemonAnswers[targetOf(request.headers["x-amz-target"])] ?? {})),
      // Quotas of which only the default is there.
      startLoopback((request) =>
        targetOf(request.headers["x-amz-target"]) === "GetServiceQuota"
          ? { ...json({ __type: "NoSuchResourceException", message: "does not exist" }), status: 400 }
          : json({ Quota: { Value: 128 } }),
      ),
    ]);
  return {
    moto,
    upstreamOf: (call) => {
      const [service = "", action = ""] = call.split(":");
      if (action in daemonAnswers) return daemons.url;
      if (["ecs", "logs", "sts"].includes(service) || call === "ec2:DescribeInstances") return sandbox;
      return { ec2: ec2.url, iam: iam.url, servicequotas: quotas.url }[service] ?? moto.url;
    },
    stop: async () => {
      await Promise.all([ec2.stop(), iam.stop(), daemons.stop(), quotas.stop()]);
      await moto.stop();
    },
  };
}

/** Load balancer, group, roles, a secret and a cluster of EKS, as the AWS CLI makes them. */
export async function furnish({
  moto,
}: MotoAccount): Promise<{ readonly targetGroup: string; readonly secret: string }> {
  const aws = async (...args: readonly string[]): Promise<Json> => moto.aws(...args);
  const trust = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" }],
  });
  const { Subnets } = await aws("ec2", "describe-subnets");
  const [{ SubnetId: one, VpcId: vpc }, { SubnetId: other }] = Subnets;
  const { LoadBalancers } = await aws("elbv2", "create-load-balancer", "--name", "front", "--subnets", one, other);
  const http = ["--protocol", "HTTP", "--port", "80"];
  const { TargetGroups } = await aws("elbv2", "create-target-group", "--name", "bert", "--vpc-id", vpc, ...http);
  const targetGroup: string = TargetGroups[0].TargetGroupArn;
  const forward = `Type=forward,TargetGroupArn=${targetGroup}`;
  const balancer: string = LoadBalancers[0].LoadBalancerArn;
  await aws("elbv2", "create-listener", "--load-balancer-arn", balancer, ...http, "--default-actions", forward);
  const data = JSON.stringify({ InstanceType: "inf2.xlarge" });
  await aws("ec2", "create-launch-template", "--launch-template-name", "pool", "--launch-template-data", data);
  const sizes = ["--min-size", "0", "--max-size", "2", "--vpc-zone-identifier", one];
  const template = "LaunchTemplateName=pool,Version=1";
  const group = ["autoscaling", "create-auto-scaling-group", "--auto-scaling-group-name", "pool"];
  await aws(...group, ...sizes, "--launch-template", template);
  for (const name of ["execution", "task"])
    await aws("iam", "create-role", "--role-name", name, "--assume-role-policy-document", trust);
  const { ARN: secret } = await aws("secretsmanager", "create-secret", "--name", "hf", "--secret-string", "x");
  const cluster = ["eks", "create-cluster", "--name", "prod", "--kubernetes-version", "1.33"];
  await aws(...cluster, "--role-arn", `arn:aws:iam::${account}:role/eks`, "--resources-vpc-config", `subnetIds=${one}`);
  return { targetGroup, secret };
}

function targetOf(header: string | readonly string[] | undefined): string {
  return String(header).split(".").at(-1)!;
}

function json(body: object): { readonly headers: Readonly<Record<string, string>>; readonly body: string } {
  return { headers: { "content-type": "application/x-amz-json-1.1" }, body: JSON.stringify(body) };
}
