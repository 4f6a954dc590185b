/** Variables by which the runtime chooses devices: the container has exactly those of its slot. */
export const deviceVariables: readonly string[] = [
  "NEURON_RT_VISIBLE_CORES",
  "AWS_NEURON_VISIBLE_DEVICES",
  "NVIDIA_VISIBLE_DEVICES",
  "CUDA_VISIBLE_DEVICES",
];
