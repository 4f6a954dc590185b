/** The containers beside the workload's own, in the file's words: `init`, `sidecars`, and the model that one fetches. */
import type { Raw } from "../base/merge.ts";
import { present } from "../base/present.ts";
import type { ContainerDefinition } from "../ecs-api/api.ts";
import { containerRules as ecsRules } from "../ecs/container-rules.ts";
import { checkDocument } from "../workload/check.ts";
import { formatMiB } from "../workload/fields.ts";
import { modelFetchOf } from "../workload/model-fetch.ts";
import { besideDefaults } from "../workload/resolve-containers.ts";
import { containerRules } from "../workload/rules/containers.ts";
import { modelRules, writtenVolumes } from "../workload/rules/model.ts";
import { portRules } from "../workload/rules/ports.ts";
import { runRules } from "../workload/rules/rule.ts";
import { defaultVolumeName } from "../workload/volumes.ts";
import { portsOf, secretsOf } from "./modelled-fields.ts";
import { healthWords } from "./own-forms.ts";
import { mainContainer, neuronDevicesOf, type ImportedPart } from "./source.ts";
import { processWords } from "./process-words.ts";

/** What the file says of them; empty where they are started otherwise than aiplat starts them. */
export interface BesideWords {
  readonly init?: readonly Raw[];
  readonly sidecars?: readonly Raw[];
  readonly model?: Raw;
}

/**
 * The words for the containers that the workload's own waits for: each until it has ended with 0, one after the other,
 * or until it runs. Every other container is left to the raw fields, and so are the fields that have no word.
 *
 * @param base What the file says besides: its ports, volumes, roles and accelerator.
 */
export function besideWords(part: ImportedPart, base: Raw, lockPortBase: number | undefined): BesideWords {
  const { before, beside } = startedBefore(part);
  if (before.length + beside.length === 0) return {};
  const volumes = (base["volumes"] ?? []) as readonly Raw[];
  const [first, ...rest] = before;
  const model = first === undefined ? undefined : modelOf(first, volumes);
  const own = model === undefined ? before : rest;
  const words: BesideWords = {
    ...(own.length === 0 ? {} : { init: own.map((each) => wordsOf(part, each, volumes)) }),
    ...(beside.length === 0
      ? {}
      : { sidecars: beside.map((each) => sidecarWords(part, each, { volumes, lockPortBase, base })) }),
    ...present({ model }),
  };
  return isLegal({ ...base, ...words }) ? words : {};
}

interface Started {
  readonly before: readonly ContainerDefinition[];
  readonly beside: readonly ContainerDefinition[];
}

/** Those that the workload's own container waits for, in their order: none where one is not as aiplat has it. */
function startedBefore(part: ImportedPart): Started {
  const main = mainContainer(part);
  const waits = main.dependsOn ?? [];
  const named = (name: string | undefined) =>
    part.definition.containerDefinitions.find((each) => each.name === name && isSayable(each));
  const ended = waits.filter(({ condition }) => condition === "SUCCESS");
  const before: ContainerDefinition[] = [];
  let last = ended.length === 1 ? named(ended[0]!.containerName) : undefined;
  while (last !== undefined && !before.includes(last)) {
    before.unshift(last);
    const [only, ...others] = last.dependsOn ?? [];
    last = only?.condition === "SUCCESS" && others.length === 0 ? named(only.containerName) : undefined;
  }
  const beside = waits
    .filter(({ condition }) => condition === "START" || condition === "HEALTHY")
    .flatMap(({ containerName }) => named(containerName) ?? []);
  return { before, beside };
}

/** The file gives each a size, and the end of none ends the task. */
function isSayable({ essential, cpu, memory, memoryReservation }: ContainerDefinition): boolean {
  return essential === false && (cpu ?? 0) > 0 && memory !== undefined && memoryReservation === undefined;
}

function wordsOf(part: ImportedPart, container: ContainerDefinition, volumes: readonly Raw[]): Raw {
  const { name, image, mountPoints = [] } = container;
  const mounts = mountPoints.flatMap(({ sourceVolume, containerPath }) =>
    volumes.some(
      ({ path, name: called }) =>
        path === containerPath && (called ?? defaultVolumeName(String(path))) === sourceVolume,
    )
      ? [containerPath]
      : [],
  );
  return {
    name,
    image,
    ...processWords(container),
    ...present({ secrets: secretsOf(container, part) }),
    ...resourcesOf(container),
    ...(mounts.length === 0 ? {} : { mounts }),
  };
}

function resourcesOf({ cpu = 0, memory = 0 }: ContainerDefinition): Raw {
  const resources = {
    ...(cpu === besideDefaults.vcpu * 1024 ? {} : { cpu: cpu / 1024 }),
    ...(memory === besideDefaults.memoryMiB ? {} : { memory: formatMiB(memory) }),
  };
  return Object.keys(resources).length === 0 ? {} : { resources };
}

interface Surroundings {
  readonly volumes: readonly Raw[];
  readonly lockPortBase: number | undefined;
  readonly base: Raw;
}

function sidecarWords(
  part: ImportedPart,
  container: ContainerDefinition,
  { volumes, lockPortBase, base }: Surroundings,
): Raw {
  const ports = portsOf(container, part.definition.networkMode, lockPortBase);
  const devices = neuronDevicesOf(container);
  const shares = devices.length > 0 && String(devices) === String(neuronDevicesOf(mainContainer(part)));
  return {
    ...wordsOf(part, container, volumes),
    ...(ports.length === 0 ? {} : { ports }),
    ...present({ health: healthWords(container.healthCheck, 0) }),
    ...(shares && base["accelerator"] !== "none" ? { devices: "shared" } : {}),
  };
}

/** The model, where the container is the one that fetches it. */
function modelOf({ entryPoint, command = [], image }: ContainerDefinition, written: readonly Raw[]): Raw | undefined {
  const [, , uri, path] = command;
  if (uri === undefined || path === undefined) return undefined;
  const volumes = writtenVolumes(written as unknown as Parameters<typeof writtenVolumes>[0]);
  const generated = modelFetchOf({ model: { uri, path }, volumes })!;
  if (JSON.stringify([generated.entryPoint, generated.command]) !== JSON.stringify([entryPoint, command]))
    return undefined;
  return { uri, path, ...(image === generated.image ? {} : { image }) };
}

/** What ECS takes may be more than a file says. */
function isLegal(document: Raw): boolean {
  const { problems, broken, workload } = checkDocument(document, () => undefined);
  const rules = [...containerRules, ...modelRules, ...portRules, ...ecsRules];
  const wrong = [...problems, ...runRules(rules, workload, broken)].filter(
    ({ severity, path: [list] = [] }) => severity === "error" && ["init", "sidecars", "model"].includes(String(list)),
  );
  return wrong.length === 0;
}
