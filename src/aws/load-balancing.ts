import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
  type Listener,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { LoadBalancer, LoadBalancingPort } from "../ports.ts";
import { absentAs } from "./failure.ts";
import { createCall } from "./call.ts";
import { clientSettings, type AwsConfig } from "./config.ts";

/** Elastic Load Balancing's reading side over the SDK: application, network and gateway load balancers. */
export function createLoadBalancing(config: AwsConfig, signal: AbortSignal): LoadBalancingPort {
  const client = new ElasticLoadBalancingV2Client(clientSettings(config, "elasticloadbalancing"));
  const call = createCall(config, "elasticloadbalancing", signal);
  const describe = async (arn: string): Promise<LoadBalancer | undefined> => {
    const [balancers, listeners] = await Promise.all([
      call("DescribeLoadBalancers", (options) =>
        client.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] }), options),
      ),
      call("DescribeListeners", (options) =>
        client.send(new DescribeListenersCommand({ LoadBalancerArn: arn }), options),
      ),
    ]);
    const { DNSName: dnsName } = balancers.LoadBalancers?.[0] ?? {};
    return dnsName === undefined ? undefined : { dnsName, listeners: (listeners.Listeners ?? []).map(toListener) };
  };
  return {
    loadBalancersOf: async (targetGroups) => {
      // One at a time: a list is refused that has one which is not there.
      const answers = await Promise.all(
        [...new Set(targetGroups)].map((arn) => {
          const command = new DescribeTargetGroupsCommand({ TargetGroupArns: [arn] });
          return absentAs(
            /^TargetGroupNotFound/,
            call("DescribeTargetGroups", (options) => client.send(command, options)),
          );
        }),
      );
      const groups = answers.flatMap((answer) => answer?.TargetGroups ?? []);
      const arns = [...new Set(groups.flatMap(({ LoadBalancerArns = [] }) => LoadBalancerArns))];
      const balancers = new Map(await Promise.all(arns.map(async (arn) => [arn, await describe(arn)] as const)));
      return new Map(
        groups.map(({ TargetGroupArn = "", LoadBalancerArns = [] }) => [
          TargetGroupArn,
          [...new Set(LoadBalancerArns)].flatMap((arn) => balancers.get(arn) ?? []),
        ]),
      );
    },
  };
}

function toListener({ Protocol, Port = 0 }: Listener): LoadBalancer["listeners"][number] {
  return { protocol: Protocol ?? "", port: Port };
}
