/** What EKS asks of a workload beyond the rules for every target, whatever the kind of resource. */
import { isNewerThanRelease } from "../catalog/instance-types/catalog.ts";
import { nodeAmiTypeFor } from "../catalog/machine-images/node-ami-types.ts";
import { listOr, pathText, type Path } from "../base/problem.ts";
import { isRaw } from "../base/merge.ts";
import { sectionOf, typesOf } from "../workload/rules/accelerator.ts";
import { besideIn, isOfOwn, secretsIn, variablesTwice } from "../workload/rules/containers.ts";
import { portsIn, sharedPorts } from "../workload/rules/ports.ts";
import type { RuleFinding, TargetRule } from "../workload/rules/rule.ts";
import type { Workload } from "../workload/schema.ts";
import { definitionOf, kinds, type Kind } from "./kinds.ts";
import { componentLabel, instanceLabel, isLabelKey, managedByLabel, nameLabel } from "./labels.ts";
import { dnsLabel, dnsSubdomain } from "./manifest-names.ts";
import { offerRules } from "./offer-rules.ts";
import { queueLevelRule } from "./queue-level-rule.ts";
import { queuesTogetherRule } from "./queues/queues-together-rule.ts";
import { rawGroupRule } from "./raw-group-rule.ts";
import { resourceRules } from "./resource-rules.ts";
import { volumeRules } from "./volume-rules.ts";

/** https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/secret-v1/ */
const secretKey = /^[-._a-zA-Z0-9]{1,253}$/;
/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#ports */
const portName = /^(?=.{1,15}$)(?=.*[a-z])(?!.*--)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;

