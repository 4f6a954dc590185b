import { neuronDeviceClass } from "./claims.ts";
import { efaResource, neuronResource, nvidiaResource } from "./devices.ts";
import { charts, helmInstall } from "./platforms/charts.ts";

/**
 * Without the node problem detector, as EKS has it: that needs a namespace and an IAM role, which the chart does not make.
 * https://docs.aws.amazon.com/eks/latest/userguide/device-management-neuron.html
 */
function neuronInstall(placed: string): string {
  return `${helmInstall(charts["neuron-helm-chart"])} ${placed} --set npd.enabled=false`;
}
/** The DRA driver is in a namespace of its own. */
export const draDriverNamespace = "neuron-dra-driver";

/** What installs each device plugin, by its resource, and each DRA driver, by its DeviceClass. */
export const installsOf: Readonly<Record<string, string>> = {
  [neuronResource]: neuronInstall(`--namespace ${charts["neuron-helm-chart"].namespace}`),
  [nvidiaResource]:
    "helm upgrade --install nvdp nvidia-device-plugin --repo https://nvidia.github.io/k8s-device-plugin --namespace kube-system",
  [efaResource]:
    "helm upgrade --install efa aws-efa-k8s-device-plugin --repo https://aws.github.io/eks-charts --namespace kube-system",
  [neuronDeviceClass]:
    `${neuronInstall(`--namespace ${draDriverNamespace} --create-namespace`)} ` +
    "--set devicePlugin.enabled=false --set draDriver.enabled=true",
  "gpu.nvidia.com": "https://docs.aws.amazon.com/eks/latest/userguide/device-management-nvidia-dra-device-plugin.html",
};

/**
 * What installs the Neuron scheduler extension, as a second scheduler.
 * https://awsdocs-neuron.readthedocs-hosted.com/en/latest/deploy/infrastructure/scheduler.html
 */
export const schedulerInstall = `${installsOf[neuronResource]!} --set scheduler.enabled=true`;

/** HAMi's device plugin and its scheduler (Project-HAMi/HAMi @4707fb02, README.md). */
export const hamiInstall =
  "helm upgrade --install hami hami --repo https://project-hami.github.io/HAMi --namespace kube-system";
