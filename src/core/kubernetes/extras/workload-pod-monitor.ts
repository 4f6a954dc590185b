import { listOr } from "../../base/problem.ts";
import type { ExtraDefinition } from "../extra-definition.ts";
import { definitionOf, kinds } from "../kinds.ts";
import { selectorOf } from "../labels.ts";
import { metricsPort, metricsPortProblems } from "../request-ports.ts";

/** The kinds of services whose pods have the workload's labels. */
const found = kinds.filter((kind) => definitionOf(kind).runs === "service" && definitionOf(kind).ownPodLabels !== true);

/** https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PodMonitor */
export const workloadPodMonitor: ExtraDefinition = {
  makes: ["PodMonitor"],
  reads: [],
  needs: {},
  problems: (contents) =>
    definitionOf(contents.kind).ownPodLabels === true
      ? [
          {
            message: `the pods of a ${contents.kind} have no label of the workload's`,
            hint: `Its controller labels them: write a PodMonitor by hand, or use ${listOr(found)}.`,
          },
        ]
      : metricsPortProblems(contents),
  manifests: ({ workload, name, metadata }) => [
    {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PodMonitor",
      metadata,
      spec: {
        selector: { matchLabels: selectorOf(name) },
        podMetricsEndpoints: [{ portNumber: metricsPort(workload)!.container, path: "/metrics" }],
      },
    },
  ],
  documentation: {
    does: "has Prometheus scrape `/metrics` of the pods themselves, on the port named `metrics`, else that for requests",
    for: "kinds whose pods have the workload's labels: all but SeldonModel",
  },
};
