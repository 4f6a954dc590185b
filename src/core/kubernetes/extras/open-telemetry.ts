import type { ExtraContents, ExtraDefinition } from "../extra-definition.ts";
import { literal } from "../environment.ts";
import type { EnvironmentVariable } from "../manifest.ts";

/** By the ports that are registered for them. https://opentelemetry.io/docs/specs/otlp/ */
const protocols: Readonly<Record<string, string>> = { "4317": "grpc", "4318": "http/protobuf" };

/** Attributes that only the pod knows, each by a variable that the list of them refers to. */
const podAttributes = [
  { attribute: "k8s.pod.name", variable: "OTEL_RESOURCE_ATTRIBUTES_POD_NAME", fieldPath: "metadata.name" },
  { attribute: "k8s.node.name", variable: "OTEL_RESOURCE_ATTRIBUTES_NODE_NAME", fieldPath: "spec.nodeName" },
  { attribute: "k8s.namespace.name", variable: "OTEL_RESOURCE_ATTRIBUTES_NAMESPACE", fieldPath: "metadata.namespace" },
] as const;

/**
 * What every SDK of OpenTelemetry reads.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 * https://opentelemetry.io/docs/specs/semconv/resource/k8s/
 */
function environment({ workload, otlpEndpoint }: ExtraContents): readonly EnvironmentVariable[] {
  const [, port = ""] = /^https?:\/\/[^/]*:(\d+)/.exec(otlpEndpoint!) ?? [];
  const protocol = protocols[port];
  return [
    { name: "OTEL_SERVICE_NAME", value: workload.name },
    { name: "OTEL_EXPORTER_OTLP_ENDPOINT", value: literal(otlpEndpoint!) },
    ...(protocol === undefined ? [] : [{ name: "OTEL_EXPORTER_OTLP_PROTOCOL", value: protocol }]),
    ...podAttributes.map(({ variable, fieldPath }) => ({ name: variable, valueFrom: { fieldRef: { fieldPath } } })),
    {
      name: "OTEL_RESOURCE_ATTRIBUTES",
      value: podAttributes.map(({ attribute, variable }) => `${attribute}=$(${variable})`).join(","),
    },
  ];
}

export const openTelemetry: ExtraDefinition = {
  makes: [],
  reads: ["otlpEndpoint"],
  needs: {
    otlpEndpoint: {
      why: "the SDK sends what it sees to a collector",
      example: "http://otel-collector.observability:4318",
    },
  },
  problems: () => [],
  manifests: () => [],
  environment,
  documentation: {
    does: "gives the container `OTEL_SERVICE_NAME`, the exporter's endpoint and protocol, and its pod, node and namespace as resource attributes; a variable that the workload sets itself stays",
    for: "every kind",
  },
};
