import { settingWarning } from "../../base/problem.ts";
import { ruleMessages, wholeInstances } from "../accelerator-rules.ts";
import { efaResource, neuronResource, removedNeuronResource } from "../devices.ts";
import type { ExtraDefinition } from "../extra-definition.ts";
import { sharedLabels } from "../labels.ts";
import { instanceTypeLabel } from "../placement.ts";

const templateKind = "ConstraintTemplate";
const constraintKind = "AiplatAccelerators";

const text = (value: string) => JSON.stringify(value);

/**
 * In the version of Rego that a template means which names none.
 * https://open-policy-agent.github.io/gatekeeper/website/docs/constrainttemplates/
 */
const rego = `package aiplat.accelerators

spec := input.review.object.spec

containers[c] { c := spec.containers[_] }
containers[c] { c := spec.initContainers[_] }

amount(c, part, name) = n { n := sprintf("%v", [c.resources[part][name]]) }

device(name) { startswith(name, "aws.amazon.com/neuron") }
device(name) { startswith(name, "nvidia.com/") }
device(name) { name == ${text(efaResource)} }

accelerated(c) { c.resources.limits[name]; device(name) }
accelerated(c) { c.resources.requests[name]; device(name) }

violation[{"msg": msg}] {
  not named_scheduler
  c := containers[_]
  whole := input.parameters.wholeInstances[resource]
  asked := to_number(amount(c, "limits", resource))
  asked >= 2
  part_of_instance(asked, whole)
  msg := sprintf("%v: %v", [c.name, ${text(ruleMessages.scheduler)}])
}

violation[{"msg": msg}] {
  c := containers[_]
  c.resources[_][${text(removedNeuronResource)}]
  msg := sprintf("%v: %v", [c.name, ${text(ruleMessages.removedResource)}])
}

violation[{"msg": msg}] {
  c := containers[_]
  accelerated(c)
  c.resources.requests[name]
  counted(name)
  not same(c, name)
  msg := sprintf("%v: %v", [c.name, ${text(ruleMessages.limits)}])
}

counted(name) { name == "memory" }
counted(name) { device(name) }

# Of one amount the API server has one text.
same(c, name) { amount(c, "requests", name) == amount(c, "limits", name) }

named_scheduler {
  spec.schedulerName != ""
  spec.schedulerName != "default-scheduler"
}

# The types that the pod goes to, by its node selector or a required term of its affinity.
types[t] {
  input.parameters.wholeInstances[${text(neuronResource)}][t]
  plain(spec.nodeSelector[${text(instanceTypeLabel)}]) == t
}

types[t] {
  input.parameters.wholeInstances[${text(neuronResource)}][t]
  e := spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[_].matchExpressions[_]
  e.key == ${text(instanceTypeLabel)}
  e.operator == "In"
  plain(e.values[_]) == t
}

# HyperPod's names of them.
plain(type) = t { t := trim_prefix(type, "ml.") }

part_of_instance(asked, whole) { part(asked, whole[types[_]]) }

# A pod that names no type may go to any: it has all of one of them, or it has a part.
part_of_instance(asked, whole) {
  count(types) == 0
  not some_whole(asked, whole)
}

# More than all of it no instance gives, whatever the scheduler.
part(asked, amounts) {
  not all_of(asked, amounts)
  asked < max(amounts)
}

all_of(asked, amounts) { amounts[_] == asked }

some_whole(asked, whole) { all_of(asked, whole[_]) }
`;

/** https://open-policy-agent.github.io/gatekeeper/website/docs/howto */
export const gatekeeperPolicy: ExtraDefinition = {
  makes: [templateKind, constraintKind],
  firstKind: templateKind,
  reads: [],
  needs: {},
  problems: ({ metadata }) =>
    metadata.namespace === undefined
      ? [
          {
            message: "the workload names no namespace, and without one it would hold the whole cluster",
            hint: "Write eks.namespace: NAME.",
          },
        ]
      : [],
  warnings: ({ inWaves }) =>
    inWaves
      ? []
      : [
          settingWarning(
            "template-first",
            `Gatekeeper serves ${constraintKind} only once it has seen its ${templateKind}: the first time, the constraint is refused`,
            "Apply it a second time.",
          ),
        ],
  manifests: ({ metadata: { namespace } }) => [
    {
      apiVersion: "templates.gatekeeper.sh/v1",
      kind: templateKind,
      metadata: { name: constraintKind.toLowerCase(), labels: sharedLabels },
      spec: {
        crd: {
          spec: {
            names: { kind: constraintKind },
            validation: {
              openAPIV3Schema: {
                type: "object",
                properties: {
                  wholeInstances: {
                    type: "object",
                    additionalProperties: {
                      type: "object",
                      additionalProperties: { type: "array", items: { type: "integer" } },
                    },
                  },
                },
              },
            },
          },
        },
        targets: [{ target: "admission.k8s.gatekeeper.sh", rego }],
      },
    },
    {
      apiVersion: "constraints.gatekeeper.sh/v1beta1",
      kind: constraintKind,
      // A constraint is the cluster's.
      metadata: { name: `accelerators-${namespace!}`, labels: sharedLabels },
      spec: {
        match: { kinds: [{ apiGroups: [""], kinds: ["Pod"] }], namespaces: [namespace] },
        parameters: { wholeInstances },
      },
    },
  ],
  documentation: {
    does: "the same by Gatekeeper: a ConstraintTemplate of the cluster, and a constraint for the namespace",
    for: "every kind with `eks.namespace`",
  },
};
