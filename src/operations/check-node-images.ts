import { skip, type CheckGroup } from "../core/base/check-report.ts";
import { parseJson } from "../core/base/json.ts";
import { amiFamilies, amiParameters } from "../core/catalog/machine-images/ami-families.ts";
import { checkNodeClass, checkOtherTerms, type NodeClassImages } from "../core/doctor/check-node-classes.ts";
import { checkImageUse, type ImageFacts, type ImageUse } from "../core/doctor/check-machine-images.ts";
import { checkNodegroupImage } from "../core/kubernetes/check/check-nodegroup-image.ts";
import { releaseParameterOf } from "../core/kubernetes/check/check-nodegroup.ts";
import type { DescribedNodegroup, EksCluster } from "../core/kubernetes/check/snapshot.ts";
import { AiplatError } from "../errors.ts";
import type { EksPort, KubectlPort } from "../ports.ts";
import { readImageFacts, resolveImages, type ImagePorts } from "./image-facts.ts";

interface Ports extends ImagePorts {
  readonly eks: EksPort;
  readonly kubectl: KubectlPort;
}

interface NodeUse extends ImageUse {
  readonly subject: string;
}

/** Judges the images of an EKS cluster's node groups, and of Karpenter's classes as far as kubectl lists them. */
export async function checkNodeImages(
  ports: Ports,
  { cluster: name, ...ages }: Pick<ImageFacts, "now" | "maxAgeMs"> & { readonly cluster: string },
): Promise<readonly CheckGroup[]> {
  const { eks, kubectl } = ports;
  const cluster = await eks.describeCluster(name);
  const [described, classes] = await Promise.all([
    eks.listNodegroups(name).then((names) => Promise.all(names.map((each) => eks.describeNodegroup(name, each)))),
    listNodeClasses(kubectl, cluster),
  ]);
  const nodegroups = described.filter((each) => each !== undefined);
  const templates = new Map(
    await Promise.all(nodegroups.map(async (each) => [each.nodegroupName, await templateOf(ports, each)] as const)),
  );
  const releases = await newest(ports, [
    ...nodegroups.flatMap((each) => releaseParameterOf(each, cluster) ?? []),
    ...("skipped" in classes ? [] : aliasParameters(cluster.version)),
  ]);
  const uses = [
    ...nodegroups.flatMap((each) => customUse(each, templates.get(each.nodegroupName), cluster)),
    ...("skipped" in classes ? [] : classes.flatMap((each) => classUses(each, cluster))),
  ];
  const resolved = await resolveImages(
    ports,
    uses.map(({ imageId }) => imageId),
  );
  const idOf = ({ imageId }: ImageUse) => resolved.get(imageId) ?? imageId;
  const facts = { ...ages, ...(await readImageFacts(ports, uses.map(idOf))) };
  const byUse = (subject: string) =>
    uses
      .filter((each) => each.subject === subject)
      .flatMap((each) => checkImageUse({ ...each, imageId: idOf(each) }, facts));
  return [
    ...nodegroups.map((each) => {
      const subject = nodegroupSubject(each);
      const types = typesOf(each, templates.get(each.nodegroupName));
      const custom = byUse(subject);
      return {
        subject,
        items:
          custom.length > 0 ? custom : checkNodegroupImage(each, { ...ages, cluster, instanceTypes: types, releases }),
      };
    }),
    ...("skipped" in classes
      ? [{ subject: "Karpenter's EC2NodeClasses", items: [skip("ami-use", classes.skipped, classes.fix)] }]
      : classes.map((each) => ({
          subject: classSubject(each),
          items: [
            ...checkNodeClass(each, newestAliases(releases, cluster.version)),
            ...byUse(classSubject(each)),
            ...checkOtherTerms(each),
          ],
        }))),
  ];
}

type TemplateImage = { readonly imageId?: string; readonly instanceType?: string } | undefined;

async function templateOf({ images }: Ports, { launchTemplate }: DescribedNodegroup): Promise<TemplateImage> {
  const { id, version = "$Default" } = launchTemplate ?? {};
  return id === undefined ? undefined : (await images.templateVersions(id, [version]))[0];
}

function typesOf({ instanceTypes }: DescribedNodegroup, template: TemplateImage): readonly string[] {
  return instanceTypes.length > 0 || template?.instanceType === undefined ? instanceTypes : [template.instanceType];
}

/** A launch template that names an image says which; EKS chooses it otherwise. */
function customUse(nodegroup: DescribedNodegroup, template: TemplateImage, cluster: EksCluster): readonly NodeUse[] {
  return template?.imageId === undefined
    ? []
    : [
        {
          subject: nodegroupSubject(nodegroup),
          imageId: template.imageId,
          instanceTypes: typesOf(nodegroup, template),
          launches: true,
          fix:
            `Give its launch template a version with the image of aiplat ami latest --orchestrator eks ` +
            `--kubernetes-version ${nodegroup.version ?? cluster.version}, then: aws eks update-nodegroup-version ` +
            `--cluster-name ${cluster.name} --nodegroup-name ${nodegroup.nodegroupName} --launch-template ...`,
        },
      ];
}

