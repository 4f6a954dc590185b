import { skip, someOf, type CheckGroup } from "../core/base/check-report.ts";
import { groupBy } from "../core/base/groups.ts";
import type { ImageReference } from "../core/catalog/container-images/image-reference.ts";
import { instanceTypeOf, type ContainerInstance } from "../core/cluster/snapshot.ts";
import { amiAttribute } from "../core/doctor/check-drivers.ts";
import {
  checkImageUse,
  staysOnOldDriver,
  type ImageFacts,
  type ImageUse,
} from "../core/doctor/check-machine-images.ts";
import type { ImagedGroup, TemplateVersion } from "../machine-image-ports.ts";
import type { EcsPort } from "../ports.ts";
import { ClusterReader } from "./cluster-reader.ts";
import { readImagesOnMachines } from "./images-on-machines.ts";
import { readImageFacts, resolveImages, type ImagePorts } from "./image-facts.ts";
import { requireCluster } from "./observe-cluster.ts";

export interface ImageCheck extends Pick<ImageFacts, "now" | "maxAgeMs"> {
  readonly cluster: string;
  /** Whether every group and launch template of the region is looked at, beside the cluster's. */
  readonly all: boolean;
}

/** Something that uses an image; without one it says why nobody can tell. */
type Subject = { readonly subject: string } & (MachineUse | { readonly unknown: string });

interface MachineUse extends ImageUse {
  /** The container instances, by their ARNs; absent of what only launches machines. */
  readonly machines?: readonly string[];
}

/** Judges the images of a cluster's machines by what they run on and what runs there, and those of what launches machines. */
export async function checkImages(
  ports: ImagePorts & { readonly ecs: EcsPort },
  { cluster, all, ...ages }: ImageCheck,
): Promise<readonly CheckGroup[]> {
  const { ecs, images } = ports;
  const description = await requireCluster(ecs, cluster);
  const [instances, groups, providers] = await Promise.all([
    new ClusterReader(ecs, cluster).instances(),
    images.groups(),
    description.capacityProviders.length === 0
      ? []
      : ecs.describeCapacityProviders(description.capacityProviders, cluster),
  ]);
  const ids = new Set(instances.map(({ ec2InstanceId }) => ec2InstanceId));
  const named = new Set(providers.map(({ groupName }) => groupName));
  const chosen = groups.filter(
    (group) => all || named.has(group.name) || group.instances.some(({ id }) => ids.has(id)),
  );
  const [versions, others] = await Promise.all([
    Promise.all(chosen.map((group) => versionOf(ports, group))),
    all ? images.allTemplates() : [],
  ]);
  const used = new Set(versions.flatMap((each) => (each === undefined ? [] : [keyOf(each)])));
  const subjects = [
    ...ofInstances(instances, groups, cluster),
    ...chosen.map((group, index) => ofGroup(group, versions[index], cluster)),
    ...ofTemplates(others.filter((each) => !used.has(keyOf(each)))),
  ];
  const uses = subjects.flatMap((each) => ("unknown" in each ? [] : [each]));
  const resolved = await resolveImages(
    ports,
    uses.map(({ imageId }) => imageId),
  );
  const idOf = ({ imageId }: ImageUse) => resolved.get(imageId) ?? imageId;
  const facts = { ...ages, ...(await readImageFacts(ports, uses.map(idOf))) };
  const onOldDrivers = uses.filter((each) => staysOnOldDriver(each, facts.images));
  const run = await readImagesOnMachines(
    ports,
    cluster,
    onOldDrivers.flatMap(({ machines = [] }) => machines),
  );
  return subjects.map((each) => ({
    subject: each.subject,
    items:
      "unknown" in each
        ? [skip("ami-use", each.unknown)]
        : checkImageUse({ ...each, imageId: idOf(each), containerImages: imagesOn(each, run) }, facts),
  }));
}

