/** Which of a workload's ports takes requests, and which has its metrics. */
import type { ResolvedPort, ResolvedWorkload } from "../workload/resolved.ts";
import type { ExtraProblem } from "./extra-definition.ts";

type Ports = Pick<ResolvedWorkload, "ports">;

/** A Service of several ports has to name each. */
export function portNameInService({ name, protocol, container }: ResolvedPort): string {
  return name ?? `${protocol}-${container}`;
}

/** The one of that name, else the only one of TCP. */
function portNamed(wanted: string, { ports }: Ports): ResolvedPort | undefined {
  const overTcp = ports.filter(({ protocol }) => protocol === "tcp");
  return overTcp.find(({ name }) => name === wanted) ?? (overTcp.length === 1 ? overTcp[0] : undefined);
}

/** Where requests go; there is one where `requestPortProblems` has none. */
export function requestPort(workload: Ports): ResolvedPort | undefined {
  return portNamed("http", workload);
}

/** Where Prometheus reads the workload's own metrics: beside the requests where it has no port for them alone. */
export function metricsPort(workload: Ports): ResolvedPort | undefined {
  return portNamed("metrics", workload) ?? requestPort(workload);
}

export function requestPortProblems({ workload }: { readonly workload: Ports }): readonly ExtraProblem[] {
  return requestPort(workload) === undefined ? noPort(workload, "takes requests", "http") : [];
}

export function metricsPortProblems({ workload }: { readonly workload: Ports }): readonly ExtraProblem[] {
  return metricsPort(workload) === undefined ? noPort(workload, "has the metrics", "metrics") : [];
}

function noPort({ ports }: Ports, what: string, name: string): readonly ExtraProblem[] {
  const first = ports.find(({ protocol }) => protocol === "tcp");
  return first === undefined
    ? [{ message: "the workload has no port of TCP", hint: "Write ports, or --port." }]
    : [
        {
          message: `which of the workload's ports ${what} is not said`,
          hint: `Name it ${name}: ports: [{ container: ${first.container}, name: ${name} }].`,
        },
      ];
}
