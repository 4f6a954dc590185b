// https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers
import { describe, expect, it } from "vitest";
import { requestsOf } from "../../../../src/core/kubernetes/check/pod-requests.ts";

const asking = (cpu: string, more: object = {}) => ({ resources: { requests: { cpu } }, ...more });
const cpuOf = (spec: object) => requestsOf({ ...spec }).get("cpu");

describe("the requests of a pod", () => {
  it.each<readonly [string, object, number]>([
    ["the sum of its containers", { containers: [asking("1"), asking("500m")] }, 1.5],
    ["an init container that takes more", { containers: [asking("1")], initContainers: [asking("3"), asking("2")] }, 3],
    ["an init container that takes less", { containers: [asking("1")], initContainers: [asking("500m")] }, 1],
    [
      "sidecars beside the containers",
      { containers: [asking("1")], initContainers: [asking("2", { restartPolicy: "Always" })] },
      3,
    ],
    [
      "sidecars beside the init containers after them",
      { containers: [asking("1")], initContainers: [asking("1", { restartPolicy: "Always" }), asking("4")] },
      5,
    ],
    [
      "no sidecars beside the init containers before them",
      { containers: [asking("1")], initContainers: [asking("4"), asking("1", { restartPolicy: "Always" })] },
      4,
    ],
    ["the runtime's overhead", { containers: [asking("1")], overhead: { cpu: "250m" } }, 1.25],
    ["a limit where there is no request", { containers: [{ resources: { limits: { cpu: "2" } } }] }, 2],
  ])("are %s", (_, spec, cpu) => {
    expect(cpuOf(spec)).toBe(cpu);
  });

  it("are none of a pod that asks for nothing", () => {
    expect(requestsOf({ containers: [{ name: "a" }] }).size).toBe(0);
  });
});
