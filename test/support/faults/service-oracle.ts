import { option, reportOf, type Json, type Say } from "./report.ts";
import type { Outcome, Played } from "./play.ts";

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
