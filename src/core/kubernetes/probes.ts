/** https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/ */
import { type ResolvedHealth, type ResolvedWorkload, healthCheckSettings } from "../workload/resolved.ts";
import type { Container } from "./manifest.ts";

const { intervalSeconds, timeoutSeconds, retries } = healthCheckSettings;
/** More often than health is checked, so that a container that is up soon serves soon. */
const startupIntervalSeconds = 10;

/** The probes of a container, one after another in the fields of the API. */
export type Probes = Pick<Container, "startupProbe" | "livenessProbe" | "readinessProbe">;

/**
 * Health as on ECS: a service's container is replaced after three failures in a row, counted from `startSeconds` on; a
 * job's is only reported, since ECS ends no task of a job for its health.
 */
export function probesOf({ health, kind }: Pick<ResolvedWorkload, "health" | "kind">): Probes {
  if (health === undefined) return {};
  const request = { httpGet: { path: health.path, port: health.port }, timeoutSeconds };
  const checks = { ...request, periodSeconds: intervalSeconds, failureThreshold: retries };
  if (kind === "job") return { readinessProbe: checks };
  return {
    startupProbe: startupProbeOf(health),
    livenessProbe: checks,
    readinessProbe: { ...request, periodSeconds: startupIntervalSeconds, failureThreshold: retries },
  };
}

/** What a container has to answer before it counts as started: as long as `startSeconds` and three checks beyond. */
export function startupProbeOf({ path, port, startSeconds = 0 }: ResolvedHealth): NonNullable<Probes["startupProbe"]> {
  return {
    httpGet: { path, port },
    timeoutSeconds,
    periodSeconds: startupIntervalSeconds,
    failureThreshold: Math.ceil((startSeconds + intervalSeconds * retries) / startupIntervalSeconds),
  };
}

/** The container without probes: for the pods of a replica that do not answer. */
export function withoutProbes({
  startupProbe: _startup,
  livenessProbe: _liveness,
  readinessProbe: _readiness,
  ...rest
}: Container): Container {
  return rest as Container;
}
