import { fabricEnvironment } from "../catalog/fabric.ts";
import type { ResolvedWorkload, Shape } from "../workload/resolved.ts";
import type { EnvironmentVariable } from "./manifest.ts";

/**
 * Text that stays as it is: Kubernetes expands `$(NAME)` and takes `$$` for one dollar sign, which ECS does not.
 * https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
 */
export function literal(text: string): string {
  return text.replace(/\$(?=[$(])/g, "$$$$");
}

/** The fabric's variables, the workload's, and those from secrets; a name that the workload sets itself is its own. */
export function environmentOf(workload: ResolvedWorkload, shape: Shape): readonly EnvironmentVariable[] {
  const values = { ...fabricEnvironment(shape.instanceTypes, shape.efaInterfaces), ...workload.environment };
  return [
    ...Object.entries(values).map(([name, value]) => ({ name, value: literal(value) })),
    ...Object.entries(workload.eks.secrets ?? {}).map(([name, { name: secret, key }]) => ({
      name,
      valueFrom: { secretKeyRef: { name: secret, key } },
    })),
  ];
}

/** The variables and those of `others` that they do not set. */
export function withDefaults(
  variables: readonly EnvironmentVariable[],
  others: readonly EnvironmentVariable[],
): readonly EnvironmentVariable[] {
  const names = new Set(variables.map(({ name }) => name));
  return [...variables, ...others.filter(({ name }) => !names.has(name))];
}
