import { findInstanceType } from "../catalog/instance-types/catalog.ts";
import { fail, ok, warn, type CheckItem } from "../base/check-report.ts";
import { instanceTypeOf, type ContainerInstance } from "../cluster/snapshot.ts";
import type { EcsWorkload } from "../ecs/resolve-for-ecs.ts";
import { agreeing } from "../base/counted.ts";
import { compareVersions, isVersion } from "../base/version.ts";
import { handOverAgent, holdsSuccessors } from "../devices/hand-over.ts";
import { checkGpus } from "./check-gpus.ts";
import { checkHostSettings } from "./check-host-settings.ts";
import { countTypes, nameInstances } from "./observed-instances.ts";

/**
 * Whether tasks could be placed on the instances, and handed over on them.
 *
 * @param candidates Those that ECS could choose for the workload, or all.
 * @param scales Whether a capacity provider starts more of them when needed.
 */
export function checkInstances(
  cluster: string,
  candidates: readonly ContainerInstance[],
  ecs: EcsWorkload | undefined,
  scales: boolean,
): readonly CheckItem[] {
  const active = candidates.filter(({ status }) => status === "ACTIVE");
  return [
    ok("instances", countTypes(candidates)),
    ...checkStatus(cluster, candidates, active, scales),
    ...checkConnection(active, scales),
    ...checkHealth(active, scales),
    ...checkGpus(candidates, ecs),
    ...checkAgent(cluster, candidates, ecs),
    // Managed Instances' machines are AWS's to set up.
    ...(ecs?.capacity.kind === "managed-instances" ? [] : checkHostSettings(candidates)),
  ];
}

function checkStatus(
  cluster: string,
  candidates: readonly ContainerInstance[],
  active: readonly ContainerInstance[],
  scales: boolean,
): readonly CheckItem[] {
  const rest = candidates.filter(({ status }) => status !== "ACTIVE");
  if (rest.length === 0) return [];
  const states = [...new Set(rest.map(({ status }) => status))].join(" or ");
  const are = agreeing(rest.length, "is", "are");
  const message = `${nameInstances(rest, candidates)} ${are} ${states}: ECS places nothing there`;
  const fix =
    `aws ecs update-container-instances-state --cluster ${cluster} --container-instances ${rest[0]!.arn} ` +
    "--status ACTIVE brings a DRAINING one back.";
  return [
    active.length === 0 && !scales ? fail("instance-status", message, fix) : warn("instance-status", message, fix),
  ];
}

function checkConnection(active: readonly ContainerInstance[], scales: boolean): readonly CheckItem[] {
  const silent = active.filter(({ agentConnected }) => !agentConnected);
  if (silent.length === 0) return [];
  const message = `the agent of ${nameInstances(silent, active)} is not connected: ECS places nothing there`;
  const fix =
    "Is the instance running, and can it reach ECS? sudo systemctl restart ecs restarts its agent, " +
    "whose log is /var/log/ecs/ecs-agent.log.";
  return [silent.length === active.length && !scales ? fail("agent", message, fix) : warn("agent", message, fix)];
}

function checkHealth(active: readonly ContainerInstance[], scales: boolean): readonly CheckItem[] {
  const impaired = active.filter(({ healthStatus }) => healthStatus?.overallStatus === "IMPAIRED");
  const [first] = impaired;
  if (first === undefined) return [];
  const failed = first.healthStatus!.details.filter(({ status }) => status === "IMPAIRED").map(({ type }) => type);
  const message = `ECS finds ${nameInstances(impaired, active)} IMPAIRED${failed.length === 0 ? "" : ` (${failed.join(", ")})`}: containers may not run there`;
  const fix = `aws ecs describe-container-instances --include CONTAINER_INSTANCE_HEALTH tells since when; restart Docker and the agent there (sudo systemctl restart docker ecs), or replace the instance.`;
  return [
    impaired.length === active.length && !scales
      ? fail("instance-health", message, fix)
      : warn("instance-health", message, fix),
  ];
}

function checkAgent(
  cluster: string,
  candidates: readonly ContainerInstance[],
  ecs: EcsWorkload | undefined,
): readonly CheckItem[] {
  // Managed Instances have AWS's agent.
  if (ecs?.capacity.kind === "managed-instances") return [];
  const known = candidates.filter(({ agentVersion }) => agentVersion !== undefined && isVersion(agentVersion));
  const old = known.filter((each) => !holdsSuccessors(each));
  const items = [
    ...describeOld(
      old.filter((each) => handsOver(each, ecs)),
      cluster,
      candidates,
      fail,
    ),
    ...describeOld(
      old.filter((each) => !handsOver(each, ecs)),
      cluster,
      candidates,
      warn,
    ),
  ];
  return items.length > 0 || known.length === 0
    ? items
    : [ok("agent-version", `the ECS agents are ${handOverAgent} or later`)];
}

/** Whether a device goes from one task to its successor there by way of its lock port. */
function handsOver(instance: ContainerInstance, ecs: EcsWorkload | undefined): boolean {
  if (ecs === undefined) return findInstanceType(instanceTypeOf(instance) ?? "")?.accelerator.kind === "neuron";
  return ecs.workload.shapes.some(({ request }) => request.kind === "neuron") && ecs.networkMode !== "awsvpc";
}

function describeOld(
  old: readonly ContainerInstance[],
  cluster: string,
  candidates: readonly ContainerInstance[],
  status: typeof fail,
): readonly CheckItem[] {
  if (old.length === 0) return [];
  const versions = [...new Set(old.map(({ agentVersion }) => agentVersion!))].toSorted(compareVersions).join(", ");
  const message =
    `the agent of ${nameInstances(old, candidates)} is ${versions}: before ${handOverAgent} it starts a task on a ` +
    "device that the one before it still holds";
  return [
    status(
      "agent-version",
      message,
      `aws ecs update-container-agent --cluster ${cluster} --container-instance ${old[0]!.arn}, ` +
        "or replace the instance with the current image (aiplat ami latest).",
    ),
  ];
}
