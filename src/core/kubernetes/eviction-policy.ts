/**
 * What becomes of a Job when one of its pods is evicted: a node is drained or lost, or a pod of more weight takes the
 * place. https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-failure-policy
 */
import { isRaw } from "../base/merge.ts";
import type { Manifest, PodTemplate } from "./manifest.ts";

type Action = "Ignore" | "FailJob";

/** The pod is replaced, or the Job has failed by this policy. */
export function onEviction(action: Action, template: PodTemplate): Readonly<Record<string, unknown>> {
  return startsNoneAgain(template) ? { podFailurePolicy: policyOf(action) } : {};
}

function policyOf(action: Action): Readonly<Record<string, unknown>> {
  return { rules: [{ action, onPodConditions: [{ type: "DisruptionTarget", status: "True" }] }] };
}

/** Such a policy is for pods that are not started again where they are; the API server refuses it of others. */
function startsNoneAgain(template: unknown): boolean {
  return isRaw(template) && isRaw(template["spec"]) && template["spec"]["restartPolicy"] === "Never";
}

const own: ReadonlySet<string> = new Set(["Ignore", "FailJob"].map((each) => JSON.stringify(policyOf(each as Action))));

/** The document without aiplat's policies in Jobs whose pods raw fields have start again. */
export function withLegalPolicies(document: Manifest): Manifest {
  return settle(document) as Manifest;
}

function settle(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(settle);
  if (!isRaw(value)) return value;
  const { podFailurePolicy, ...rest } = value;
  const kept = own.has(JSON.stringify(podFailurePolicy)) && !startsNoneAgain(value["template"]) ? rest : value;
  return Object.fromEntries(Object.entries(kept).map(([key, item]) => [key, settle(item)]));
}
