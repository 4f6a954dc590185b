import { gpuOperator } from "./gpu-operator.ts";
import { jupyterHub } from "./jupyter-hub.ts";
import { kueue } from "./kueue.ts";
import { neuronHelmChart } from "./neuron-helm-chart.ts";
import type { Platform } from "./platform.ts";
import { prometheus } from "./prometheus.ts";

/** By the name that the command takes. */
export const platforms: Readonly<Record<string, Platform>> = {
  "gpu-operator": gpuOperator,
  "neuron-helm-chart": neuronHelmChart,
  jupyterhub: jupyterHub,
  kueue,
  prometheus,
};
