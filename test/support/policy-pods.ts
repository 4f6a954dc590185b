/** Pods that the policies of --with pass, and pods that they refuse. */
import type { ruleMessages } from "../../src/core/kubernetes/accelerator-rules.ts";
import type { Raw } from "../../src/core/base/merge.ts";
import { neuronSchedulers } from "../../src/core/kubernetes/allocation.ts";
import type { Manifest } from "../../src/core/kubernetes/manifest.ts";
import { podsIn } from "../../src/core/kubernetes/pod-security.ts";
import type { Workload } from "../../src/core/workload/schema.ts";
import { cases, generate, workloadOf } from "./kubernetes-workloads.ts";

export interface PolicyPod {
  readonly name: string;
  readonly spec: Raw;
}

interface CelRule {
  readonly variables: readonly { readonly name: string; readonly expression: string }[];
  readonly expressions: readonly { readonly message: string; readonly expression: string }[];
}

const bert: Workload = {
  name: "bert",
  kind: "service",
  image: "repo/bert:1",
  accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 },
  eks: { namespace: "ml" },
};

/** The policies themselves, as they are written. */
export function policies(): readonly Manifest[] {
  return generate(bert, "Deployment", { extras: ["kyverno-policy", "gatekeeper-policy"] }).slice(1);
}

export function kyvernoRule(): CelRule {
  const policy = policies().find(({ kind }) => kind === "Policy")!;
  const { rules } = policy["spec"] as { readonly rules: readonly [{ readonly validate: { readonly cel: CelRule } }] };
  return rules[0].validate.cel;
}

/** Of every kind, with all and with parts of a machine, by either mechanism, with sidecars and shares of devices. */
export function podsOfEveryKind(): readonly PolicyPod[] {
  const parts = neuronSchedulers.flatMap((neuronScheduler) =>
    generate({ ...bert, accelerator: { instanceTypes: ["trn2.48xlarge"], devicesPerReplica: 4 } }, "Deployment", {
      neuronScheduler,
    }),
  );
  const others: readonly Workload[] = [
    bert,
    { ...bert, accelerator: { instanceTypes: ["ml.trn1.32xlarge"] } },
    { ...bert, accelerator: { instanceTypes: ["g6.xlarge"], resource: "nvidia.com/gpu", hami: { memory: "8GiB" } } },
    { ...bert, accelerator: { instanceTypes: ["p5.48xlarge"], resource: "nvidia.com/mig-1g.10gb", count: 1 } },
    ...[1, 3, 12].map((count) => ({
      ...bert,
      accelerator: { instanceTypes: ["inf2.24xlarge"], resource: cores, count },
    })),
    ...[64, 128].map((count) => ({
      ...bert,
      accelerator: { instanceTypes: ["trn2.48xlarge"], resource: cores, count },
      environment: { NEURON_LOGICAL_NC_CONFIG: count === 128 ? "1" : "2" },
    })),
    { ...bert, accelerator: "none" },
    { ...bert, sidecars: [{ name: "metrics", image: "repo/metrics:1" }] },
  ];
  const all = [
    ...cases.map((each) => [each.kind, generate(workloadOf(each), each.kind)] as const),
    ...[parts, ...others.map((each) => generate(each, "Deployment"))].map((each) => ["Deployment", each] as const),
  ];
  return all.flatMap(([kind, manifests]) =>
    manifests.flatMap((each) => podsIn(each)).map(({ spec }, index) => ({ name: `${kind} ${index}`, spec })),
  );
}

const neuron = "aws.amazon.com/neuron";
const cores = "aws.amazon.com/neuroncore";
const typeLabel = "node.kubernetes.io/instance-type";
const onTypes = (...values: readonly string[]) => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: typeLabel, operator: "In", values }] }],
      },
    },
  },
});
const having = (resources: Raw, more: Raw = {}) => ({
  containers: [{ name: "own", image: "a:1", resources }],
  ...more,
});

