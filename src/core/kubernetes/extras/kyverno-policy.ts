import { ruleMessages, wholeInstances } from "../accelerator-rules.ts";
import { neuronResource, removedNeuronResource } from "../devices.ts";
import type { ExtraDefinition } from "../extra-definition.ts";
import { sharedLabels } from "../labels.ts";
import { instanceTypeLabel } from "../placement.ts";
import { present } from "../../base/present.ts";

const quoted = (text: string) => `'${text}'`;
const typeKey = quoted(instanceTypeLabel);

function mapOf<Value>(values: Readonly<Record<string, Value>>, text: (value: Value) => string): string {
  return `{${Object.entries(values)
    .map(([key, value]) => `${quoted(key)}: ${text(value)}`)
    .join(", ")}}`;
}

/** Whether the pod, by its node selector or a required term of its affinity, goes to the type t. */
const goesTo =
  `(has(object.spec.nodeSelector) && ${typeKey} in object.spec.nodeSelector && ` +
  `object.spec.nodeSelector[${typeKey}] in [t, 'ml.' + t]) || ` +
  "variables.terms.exists(term, has(term.matchExpressions) && term.matchExpressions.exists(e, " +
  `e.key == ${typeKey} && e.operator == 'In' && (t in e.values || ('ml.' + t) in e.values)))`;

const affinity = "object.spec.affinity";
const required = `${affinity}.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution`;

const asked = "int(c.resources.limits[r])";
/** More than all of it no instance gives, whatever the scheduler. */
const allOf = (amounts: string) => `(${asked} in ${amounts} || ${amounts}.all(n, ${asked} > n))`;
const isDevice = "r.startsWith('aws.amazon.com/neuron') || r.startsWith('nvidia.com/') || r == 'vpc.amazonaws.com/efa'";

/** In CEL, each named by what refers to it. https://kyverno.io/docs/policy-types/cluster-policy/validate/#common-expression-language-cel */
const variables = {
  containers: "object.spec.containers + (has(object.spec.initContainers) ? object.spec.initContainers : [])",
  sized: "variables.containers.filter(c, has(c.resources))",
  terms: `has(${affinity}) && has(${affinity}.nodeAffinity) && has(${required}) ? ${required}.nodeSelectorTerms : []`,
  whole: mapOf(wholeInstances, (byType) => mapOf(byType, (amounts) => `[${amounts.join(", ")}]`)),
  types: `variables.whole[${quoted(neuronResource)}].filter(t, ${goesTo})`,
  named:
    "has(object.spec.schedulerName) && object.spec.schedulerName != '' && " +
    "object.spec.schedulerName != 'default-scheduler'",
} as const;

const expressions = [
  {
    message: ruleMessages.scheduler,
    // A pod that names no type may go to any: it has all of one of them, or it has a part.
    expression:
      "variables.named || variables.sized.all(c, !has(c.resources.limits) || variables.whole.all(r, " +
      `!(r in c.resources.limits) || ${asked} < 2 || (variables.types.size() > 0 ? ` +
      `variables.types.all(t, ${allOf("variables.whole[r][t]")}) : ` +
      `variables.whole[r].exists(t, ${asked} in variables.whole[r][t]))))`,
  },
  {
    message: ruleMessages.removedResource,
    expression: `variables.sized.all(c, ${["limits", "requests"]
      .map((part) => `!(has(c.resources.${part}) && ${quoted(removedNeuronResource)} in c.resources.${part})`)
      .join(" && ")})`,
  },
  {
    message: ruleMessages.limits,
    // Of one amount the API server has one text.
    expression:
      `variables.sized.all(c, !has(c.resources.requests) || !(${["limits", "requests"]
        .map((part) => `(has(c.resources.${part}) && c.resources.${part}.exists(r, ${isDevice}))`)
        .join(" || ")}) || c.resources.requests.all(r, !(r == 'memory' || ${isDevice}) || ` +
      "(has(c.resources.limits) && r in c.resources.limits && " +
      "string(c.resources.requests[r]) == string(c.resources.limits[r]))))",
  },
];

export const kyvernoPolicy: ExtraDefinition = {
  makes: ["Policy"],
  reads: [],
  needs: {},
  problems: () => [],
  manifests: ({ metadata: { namespace } }) => [
    {
      apiVersion: "kyverno.io/v1",
      kind: "Policy",
      metadata: { name: "aiplat-accelerators", ...present({ namespace }), labels: sharedLabels },
      spec: {
        rules: [
          {
            name: "accelerators",
            match: { any: [{ resources: { kinds: ["Pod"], operations: ["CREATE", "UPDATE"] } }] },
            validate: {
              failureAction: "Enforce",
              cel: {
                variables: Object.entries(variables).map(([name, expression]) => ({ name, expression })),
                expressions,
              },
            },
          },
        ],
      },
    },
  ],
  documentation: {
    does: "a Policy of Kyverno's (1.13 or newer) that holds every pod of the namespace to what accelerators need: the scheduler named for a part of a Neuron instance, in devices or in cores, no `aws.amazon.com/neurondevice`, requests of devices and memory equal to their limits",
    for: "every kind",
  },
};
