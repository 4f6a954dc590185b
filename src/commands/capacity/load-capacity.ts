import type { Context } from "../../context.ts";
import { present } from "../../core/base/present.ts";
import { Refusal, refuseErrors, type Problem } from "../../core/base/problem.ts";
import { withEfa, type CapacityMachines } from "../../core/capacity/machines.ts";
import { capacityPlans, type CapacityPlan } from "../../core/capacity/plans.ts";
import { placeProblems } from "../../core/capacity/place-rules.ts";
import { efaProblems, settingProblems } from "../../core/capacity/rules.ts";
import type { CapacitySettings } from "../../core/capacity/settings.ts";
import type { Invocation } from "../command.ts";
import type { CapacityOptions } from "./capacity-options.ts";
import { findImages } from "./find-images.ts";
import { loadMachines } from "./load-machines.ts";

/**
 * The capacities that a command is about. What is wrong with the flags is told before AWS is asked; Systems Manager is
 * asked for images, and EC2 where the subnets lie and what their zones offer, where the flags do not say it.
 */
export async function loadCapacity(
  context: Context,
  invocation: Invocation<CapacityOptions>,
): Promise<readonly CapacityPlan[]> {
  const { options } = invocation;
  const { cluster, kind, fleets: found, locating } = await loadMachines(context, invocation);
  const asked: CapacitySettings = {
    cluster,
    kind,
    createCluster: options.createCluster === true,
    subnets: [...new Set(options.subnet ?? [])].map((id) => ({ id })),
    securityGroups: options.securityGroup ?? [],
    images: new Map(),
    zonesOffering: new Map(),
    attributes: Object.fromEntries(options.attribute ?? []),
    spot: options.spot === true,
    ...present({
      vpcId: options.vpc,
      diskGiB: options.disk,
      imdsHopLimit: options.imdsHopLimit,
      reservedMemoryMiB: options.reservedMemory,
      reservation: options.reservation,
      capacityBlock: options.capacityBlock,
      minSize: options.minSize,
      desiredSize: options.desiredSize,
      maxSize: options.maxSize,
    }),
  };
  const fleets = options.efa === true ? withEfa(found) : found;
  const efa = options.efa === true ? efaProblems(found, asked) : [];
  locating(() => refuseErrors([...efa, ...settingProblems(fleets, asked)]));
  const refused: Problem[] = [];
  const [images, places] = await Promise.all([
    kind === "ec2" ? findImages(context, fleets, options).catch(keepIn(refused, asked.images)) : asked.images,
    options.vpc === undefined
      ? findPlaces(context, fleets, asked).catch((error: unknown) => {
          refuseErrors(refused);
          throw error;
        })
      : asked,
  ]);
  return locating(() => {
    if (refused.length > 0) refuseErrors([...refused, ...placeProblems(fleets, places)]);
    return capacityPlans(fleets, { ...places, images });
  });
}

/** Has what is refused told beside what else is. */
function keepIn<T>(problems: Problem[], instead: T): (error: unknown) => T {
  return (error) => {
    if (!(error instanceof Refusal)) throw error;
    problems.push(...error.problems);
    return instead;
  };
}

async function findPlaces(
  context: Context,
  fleets: readonly CapacityMachines[],
  settings: CapacitySettings,
): Promise<CapacitySettings> {
  const ec2 = await context.aws.ec2Read();
  const ids = settings.subnets.map(({ id }) => id);
  const { securityGroups: groups } = settings;
  const [subnets, describedGroups, zonesOffering] = await Promise.all([
    ec2.subnets(ids),
    groups.length === 0 ? [] : ec2.securityGroups(groups),
    ec2.zonesOffering(fleets.map(({ type }) => type.instanceType)),
  ]);
  const region = await context.aws.region();
  return {
    ...settings,
    subnets: ids.map((id) => {
      const { vpcId, zone } = subnets.find((subnet) => subnet.id === id) ?? {};
      return { id, ...present({ vpcId, zone }) };
    }),
    subnetsThere: new Set(subnets.map(({ id }) => id)),
    region,
    describedGroups,
    zonesOffering,
  };
}
