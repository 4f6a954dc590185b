import { isRaw } from "../../base/merge.ts";
import type { ResolvedWorkload } from "../../workload/resolved.ts";
import { programOf, queued, type KindDefinition, type UnsupportedField } from "../kind-definition.ts";
import { rayApiVersion, rayClusterSpec, unprobed } from "../ray.ts";

/** What `serve run` is given. https://docs.ray.io/en/latest/serve/production-guide/config.html */
interface ServeApplication {
  readonly importPath: string;
  readonly arguments: readonly (readonly [key: string, value: string])[];
}

/** `serve run MODULE:APP [KEY=VALUE ...]`; undefined for any other command. */
function serveApplication(command: readonly string[]): ServeApplication | undefined {
  const [serve, run, importPath, ...rest] = command;
  if (serve !== "serve" || run !== "run" || importPath === undefined || !/^[\w.]+:\w+$/.test(importPath))
    return undefined;
  const pairs = rest.map((word) => /^(\w+)=(.*)$/s.exec(word));
  return pairs.includes(null) ? undefined : { importPath, arguments: pairs.map((pair) => [pair![1]!, pair![2]!]) };
}

/** Serve's configuration is a text of YAML within the resource; a JSON string is a YAML string too. */
function serveConfig(name: string, { importPath, arguments: values }: ServeApplication): string {
  const args =
    values.length === 0
      ? ""
      : `    args:\n${values.map(([key, value]) => `      ${key}: ${JSON.stringify(value)}\n`).join("")}`;
  return `applications:\n  - name: ${name}\n    import_path: ${importPath}\n    route_prefix: /\n${args}`;
}

function served(workload: ResolvedWorkload): readonly UnsupportedField[] {
  const { eks } = workload;
  const command = programOf(workload);
  const raw = isRaw(eks.resource?.["spec"]) && eks.resource["spec"]["serveConfigV2"] !== undefined;
  if (command === undefined)
    return raw
      ? []
      : [
          {
            path: ["command"],
            message:
              "serves an application: the command is serve run MODULE:APP, or eks.resource.spec.serveConfigV2 " +
              "says what it serves",
          },
        ];
  if (serveApplication(command) !== undefined)
    return raw
      ? [{ path: ["command"], message: "serves what eks.resource.spec.serveConfigV2 says, and there is a command too" }]
      : [];
  const begins = workload.entryPoint === undefined ? "command" : "entryPoint";
  return [
    {
      path: [begins],
      message: `serves an application, and ${begins === "command" ? "the command" : "what entryPoint begins"} is not serve run MODULE:APP [KEY=VALUE ...]`,
    },
  ];
}

/** https://docs.ray.io/en/latest/cluster/kubernetes/getting-started/rayservice-quick-start.html */
export const rayService: KindDefinition = {
  kind: "RayService",
  apiVersion: rayApiVersion,
  runs: "service",
  unsupportedFields: (workload) => [...unprobed(workload), ...served(workload)],
  // MaxRayServiceNameLength is 47.
  reservedNameLength: () => "-abcde-serve-svc".length,
  wrap: (contents) => {
    const application = serveApplication(programOf(contents.workload) ?? []);
    return {
      metadata: queued(contents),
      spec: {
        ...(application === undefined ? {} : { serveConfigV2: serveConfig(contents.workload.name, application) }),
        rayClusterConfig: rayClusterSpec(contents),
      },
    };
  },
  scalesItself: true,
  queues: { kueue: "label" },
  // ray-project/kuberay ray-operator/apis/ray/v1
  ready: { condition: "Ready" },
  documentation: {
    replicas: "`workerGroupSpecs[0].replicas`",
    nodes: "`workerGroupSpecs[0].numOfHosts`",
    coordinator: "`headGroupSpec`",
    devices: "`workerGroupSpecs[0].template`",
    container: "NAME",
    command:
      "`serve run MODULE:APP [KEY=VALUE ...]` becomes `serveConfigV2`; else write `eks.resource.spec.serveConfigV2`",
    health: "refused: Serve checks its replicas",
    rendezvous: "Ray",
  },
};
