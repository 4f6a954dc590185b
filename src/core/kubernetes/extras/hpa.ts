import { listOr } from "../../base/problem.ts";
import { noRoomToScale, scalable, scaleTarget, targetUtilization, unscalable } from "../autoscaling.ts";
import type { ExtraDefinition } from "../extra-definition.ts";

/**
 * On CPU, which every cluster's metrics server knows.
 * https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
 */
export const hpa: ExtraDefinition = {
  makes: ["HorizontalPodAutoscaler"],
  reads: ["maxReplicas"],
  needs: { maxReplicas: { example: "8" } },
  scales: true,
  problems: (contents) => [...unscalable(contents), ...noRoomToScale(contents)],
  manifests: (contents) => [
    {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: contents.metadata,
      spec: {
        scaleTargetRef: scaleTarget(contents),
        minReplicas: contents.workload.replicas,
        maxReplicas: contents.maxReplicas,
        metrics: [
          {
            type: "Resource",
            resource: { name: "cpu", target: { type: "Utilization", averageUtilization: targetUtilization } },
          },
        ],
      },
    },
  ],
  documentation: { does: "scales on CPU", for: listOr(scalable, "and") },
};
