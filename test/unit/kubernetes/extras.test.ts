import { describe, expect, it } from "vitest";
import { Refusal } from "../../../src/core/base/problem.ts";
import { extraOf, extras, type Extra } from "../../../src/core/kubernetes/extras.ts";
import { kinds, type Kind } from "../../../src/core/kubernetes/kinds.ts";
import type { Container, EnvironmentVariable, Manifest } from "../../../src/core/kubernetes/manifest.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { extraValues, valuesFor } from "../../support/extra-values.ts";
import { isCoreKind, missingCrdSchemas, schemaProblems } from "../../support/kubernetes-schemas.ts";
import { acceleratedPods, generate, workloadOf } from "../../support/kubernetes-workloads.ts";

type Fields = Readonly<Record<string, unknown>>;

const noSchemas = missingCrdSchemas();

/** As the extra needs it: a port that every kind takes, one node, no autoscaler that raw fields would be in the way of. */
function asked(kind: Kind, ...some: readonly Extra[]): readonly Manifest[] {
  const workload = workloadOf({ kind, accelerator: "nvidia", devices: "one device", nodes: 1 });
  return generate({ ...workload, ports: [{ container: 8000, name: "http" }] }, kind, {
    extras: some,
    ...valuesFor(some),
  });
}

/** What is said where it is refused. */
function refusal(work: () => unknown): readonly { readonly message: string; readonly hint?: string }[] {
  try {
    work();
    return [];
  } catch (error) {
    if (error instanceof Refusal) return error.problems;
    throw error;
  }
}

const carriers = (extra: Extra) => kinds.filter((kind) => refusal(() => asked(kind, extra)).length === 0);

describe("every extra beside every kind", () => {
  it.each(extras)("%s goes with it, or is refused with the kinds that can", async (extra) => {
    const able = carriers(extra);
    expect(able).not.toEqual([]);
    for (const kind of kinds) {
      const problems = refusal(() => asked(kind, extra));
      if (problems.length > 0) {
        expect(problems.map(({ message }) => message)).toEqual([expect.stringMatching(`^--with ${extra}: `)]);
        expect(able.filter((each) => problems[0]!.hint!.includes(each))).not.toEqual([]);
        continue;
      }
      const made = asked(kind, extra);
      const own = made.filter((each) => extraOf(extra).makes.includes(each.kind));
      expect(new Set(own.map((each) => each.kind))).toEqual(new Set(extraOf(extra).makes));
      // The schema of a constraint Gatekeeper makes of its template.
      const checked = made.filter(
        ({ apiVersion }) =>
          isCoreKind(apiVersion) || !(noSchemas || apiVersion.startsWith("constraints.gatekeeper.sh/")),
      );
      expect((await Promise.all(checked.map((each) => schemaProblems(each)))).flat()).toEqual([]);
    }
  });

  it("is one of every name", () => {
    const apart: ReadonlySet<Extra> = new Set(["hpa", "scaled-object", "http-route"] as const);
    const made = asked("Deployment", ...extras.filter((extra) => !apart.has(extra)));
    const names = made.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(names).toEqual([...new Set(names)]);
  });
});

/** Whether labels are those that a selector asks for. */
function selects(selector: unknown, labels: Fields = {}): boolean {
  return Object.entries(selector as Fields).every(([key, value]) => labels[key] === value);
}

const specOf = (manifests: readonly Manifest[], kind: string) =>
  manifests.find((each) => each.kind === kind)!["spec"] as Fields;

describe("what an extra refers to is there", () => {
  const served = carriers("service");

  it.each(served)("%s: the Service and its port", (kind) => {
    const made = asked(kind, "http-route", "ingress", "service-monitor");
    const services = made.filter((each) => each.kind === "Service");
    const portsOf = (name: string) =>
      (services.find(({ metadata }) => metadata.name === name)!["spec"] as { readonly ports: readonly Fields[] }).ports;

    const [rule] = specOf(made, "HTTPRoute")["rules"] as readonly { readonly backendRefs: readonly Fields[] }[];
    const [{ name, port }] = rule!.backendRefs as readonly [{ readonly name: string; readonly port: number }];
    expect(portsOf(name).map((each) => each["port"])).toContain(port);

    const rules = specOf(made, "Ingress")["rules"] as readonly Fields[];
    expect(rules.map(({ host }) => host)).toEqual(extraValues.hosts);
    expect(JSON.stringify(rules[0])).toContain(JSON.stringify({ service: { name, port: { number: port } } }));

    const monitor = specOf(made, "ServiceMonitor") as {
      readonly selector: { readonly matchLabels: Fields };
      readonly endpoints: readonly Fields[];
    };
    const watched = services.filter(({ metadata }) => selects(monitor.selector.matchLabels, metadata.labels));
    const ports = watched.flatMap((each) => (each["spec"] as { readonly ports?: readonly Fields[] }).ports ?? []);
    expect(ports.filter((each) => each["name"] === monitor.endpoints[0]!["port"])).toHaveLength(1);
  });

  it.each(carriers("workload-pod-monitor"))("%s: the pods and their port", (kind) => {
    const made = asked(kind, "workload-pod-monitor");
    const { selector, podMetricsEndpoints } = specOf(made, "PodMonitor") as {
      readonly selector: { readonly matchLabels: Fields };
      readonly podMetricsEndpoints: readonly Fields[];
    };
    const [label, value] = Object.entries(selector.matchLabels)[0]!;
    // Of a resource and its pods, which are inside of it.
    const resource = JSON.stringify(made.filter((each) => each.kind !== "PodMonitor" && each.kind !== "Service"));
    expect(resource.split(JSON.stringify({ [label]: value }).slice(1, -1)).length - 1).toBeGreaterThan(1);
    expect(resource).toContain(`"containerPort":${String(podMetricsEndpoints[0]!["portNumber"])}`);
  });
});

