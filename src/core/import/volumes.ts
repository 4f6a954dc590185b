/** The volumes of a live definition in the file's words. */
import { isRaw, type Raw } from "../base/merge.ts";
import { present } from "../base/present.ts";
import type { ContainerDefinition } from "../ecs-api/api.ts";
import { normalForm } from "../ecs/normal-form.ts";
import { normalService } from "../ecs/service-form.ts";
import { volumeRules as ecsRules } from "../ecs/volume-rules.ts";
import { mountAttribute, mountNameOf, volumeConfigurationsOf, volumesOf, volumeTag } from "../ecs/volumes.ts";
import { checkDocument } from "../workload/check.ts";
import { volumeRules } from "../workload/rules/volumes.ts";
import { runRules } from "../workload/rules/rule.ts";
import { defaultVolumeName, resolveVolumes } from "../workload/volumes.ts";
import { isForManagedInstances, mainContainer, type ImportedPart } from "./source.ts";

type LiveVolume = NonNullable<ImportedPart["definition"]["volumes"]>[number];
type MountPoint = NonNullable<ContainerDefinition["mountPoints"]>[number];

/**
 * `volumes`: what the container has at a path, where a word comes to exactly what is there. Everything else is left to
 * the raw fields.
 */
export function volumeWords(part: ImportedPart): readonly Raw[] {
  const { volumes = [] } = part.definition;
  const { mountPoints = [] } = mainContainer(part);
  const words = volumes.flatMap((volume) => {
    const mount = mountPoints.find(({ sourceVolume }) => sourceVolume === volume.name);
    const kind = mount === undefined ? undefined : kindOf(part, volume);
    if (mount === undefined || kind === undefined) return [];
    const word = { ...placeOf(volume, mount), ...kind };
    return comesToTheSame(part, volume, word) ? [word] : [];
  });
  return legalOf(part, words);
}

/** The constraints of a definition that its volumes' words bring. */
export function mountExpressions(volumes: readonly Raw[]): readonly string[] {
  return volumes
    .filter(({ lustre, s3 }) => lustre !== undefined || s3 !== undefined)
    .map(({ name, path }) => existsExpression(String(name ?? defaultVolumeName(String(path)))));
}

function existsExpression(name: string): string {
  return `attribute:${mountAttribute(name)} exists`;
}

function placeOf({ name }: LiveVolume, { containerPath, readOnly }: MountPoint): Raw {
  return {
    path: containerPath,
    ...(name === defaultVolumeName(containerPath ?? "") ? {} : { name }),
    ...(readOnly === true ? { readOnly } : {}),
  };
}

function kindOf(part: ImportedPart, volume: LiveVolume): Raw | undefined {
  const { efsVolumeConfiguration: efs, s3filesVolumeConfiguration: s3Files, host } = volume;
  if (efs !== undefined) {
    const { fileSystemId, rootDirectory = "/", authorizationConfig } = efs;
    const directory = rootDirectory === "/" ? undefined : rootDirectory;
    return {
      efs: { fileSystem: fileSystemId, ...present({ accessPoint: authorizationConfig?.accessPointId, directory }) },
    };
  }
  if (s3Files !== undefined) return { s3Files: { arn: s3Files.fileSystemArn } };
  if (volume.configuredAtLaunch === true) return ebsOf(part, volume);
  return mountedOf(part, volume) ?? (host?.sourcePath === undefined ? undefined : { host: host.sourcePath });
}

/** What a service says of the volume that it makes; of a definition alone nobody knows. */
function ebsOf({ service }: ImportedPart, { name }: LiveVolume): Raw | undefined {
  const { managedEBSVolume } = configurationOf(service, name);
  if (!isRaw(managedEBSVolume)) return undefined;
  const { sizeInGiB, volumeType, snapshotId, roleArn } = managedEBSVolume;
  return {
    ebs: { size: `${String(sizeInGiB)}GiB`, ...present({ type: volumeType, snapshot: snapshotId, role: roleArn }) },
  };
}

function configurationOf(service: ImportedPart["service"], name: string | undefined): Raw {
  const all = service === undefined ? undefined : normalService(service)["volumeConfigurations"];
  return (Array.isArray(all) ? all.filter(isRaw) : []).find((each) => each["name"] === name) ?? {};
}

/** What aiplat has written down of it in a tag of the definition. */
function mountedOf({ definition }: ImportedPart, { name, host }: LiveVolume): Raw | undefined {
  const tag = definition.tags?.find(({ key }) => key === `${volumeTag}${name}`)?.value;
  const [kind, ...rest] = (tag ?? "").split(" ");
  if (kind === "scratch") return host?.sourcePath === undefined ? { scratch: rest[0] } : undefined;
  const constrained = (definition.placementConstraints ?? []).some(
    ({ expression }) => expression === existsExpression(name ?? ""),
  );
  if (mountNameOf(host?.sourcePath) !== name || !constrained) return undefined;
  const [first, second, third] = rest;
  if (kind === "lustre") return { lustre: { fileSystem: first, mountName: second, dnsName: third } };
  return kind === "s3" ? { s3: { bucket: first, ...present({ prefix: second }) } } : undefined;
}

/** Whether ECS would be told of the volume what it was told. */
function comesToTheSame({ definition, service }: ImportedPart, volume: LiveVolume, word: Raw): boolean {
  const { problems, workload } = checkDocument(documentOf([word]), () => undefined);
  if (problems.length > 0) return false;
  const volumes = resolveVolumes(workload);
  const roles = present({ task: definition.taskRoleArn });
  const same = (one: Raw, other: Raw) => JSON.stringify(one) === JSON.stringify(other);
  const [generated] = volumesOf({ volumes, roles });
  if (!same(normalForm({ volumes: [generated] }), normalForm({ volumes: [volume] }))) return false;
  if (volume.configuredAtLaunch !== true) return true;
  const [configuration] = volumeConfigurationsOf({ volumes }) ?? [];
  return same(
    normalService({ volumeConfigurations: [configuration] }),
    normalService({ volumeConfigurations: [configurationOf(service, volume.name)] }),
  );
}

/** Those that no rule has anything against beside the others: what ECS takes may be more than a file says. */
function legalOf(part: ImportedPart, words: readonly Raw[]): readonly Raw[] {
  const { workload } = checkDocument(
    {
      ...documentOf(words),
      roles: present({ task: part.definition.taskRoleArn }),
      ecs: { capacity: isForManagedInstances(part) ? "managed-instances" : "ec2" },
    },
    () => undefined,
  );
  const problems = runRules([...volumeRules, ...ecsRules].filter(isError), workload, []);
  const wrong = new Set(problems.map(({ path = [] }) => path[1]));
  return words.filter((_, index) => !wrong.has(index));
}

function documentOf(volumes: readonly Raw[]): Raw {
  return { name: "import", image: "import", volumes };
}

function isError({ severity }: { readonly severity: string }): boolean {
  return severity === "error";
}
