import { present } from "../core/base/present.ts";
import {
  CreateNodegroupCommand,
  DescribeClusterCommand,
  DescribeNodegroupCommand,
  DescribeUpdateCommand,
  EKSClient,
  ListNodegroupsCommand,
  ListUpdatesCommand,
  UpdateNodegroupVersionCommand,
  type Nodegroup,
  type Update,
} from "@aws-sdk/client-eks";
import type { DescribedNodegroup } from "../core/kubernetes/check/snapshot.ts";
import type { NodegroupUpdate } from "../core/kubernetes/nodes/roll-nodegroup.ts";
import { AiplatError } from "../errors.ts";
import type { EksPort } from "../ports.ts";
import { everyPage } from "./ecs-calls.ts";
import { createCall, createChange, writable } from "./call.ts";
import { clientSettings, type AwsConfig } from "./config.ts";
import { changeMs, lasting } from "./lasting.ts";

/** EKS over the SDK. */
export function createEks(config: AwsConfig, signal: AbortSignal): EksPort {
  const client = new EKSClient(clientSettings(config, "eks"));
  const call = createCall(config, "eks", signal);
  // Not cut off by Ctrl-C: the node group would be made and nobody would know of it.
  const change = createChange(config, "eks", lasting(signal, changeMs, config.clock));
  return {
    describeCluster: async (name) => {
      const { cluster } = await inCluster(
        name,
        call("DescribeCluster", (options) => client.send(new DescribeClusterCommand({ name }), options)),
      );
      return {
        name,
        version: cluster?.version ?? "",
        ...(cluster?.endpoint === undefined ? {} : { endpoint: cluster.endpoint }),
      };
    },

    listNodegroups: async (clusterName) => {
      const names: string[] = [];
      let nextToken: string | undefined;
      do {
        const command = new ListNodegroupsCommand({
          clusterName,
          maxResults: 100,
          ...present({ nextToken }),
        });
        const answer = await inCluster(
          clusterName,
          call("ListNodegroups", (options) => client.send(command, options)),
        );
        names.push(...(answer.nodegroups ?? []));
        nextToken = answer.nextToken;
      } while (nextToken !== undefined && nextToken !== "");
      return names;
    },

    describeNodegroup: async (clusterName, nodegroupName) => {
      const command = new DescribeNodegroupCommand({ clusterName, nodegroupName });
      try {
        const { nodegroup } = await call("DescribeNodegroup", (options) => client.send(command, options));
        return nodegroup === undefined ? undefined : described(nodegroup);
      } catch (error) {
        if (error instanceof AiplatError && error.details["awsCode"] === "ResourceNotFoundException") return undefined;
        throw error;
      }
    },

    updateNodegroupVersion: async ({ cluster, nodegroup }, { version, releaseVersion, force }, clientRequestToken) => {
      const command = new UpdateNodegroupVersionCommand({
        clusterName: cluster,
        nodegroupName: nodegroup,
        version,
        releaseVersion,
        force,
        clientRequestToken,
      });
      const { update } = await inCluster(
        cluster,
        change("UpdateNodegroupVersion", (options) => client.send(command, options)),
      );
      return toUpdate(update ?? {});
    },

    listUpdates: async ({ cluster, nodegroup }) =>
      everyPage(async (page) => {
        const command = new ListUpdatesCommand({ name: cluster, nodegroupName: nodegroup, maxResults: 100, ...page });
        const answer = await call("ListUpdates", (options) => client.send(command, options));
        return { items: answer.updateIds, nextToken: answer.nextToken };
      }),

    describeUpdate: async ({ cluster, nodegroup }, updateId) => {
      const command = new DescribeUpdateCommand({ name: cluster, nodegroupName: nodegroup, updateId });
      const { update } = await call("DescribeUpdate", (options) => client.send(command, options));
      return toUpdate(update ?? {});
    },

    createNodegroup: async (request, clientRequestToken) => {
      const command = new CreateNodegroupCommand({ ...writable(request), clientRequestToken });
      const { nodegroup } = await inCluster(
        request.clusterName,
        change("CreateNodegroup", (options) => client.send(command, options)),
      );
      return described(nodegroup ?? { nodegroupName: request.nodegroupName });
    },
  };
}

/** Names the cluster, of which EKS's error need not. */
async function inCluster<Answer>(cluster: string, answer: Promise<Answer>): Promise<Answer> {
  return answer.catch((error: unknown) => {
    if (!(error instanceof AiplatError) || error.code !== "NotFound") throw error;
    const { code, message, hint, details } = error;
    throw new AiplatError(code, message.replace("no such EKS cluster", `no EKS cluster ${cluster}`), {
      ...present({ hint }),
      details: { ...details, cluster },
      cause: error.cause,
    });
  });
}

function toUpdate({ id, status, type, errors }: Update): NodegroupUpdate {
  return {
    id: id ?? "",
    status: status ?? "",
    type: type ?? "",
    errors: (errors ?? []).map(({ errorCode, errorMessage }) => ({
      code: errorCode ?? "Unknown",
      message: errorMessage ?? "",
    })),
  };
}

function described(nodegroup: Nodegroup): DescribedNodegroup {
  const {
    nodegroupName,
    status,
    amiType,
    capacityType,
    version,
    releaseVersion,
    nodeRole,
    diskSize,
    instanceTypes,
    subnets,
    labels,
    taints,
    scalingConfig,
    launchTemplate,
    health,
    nodeRepairConfig,
  } = nodegroup;
  const given = { status, amiType, capacityType, version, releaseVersion, nodeRole, diskSize };
  return {
    nodegroupName: nodegroupName ?? "",
    ...(present(given) as Partial<DescribedNodegroup>),
    instanceTypes: instanceTypes ?? [],
    subnets: subnets ?? [],
    labels: labels ?? {},
    taints: (taints ?? []).map((taint) => present(taint)),
    scalingConfig: present(scalingConfig ?? {}),
    ...(nodeRepairConfig?.enabled === undefined ? {} : { nodeRepairConfig: { enabled: nodeRepairConfig.enabled } }),
    ...(launchTemplate === undefined ? {} : { launchTemplate: present(launchTemplate) }),
    healthIssues: (health?.issues ?? []).map(({ code, message }) => ({
      code: code ?? "Unknown",
      message: message ?? "",
    })),
  };
}