/** Each once, on however many of the machines. */
function imagesOn({ machines = [] }: MachineUse, run: ReadonlyMap<string, readonly ImageReference[]>) {
  const images = machines.flatMap((each) => run.get(each) ?? []);
  return [...new Map(images.map((each) => [each.text, each])).values()];
}

function keyOf({ templateId, number }: TemplateVersion): string {
  return `${templateId} ${number}`;
}

async function versionOf(
  { images }: ImagePorts,
  { launchTemplate }: ImagedGroup,
): Promise<TemplateVersion | undefined> {
  if (launchTemplate === undefined) return undefined;
  return (await images.templateVersions(launchTemplate.id, [launchTemplate.version]))[0];
}

/** Those of one image, type and group together. */
function ofInstances(
  instances: readonly ContainerInstance[],
  groups: readonly ImagedGroup[],
  cluster: string,
): readonly Subject[] {
  const groupOf = new Map(
    groups.flatMap(({ name, instances: members }) => members.map(({ id }) => [id, name] as const)),
  );
  const alike = groupBy(instances, (each) =>
    [each.attributes[amiAttribute], instanceTypeOf(each), groupOf.get(each.ec2InstanceId)].join(" "),
  );
  return [...alike.values()].map((some): Subject => {
    const [first] = some;
    const instanceType = instanceTypeOf(first!);
    const names = some.map(({ ec2InstanceId }) => ec2InstanceId);
    const subject = `${some.length === 1 ? "container instance" : `${some.length} container instances`} ${someOf(names)}`;
    const imageId = first!.attributes[amiAttribute];
    if (imageId === undefined) return { subject, unknown: "it does not say its image" };
    const group = groupOf.get(names[0]!);
    return {
      subject,
      imageId,
      machines: some.map(({ arn }) => arn),
      instanceTypes: instanceType === undefined ? [] : [instanceType],
      launches: false,
      fix:
        group === undefined
          ? `Start another with the image of aiplat ami latest, then: aiplat cluster drain ${names[0]} --cluster ${cluster}`
          : rollOf(cluster, group),
    };
  });
}

function ofGroup(
  { name, instanceTypes, launchTemplate }: ImagedGroup,
  version: TemplateVersion | undefined,
  cluster: string,
): Subject {
  const subject = `Auto Scaling group ${name}`;
  if (launchTemplate === undefined)
    return { subject, unknown: "it has no launch template that EC2 Auto Scaling shows" };
  if (version === undefined)
    return { subject, unknown: `its launch template ${launchTemplate.id} has no version ${launchTemplate.version}` };
  const { imageId, templateName, number, instanceType } = version;
  const from = `${subject} (launch template ${templateName}, version ${number})`;
  if (imageId === undefined) return { subject: from, unknown: "its launch template names no image" };
  const types = instanceTypes.length > 0 || instanceType === undefined ? instanceTypes : [instanceType];
  return { subject: from, imageId, instanceTypes: types, launches: true, fix: rollOf(cluster, name) };
}

/** `$Default` and `$Latest` of each, once where they are the same. */
function ofTemplates(versions: readonly TemplateVersion[]): readonly Subject[] {
  const distinct = new Map(versions.map((each) => [keyOf(each), each]));
  return [...distinct.values()].flatMap(({ imageId, templateName, templateId, number, isDefault, instanceType }) =>
    imageId === undefined
      ? []
      : [
          {
            subject: `launch template ${templateName}, version ${number} (${isDefault ? "default" : "latest"})`,
            imageId,
            instanceTypes: instanceType === undefined ? [] : [instanceType],
            launches: true,
            fix:
              `aws ec2 create-launch-template-version --launch-template-id ${templateId} --source-version ${number} ` +
              `--launch-template-data ImageId=$(aiplat ami latest)`,
          },
        ],
  );
}

function rollOf(cluster: string, group: string): string {
  return `aiplat ami roll --cluster ${cluster} --auto-scaling-group ${group}`;
}
