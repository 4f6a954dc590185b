import type { ExtraValues } from "../../src/core/kubernetes/extra-definition.ts";
import { extraOf, type Extra } from "../../src/core/kubernetes/extras.ts";

/** What every extra may be told. */
export const extraValues: Required<ExtraValues> = {
  maxReplicas: 9,
  prometheusUrl: "http://prometheus.monitoring:9090",
  requestsQuery: 'sum(rate(istio_requests_total{destination_service_name="bert"}[2m]))',
  requestsPerReplica: 4,
  hosts: ["bert.example.com", "*.bert.example.com"],
  gateway: { namespace: "ingress", name: "public" },
  ingressClass: "alb",
  canaryImage: "repo/bert:2",
  canaryWeight: 10,
  otlpEndpoint: "http://otel-collector.observability:4318",
};

/** Those that some extras read: others would be refused. */
export function valuesFor(asked: readonly Extra[]): ExtraValues {
  const read = new Set(asked.flatMap((extra) => extraOf(extra).reads));
  return Object.fromEntries(Object.entries(extraValues).filter(([key]) => read.has(key as keyof ExtraValues)));
}
