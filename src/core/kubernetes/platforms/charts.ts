/** Helm charts as their projects publish them; facts/helm-charts.json has where each version was read, and when. */

export interface HelmChart {
  /** What its release is called in the cluster. */
  readonly release: string;
  /** As `helm install` takes it: an address, or its name in the repository. */
  readonly chart: string;
  readonly repository?: string;
  readonly namespace: string;
  readonly version: string;
  /** The day on which the version was published. */
  readonly published: string;
}

export const charts = {
  "gpu-operator": {
    release: "gpu-operator",
    chart: "gpu-operator",
    repository: "https://helm.ngc.nvidia.com/nvidia",
    namespace: "gpu-operator",
    version: "v26.7.0",
    published: "2026-08-20",
  },
  "neuron-helm-chart": {
    release: "neuron-helm-chart",
    chart: "oci://public.ecr.aws/neuron/neuron-helm-chart",
    namespace: "kube-system",
    version: "1.10.0",
    published: "2026-08-19",
  },
  jupyterhub: {
    release: "jupyterhub",
    chart: "jupyterhub",
    repository: "https://hub.jupyter.org/helm-chart/",
    namespace: "jupyterhub",
    version: "4.4.0",
    published: "2026-06-10",
  },
  kueue: {
    release: "kueue",
    chart: "oci://registry.k8s.io/kueue/charts/kueue",
    namespace: "kueue-system",
    version: "0.19.2",
    published: "2026-08-20",
  },
  prometheus: {
    release: "prometheus",
    chart: "kube-prometheus-stack",
    repository: "https://prometheus-community.github.io/helm-charts",
    namespace: "monitoring",
    version: "88.5.3",
    published: "2026-08-21",
  },
} as const satisfies Readonly<Record<string, HelmChart>>;

/** The command that installs a chart's newest version, or brings it up to date. */
export function helmInstall({ release, chart, repository }: HelmChart): string {
  return `helm upgrade --install ${release} ${chart}${repository === undefined ? "" : ` --repo ${repository}`}`;
}
