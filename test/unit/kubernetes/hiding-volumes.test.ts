import { describe, expect, it } from "vitest";
import type { Kind } from "../../../src/core/kubernetes/kinds.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { acceleratedPods, generate } from "../../support/kubernetes-workloads.ts";

const base = { name: "bert", image: "bert:1", accelerator: { instanceTypes: ["inf2.24xlarge"] } } satisfies Workload;

interface Mount {
  readonly name: string;
  readonly mountPath: string;
}

/** What the workload's container mounts, `NAME PATH` each, and the pod's volumes. */
function volumesOf(change: Partial<Workload>, kind: Kind = "Deployment") {
  const { containers, volumes = [] } = acceleratedPods(generate({ ...base, ...change }, kind))[0]!;
  const mounts = containers[0]!.volumeMounts ?? [];
  return {
    mounts: mounts.map(({ name, mountPath }) => `${name} ${mountPath}`),
    volumes: volumes.map(({ name }) => name),
  };
}

const user = (container: string, ...mounts: readonly Mount[]) => ({
  containers: [{ name: container, volumeMounts: mounts }],
  volumes: mounts.map(({ name }) => ({ name, persistentVolumeClaim: { claimName: name } })),
});
const fsx = { name: "fsx", mountPath: "/fsx" };
const cacheOnFsx = { NEURON_COMPILE_CACHE_URL: "/fsx/cache" };
const pod = (container: string, ...mounts: readonly Mount[]) => ({
  eks: { pod: { spec: user(container, ...mounts) } },
});

const shm = "shared-memory /dev/shm";
const cache = "neuron-compile-cache";

describe("aiplat's own volumes", () => {
  it("have no compile cache over one that lies under a mount of the user's", () => {
    expect(volumesOf({ environment: cacheOnFsx, ...pod("bert", fsx) })).toEqual({
      mounts: [shm, "fsx /fsx"],
      volumes: ["shared-memory", "fsx"],
    });
  });

  it.each<readonly [string, Partial<Workload>]>([
    ["at the very path", pod("bert", { name: "fsx", mountPath: "/var/tmp/neuron-compile-cache" })],
    ["with a slash at its end", pod("bert", { name: "fsx", mountPath: "/var/tmp/neuron-compile-cache/" })],
    ["above it", pod("bert", { name: "fsx", mountPath: "/var" })],
  ])("nor %s", (_, change) => {
    expect(volumesOf(change).volumes).not.toContain(cache);
    expect(volumesOf(change).mounts.join()).not.toContain(`${cache} `);
  });

  it.each<readonly [string, Partial<Workload>]>([
    ["beside it", { environment: { NEURON_COMPILE_CACHE_URL: "/fsx2/cache" }, ...pod("bert", fsx) }],
    ["below it", pod("bert", { name: "fsx", mountPath: "/var/tmp/neuron-compile-cache/old" })],
    ["in another container", { environment: cacheOnFsx, ...pod("proxy", fsx) }],
  ])("but keep it where the user mounts something %s", (_, change) => {
    expect(volumesOf(change).volumes).toContain(cache);
  });

  it.each(["PyTorchJob", "TrainJob", "JobSet"] as const)(
    "know the container of a %s by whatever name, in the fields of its resource too",
    (kind) => {
      const change = { environment: cacheOnFsx, command: ["torchrun"] };
      expect(volumesOf({ ...change, ...pod("bert", fsx) }, kind).volumes).toEqual(["shared-memory", "fsx"]);
    },
  );

  it("know what eks.resource mounts", () => {
    const template = { spec: { template: { spec: user("bert", fsx) } } };
    expect(volumesOf({ environment: cacheOnFsx, eks: { resource: template } })).toEqual({
      mounts: [shm, "fsx /fsx"],
      volumes: ["shared-memory", "fsx"],
    });
  });

  it("leave /dev/shm to the user who mounts it, and to a sidecar that shares it", () => {
    const own = pod("bert", { name: "mine", mountPath: "/dev/shm" });
    expect(volumesOf(own).volumes).toEqual([cache, "mine"]);
    const sidecar = {
      containers: [{ name: "proxy", volumeMounts: [{ name: "shared-memory", mountPath: "/dev/shm" }] }],
    };
    expect(volumesOf({ eks: { pod: { spec: sidecar } } }).volumes).toEqual(["shared-memory", cache]);
    // The host's /dev is not the pod's shared memory.
    expect(volumesOf(pod("bert", { name: "dev", mountPath: "/dev" })).volumes).toContain("shared-memory");
  });

  it("leave no empty list behind", () => {
    const one = { accelerator: { instanceTypes: ["inf2.xlarge"] } };
    const resource = { spec: { template: { spec: user("bert", fsx) } } };
    const [found] = acceleratedPods(
      generate({ ...base, ...one, environment: cacheOnFsx, eks: { resource } }, "Deployment"),
    );
    expect(found!.volumes).toEqual([{ name: "fsx", persistentVolumeClaim: { claimName: "fsx" } }]);
  });
});
