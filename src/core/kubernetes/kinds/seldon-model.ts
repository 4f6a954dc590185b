import { present } from "../../base/present.ts";
import type { ResolvedWorkload } from "../../workload/resolved.ts";
import {
  oneNode,
  withPodMetadata,
  type Contents,
  type KindDefinition,
  type UnsupportedField,
} from "../kind-definition.ts";
import type { Manifest } from "../manifest.ts";

const apiVersion = "mlops.seldon.io/v1alpha1";

function withModel({ model }: ResolvedWorkload): readonly UnsupportedField[] {
  return model === undefined ? [{ path: ["model"], message: "has its server load a model, and there is none" }] : [];
}

/** Seldon's scheduler gives a model to a server that has all of them among its capabilities. */
function requirementsOf(model: ResolvedWorkload["model"]): readonly string[] | undefined {
  return model?.format === undefined ? undefined : [model.format];
}

/** Seldon's ServerConfigs are called as the container in which their server runs, and it is theirs that is changed. */
function inServerConfig({ container, name }: ResolvedWorkload): readonly UnsupportedField[] {
  return container === name
    ? [
        {
          path: ["container"],
          message:
            "runs in the container of a ServerConfig, and container does not say which: mlserver or triton, of Seldon's own",
        },
      ]
    : [];
}

/**
 * What holds the devices: of its pod, the ServerConfig's own container is the workload's. What the Model requires it has,
 * whatever its ServerConfig names: MLServer's has no pytorch (SeldonIO/seldon-core operator/config/serverconfigs).
 */
function server({ metadata, pod, workload }: Contents): Manifest {
  const { container, replicas, model } = workload;
  return {
    apiVersion,
    kind: "Server",
    metadata: withPodMetadata(metadata, pod),
    spec: {
      serverConfig: container,
      ...present({ extraCapabilities: requirementsOf(model) }),
      replicas,
      podSpec: pod.spec,
    },
  };
}

/** https://docs.seldon.ai/seldon-core-2/user-guide/models */
export const seldonModel: KindDefinition = {
  kind: "SeldonModel",
  resourceKind: "Model",
  apiVersion,
  runs: "service",
  unsupportedFields: (workload) => [...oneNode(workload), ...withModel(workload), ...inServerConfig(workload)],
  // SeldonIO/seldon-core @7b77f8b, operator/apis/mlops/v1alpha1/server_types.go (PodSpec)
  podFields: () => [
    "activeDeadlineSeconds",
    "affinity",
    "automountServiceAccountToken",
    "containers",
    "dnsConfig",
    "dnsPolicy",
    "enableServiceLinks",
    "hostAliases",
    "hostIPC",
    "hostNetwork",
    "hostPID",
    "hostname",
    "imagePullSecrets",
    "initContainers",
    "nodeName",
    "nodeSelector",
    "overhead",
    "preemptionPolicy",
    "priority",
    "priorityClassName",
    "readinessGates",
    "restartPolicy",
    "runtimeClassName",
    "schedulerName",
    "securityContext",
    "serviceAccountName",
    "setHostnameAsFQDN",
    "shareProcessNamespace",
    "subdomain",
    "terminationGracePeriodSeconds",
    "tolerations",
    "topologySpreadConstraints",
    "volumes",
  ],
  // Its Server's StatefulSet has the label controller-revision-hash NAME-HASH.
  reservedNameLength: () => "-0123456789".length,
  companions: (contents) => [server(contents)],
  wrap: ({ workload, metadata, name }) => ({
    metadata,
    spec: {
      storageUri: workload.model!.uri,
      ...present({ requirements: requirementsOf(workload.model) }),
      server: name,
      replicas: workload.replicas,
    },
  }),
  // SeldonIO/seldon-core operator/apis/mlops/v1alpha1/model_types.go
  ready: { condition: "Ready" },
  loadsModels: true,
  // A Server has a podSpec, and no labels for it (SeldonIO/seldon-core operator/apis/mlops/v1alpha1/server_types.go).
  ownPodLabels: true,
  documentation: {
    replicas: "`spec.replicas`, of its Server too",
    nodes: "1 only",
    devices: "its Server's `podSpec`",
    container: "`mlserver` or `triton`: the ServerConfig's, which `container` names",
    command: "`args`",
    health: "probes",
  },
};