export const brokenPods: readonly (PolicyPod & { readonly breaks: readonly (keyof typeof ruleMessages)[] })[] = [
  {
    name: "a part of an instance by its affinity",
    spec: having({ limits: { [neuron]: "2" } }, onTypes("inf2.24xlarge")),
    breaks: ["scheduler"],
  },
  {
    name: "a part by its node selector, of HyperPod's name",
    spec: having({ limits: { [neuron]: 8 } }, { nodeSelector: { [typeLabel]: "ml.trn1.32xlarge" } }),
    breaks: ["scheduler"],
  },
  {
    name: "all of one type that is a part of the other",
    spec: having({ limits: { [neuron]: "6" } }, onTypes("inf2.24xlarge", "inf2.48xlarge")),
    breaks: ["scheduler"],
  },
  {
    name: "a number of devices that no type has",
    spec: having({ limits: { [neuron]: "2" } }),
    breaks: ["scheduler"],
  },
  {
    name: "a part of an instance's cores",
    spec: having({ limits: { [cores]: "2" } }, onTypes("trn1.32xlarge")),
    breaks: ["scheduler"],
  },
  {
    name: "as many cores as the instance has devices",
    spec: having({ limits: { [cores]: "6" } }, onTypes("inf2.24xlarge")),
    breaks: ["scheduler"],
  },
  {
    name: "cores between the two numbers that Trainium2 has",
    spec: having({ limits: { [cores]: "96" } }, onTypes("trn2.48xlarge")),
    breaks: ["scheduler"],
  },
  {
    name: "other cores requested than limited",
    spec: having({ requests: { [cores]: "1" }, limits: { [cores]: "2" } }, onTypes("inf2.xlarge")),
    breaks: ["limits"],
  },
  {
    name: "the default scheduler by its name",
    spec: having({ limits: { [neuron]: "2" } }, { schedulerName: "default-scheduler" }),
    breaks: ["scheduler"],
  },
  {
    name: "the resource that Neuron removed",
    spec: having({ limits: { "aws.amazon.com/neurondevice": "1" } }),
    breaks: ["removedResource"],
  },
  {
    name: "the removed resource of an init container",
    spec: {
      containers: [{ name: "own", image: "a:1" }],
      initContainers: [
        { name: "first", image: "a:1", resources: { requests: { "aws.amazon.com/neurondevice": "1" } } },
      ],
    },
    breaks: ["removedResource", "limits"],
  },
  {
    name: "devices that are requested and not limited",
    spec: having({ requests: { "nvidia.com/gpu": "1" } }),
    breaks: ["limits"],
  },
  {
    name: "other devices requested than limited",
    spec: having({ requests: { [neuron]: "1" }, limits: { [neuron]: "16" } }, onTypes("trn1.32xlarge")),
    breaks: ["limits"],
  },
  {
    name: "less memory requested than the container with devices may have",
    spec: having({ requests: { memory: "1Gi" }, limits: { memory: "2Gi", "nvidia.com/gpu": "1" } }),
    breaks: ["limits"],
  },
  {
    name: "devices of two kinds of mistakes",
    spec: having({ requests: { [neuron]: "1" }, limits: { [neuron]: "4" } }, onTypes("trn1.32xlarge")),
    breaks: ["scheduler", "limits"],
  },
  {
    name: "nothing: memory of a container without devices is its own",
    spec: having({ requests: { memory: "1Gi" }, limits: { memory: "2Gi" } }),
    breaks: [],
  },
  {
    name: "nothing: all of an instance, and a part with its scheduler",
    spec: having({ limits: { [neuron]: "2" } }, { schedulerName: "my-scheduler", ...onTypes("inf2.24xlarge") }),
    breaks: [],
  },
  {
    name: "nothing: one core, all of an instance's, and a part with its scheduler",
    spec: {
      containers: ["1", "32", "4"].map((count, index) => ({
        name: `own-${index}`,
        image: "a:1",
        resources: { limits: { [cores]: count } },
      })),
      schedulerName: "my-scheduler",
      ...onTypes("trn1.32xlarge"),
    },
    breaks: [],
  },
  {
    name: "nothing: one core",
    spec: having({ limits: { [cores]: "1" } }, onTypes("trn1.32xlarge")),
    breaks: [],
  },
  {
    name: "nothing: all cores by either grouping of Trainium2's",
    spec: {
      containers: ["64", "128"].map((count) => ({
        name: `own-${count}`,
        image: "a:1",
        resources: { limits: { [cores]: count } },
      })),
      ...onTypes("trn2.48xlarge"),
    },
    breaks: [],
  },
  {
    name: "nothing: all that one type has, of a pod that names none",
    spec: having({ limits: { [neuron]: "6" } }),
    breaks: [],
  },
];
