import type { RegisteredTaskDefinition } from "../ecs-api/api.ts";
import { normalForm } from "../ecs/normal-form.ts";
import { primaryOf, type Service } from "../ecs-api/service.ts";
import { isRaw, type Raw } from "../base/merge.ts";

/** One of a workload's services, with what it runs and what it would go back to. */
export interface RollbackTarget {
  readonly service: Service;
  readonly running?: RegisteredTaskDefinition;
  readonly back?: RegisteredTaskDefinition;
}

/**
 * The slots' services that the last deployment did not come to, since it was interrupted or failed before: each runs
 * what one that was deployed later goes back to. Going back on their own they would end a version behind the others.
 */
export function unreachedServices(rollbackTargets: readonly RollbackTarget[]): ReadonlySet<string> {
  const versions = rollbackTargets.map(({ service, running, back }) => ({
    service,
    running: versionOf(running),
    back: versionOf(back),
    deployedAt: primaryOf(service)?.createdAt ?? 0,
  }));
  const reached = versions.filter(({ running, back }) => back !== undefined && running !== back);
  return new Set(
    versions
      .filter((one) => reached.some((other) => other.deployedAt > one.deployedAt && other.back === one.running))
      .map(({ service }) => service.serviceName),
  );
}

/**
 * What a definition says, whichever slot of its instance type it is for: without family, tags, devices and lock ports.
 */
function versionOf(definition: RegisteredTaskDefinition | undefined): string | undefined {
  if (definition === undefined) return undefined;
  const { family: _family, tags: _tags, containerDefinitions, ...task } = normalForm(definition as unknown as Raw);
  return JSON.stringify({
    ...task,
    containerDefinitions: Array.isArray(containerDefinitions)
      ? containerDefinitions.map(withoutSlot)
      : containerDefinitions,
  });
}

function withoutSlot(container: unknown): unknown {
  if (!isRaw(container)) return container;
  const { portMappings, linuxParameters, ...rest } = container;
  const ports = Array.isArray(portMappings)
    ? portMappings.filter(
        (port: unknown) => !isRaw(port) || port["protocol"] !== "udp" || port["hostPort"] !== port["containerPort"],
      )
    : [];
  return {
    ...rest,
    portMappings: ports,
    linuxParameters: isRaw(linuxParameters) ? { ...linuxParameters, devices: [] } : linuxParameters,
  };
}