function classUses(nodeClass: NodeClassImages, { version }: EksCluster): readonly NodeUse[] {
  const { terms, found } = nodeClass;
  const ids = terms.flatMap(({ id }) => id ?? []);
  // What an alias has found, the alias is judged by.
  const others = terms.some(({ alias }) => alias !== undefined) ? [] : found;
  return [...new Set([...ids, ...others])].map((imageId) => ({
    subject: classSubject(nodeClass),
    imageId,
    instanceTypes: [],
    launches: true,
    fix:
      `Name the image of aiplat ami latest --orchestrator eks --kubernetes-version ${version} in its ` +
      "amiSelectorTerms: Karpenter then replaces the nodes by drift.",
  }));
}

function nodegroupSubject({ nodegroupName }: DescribedNodegroup): string {
  return `node group ${nodegroupName}`;
}

function classSubject({ name }: NodeClassImages): string {
  return `EC2NodeClass ${name}`;
}

async function newest({ ssm }: Ports, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  return names.length === 0 ? new Map() : (await (await ssm()).getParameters([...new Set(names)])).values;
}

/** Where the plain images of the two families that aliases name say their version: all of a family come out together. */
const aliasFamilies = (["al2023", "bottlerocket"] as const).map((os) => ({
  os,
  family: amiFamilies.find(
    (each) =>
      each.orchestrator === "eks" && each.os === os && each.accelerator === "none" && each.architecture === "x86_64",
  )!,
}));

function aliasParameters(kubernetesVersion: string): readonly string[] {
  return aliasFamilies.flatMap(({ family }) => amiParameters(family, kubernetesVersion).version ?? []);
}

/** `1.33.4-20250912` is Karpenter's `v20250912`. */
function newestAliases(releases: ReadonlyMap<string, string>, kubernetesVersion: string): ReadonlyMap<string, string> {
  return new Map(
    aliasFamilies.flatMap(({ os, family }) => {
      const held = releases.get(amiParameters(family, kubernetesVersion).version ?? "");
      const version = os === "al2023" ? held?.replace(/^.*-(\d{8})$/, "v$1") : held?.split("-", 1)[0];
      return version === undefined ? [] : [[os, version]];
    }),
  );
}

async function listNodeClasses(
  kubectl: KubectlPort,
  { name, endpoint }: EksCluster,
): Promise<readonly NodeClassImages[] | { readonly skipped: string; readonly fix: string }> {
  const fix = `aws eks update-kubeconfig --name ${name}, or --context, makes kubectl talk to it.`;
  try {
    const view = await kubectl.run([
      "config",
      "view",
      "--minify",
      "--output",
      "jsonpath={.clusters[0].cluster.server}",
    ]);
    if (view.code !== 0) return { skipped: "kubectl has no kubeconfig with a current context", fix };
    if (endpoint !== undefined && plain(view.stdout) !== plain(endpoint))
      return { skipped: `kubectl's context is of another cluster: ${view.stdout.trim() || "none"}`, fix };
    const list = await kubectl.run([
      "get",
      "ec2nodeclasses.karpenter.k8s.aws",
      "--output",
      "json",
      "--request-timeout",
      "30s",
    ]);
    if (list.code === 0) return readClasses(list.stdout);
    // A cluster without Karpenter has no such resource.
    if (/doesn't have a resource type/.test(list.stderr)) return [];
    return { skipped: `kubectl get failed: ${list.stderr.trim().split("\n").at(-1) ?? ""}`, fix };
  } catch (error) {
    if (error instanceof AiplatError && error.details["program"] === "kubectl")
      return { skipped: error.message, fix: error.hint ?? fix };
    throw error;
  }
}

function plain(url: string): string {
  return url.trim().replace(/\/+$/, "").toLowerCase();
}

function readClasses(text: string): readonly NodeClassImages[] {
  const { items = [] } = parseJson(text) as {
    readonly items?: readonly {
      readonly metadata?: { readonly name?: string };
      readonly spec?: { readonly amiSelectorTerms?: NodeClassImages["terms"] };
      readonly status?: { readonly amis?: readonly { readonly id?: string }[] };
    }[];
  };
  return items.map(({ metadata, spec, status }) => ({
    name: metadata?.name ?? "",
    terms: spec?.amiSelectorTerms ?? [],
    found: (status?.amis ?? []).flatMap(({ id }) => id ?? []),
  }));
}