/** A label's value, with the names of queues between the dots. */
const queuePath = /^(?=.{1,63}$)[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?$/;

const ownKeys: ReadonlySet<string> = new Set([nameLabel, instanceLabel, managedByLabel, componentLabel]);
const podPath = ["eks", "pod"];
const podKeys = ["metadata", "spec"];

function badName(path: Path, value: string, pattern: RegExp, wants: string): readonly RuleFinding[] {
  return pattern.test(value)
    ? []
    : [{ path, message: `${path.join(".")} must be ${wants}, not ${JSON.stringify(value)}` }];
}

function containerName(name: string | undefined, path: Path, hint: string): readonly RuleFinding[] {
  return name === undefined || dnsLabel.test(name)
    ? []
    : [
        {
          path,
          message:
            `the container's name ${name} is none in Kubernetes: at most 63 lower-case letters, digits and ` +
            "dashes, with a letter or digit at both ends",
          hint,
        },
      ];
}

/** @param asked The kind that a flag says, before the file's eks.as. */
export function eksRulesFor(asked: Kind | undefined): readonly TargetRule[] {
  return [...roleRules(asked), ...rulesOfEveryKind];
}

/** https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html */
function roleRules(asked: Kind | undefined): readonly TargetRule[] {
  const kindOf = ({ eks }: Pick<Workload, "eks">) => asked ?? kinds.find((kind) => kind === eks?.as);
  const accountElsewhere = (workload: Pick<Workload, "eks">) => {
    const kind = kindOf(workload);
    return kind === undefined ? undefined : definitionOf(kind).accountOf;
  };
  const reads = ["roles", "eks.serviceAccount", "eks.as"];
  return [
    {
      code: "role-on-eks",
      severity: "error",
      reads,
      check: (workload) => {
        const elsewhere = accountElsewhere(workload);
        if (elsewhere === undefined && workload.eks?.serviceAccount !== undefined) return [];
        const [whose, hint] =
          elsewhere === undefined
            ? [
                "on EKS a pod has the permissions of its service account",
                "Add eks.serviceAccount: NAME, an account with that role's permissions (EKS Pod Identity).",
              ]
            : [
                `the pods of a ${kindOf(workload)!} have the service account of ${elsewhere.owner}`,
                `Leave it out (--set roles=null), and write ${elsewhere.field} there, an account with that role's permissions (EKS Pod Identity).`,
              ];
        return Object.keys(workload.roles ?? {}).map((role) => ({
          path: ["roles", role],
          message: `roles.${role} is a role of ECS tasks: ${whose}`,
          hint,
        }));
      },
    },
    {
      code: "role-by-account",
      severity: "warning",
      reads,
      check: (workload) => {
        const roles = Object.keys(workload.roles ?? {}).map((role) => `roles.${role}`);
        const account = workload.eks?.serviceAccount;
        return account === undefined || roles.length === 0 || accountElsewhere(workload) !== undefined
          ? []
          : [
              {
                path: ["roles"],
                message: `a pod has no roles: service account ${account} must have the permissions of ${listOr(roles, "and")}, and the node's role pulls the image`,
              },
            ];
      },
    },
  ];
}

const rulesOfEveryKind: readonly TargetRule[] = [
  {
    code: "name-end",
    severity: "error",
    reads: ["name"],
    check: ({ name }) =>
      name.endsWith("-")
        ? [
            {
              path: ["name"],
              message: `name ${name} ends with a dash, which no name in Kubernetes does`,
              hint: `Write ${name.replace(/-+$/, "")}.`,
            },
          ]
        : [],
  },
  {
    code: "container-name",
    severity: "error",
    reads: ["container", "init", "sidecars"],
    check: (workload) => [
      ...containerName(workload.container, ["container"], "Leave container out for EKS, or write such a name."),
      ...besideIn(workload).flatMap(({ container, path }) =>
        containerName(container.name, [...path, "name"], "Write such a name."),
      ),
    ],
  },
  queueLevelRule,
  queuesTogetherRule,
  {
    code: "names-in-eks",
    severity: "error",
    reads: ["eks.namespace", "eks.serviceAccount", "eks.queue", "eks.secrets"],
    check: ({ eks = {} }) => {
      const { namespace, serviceAccount, queue, secrets = {} } = eks;
      return [
        ...(namespace === undefined ? [] : badName(["eks", "namespace"], namespace, dnsLabel, "a DNS label, e.g. ml")),
        ...(serviceAccount === undefined
          ? []
          : badName(["eks", "serviceAccount"], serviceAccount, dnsSubdomain, "a DNS name, e.g. bert")),
        ...(["kueue", "volcano"] as const).flatMap((key) =>
          queue?.[key] === undefined
            ? []
            : badName(["eks", "queue", key], queue[key], dnsLabel, "a DNS label, e.g. team-a"),
        ),
        ...(queue?.yunikorn === undefined
          ? []
          : badName(["eks", "queue", "yunikorn"], queue.yunikorn, queuePath, "a queue's path, e.g. root.team-a")),
        ...Object.entries(secrets).flatMap(([variable, { name, key }]) => [
          ...badName(["eks", "secrets", variable, "name"], name, dnsSubdomain, "a secret's name, e.g. hf"),
          ...badName(["eks", "secrets", variable, "key"], key, secretKey, "a secret's key, e.g. token"),
        ]),
      ];
    },
  },
  {
    code: "secret-on-eks",
    severity: "error",
    reads: ["secrets", "init", "sidecars", "eks.secrets"],
    check: (workload) =>
      secretsIn(workload)
        .filter(({ name }) => !Object.hasOwn(workload.eks?.secrets ?? {}, name))
        .map(({ name, path }) => ({
          path,
          message: `${pathText(path)} is an ARN, which Kubernetes does not read`,
          hint: `Add eks.secrets: { ${name}: { name: SECRET, key: KEY } }, a Kubernetes secret with the same value.`,
        })),
  },
  {
    code: "variable-twice",
    severity: "error",
    reads: ["environment", "secrets", "init", "sidecars", "eks.secrets"],
    check: (workload) => [
      ...Object.keys(workload.eks?.secrets ?? {})
        .filter((name) => Object.hasOwn(workload.environment ?? {}, name) && isOfOwn(workload, name))
        .map((name) => ({
          path: ["eks", "secrets", name],
          message: `${name} is in environment and in eks.secrets: a container has it once`,
          hint: "Keep one of them.",
        })),
      ...variablesTwice(besideIn(workload)),
    ],
  },
  {
    code: "logs-on-eks",
    severity: "warning",
    reads: ["logs"],
    check: ({ logs }) =>
      logs === undefined
        ? []
        : [
            {
              path: ["logs"],
              message: "logs.group is ECS's: on EKS a pod's output is read by the cluster's collector",
              hint: "Have the collector (the add-on amazon-cloudwatch-observability, say) write to that group.",
            },
          ],
  },
  {
    // https://github.com/kubernetes/kubernetes/issues/3595
    code: "ulimits-on-eks",
    severity: "error",
    reads: ["ulimits"],
    check: ({ ulimits = {} }) =>
      Object.keys(ulimits).map((name) => ({
        path: ["ulimits", name],
        message: `ulimits.${name} is not carried by a pod: Kubernetes has no ulimits, and a container has those of its node's container runtime`,
        hint:
          name === "memlock"
            ? "Leave it out for EKS: with accelerator.efa the capability IPC_LOCK lifts it."
            : "Leave it out for EKS: set it for containerd on the nodes, or lower it in the entry point by a shell's ulimit.",
      })),
  },
  {
    code: "mps-on-eks",
    severity: "error",
    reads: ["accelerator.mps"],
    check: (workload) =>
      sectionOf(workload)?.mps === undefined
        ? []
        : [
            {
              path: ["accelerator", "mps"],
              message:
                "accelerator.mps is not carried by a pod: on EKS the node's device plugin says how its GPUs are shared",
              hint: "Write accelerator.resource in its place: nvidia.com/gpu.shared with sharing: { strategy: mps, replicas: 4 }, say.",
            },
          ],
  },
  {
    code: "tag-on-eks",
    severity: "error",
    reads: ["tags"],
    check: ({ tags = {} }) =>
      Object.keys(tags).flatMap((key) => {
        if (ownKeys.has(key))
          return [
            { path: ["tags", key], message: `the tag ${key} is a label of aiplat's own`, hint: "Name it otherwise." },
          ];
        return isLabelKey(key)
          ? []
          : [
              {
                path: ["tags", key],
                message:
                  `the tag ${key} can be no label: it must begin and end with a letter or digit, with - _ . ` +
                  "between them and at most one prefix before a slash",
                hint: "Name it otherwise.",
              },
            ];
      }),
  },
  {
    code: "shared-port",
    severity: "error",
    reads: ["ports", "sidecars"],
    check: sharedPorts,
  },
  {
    code: "port-name-on-eks",
    severity: "error",
    reads: ["ports", "sidecars"],
    check: (workload) =>
      portsIn(workload).flatMap(({ port: { name }, path }) =>
        name === undefined || portName.test(name)
          ? []
          : [
              {
                path: [...path, "name"],
                message:
                  `the port name ${name} is none in Kubernetes: at most 15 lower-case letters, ` +
                  "digits and single dashes, with a letter among them",
                hint: "Shorten it, and write dashes for underscores.",
              },
            ],
      ),
  },
  ...resourceRules,
  ...offerRules,
  {
    code: "node-image-missing",
    severity: "warning",
    reads: ["accelerator.instanceTypes"],
    check: (workload) =>
      typesOf(workload)
        .filter(({ type }) => nodeAmiTypeFor(type) === undefined && !isNewerThanRelease(type))
        .map(({ type, index }) => ({
          path: ["accelerator", "instanceTypes", index],
          message: `EKS has no image yet that drives the ${type.accelerator.name} of ${type.instanceType}`,
          hint: "Its nodes need an image of your own.",
        })),
  },
  ...volumeRules,
  rawGroupRule,
  {
    code: "raw-pod",
    severity: "error",
    reads: ["eks.pod"],
    check: ({ eks, name }) => {
      const pod = eks?.pod ?? {};
      const misplaced = Object.keys(pod)
        .filter((key) => !podKeys.includes(key))
        .map((key) => ({
          path: [...podPath, key],
          message: `eks.pod.${key} is no field of a pod: a pod has ${listOr(podKeys, "and")}`,
          hint: `Write eks.pod: { spec: { ${key}: ... } }.`,
        }));
      const spec = pod["spec"];
      const containers = isRaw(spec) ? spec["containers"] : undefined;
      if (containers === undefined) return misplaced;
      const path = [...podPath, "spec", "containers"];
      if (!Array.isArray(containers))
        return [
          ...misplaced,
          {
            path,
            message: "eks.pod.spec.containers must be a list of containers",
            hint: `Write [{ name: ${name}, ... }]: containers merge by name.`,
          },
        ];
      const nameless = containers.flatMap((container, index) =>
        isRaw(container) && typeof container["name"] === "string" && container["name"] !== ""
          ? []
          : [
              {
                path: [...path, index],
                message: `eks.pod.spec.containers[${index}] has no name: containers merge by name`,
                hint: `Write name: ${name} for the workload's own container; any other name is a sidecar.`,
              },
            ],
      );
      return [...misplaced, ...nameless];
    },
  },
];

/** Where no flag says a kind. */
export const eksRules = eksRulesFor(undefined);
