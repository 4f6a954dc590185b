import { fabricEnvironment } from "../catalog/fabric.ts";
import { besideOf } from "../workload/beside-containers.ts";
import type { BesideContainer, ResolvedWorkload, Shape } from "../workload/resolved.ts";
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
  const { secrets = {} } = workload.eks;
  // What only other containers name is theirs.
  const elsewhere = new Set(besideOf(workload).flatMap((each) => Object.keys(each.secrets)));
  const values = { ...fabricEnvironment(shape.instanceTypes, shape.efaInterfaces), ...workload.environment };
  return [
    ...literals(values),
    ...Object.keys(secrets)
      .filter((name) => Object.hasOwn(workload.secrets, name) || !elsewhere.has(name))
      .map((name) => fromSecret(workload, name)),
  ];
}

/** The variables of a container beside the workload's own: of the secrets those that it names. */
export function besideEnvironment(
  workload: Pick<ResolvedWorkload, "eks">,
  { environment, secrets }: BesideContainer,
): readonly EnvironmentVariable[] {
  return [...literals(environment), ...Object.keys(secrets).map((name) => fromSecret(workload, name))];
}

function literals(values: Readonly<Record<string, string>>): readonly EnvironmentVariable[] {
  return Object.entries(values).map(([name, value]) => ({ name, value: literal(value) }));
}

/** @throws Error where eks.secrets has no such entry: the rules were not run. */
function fromSecret({ eks }: Pick<ResolvedWorkload, "eks">, variable: string): EnvironmentVariable {
  const { name, key } = eks.secrets![variable]!;
  return { name: variable, valueFrom: { secretKeyRef: { name, key } } };
}

/** The variables and those of `others` that they do not set. */
export function withDefaults(
  variables: readonly EnvironmentVariable[],
  others: readonly EnvironmentVariable[],
): readonly EnvironmentVariable[] {
  const names = new Set(variables.map(({ name }) => name));
  return [...variables, ...others.filter(({ name }) => !names.has(name))];
}