describe("ports", () => {
  const service: Workload = {
    name: "bert",
    kind: "service",
    image: "repo/bert:1",
    accelerator: { instanceTypes: ["g5.xlarge"] },
  };
  const said = (ports: Workload["ports"], extra: Extra) =>
    refusal(() =>
      generate({ ...service, ...(ports === undefined ? {} : { ports }) }, "Deployment", {
        extras: [extra],
        ...valuesFor([extra]),
      }),
    ).map(({ message, hint }) => `${message} | ${hint}`);
  const monitored = (ports: NonNullable<Workload["ports"]>) =>
    specOf(generate({ ...service, ports }, "Deployment", { extras: ["service-monitor"] }), "ServiceMonitor")[
      "endpoints"
    ];

  it("are said where they cannot be guessed", () => {
    const two = [{ container: 8080 }, { container: 9000 }];
    expect(said(two, "http-route")).toEqual([
      "--with http-route: which of the workload's ports takes requests is not said | Name it http: ports: [{ container: 8080, name: http }].",
    ]);
    expect(said(two, "workload-pod-monitor")).toEqual([
      "--with workload-pod-monitor: which of the workload's ports has the metrics is not said | Name it metrics: ports: [{ container: 8080, name: metrics }].",
    ]);
    expect(said(undefined, "ingress")).toEqual(["--with ingress: the workload has no ports | Write ports, or --port."]);
    expect(said([{ container: 53, protocol: "udp" }], "ingress")).toEqual([
      "--with ingress: the workload has no port of TCP | Write ports, or --port.",
    ]);
  });

  it("of metrics are that of requests where there is none for them alone", () => {
    expect(monitored([{ container: 8000 }])).toEqual([{ port: "tcp-8000", path: "/metrics" }]);
    expect(monitored([{ container: 8000, name: "http" }, { container: 8001 }])).toEqual([
      { port: "http", path: "/metrics" },
    ]);
    expect(
      monitored([
        { container: 8000, name: "http" },
        { container: 8002, name: "metrics" },
      ]),
    ).toEqual([{ port: "metrics", path: "/metrics" }]);
  });
});

describe("what an extra is told", () => {
  it.each(extras.flatMap((extra) => Object.keys(extraOf(extra).needs).map((key) => [extra, key] as const)))(
    "%s needs %s",
    (extra, key) => {
      const { [key as "gateway"]: _, ...others } = valuesFor([extra]);
      const workload = workloadOf({ kind: "Deployment", accelerator: "nvidia", devices: "one device", nodes: 1 });
      const problems = refusal(() => generate(workload, "Deployment", { extras: [extra], ...others }));
      expect(problems).toEqual([
        expect.objectContaining({
          message: expect.stringMatching(`^--with ${extra}: --[a-z-]+ is missing`) as string,
          hint: expect.stringMatching(/^Write --/) as string,
        }),
      ]);
    },
  );

  it("is refused where nothing reads it", () => {
    const workload = workloadOf({ kind: "Deployment", accelerator: "nvidia", devices: "one device", nodes: 1 });
    const { maxReplicas: _, ...values } = extraValues;
    const problems = refusal(() => generate(workload, "Deployment", values));
    expect(problems).toHaveLength(Object.keys(values).length);
    expect(problems[0]).toMatchObject({
      message: "--prometheus is read by nothing that goes with the workload",
      hint: "Write --with scaled-object or scale-to-zero too, or leave it out.",
    });
  });
});

describe("OpenTelemetry's variables", () => {
  /** As the kubelet fills them in: each may refer to those before it. */
  function filled(env: readonly EnvironmentVariable[]): Readonly<Record<string, string>> {
    const values: Record<string, string> = {};
    for (const { name, value, valueFrom } of env)
      values[name] =
        value === undefined
          ? `<${(valueFrom!["fieldRef"] as { readonly fieldPath: string } | undefined)?.fieldPath ?? "secret"}>`
          : value.replace(/\$\$|\$\((\w+)\)/g, (all, variable?: string) =>
              variable === undefined ? "$" : (values[variable] ?? all),
            );
    return values;
  }

  it.each(carriers("open-telemetry"))("reach the pod of a %s", (kind) => {
    const made = asked(kind, "open-telemetry");
    const [pod] = acceleratedPods(made.filter(({ kind: each }) => each !== "PodMonitor"));
    const container = pod!.containers.find(({ env }) => env?.some(({ name }) => name === "OTEL_SERVICE_NAME"));
    expect(filled((container as Container).env!)).toMatchObject({
      OTEL_SERVICE_NAME: "bert",
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://otel-collector.observability:4318",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
      OTEL_RESOURCE_ATTRIBUTES:
        "k8s.pod.name=<metadata.name>,k8s.node.name=<spec.nodeName>,k8s.namespace.name=<metadata.namespace>",
    });
  });

  it.each([
    ["http://collector:4317", "grpc"],
    ["https://collector:4318/base", "http/protobuf"],
    ["https://otlp.example.com", undefined],
  ])("name the protocol of %s where its port is registered for one", (otlpEndpoint, protocol) => {
    const workload = workloadOf({ kind: "Job", accelerator: "nvidia", devices: "one device", nodes: 1 });
    const made = generate({ ...workload, environment: { OTEL_SERVICE_NAME: "mine" } }, "Job", {
      extras: ["open-telemetry"],
      otlpEndpoint,
    });
    const values = filled(acceleratedPods(made)[0]!.containers[0]!.env!);
    expect([values["OTEL_EXPORTER_OTLP_PROTOCOL"], values["OTEL_SERVICE_NAME"]]).toEqual([protocol, "mine"]);
  });
});
