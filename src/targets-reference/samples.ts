import type { Raw } from "../core/base/merge.ts";
import type { Kind } from "../core/kubernetes/kinds.ts";

/** Words as a kind takes them that refuses the examples of docs/workload.md, each in a document of its own. */
export const samplesOf: Partial<Record<Kind, readonly Raw[]>> = {
  LLMInferenceService: [
    { command: ["--max-num-seqs", "16"] },
    { ports: [{ container: 8000, host: 8000, protocol: "tcp", name: "http" }] },
    { health: { path: "/v1/models", port: 8000, startSeconds: 300 } },
    {
      sidecars: [
        {
          name: "metrics",
          image: "repo/metrics:1",
          ports: [{ container: 9100, host: 9100, protocol: "tcp", name: "metrics" }],
        },
      ],
    },
  ],
  RayService: [
    { command: ["serve", "run", "app:other"] },
    { entryPoint: ["serve", "run", "app:other"], command: ["size=large"] },
  ],
  StatefulSet: [{ rollout: { maxUnavailable: 2 } }],
  DaemonSet: [{ rollout: { maxUnavailable: 2 } }],
};

/** The same of a task on Managed Instances, which has whole instances and no folder of theirs. */
export const samplesOnManagedInstances: readonly Raw[] = [
  { accelerator: { instanceTypes: ["inf2.24xlarge"] } },
  { ports: [{ container: 8080, host: 8080, protocol: "tcp", name: "http" }] },
  { volumes: [{ path: "/models", name: "models", readOnly: true, efs: { fileSystem: "fs-0123456789abcdef0" } }] },
];
