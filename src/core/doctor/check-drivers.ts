import { ecsNeuronFamilyOf, isEcsImageWithoutNeuron, pinnedDriverOn } from "../catalog/machine-images/ami-drivers.ts";
import { agreeing } from "../base/counted.ts";
import { findInstanceType } from "../catalog/instance-types/catalog.ts";
import { checkImageDriver, needsNewDriver } from "../catalog/container-images/image-checks.ts";
import type { ImageReference } from "../catalog/container-images/image-reference.ts";
import { fail, ok, skip, type CheckItem } from "../base/check-report.ts";
import { instanceTypeOf, type ContainerInstance } from "../cluster/snapshot.ts";
import type { Needs } from "../ecs/account-needs.ts";
import type { ObservedAccount } from "./observation.ts";
import { gpuHosts } from "./check-gpus.ts";
import { nameInstances } from "./observed-instances.ts";
import { judged } from "./reading.ts";

/** The attribute by which a container instance says its machine image. */
export const amiAttribute = "ecs.ami-id";

const fix = "Replace them with instances of the newest Neuron image: aiplat ami latest.";

/** Whether the Neuron driver of the instances' machine images runs the containers' images. */
export function checkDrivers(
  { images }: Needs,
  { machineImages }: ObservedAccount,
  candidates: readonly ContainerInstance[],
): readonly CheckItem[] {
  const accelerated = images.filter((each) => each.accelerated).map(({ image }) => image);
  return accelerated.length === 0 ? [] : checkNeuronHosts(machineImages, candidates, accelerated);
}

/**
 * Whether the machine images of the Neuron instances carry a driver, and one that runs these containers' images.
 */
export function checkNeuronHosts(
  machineImages: ObservedAccount["machineImages"],
  instances: readonly ContainerInstance[],
  accelerated: readonly ImageReference[] = [],
): readonly CheckItem[] {
  const neuron = neuronHosts(instances);
  if (neuron.length === 0) return [];
  return judged("driver", "the machine images of the instances", machineImages, (found) => {
    const names = new Map(found.map(({ id, name }) => [id, name]));
    return groupByHost(neuron, names).map((host) => checkHost(host, neuron, accelerated));
  });
}

/** The instances that have Neuron devices. */
function neuronHosts(instances: readonly ContainerInstance[]): readonly ContainerInstance[] {
  return instances.filter((each) => typeOf(each)?.accelerator.kind === "neuron");
}

/** The instances whose driver shows by their machine image: those with Neuron devices or NVIDIA GPUs. */
export function hostsWithDriver(instances: readonly ContainerInstance[]): readonly ContainerInstance[] {
  return [...neuronHosts(instances), ...gpuHosts(instances)];
}

/** Instances of one machine image and one family of types. */
export interface DriverHost {
  /** The image's name; undefined where EC2 does not know it. */
  readonly name: string | undefined;
  readonly ami: string;
  readonly instances: readonly ContainerInstance[];
}

export function groupByHost(
  instances: readonly ContainerInstance[],
  names: ReadonlyMap<string, string>,
): readonly DriverHost[] {
  const hosts = new Map<
    string,
    { readonly name: string | undefined; readonly ami: string; readonly instances: ContainerInstance[] }
  >();
  for (const instance of instances) {
    const ami = instance.attributes[amiAttribute] ?? "";
    const name = names.get(ami);
    const key = `${name ?? ami} ${typeOf(instance)?.family}`;
    const host = hosts.get(key) ?? { name, ami, instances: [] };
    hosts.set(key, host);
    host.instances.push(instance);
  }
  return [...hosts.values()];
}

function checkHost(
  { name, ami, instances }: DriverHost,
  all: readonly ContainerInstance[],
  images: readonly ImageReference[],
): CheckItem {
  const check = "driver";
  const which = nameInstances(instances, all);
  const agree = (one: string, more: string) => agreeing(instances.length, one, more);
  const [has, run] = [agree("has", "have"), agree("runs", "run")];
  if (name === undefined) {
    const what =
      ami === ""
        ? agree("does not say its machine image", "do not say their machine image")
        : `${run} ${ami}, which EC2 does not show to this account`;
    return skip(check, `${which} ${what}: ${agree("its", "their")} driver is not known`);
  }
  if (isEcsImageWithoutNeuron(name)) return fail(check, `${which} ${run} ${name}, which carries no Neuron driver`, fix);
  const family = ecsNeuronFamilyOf(name);
  if (family === undefined)
    return skip(check, `${which} ${run} ${name}, which is none of the images whose Neuron driver is known`);
  const ofType = typeOf(instances[0]!)!.family;
  const pinned = pinnedDriverOn(family, ofType);
  if (pinned !== undefined) {
    const [problem] = images.flatMap((image) => checkImageDriver(image, pinned, `${which} with ${name}`, ofType));
    return problem === undefined
      ? ok(check, `${which} ${has} driver ${pinned} (${name})`)
      : fail(check, problem.message, problem.hint ?? fix);
  }
  const demanding = images.find(needsNewDriver);
  return demanding === undefined
    ? ok(check, `${which} ${has} the driver of ${name}`)
    : skip(
        check,
        `${which} ${has} the driver of ${name}, whose version AWS does not publish: ${demanding.text} needs a new one`,
        "If it does not start there, replace the instance with one of the newest image: aiplat ami latest.",
      );
}

function typeOf(instance: ContainerInstance) {
  return findInstanceType(instanceTypeOf(instance) ?? "");
}
