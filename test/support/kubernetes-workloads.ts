import { embeddedManifest } from "../../src/core/kubernetes/embedded.ts";
import type { Raw } from "../../src/core/base/merge.ts";
import type { Path } from "../../src/core/base/problem.ts";
import { neededBy } from "../../src/targets-reference/needed-by.ts";
import { definitionOf, kinds, type Kind } from "../../src/core/kubernetes/kinds.ts";
import {
  generateManifests,
  resolveForKubernetes,
  type KubernetesSettings,
} from "../../src/core/kubernetes/generate.ts";
import type { Manifest, PodSpec } from "../../src/core/kubernetes/manifest.ts";
import type { Workload } from "../../src/core/workload/schema.ts";

export const accelerators = { neuron: "trn1.32xlarge", nvidia: "p5.48xlarge" } as const;
export type AcceleratorName = keyof typeof accelerators;

export interface Case {
  readonly kind: Kind;
  readonly accelerator: AcceleratorName;
  readonly devices: "one device" | "whole instance";
  readonly nodes: number;
}

/** The kinds that carry several nodes. */
export const multiNodeKinds: readonly Kind[] = kinds.filter(
  (kind) =>
    definitionOf(kind).unsupportedFields({
      ...resolveForKubernetes(workloadOf({ kind, accelerator: "neuron", devices: "whole instance", nodes: 2 }), kind)
        .workload,
    }).length === 0,
);

/** Every kind by accelerator, devices, and nodes where it carries several. */
export const cases: readonly Case[] = kinds.flatMap((kind) =>
  (["neuron", "nvidia"] as const).flatMap((accelerator) =>
    (["one device", "whole instance"] as const).flatMap((devices) =>
      [1, 2]
        .filter((nodes) => nodes === 1 || multiNodeKinds.includes(kind))
        .map((nodes) => ({ kind, accelerator, devices, nodes })),
    ),
  ),
);

/** A workload that the kind carries, with as much in it as the kind takes. */
export function workloadOf({ kind, accelerator, devices, nodes }: Case): Workload {
  const service = definitionOf(kind).runs === "service";
  const full: Workload = {
    name: "bert",
    image: "repo/bert:1",
    accelerator: {
      instanceTypes: [accelerators[accelerator]],
      ...(devices === "one device" ? { devicesPerReplica: 1 } : {}),
    },
    command: ["torchrun", "train.py", "--name", "it's $(HOME)"],
    tags: { team: "nlp", contact: "a b" },
    ...(service ? { ports: [{ container: 8080, name: "http" }] } : {}),
    health: { path: "/ping", port: 8080, startSeconds: 300 },
    ...(definitionOf(kind).scheduled === true ? { schedule: "0 3 * * *" } : {}),
    ...(service ? { replicas: 3 } : {}),
    nodes,
    sharedMemory: "8GiB",
    ...neededBy[kind],
    environment: { MODEL: "bert", SWITCH: "yes", ...neededBy[kind]?.environment },
    eks: {
      namespace: "ml",
      serviceAccount: "bert",
      secrets: { TOKEN: { name: "hf", key: "token" } },
      ...neededBy[kind]?.eks,
    },
  };
  return definitionOf(kind)
    .unsupportedFields(resolveForKubernetes(full, kind).workload)
    .filter(({ path }) => path[0] !== "nodes")
    .reduce<Workload>((workload, { path }) => without(workload as unknown as Raw, path) as unknown as Workload, full);
}

/** The value without what stands at the path. */
function without(value: Raw, [key, ...rest]: Path): Raw {
  const { [String(key)]: held, ...others } = value;
  return rest.length === 0 || held === undefined ? others : { ...others, [String(key)]: without(held as Raw, rest) };
}

/** The manifests of a workload as a kind. */
export function generate(workload: Workload, kind?: Kind, settings: KubernetesSettings = {}): readonly Manifest[] {
  return generateManifests(resolveForKubernetes(workload, kind), settings).manifests;
}

/**
 * Every pod of the documents that requests devices, wherever it stands, with KServe's model in place of a container, or
 * the container of a Workflow's template.
 */
export function acceleratedPods(value: unknown): readonly PodSpec[] {
  if (Array.isArray(value)) return value.flatMap(acceleratedPods);
  if (typeof value !== "object" || value === null) return [];
  const fields = value as Readonly<Record<string, unknown>>;
  const inner = embeddedManifest(fields);
  const containers = [
    ...(Array.isArray(fields["containers"]) ? fields["containers"] : []),
    ...("model" in fields ? [fields["model"]] : []),
    ...("container" in fields ? [fields["container"]] : []),
  ] as PodSpec["containers"];
  const own = containers.some(
    (container) =>
      Object.keys(container.resources?.limits ?? {}).some((name) => name.includes("/")) ||
      container.resources?.claims !== undefined,
  )
    ? [{ ...fields, containers } as PodSpec]
    : [];
  return [...own, ...acceleratedPods(inner), ...Object.values(fields).flatMap(acceleratedPods)];
}
