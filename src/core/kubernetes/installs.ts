import { neuronDeviceClass } from "./claims.ts";
import { efaResource, neuronResource, nvidiaResource } from "./devices.ts";

/** What installs each device plugin, by its resource, and each DRA driver, by its DeviceClass. */
export const installsOf: Readonly<Record<string, string>> = {
  [neuronResource]:
    "helm upgrade --install neuron-helm-chart oci://public.ecr.aws/neuron/neuron-helm-chart --namespace kube-system",
  [nvidiaResource]:
    "helm upgrade --install nvdp nvidia-device-plugin --repo https://nvidia.github.io/k8s-device-plugin --namespace kube-system",
  [efaResource]:
    "helm upgrade --install efa aws-efa-k8s-device-plugin --repo https://aws.github.io/eks-charts --namespace kube-system",
  // https://docs.aws.amazon.com/eks/latest/userguide/device-management-neuron.html
  [neuronDeviceClass]:
    "helm upgrade --install neuron-helm-chart oci://public.ecr.aws/neuron/neuron-helm-chart --namespace neuron-dra-driver " +
    "--create-namespace --set devicePlugin.enabled=false --set draDriver.enabled=true",
  "gpu.nvidia.com": "https://docs.aws.amazon.com/eks/latest/userguide/device-management-nvidia-dra-device-plugin.html",
};

/**
 * What installs the Neuron scheduler extension, as a second scheduler.
 * https://awsdocs-neuron.readthedocs-hosted.com/en/latest/containers/tutorials/k8s-multiple-scheduler.html
 */
export const schedulerInstall =
  "helm upgrade --install neuron-helm-chart oci://public.ecr.aws/neuron/neuron-helm-chart --namespace kube-system " +
  "--set scheduler.enabled=true --set npd.enabled=false";

/** HAMi's device plugin and its scheduler (Project-HAMi/HAMi @4707fb02, README.md). */
export const hamiInstall =
  "helm upgrade --install hami hami --repo https://project-hami.github.io/HAMi --namespace kube-system";
