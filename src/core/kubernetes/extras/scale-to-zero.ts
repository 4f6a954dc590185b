import { listOr } from "../../base/problem.ts";
import { scalable, scaledObjectOn, unscalable } from "../autoscaling.ts";
import type { ExtraDefinition } from "../extra-definition.ts";

/**
 * On requests, and to no pod while there are none. What a pod says of itself ends with the last pod: the query has to be
 * of what stands before them. https://keda.sh/docs/latest/reference/scaledobject-spec/#idlereplicacount
 */
export const scaleToZero: ExtraDefinition = {
  makes: ["ScaledObject"],
  reads: ["maxReplicas", "prometheusUrl", "requestsQuery", "requestsPerReplica"],
  needs: {
    maxReplicas: { example: "8" },
    prometheusUrl: { why: "KEDA reads the requests there", example: "http://prometheus.monitoring:9090" },
    requestsQuery: {
      why: "no metric of the pods' own is there while there are none",
      example: `'sum(rate(istio_requests_total{destination_service_name="NAME"}[2m]))', or what your gateway counts`,
    },
    requestsPerReplica: { why: "so many of the query's requests are one replica's", example: "4" },
  },
  scales: true,
  problems: (contents) => {
    const { workload, maxReplicas } = contents;
    return [
      ...unscalable(contents),
      // From zero to the workload's replicas is something to scale too.
      ...(maxReplicas !== undefined && maxReplicas < workload.replicas
        ? [
            {
              message: `--max-replicas ${maxReplicas} is less than the workload's replicas (${workload.replicas}), which run while there are requests`,
            },
          ]
        : []),
    ];
  },
  manifests: (contents) => [
    scaledObjectOn(contents, contents.requestsQuery, contents.requestsPerReplica, { spec: { idleReplicaCount: 0 } }),
  ],
  documentation: {
    does: "has KEDA scale on the requests that `--requests-query` counts, to no pod while there are none; `replicas` run while there are some",
    for: listOr(scalable, "and"),
  },
};
