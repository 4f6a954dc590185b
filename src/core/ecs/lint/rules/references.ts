import { listOr, type Path } from "../../../base/problem.ts";
import type { Breach, LintRule } from "../rule.ts";
import type { Subject, SubjectContainer } from "../subject.ts";
import { containerText } from "../container-text.ts";

/**
 * What the parts of a task say of each other.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html and API_MountPoint.html
 */
export const referenceRules: readonly LintRule[] = [
  {
    id: "duplicate-container",
    severity: "error",
    check: ({ containers }) =>
      containers
        .filter(({ name }, index) => name !== "" && containers.findIndex((each) => each.name === name) < index)
        .map(({ name, path }) => ({
          path: [...path, "name"],
          message: `the container name ${name} is there twice: RegisterTaskDefinition refuses it`,
          fix: "Give each container a name of its own.",
        })),
  },
  {
    id: "essential-missing",
    severity: "error",
    // "A task definition must have at least one essential container."
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
    check: ({ containers }) =>
      containers.length === 0 || containers.some(({ essential }) => essential)
        ? []
        : [
            {
              path: [...containers[0]!.path, "essential"],
              message: "no container is essential: RegisterTaskDefinition refuses a task that nothing would end",
              fix: "Leave essential out of the container that does the work.",
            },
          ],
  },
  {
    id: "unknown-volume",
    severity: "error",
    // "Unknown volume 'x'." (RegisterTaskDefinition)
    check: ({ containers, volumes }) =>
      containers.flatMap(({ name, mounts }) =>
        mounts
          .filter((mount) => mount.name !== "" && !volumes.includes(mount.name))
          .map((mount) => ({
            path: mount.path,
            message: `${containerText(name)} mounts the volume ${mount.name}, which the task does not have`,
            fix: `Add { "name": "${mount.name}" } to volumes${orOneOf(volumes)}.`,
          })),
      ),
  },
  {
    id: "unknown-container",
    severity: "error",
    check: ({ containers, given: { proxyConfiguration } }) => {
      const names = containers.map(({ name }) => name);
      const proxy = proxyConfiguration?.containerName;
      const unknown = containers.flatMap((container) =>
        [...container.dependsOn, ...container.others]
          .filter(({ name }) => name !== "" && !names.includes(name))
          .map(({ name, path }) => ({
            path,
            message: `${containerText(container.name)} wants ${containerText(name)}, which the task does not have`,
            fix: `Leave it out${orOneOf(names.filter((each) => each !== container.name))}.`,
          })),
      );
      return proxy === undefined || names.includes(proxy)
        ? unknown
        : [
            ...unknown,
            {
              path: ["proxyConfiguration", "containerName"],
              message: `the proxy is ${containerText(proxy)}, which the task does not have`,
              fix: `Leave proxyConfiguration out${orOneOf(names)}.`,
            },
          ];
    },
  },
  {
    id: "dependency-circle",
    severity: "error",
    check: ({ containers }) => circles(containers),
  },
  {
    id: "dependency-condition",
    severity: "error",
    // "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container"
    // (RegisterTaskDefinition); HEALTHY "requires that the dependent container has health checks configured".
    check: (subject) => subject.containers.flatMap((container) => unmetConditions(subject, container)),
  },
];

function orOneOf(names: readonly string[]): string {
  return names.length === 0 ? "" : `, or write ${listOr(names)}`;
}

function unmetConditions({ containers }: Subject, { name, dependsOn }: SubjectContainer): readonly Breach[] {
  return dependsOn.flatMap(({ name: other, condition, path }) => {
    const wanted = containers.find((each) => each.name === other);
    if (wanted === undefined) return [];
    const at = [...path, "condition"];
    if (["SUCCESS", "COMPLETE"].includes(condition) && wanted.essential)
      return [
        {
          path: at,
          message: `${name} waits until ${other} has ended (${condition}), and ${other} is essential: its end ends the task`,
          fix: `Set essential to false for ${other}, or wait for START or HEALTHY.`,
        },
      ];
    return condition === "HEALTHY" && !wanted.hasHealthCheck
      ? [
          {
            path: at,
            message: `${name} waits until ${other} is healthy, and ${other} has no healthCheck`,
            fix: `Give ${other} a healthCheck, or wait for START.`,
          },
        ]
      : [];
  });
}

/** One breach a circle, at the dependency that closes it. */
function circles(containers: readonly SubjectContainer[]): readonly Breach[] {
  const byName = new Map(containers.map((container) => [container.name, container]));
  const done = new Set<string>();
  const found: { readonly names: readonly string[]; readonly path: Path }[] = [];
  const follow = (name: string, trail: readonly string[]): void => {
    for (const { name: next, path } of byName.get(name)?.dependsOn ?? []) {
      const start = [...trail, name].indexOf(next);
      if (start >= 0) found.push({ names: [...trail, name].slice(start), path });
      else if (!done.has(next)) follow(next, [...trail, name]);
    }
    done.add(name);
  };
  for (const { name } of containers) if (!done.has(name)) follow(name, []);
  return found.map(({ names, path }) => ({
    path,
    message:
      names.length === 1
        ? `${containerText(names[0])} waits for itself`
        : `the containers ${listOr(names, "and")} wait for each other: none of them starts`,
    fix: "Take one dependsOn out.",
  }));
}
