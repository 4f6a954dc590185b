import { describe, expect, it } from "vitest";
import { volumesOf } from "../../../src/core/kubernetes/volumes.ts";
import { resolveWorkload } from "../../../src/core/workload/resolve.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";

/** What is mounted at /dev/shm in the workload's pod. */
function sharedMemory(change: Partial<Workload>): unknown {
  const workload = resolveWorkload({ name: "bert", image: "bert:1", ...change });
  return volumesOf(workload, workload.shapes[0]!, "bert").find(({ mount }) => mount.mountPath === "/dev/shm")?.volume
    .emptyDir;
}

const on = (instanceType: string, more: object = {}) => ({ accelerator: { instanceTypes: [instanceType], ...more } });
const unlimited = { medium: "Memory" };
describe("the shared memory of a pod", () => {
  it.each<readonly [string, Partial<Workload>, unknown]>([
    ["has no limit of its own with several GPUs", on("g5.12xlarge"), unlimited],
    ["and with several Neuron devices", on("inf2.24xlarge", { devicesPerReplica: 2 }), unlimited],
    ["and with EFA, however many devices", on("g5.8xlarge", { efa: true }), unlimited],
    ["and with several nodes", { ...on("g5.8xlarge", { efa: false }), nodes: 2 }, unlimited],
    ["is the platform's with one device", on("g5.xlarge"), undefined],
    ["and with a part of the GPUs that is one", on("g5.12xlarge", { devicesPerReplica: 1 }), undefined],
    ["and without devices", { accelerator: "none" }, undefined],
    ["has the size of the file", { ...on("g5.xlarge"), sharedMemory: "1GiB" }, { ...unlimited, sizeLimit: "1Gi" }],
    ["is the platform's where the file says 0", { ...on("g5.12xlarge"), nodes: 2, sharedMemory: 0 }, undefined],
  ])("%s", (_, change, expected) => {
    expect(sharedMemory(change)).toEqual(expected);
  });
});
