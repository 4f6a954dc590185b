import type { KeyGuide } from "./guide.ts";

/** What each key of the containers beside the workload's is, for the JSON Schema and docs/workload.md. */
export const containerDescriptions: Readonly<Record<string, string>> = {
  init:
    "Containers that run one after the other, each to its end with 0, before the sidecars and the workload start. " +
    "Those of several files merge by name.",
  "init.*": "A container that has ended with 0 before the workload starts.",
  ...ofContainer("init"),
  sidecars:
    "Containers that start before the workload, and are healthy before it where they have health. The end of one " +
    "never ends the replica. Those of several files merge by name.",
  "sidecars.*": "A container that runs beside the workload.",
  ...ofContainer("sidecars"),
  "sidecars.*.ports":
    "The ports that it listens on. The containers of a replica have one network on EKS, and on ECS but in bridge mode.",
  "sidecars.*.ports.*": "A port that it listens on.",
  "sidecars.*.ports.*.container": "The container's port.",
  "sidecars.*.ports.*.host": "As in `ports`.",
  "sidecars.*.ports.*.protocol": "Default: tcp.",
  "sidecars.*.ports.*.name": "The port's name. No two ports of the workload have one.",
  "sidecars.*.health": "How to see by HTTP that it is healthy: the workload waits for that.",
  "sidecars.*.health.path": "The path that answers with success.",
  "sidecars.*.health.port": "The container's port that answers.",
  "sidecars.*.health.startSeconds": "How long it may take to become healthy.",
  "sidecars.*.devices":
    "shared: it opens the workload's devices too, as a monitor does. Neuron devices on ECS (EC2 capacity), and devices that DRA gives out on EKS.",
};

function ofContainer(list: "init" | "sidecars"): Readonly<Record<string, string>> {
  const at = (key: string) => `${list}.*.${key}`;
  return {
    [at("name")]: "The container's name, another than the workload's.",
    [at("image")]: "The container's image.",
    [at("entryPoint")]: "What is started in place of the image's ENTRYPOINT, word by word.",
    [at("entryPoint.*")]: "A word of it.",
    [at("command")]: "The container's command, word by word. Default: the image's own.",
    [at("command.*")]: "A word of the command.",
    [at("environment")]: "Its environment variables: it has none of the workload's.",
    [at("environment.*")]: "The variable's value, as text.",
    [at("secrets")]: "As `secrets` of the workload. On EKS the entries of eks.secrets with these names.",
    [at("secrets.*")]: "The ARN of a Secrets Manager secret or of an SSM parameter.",
    [at("resources")]:
      "Its CPU and memory. They come off the share of the workload's container, where the file does not say that one's. Default: 0.25 vCPU and 512MiB.",
    [at("resources.cpu")]: "In vCPU, as 0.5. Default: 0.25.",
    [at("resources.memory")]: "The hard limit, with a unit. Default: 512MiB.",
    [at("mounts")]:
      list === "init"
        ? "The volumes that it has, by their paths: to write, where the volume can be written."
        : "The volumes that it has, by their paths: to read only where `readOnly` is true.",
    [at("mounts.*")]: "The path of a volume.",
  };
}

const secretsOnEks = "refused without an entry of that name in `eks.secrets`, else `env` with `valueFrom.secretKeyRef`";

