import { option, reportOf, type Json, type Say } from "./report.ts";
import type { LeftService } from "./cloud.ts";
import { isDoubledOnItsWay, type Outcome, type Played } from "./play.ts";

/** How long a command may not see what another changed. */
const seenWithinMs = 20_000;

/** Compares what is said of services with what became of them. */
export function judgeServices({ cloud, steps }: Outcome, played: Played, raced: boolean, say: Say): void {
  const { document, admitsGaps } = reportOf(played);
  const verb = played.argv[1]!;
  const reported: readonly Json[] = document?.services ?? [];
  const acted = new Set<string>(
    reported
      .filter(({ result }) => result !== "not-reached" && result !== "unchanged")
      .map(({ service }: Json) => service as string),
  );
  const touched = new Set(
    cloud.effects.flatMap(({ by, service }) => (by === played.port && service !== undefined ? [service] : [])),
  );
  const unreported = [...touched].filter((name) => !acted.has(name));
  if (unreported.length > 0 && !admitsGaps)
    say("unreported", `exit ${played.code}: ${unreported.join(", ")} changed, and its report has nothing of it`);
  const last = steps.at(-1)?.includes(played) === true;
  if (raced || !last) return;
  const services = cloud.cluster.services;
  const active = [...services.values()].filter(({ status }) => status === "ACTIVE");
  for (const { service, result, status, reason } of reported) {
    const there = services.get(service)?.status === "ACTIVE";
    if ((result === "deleted" || status === "INACTIVE" || status === "DRAINING") && there)
      say("misreported", `${service} is said to be deleted and is there`);
    if (reason === "the service was deleted" && there)
      say("misreported", `${service} is said to have been deleted and is there`);
  }
  if (played.code !== 0) return;
  if (verb === "delete" && active.length > 0) say("misreported", "exit 0, and services are left");
  if (verb === "deploy") {
    const image = option(played, "--image");
    const replicas = active.reduce((sum, { settings }) => sum + settings.desiredCount, 0);
    if (replicas !== Number(option(played, "--replicas")))
      say("misreported", `exit 0 with ${replicas} of ${option(played, "--replicas")} replicas`);
    for (const { name, deployments } of active) {
      const primary = deployments.find(({ status }) => status === "PRIMARY");
      if (primary?.definition.containerDefinitions[0]?.image !== image)
        say("misreported", `exit 0, and ${name} has ${primary?.definition.containerDefinitions[0]?.image}`);
    }
  }
  if (verb === "scale") {
    const wanted = Number(option(played, "--replicas"));
    const desired = active.reduce((sum, { settings }) => sum + settings.desiredCount, 0);
    if (desired !== wanted) say("misreported", `exit 0 with ${desired} of ${wanted} replicas`);
  }
}

/** Of commands at once, one at least reports each service as they leave it. */
export function judgeRace({ cloud, steps, left }: Outcome, step: number, say: Say): void {
  const racing = steps[step]!;
  if (racing.some(({ code }) => code === undefined) || racing.some((each) => reportOf(each).admitsGaps)) return;
  // What arrives late changes what was reported.
  if (racing.some(isDoubledOnItsWay)) return;
  const ports = new Set(racing.map(({ port }) => port));
  const touched = new Set(cloud.effects.flatMap(({ by, service }) => (ports.has(by) ? (service ?? []) : [])));
  const entries: readonly Json[] = racing.flatMap((each) => reportOf(each).document?.services ?? []);
  for (const service of left[step] ?? []) {
    if (!touched.has(service.name)) continue;
    const changedAt = Math.max(
      ...cloud.effects.flatMap((each) => (each.service === service.name && ports.has(each.by) ? each.at : [])),
    );
    for (const { code, endedAt = 0, ...played } of racing) {
      if (code !== 0 || endedAt - changedAt < seenWithinMs) continue;
      const told: readonly Json[] = reportOf(played).document?.services ?? [];
      // Of several services one may have been steady long before the command ended.
      if (told.length > 1) continue;
      for (const entry of told)
        if (entry.service === service.name && entry.result === "steady" && service.isActive && !saysSo(entry, service))
          say("race", `exit 0 with ${JSON.stringify(entry)} long after the last change: ${JSON.stringify(service)}`);
    }
    const said = entries.filter((entry) => entry.service === service.name);
    // Who ends early reports what it asked for: of two such each may have set a part.
    const inParts =
      racing.every(({ code }) => code !== 0) &&
      said.some(({ desiredCount }) => desiredCount === service.desiredCount) &&
      said.some(({ taskDefinition }) => taskDefinition === service.taskDefinition);
    if (inParts) continue;
    if (!said.some((entry) => (service.isActive ? saysSo(entry, service) : saysDeleted(entry))))
      say(
        "race",
        `nobody reports ${service.name} as it is left: ${JSON.stringify(service)}; they say ${JSON.stringify(said)}`,
      );
  }
}

/** What failed tells of the service in words. */
function saysSo({ result, desiredCount, taskDefinition }: Json, service: LeftService): boolean {
  if (result === "not-reached" || result === "deleted" || desiredCount !== service.desiredCount) return false;
  return result === "failed" || taskDefinition === undefined || taskDefinition === service.taskDefinition;
}

function saysDeleted({ result, status, reason }: Json): boolean {
  return result === "deleted" || status === "INACTIVE" || status === "DRAINING" || reason === "the service was deleted";
}
