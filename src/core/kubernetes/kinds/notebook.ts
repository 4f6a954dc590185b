import {
  oneNode,
  oneReplica,
  withContainer,
  withPodMetadata,
  type Contents,
  type KindDefinition,
  type UnsupportedField,
} from "../kind-definition.ts";
import type { ResolvedWorkload } from "../../workload/resolved.ts";
import { isWithin } from "../../workload/volumes.ts";
import type { Manifest, PodTemplate } from "../manifest.ts";

/** Jupyter's, which the controller sends requests to unless the container has ports of its own. */
const port = { name: "notebook-port", containerPort: 8888, protocol: "TCP" };

/**
 * Where the images of Kubeflow keep what a user writes, and where the controller starts them (kubeflow/kubeflow @001fc72,
 * components/notebook-controller/controllers/notebook_controller.go).
 */
const home = "/home/jovyan";
/** As large as Kubeflow's own form asks for; eks.companions says otherwise. */
const homeSize = "10Gi";

const claimName = (name: string) => `${name}-home`;

const volumeName = "home";

/** Whether the user mounts something there, or what it lies in. */
function hasHome({ spec }: PodTemplate): boolean {
  return (spec.containers[0]!.volumeMounts ?? []).some(({ mountPath }) => holdsHome(mountPath));
}

function holdsHome(path: string): boolean {
  return isWithin(home, path.replace(/\/+$/, ""));
}

/** What outlives the pod: a notebook is stopped and started. */
function homeClaim({ metadata, name }: Contents): Manifest {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { ...metadata, name: claimName(name) },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: homeSize } } },
  };
}

function notebookPod({ name, pod }: Contents): PodTemplate {
  // The controller reports the state of the container that has the notebook's name.
  const named = withContainer(pod, (container) => ({ ...container, name, ports: container.ports ?? [port] }));
  if (hasHome(pod)) return named;
  const atHome = withContainer(named, (container) => ({
    ...container,
    volumeMounts: [...(container.volumeMounts ?? []), { name: volumeName, mountPath: home }],
  }));
  const volume = { name: volumeName, persistentVolumeClaim: { claimName: claimName(name) } };
  return { ...atHome, spec: { ...atHome.spec, volumes: [...(pod.spec.volumes ?? []), volume] } };
}

/** The resource's schema has no restartPolicy of an init container: a sidecar would be waited for, and never end. */
function noSidecars({ sidecars }: ResolvedWorkload): readonly UnsupportedField[] {
  return sidecars.length === 0
    ? []
    : [{ path: ["sidecars"], message: "has no place for what makes a container a sidecar, and there are sidecars" }];
}

/** Two volumes of a pod have two names; where the workload's own is the home, there is one. */
function noSecondHome({ volumes }: ResolvedWorkload): readonly UnsupportedField[] {
  const taken = volumes.findIndex(({ name }) => name === volumeName);
  return taken < 0 || volumes.some(({ path }) => holdsHome(path))
    ? []
    : [
        {
          path: ["volumes", taken, "name"],
          message: `has a volume called ${volumeName} at ${home}, and so is the one at ${volumes[taken]!.path}: it needs another name`,
        },
      ];
}

/** https://www.kubeflow.org/docs/components/notebooks/ */
export const notebook: KindDefinition = {
  kind: "Notebook",
  apiVersion: "kubeflow.org/v1",
  runs: "service",
  unsupportedFields: (workload) => [
    ...oneNode(workload),
    ...oneReplica(workload),
    ...noSidecars(workload),
    ...noSecondHome(workload),
  ],
  // Its StatefulSet's label controller-revision-hash is NAME-HASH.
  reservedNameLength: () => "-0123456789".length,
  companions: (contents) => (hasHome(contents.pod) ? [] : [homeClaim(contents)]),
  wrap: (contents) => ({
    // The template has no metadata: the controller gives the pods the notebook's own.
    metadata: withPodMetadata(contents.metadata, contents.pod),
    spec: { template: { spec: notebookPod(contents).spec } },
  }),
  // The conditions of the pod (components/notebook-controller/controllers/notebook_controller.go).
  ready: { condition: "Ready" },
  documentation: {
    replicas: "1 only",
    nodes: "1 only",
    devices: "`spec.template`",
    container: "NAME, as its controller demands",
    command: "`args`",
    health: "probes",
  },
};
