/** A node, the pods on it, and a workload that may run on no other: what a scheduler and `eks check` are compared by. */
import fc from "fast-check";
import { requireInstanceType } from "../../src/core/catalog/instance-types/catalog.ts";
import type { Workload } from "../../src/core/workload/schema.ts";
import { eksNode } from "./eks-nodes.ts";

const rarely = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

const scenarioTypes = ["inf2.xlarge", "inf2.24xlarge", "g5.xlarge", "g5.12xlarge"];

/** One node, the pods on it, and a workload that may run on no other. */
export const scenario = fc.record({
  type: fc.constantFrom(...scenarioTypes),
  node: fc.record({
    cordoned: rarely(fc.constant(true)),
    taint: rarely(fc.constantFrom("team", "node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")),
    effect: fc.constantFrom("NoSchedule", "PreferNoSchedule", "NoExecute"),
    devices: rarely(fc.constant("0")),
    pool: fc.constantFrom("ai", "web"),
  }),
  others: fc.array(
    fc.record({
      cpu: fc.constantFrom("0", "500m", "1900m", "20"),
      memory: fc.constantFrom("0", "1Gi", "100Gi"),
      devices: fc.nat(2),
      hostPort: rarely(fc.constantFrom(8080, 8081)),
      init: rarely(fc.constantFrom("1", "3")),
    }),
    { maxLength: 3 },
  ),
  asks: fc.record({
    /** Where it is not the node's. */
    otherType: rarely(fc.constantFrom(...scenarioTypes)),
    part: fc.boolean(),
    cpu: rarely(fc.constantFrom(0.5, 2, 3.5)),
    memory: rarely(fc.constantFrom("1GiB", "8GiB")),
    tolerates: rarely(fc.constantFrom("team", "node.kubernetes.io/not-ready")),
    hostPort: rarely(fc.constant(8080)),
    pool: rarely(fc.constantFrom("In", "NotIn", "Exists", "DoesNotExist")),
  }),
});
type Scenario = typeof scenario extends fc.Arbitrary<infer Drawn> ? Drawn : never;

/**
 * A node that is not ready is never without NoSchedule: NoExecute alone every pod tolerates for five minutes.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions
 */
function taintsOf(key: string, effect: string): readonly object[] {
  const both = effect === "NoExecute" && key.startsWith("node.kubernetes.io/");
  return [{ key, effect }, ...(both ? [{ key, effect: "NoSchedule" }] : [])];
}

/** The node `node-NAME`, and the pods on it. */
export function scenarioObjects(
  name: string,
  typeName: string,
  { cordoned, taint, effect, devices, pool }: Scenario["node"],
  others: Scenario["others"],
): readonly object[] {
  const type = requireInstanceType(typeName);
  const plain = eksNode(type, `node-${name}`) as {
    readonly metadata: { readonly labels: object };
    readonly spec: { readonly taints: readonly object[] };
    readonly status: { readonly allocatable: object };
  };
  const [resource] = Object.keys(plain.status.allocatable).filter((each) => each.includes("/")) as [string];
  const quantities = { ...plain.status.allocatable, ...(devices === undefined ? {} : { [resource]: devices }) };
  return [
    {
      ...plain,
      metadata: { ...plain.metadata, labels: { ...plain.metadata.labels, scenario: name, pool } },
      spec: {
        taints: [...plain.spec.taints, ...(taint === undefined ? [] : taintsOf(taint, effect))],
        ...(cordoned === undefined ? {} : { unschedulable: true }),
      },
      status: { ...plain.status, capacity: quantities, allocatable: quantities },
    },
    ...others.map(({ cpu, memory, devices: held, hostPort, init }, index) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: `other-${name}-${index}`, namespace: "kube-system" },
      spec: {
        nodeName: `node-${name}`,
        ...(init === undefined
          ? {}
          : { initContainers: [{ name: "i", image: "i:1", resources: { requests: { cpu: init } } }] }),
        containers: [
          {
            name: "a",
            image: "a:1",
            resources: { requests: { cpu, memory }, ...(held === 0 ? {} : { limits: { [resource]: String(held) } }) },
            ...(hostPort === undefined ? {} : { ports: [{ containerPort: hostPort, hostPort }] }),
          },
        ],
      },
    })),
  ];
}

/** The workload that asks for a place on that node. */
export function scenarioWorkload(
  name: string,
  nodeType: string,
  { otherType, part, cpu, memory, tolerates, hostPort, pool }: Scenario["asks"],
): Workload {
  const type = otherType ?? nodeType;
  const several = requireInstanceType(type).accelerator.count > 1;
  return {
    name,
    kind: "service",
    image: "repo/bert:1",
    accelerator: { instanceTypes: [type], ...(part && several ? { devicesPerReplica: 1 } : {}) },
    ...(cpu === undefined && memory === undefined
      ? {}
      : { resources: { ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory }) } }),
    ...(hostPort === undefined ? {} : { ports: [{ container: 8080, host: hostPort }] }),
    eks: {
      namespace: "ml",
      pod: {
        spec: {
          nodeSelector: { scenario: name },
          ...(tolerates === undefined
            ? {}
            : {
                tolerations: [
                  { key: tolerates, operator: "Exists" },
                  { key: "aws.amazon.com/neuron", operator: "Exists" },
                  { key: "nvidia.com/gpu", operator: "Exists" },
                ],
              }),
          ...(pool === undefined
            ? {}
            : {
                affinity: {
                  nodeAffinity: {
                    requiredDuringSchedulingIgnoredDuringExecution: {
                      nodeSelectorTerms: [
                        {
                          matchExpressions: [
                            { key: "pool", operator: pool, ...(pool.endsWith("In") ? { values: ["ai"] } : {}) },
                            { key: "node.kubernetes.io/instance-type", operator: "In", values: [type] },
                          ],
                        },
                      ],
                    },
                  },
                },
              }),
        },
      },
    },
  };
}
