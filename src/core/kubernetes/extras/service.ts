import { listOr } from "../../base/problem.ts";
import type { ExtraContents, ExtraDefinition } from "../extra-definition.ts";
import { definitionOf, kinds } from "../kinds.ts";
import { nameLabel, selectorOf } from "../labels.ts";
import { portNameInService } from "../request-ports.ts";

/** The kinds whose pods take requests and whose controller makes no Service of its own that does. */
const served = kinds.filter((kind) => definitionOf(kind).service !== undefined);

export function serviceName({ kind, name }: Pick<ExtraContents, "kind" | "name">): string {
  return `${name}${definitionOf(kind).service?.suffix ?? ""}`;
}

/** https://kubernetes.io/docs/concepts/services-networking/service/ */
export const service: ExtraDefinition = {
  makes: ["Service"],
  reads: [],
  needs: {},
  problems: ({ workload, kind }) => {
    if (!served.includes(kind))
      return [
        {
          message: `${kind} has no Service of aiplat's`,
          hint: `There is one for ${listOr(served, "and")}; the controllers of the other services make their own.`,
        },
      ];
    return workload.ports.length === 0
      ? [{ message: "the workload has no ports", hint: "Write ports, or --port." }]
      : [];
  },
  manifests: (contents) => {
    const { workload, kind, name, metadata, hasCanary } = contents;
    // Both versions have the workload's name, and instance labels of their own.
    const pods = hasCanary ? { [nameLabel]: workload.name } : selectorOf(name);
    const ports = workload.ports.map((port) => ({
      name: portNameInService(port),
      port: port.container,
      targetPort: port.container,
      protocol: port.protocol.toUpperCase(),
    }));
    return [
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { ...metadata, name: serviceName(contents) },
        spec: { selector: { ...pods, ...definitionOf(kind).service?.selector }, ports },
      },
    ];
  },
  documentation: {
    does: "a Service for the ports (LeaderWorkerSet: NAME-leader, since its controller makes a Service NAME)",
    for: listOr(served, "and"),
  },
};
