import { parseJson } from "../core/base/json.ts";
import { present } from "../core/base/present.ts";
import { releaseParameterOf } from "../core/kubernetes/check/check-nodegroup.ts";
import type {
  DescribedNodegroup,
  DescribedTemplate,
  EksCluster,
  EksSnapshot,
  KubernetesObject,
} from "../core/kubernetes/check/snapshot.ts";
import type { WantedWorkload } from "../core/kubernetes/check/workload-needs.ts";
import { AiplatError } from "../errors.ts";
import { observeWorkloadNeeds } from "./observe-workload-needs.ts";
import type { Ec2Port, EksPort, KubectlPort, LaunchTemplateVersion, SsmPort } from "../ports.ts";

interface Ports {
  readonly eks: EksPort;
  readonly ec2: () => Promise<Ec2Port>;
  readonly ssm: () => Promise<SsmPort>;
  readonly kubectl: KubectlPort;
}

/**
 * Everything `eks check` judges. kubectl and what it cannot do are no failure: those checks are skipped with the
 * reason.
 *
 * @param wanted The workload that is to run there, where there is one: what it refers to is looked up too.
 */
export async function observeEks(
  { eks, ec2, ssm, kubectl }: Ports,
  name: string,
  wanted?: WantedWorkload,
): Promise<EksSnapshot> {
  const cluster = await eks.describeCluster(name);
  const described = await Promise.all(
    (await eks.listNodegroups(name)).map((each) => eks.describeNodegroup(name, each)),
  );
  // One that was deleted in between is none.
  const present = described.filter((each) => each !== undefined);
  const [nodegroups, releases, objects] = await Promise.all([
    Promise.all(present.map(async (nodegroup) => withTemplate(nodegroup, ec2))),
    newestReleases(present, cluster, ssm),
    listObjects(kubectl, cluster),
  ]);
  if (wanted === undefined || "skipped" in objects) return { cluster, nodegroups, releases, objects };
  const { needs, more } = await observeWorkloadNeeds(kubectl, wanted);
  return { cluster, nodegroups, releases, objects: [...objects, ...more], workload: needs };
}

async function withTemplate(
  nodegroup: DescribedNodegroup,
  ec2: () => Promise<Ec2Port>,
): Promise<EksSnapshot["nodegroups"][number]> {
  const { id, name, version = "$Default" } = nodegroup.launchTemplate ?? {};
  const named = name === undefined ? undefined : { name };
  const which = id === undefined ? named : { id };
  const data = which === undefined ? undefined : await (await ec2()).launchTemplateVersion(which, version);
  return { nodegroup, ...(data === undefined ? {} : { template: readTemplate(data) }) };
}

function readTemplate(data: LaunchTemplateVersion): DescribedTemplate {
  const { InstanceType, NetworkInterfaces, Placement } = data as {
    readonly InstanceType?: string;
    readonly NetworkInterfaces?: readonly { readonly InterfaceType?: string }[];
    readonly Placement?: { readonly GroupName?: string };
  };
  const group = Placement?.GroupName;
  return {
    ...present({ instanceType: InstanceType }),
    efaInterfaces: (NetworkInterfaces ?? []).filter((each) => each.InterfaceType?.startsWith("efa") === true).length,
    ...(group === undefined || group === "" ? {} : { placementGroup: group }),
  };
}

async function newestReleases(
  nodegroups: readonly DescribedNodegroup[],
  cluster: EksCluster,
  ssm: () => Promise<SsmPort>,
): Promise<ReadonlyMap<string, string>> {
  const names = [...new Set(nodegroups.flatMap((each) => releaseParameterOf(each, cluster) ?? []))];
  return names.length === 0 ? new Map() : (await (await ssm()).getParameters(names)).values;
}

const listed = "nodes,pods,deployments,statefulsets,daemonsets,jobs,cronjobs";

async function listObjects(kubectl: KubectlPort, { name, endpoint }: EksCluster): Promise<EksSnapshot["objects"]> {
  const fix = `aws eks update-kubeconfig --name ${name}, or --context, makes kubectl talk to it.`;
  try {
    const view = await kubectl.run(["config", "view", "--minify", "--output", "json"]);
    if (view.code !== 0) return { skipped: "kubectl has no kubeconfig with a current context", fix };
    const server = serverOf(view.stdout);
    // Another cluster's pods say nothing of this one.
    if (endpoint !== undefined && !sameServer(server, endpoint))
      return { skipped: `kubectl's context is of another cluster: ${server ?? "none"}`, fix };
    const list = await kubectl.run(["get", listed, "--all-namespaces", "--output", "json", "--request-timeout", "30s"]);
    if (list.code !== 0)
      return {
        skipped: `kubectl get failed: ${lastLine(list.stderr)}`,
        fix: "The kubeconfig's user must be allowed to list these in all namespaces.",
      };
    return [...itemsOf(list.stdout), ...(await listClaims(kubectl))];
  } catch (error) {
    if (error instanceof AiplatError && error.details["program"] === "kubectl")
      return { skipped: error.message, fix: error.hint ?? "" };
    throw error;
  }
}

const claimKinds: ReadonlySet<unknown> = new Set(["DeviceClass", "ResourceClaimTemplate"]);

/** What hands devices out by claims; nothing where the cluster does not know such resources. */
async function listClaims(kubectl: KubectlPort): Promise<readonly KubernetesObject[]> {
  const kinds = "deviceclasses.resource.k8s.io,resourceclaimtemplates.resource.k8s.io";
  const list = await kubectl.run(["get", kinds, "--all-namespaces", "--output", "json", "--request-timeout", "30s"]);
  return list.code === 0 ? itemsOf(list.stdout).filter(({ kind }) => claimKinds.has(kind)) : [];
}

function itemsOf(list: string): readonly KubernetesObject[] {
  return (parseJson(list) as { readonly items?: readonly KubernetesObject[] }).items ?? [];
}

function serverOf(view: string): string | undefined {
  const config = parseJson(view) as {
    readonly clusters?: readonly { readonly cluster?: { readonly server?: string } }[] | null;
  };
  return config.clusters?.[0]?.cluster?.server;
}

function sameServer(server: string | undefined, endpoint: string): boolean {
  return (
    server !== undefined && server.replace(/\/+$/, "").toLowerCase() === endpoint.replace(/\/+$/, "").toLowerCase()
  );
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