/** What each becomes. */
export const containerGuide: Readonly<Record<string, KeyGuide>> = {
  init: {
    ecs: "`containerDefinitions` with `essential: false`, each after the one before it has ended with 0 (`dependsOn` SUCCESS); all of their CPU and memory comes off the share",
    eks: "`initContainers`, but of pods without devices (Ray's head, MPI's launcher); the largest of each resource comes off the share",
  },
  ...eachOf("init"),
  sidecars: {
    ecs: "`containerDefinitions` with `essential: false`, after `init`; the workload's own `dependsOn` them, START or HEALTHY; their CPU and memory comes off the share",
    eks: "`initContainers` with `restartPolicy: Always` after those of `init` (Kubernetes 1.29), but of pods without devices; their sum comes off the share",
  },
  ...eachOf("sidecars"),
  "sidecars.*.ports": { ecs: "`portMappings`", eks: "`ports`" },
  "sidecars.*.ports.*.container": { ecs: "`containerPort`", eks: "`containerPort`" },
  "sidecars.*.ports.*.host": { ecs: "`hostPort`, as of `ports`", eks: "`hostPort`" },
  "sidecars.*.ports.*.protocol": { ecs: "`protocol`", eks: "`protocol`, in capitals" },
  "sidecars.*.ports.*.name": { ecs: "`name` of the port mapping", eks: "`name` of the port: at most 15 characters" },
  "sidecars.*.health": {
    ecs: "`healthCheck`, and the workload's container waits for HEALTHY",
    eks: "`startupProbe`: what stands after it in the pod waits for it",
  },
  "sidecars.*.health.path": { ecs: "in `healthCheck.command`", eks: "`httpGet.path`" },
  "sidecars.*.health.port": { ecs: "in `healthCheck.command`", eks: "`httpGet.port`" },
  "sidecars.*.health.startSeconds": {
    ecs: "`healthCheck.startPeriod`, 300 at most",
    eks: "`startupProbe.failureThreshold`",
  },
  "sidecars.*.devices": {
    ecs: "`linuxParameters.devices` of the slot and `IPC_LOCK`; the locks stay with the workload's container; refused for GPUs and on Managed Instances",
    eks: "`resources.claims` of the workload's own claim; refused where a device plugin gives the devices out",
  },
};

function eachOf(list: "init" | "sidecars"): Readonly<Record<string, KeyGuide>> {
  const at = (key: string) => `${list}.*.${key}`;
  return {
    [at("name")]: { ecs: "`name`", eks: "`name`: lower-case letters, digits and dashes" },
    [at("image")]: { ecs: "`image`", eks: "`image`" },
    [at("entryPoint")]: { ecs: "`entryPoint`", eks: "`command`" },
    [at("command")]: { ecs: "`command`", eks: "`args`" },
    [at("environment")]: { ecs: "`environment`", eks: "`env`" },
    [at("secrets")]: { ecs: "`secrets` with `valueFrom`; read by `roles.execution`", eks: secretsOnEks },
    [at("resources")]: { ecs: "`cpu` and `memory`", eks: "`resources`" },
    [at("resources.cpu")]: { ecs: "`cpu`", eks: "`resources.requests.cpu`" },
    [at("resources.memory")]: { ecs: "`memory`", eks: "`memory` of `resources.requests` and `resources.limits`" },
    [at("mounts")]: {
      ecs: `\`mountPoints\`${list === "init" ? ", never `readOnly`" : ""}`,
      eks: `\`volumeMounts\`${list === "init" ? ", never `readOnly`" : ""}`,
    },
  };
}

export const containerExamples: Readonly<Record<string, string>> = {
  init: `init:
  - name: convert
    image: public.ecr.aws/docker/library/python:3.12
    entryPoint: [python]
    command: [/models/convert.py]
    environment: { FORMAT: neuron }
    secrets: { HF_TOKEN: "arn:aws:secretsmanager:us-east-1:111122223333:secret:hf-AbCdEf" }
    resources: { cpu: 2, memory: 8GiB }
    mounts: [/models]             # with a volume at /models`,
  sidecars: `sidecars:
  - name: metrics
    image: public.ecr.aws/neuron/neuron-monitor:1.3.0
    entryPoint: [/opt/bin/entrypoint.sh]
    command: [--port, "8000"]
    environment: { PERIOD: 5s }
    secrets: { TOKEN: "arn:aws:secretsmanager:us-east-1:111122223333:secret:push-AbCdEf" }
    ports: [{ container: 8000, host: 8000, protocol: tcp, name: metrics }]
    health: { path: /metrics, port: 8000, startSeconds: 60 }
    resources: { cpu: 0.25, memory: 256MiB }
    mounts: [/models]             # with a volume at /models
    devices: shared`,
};
