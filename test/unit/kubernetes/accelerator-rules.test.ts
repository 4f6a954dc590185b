// The judges are not aiplat's: a library of CEL here, an API server and Gatekeeper's own gator in
// test/conformance/accelerator-policies.test.ts.
import { Environment } from "@marcbachmann/cel-js";
import { describe, expect, it } from "vitest";
import { ruleMessages, wholeInstances } from "../../../src/core/kubernetes/accelerator-rules.ts";
import { cases, generate, workloadOf } from "../../support/kubernetes-workloads.ts";
import { brokenPods, kyvernoRule, podsOfEveryKind, type PolicyPod } from "../../support/policy-pods.ts";

/** Whole numbers are of CEL's type int, which the library has as bigint. */
function asCel(value: unknown): unknown {
  if (typeof value === "number") return BigInt(value);
  if (Array.isArray(value)) return value.map(asCel);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, asCel(each)]));
}

const { variables, expressions } = kyvernoRule();
const environment = new Environment({ homogeneousAggregateLiterals: false })
  .registerVariable("object", "dyn")
  .registerVariable("variables", "dyn");

/** The messages of the rules that a resource breaks which has the pod's spec there. */
function rulesAt(place: string): (resource: unknown) => readonly string[] {
  const parsed = (expression: string) => environment.parse(expression.replaceAll("object.spec", place));
  const named = variables.map(({ name, expression }) => [name, parsed(expression)] as const);
  const rules = expressions.map(({ message, expression }) => [message, parsed(expression)] as const);
  return (resource) => {
    const object = asCel(resource);
    const values: Record<string, unknown> = {};
    for (const [name, value] of named) values[name] = value({ object, variables: values });
    return rules.filter(([, rule]) => rule({ object, variables: values }) !== true).map(([message]) => message);
  };
}

const broken: (pod: PolicyPod) => readonly string[] = rulesAt("object.spec");

describe("Kyverno's policy", () => {
  it("passes every pod that aiplat writes", () => {
    const pods = podsOfEveryKind();
    expect(pods.length).toBeGreaterThan(50);
    expect(pods.flatMap((pod) => broken(pod).map((message) => `${pod.name}: ${message}`))).toEqual([]);
  });

  it.each(brokenPods.map((pod) => [pod.name, pod] as const))("refuses %s", (_, pod) => {
    expect(broken(pod)).toEqual(pod.breaks.map((rule) => ruleMessages[rule]));
  });

  // Kyverno makes the same rules for what makes pods, and changes their text so (kyverno/kyverno v1.13.6, pkg/autogen/rule.go).
  it.each([
    ["Deployment", "object.spec.template.spec"],
    ["StatefulSet", "object.spec.template.spec"],
    ["DaemonSet", "object.spec.template.spec"],
    ["Job", "object.spec.template.spec"],
    ["CronJob", "object.spec.jobTemplate.spec.template.spec"],
  ] as const)("passes every %s that aiplat writes, and refuses it with each broken pod", (kind, place) => {
    const ofKind = rulesAt(place);
    const written = cases.filter((each) => each.kind === kind).flatMap((each) => generate(workloadOf(each), kind));
    expect(written.filter((each) => each.kind === kind).flatMap(ofKind)).toEqual([]);
    const template = ({ spec }: PolicyPod) => ({ spec: { template: { spec } } });
    const made = (pod: PolicyPod) => (kind === "CronJob" ? { spec: { jobTemplate: template(pod) } } : template(pod));
    expect(brokenPods.map((pod) => ofKind(made(pod)))).toEqual(
      brokenPods.map(({ breaks }) => breaks.map((rule) => ruleMessages[rule])),
    );
  });

  it("knows how many devices and cores are all of each type", () => {
    expect(wholeInstances["aws.amazon.com/neuron"]).toMatchObject({
      "trn1.32xlarge": [16],
      "inf2.24xlarge": [6],
      "inf1.6xlarge": [4],
    });
    // Trainium2 groups its 128 cores in pairs, unless the node is told otherwise.
    expect(wholeInstances["aws.amazon.com/neuroncore"]).toMatchObject({
      "trn1.32xlarge": [32],
      "inf2.24xlarge": [12],
      "inf1.6xlarge": [16],
      "trn2.48xlarge": [64, 128],
    });
    expect(Object.values(wholeInstances["aws.amazon.com/neuroncore"]!).flat()).not.toContain(0);
  });
});
