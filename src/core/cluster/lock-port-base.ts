import { firstLockPort, lockPortBase, lockPortBaseTag, lockPortCount, lockPortsEnd } from "../catalog/lock-ports.ts";
import { refuseErrors, settingProblem, type Problem } from "../base/problem.ts";

type Tags = Readonly<Record<string, string>>;

/**
 * The cluster's own lock port base, or the default.
 *
 * @throws Refusal for a tag that says none: guessed, two tasks could hold one device.
 */
export function lockPortBaseOf(tags: Tags): number {
  refuseErrors(problemsOfLockPortBase(tags));
  const own = tags[lockPortBaseTag];
  return own === undefined ? lockPortBase : Number(own);
}

/** What is wrong with the cluster's tag, if it has one. */
export function problemsOfLockPortBase(tags: Tags): readonly Problem[] {
  const own = tags[lockPortBaseTag];
  const last = lockPortsEnd - lockPortCount;
  const isLegal =
    own === undefined || (/^[1-9]\d{3,4}$/.test(own) && Number(own) >= firstLockPort && Number(own) <= last);
  if (isLegal) return [];
  return [
    settingProblem(
      "lock-port-base",
      `the cluster's tag ${lockPortBaseTag} is ${JSON.stringify(own)}: the ${lockPortCount} lock ports of Neuron ` +
        `devices begin at a port from ${firstLockPort} to ${last}`,
      `While no task of aiplat's runs there, set it: aws ecs tag-resource --resource-arn CLUSTER_ARN --tags ` +
        `key=${lockPortBaseTag},value=${lockPortBase}`,
    ),
  ];
}
