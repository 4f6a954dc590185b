import { someOf } from "../core/base/check-report.ts";
import type { ContainerInstance } from "../core/cluster/snapshot.ts";
import { AiplatError } from "../errors.ts";
import type { ImagedGroup } from "../machine-image-ports.ts";

/**
 * The Auto Scaling group whose machines are to be rolled: the one that is named, else the only one that the cluster's
 * container instances are of.
 */
export function chooseRollGroup(
  groups: readonly ImagedGroup[],
  instances: readonly ContainerInstance[],
  cluster: string,
  name: string | undefined,
): ImagedGroup {
  const ids = new Set(instances.map(({ ec2InstanceId }) => ec2InstanceId));
  const ofCluster = groups.filter((group) => group.instances.some(({ id }) => ids.has(id)));
  const names = ofCluster.map((each) => each.name);
  const theirs =
    names.length === 0
      ? `No container instance of cluster ${cluster} is of an Auto Scaling group.`
      : `Those of cluster ${cluster}: ${someOf(names)}.`;
  if (name === undefined) {
    const [only, ...others] = ofCluster;
    if (only !== undefined && others.length === 0) return only;
    throw only === undefined
      ? new AiplatError("NotFound", `cluster ${cluster} has no machines of an Auto Scaling group`, {
          hint: "Roll machines of no group yourself: aiplat cluster drain empties one.",
        })
      : new AiplatError("Usage", `cluster ${cluster} has machines of ${names.length} Auto Scaling groups`, {
          hint: `Name one with --auto-scaling-group: ${someOf(names)}.`,
        });
  }
  const named = groups.find((each) => each.name === name);
  if (named === undefined)
    throw new AiplatError("NotFound", `there is no Auto Scaling group ${name} in this region`, { hint: theirs });
  if (!ofCluster.includes(named) && named.instances.length > 0)
    throw new AiplatError("Usage", `the machines of ${name} are not in cluster ${cluster}`, { hint: theirs });
  return named;
}
