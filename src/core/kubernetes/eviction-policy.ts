/**
 * What becomes of a Job when one of its pods is evicted: a node is drained or lost, or a pod of more weight takes the
 * place. https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-failure-policy
 */
import { isRaw, type Raw } from "../base/merge.ts";
import type { Manifest, PodTemplate } from "./manifest.ts";

type Action = "Ignore" | "FailJob";

/** The pod is replaced, or the Job has failed by this policy. */
export function onEviction(action: Action, template: PodTemplate): Readonly<Record<string, unknown>> {
  return startsNoneAgain(template) ? { podFailurePolicy: policyOf(action) } : {};
}

function policyOf(action: Action): Readonly<Record<string, unknown>> {
  return { rules: [{ action, onPodConditions: [{ type: "DisruptionTarget", status: "True" }] }] };
}

/**
 * A replica of which a pod is evicted has lost what it has in memory: all start again from their checkpoints, however
 * often that happens. Whatever fails by itself fails the JobSet.
 * https://jobset.sigs.k8s.io/docs/tasks/failure_policy/
 */
export const jobSetStartsAgain = {
  maxRestarts: 0,
  rules: [
    {
      name: "evicted",
      action: "RestartJobSetAndIgnoreMaxRestarts",
      onJobFailureReasons: ["PodFailurePolicy"],
    },
  ],
} as const;

/** Such a policy is for pods that are not started again where they are; the API server refuses it of others. */
function startsNoneAgain(template: unknown): boolean {
  return isRaw(template) && isRaw(template["spec"]) && template["spec"]["restartPolicy"] === "Never";
}

const own: ReadonlySet<string> = new Set(["Ignore", "FailJob"].map((each) => JSON.stringify(policyOf(each as Action))));

/**
 * The document without those policies of aiplat's that raw fields have made wrong: in Jobs whose pods start again where
 * they are, and in a JobSet whose Jobs fail by rules of the user's. It cannot tell theirs from an eviction, and would
 * start for ever what fails by itself.
 */
export function withRightPolicies(document: Manifest): Manifest {
  return settle(document) as Manifest;
}

function settle(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(settle);
  if (!isRaw(value)) return value;
  const { podFailurePolicy, failurePolicy } = value;
  const illegal = own.has(JSON.stringify(podFailurePolicy)) && !startsNoneAgain(value["template"]);
  const endless = JSON.stringify(failurePolicy) === JSON.stringify(jobSetStartsAgain) && failsByOthers(value);
  const kept = Object.entries(value).filter(
    ([key]) => !(illegal && key === "podFailurePolicy") && !(endless && key === "failurePolicy"),
  );
  return Object.fromEntries(kept.map(([key, item]) => [key, settle(item)]));
}

function failsByOthers(jobSet: Raw): boolean {
  return jobsIn(jobSet).some((job) => rulesOf(job).some((rule) => rule["action"] === "FailJob" && !isOfEviction(rule)));
}

/** Whether the run goes on after an eviction, by what Jobs and JobSets say; what holds neither says nothing against it. */
export function outlivesByPolicy(resource: Manifest): boolean {
  return jobsIn(resource).every((job) => {
    const action = rulesOf(job).find(isOfEviction)?.["action"] ?? "Count";
    if (action === "Ignore" || (action === "Count" && Number(job["backoffLimit"]) > 0)) return true;
    return startsAgainAfter(action === "Count" ? "BackoffLimitExceeded" : "PodFailurePolicy", resource["spec"]);
  });
}

/** Whether a JobSet starts again after a Job has failed for the reason: without a rule for it, so often. */
function startsAgainAfter(reason: string, jobSet: unknown): boolean {
  if (!isRaw(jobSet) || !isRaw(jobSet["failurePolicy"])) return false;
  const { rules, maxRestarts } = jobSet["failurePolicy"];
  const rule = mapsOf(rules).find(
    ({ onJobFailureReasons: named }) => !Array.isArray(named) || named.length === 0 || named.includes(reason),
  );
  const action = String(rule?.["action"] ?? "RestartJobSet");
  return action !== "FailJobSet" && (action.endsWith("IgnoreMaxRestarts") || Number(maxRestarts) > 0);
}

/** The specs of Jobs, wherever they stand: what has a number of pods and a template of one. */
function jobsIn(value: unknown): readonly Raw[] {
  if (Array.isArray(value)) return value.flatMap(jobsIn);
  if (!isRaw(value)) return [];
  const isJob = "backoffLimit" in value && isRaw(value["template"]);
  return isJob ? [value] : Object.values(value).flatMap(jobsIn);
}

function rulesOf({ podFailurePolicy }: Raw): readonly Raw[] {
  return isRaw(podFailurePolicy) ? mapsOf(podFailurePolicy["rules"]) : [];
}

function isOfEviction({ onPodConditions }: Raw): boolean {
  return mapsOf(onPodConditions).some(({ type }) => type === "DisruptionTarget");
}

function mapsOf(list: unknown): readonly Raw[] {
  return Array.isArray(list) ? list.filter(isRaw) : [];
}
