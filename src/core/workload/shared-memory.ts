import type { Shape } from "./resolved.ts";

/**
 * Whether a replica's processes share memory by /dev/shm, so that the platform's 64 MiB are too little: collective
 * libraries do between the devices of one instance, and EFA's provider does between processes.
 * https://docs.nvidia.com/deeplearning/nccl/user-guide/docs/troubleshooting.html#shared-memory
 */
export function needsSharedMemory({ request, efaInterfaces }: Pick<Shape, "request" | "efaInterfaces">): boolean {
  if (efaInterfaces > 0) return true;
  if (request.kind === "neuron") return request.devices > 1;
  if (request.kind === "resource") return request.count > 1;
  return request.kind === "nvidia" && request.gpus > 1;
}
