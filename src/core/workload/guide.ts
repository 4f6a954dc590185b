import { containerExamples, containerGuide } from "./container-guide.ts";
import { volumeExample, volumeGuide } from "./volume-guide.ts";

/**
 * What each key of the workload file becomes, beside `descriptions.ts`, which says what it is. docs/workload.md is made
 * of both and of an example for each key at the top; a test holds that no key is left out.
 */
export interface KeyGuide {
  /** On ECS: fields as RegisterTaskDefinition, CreateService and RunTask have them. */
  readonly ecs: string;
  /** On EKS: fields of the pod and of what wraps it. */
  readonly eks: string;
}

const raw = "not used";

/** By the key's path; `*` is an item. */
export const guide: Readonly<Record<string, KeyGuide>> = {
  $schema: { ecs: "nothing: editors read it", eks: "nothing: editors read it" },
  apiVersion: { ecs: "nothing", eks: "nothing" },
  name: {
    ecs: "`family`, `serviceName` (with type and slot where there are several), the container's `name`, tag `aiplat:workload`",
    eks: "`metadata.name`, the container's `name`, label `app.kubernetes.io/name`",
  },
  container: {
    ecs: "the container's `name`; the name of its containers in the load balancer and the raw fields too",
    eks: "the container's `name`; a warning for kinds that ask for one of their own",
  },
  kind: {
    ecs: "CreateService, or RunTask",
    eks: "which kinds can carry it; Deployment or Job where `eks.as` is left out",
  },
  image: { ecs: "`image` of the container", eks: "`image` of the container" },
  entryPoint: {
    ecs: "`entryPoint`",
    eks: "`command`; the first words of what Ray runs",
  },
  command: {
    ecs: "`command`",
    eks: "`args`: as on ECS, the image's ENTRYPOINT stays; `$(` is written so that nothing is expanded",
  },
  workingDirectory: { ecs: "`workingDirectory`", eks: "`workingDir`" },
  environment: {
    ecs: "`environment`, after the fabric's own variables where there is EFA",
    eks: "`env`, after the fabric's own variables where there is EFA",
  },
  secrets: {
    ecs: "`secrets` with `valueFrom`; read by `roles.execution`",
    eks: "refused: Kubernetes reads no ARNs; `eks.secrets` takes its place",
  },
  ports: { ecs: "`portMappings`, beside the lock ports of a slot", eks: "`ports`; a Service beside kinds that serve" },
  "ports.*.container": { ecs: "`containerPort`", eks: "`containerPort`" },
  "ports.*.host": {
    ecs: "`hostPort`: in bridge mode left out for a free one, in host and awsvpc mode the container's",
    eks: "`hostPort`",
  },
  "ports.*.protocol": { ecs: "`protocol`", eks: "`protocol`, in capitals" },
  "ports.*.name": { ecs: "`name` of the port mapping", eks: "`name` of the port: at most 15 characters" },
  health: {
    ecs: "`healthCheck`: a command in the container that asks the address",
    eks: "for a service `startupProbe`, `livenessProbe` and `readinessProbe`; for a job `readinessProbe`",
  },
  "health.path": { ecs: "in `healthCheck.command`", eks: "`httpGet.path`" },
  "health.port": { ecs: "in `healthCheck.command`", eks: "`httpGet.port`" },
  "health.startSeconds": {
    ecs: "`healthCheck.startPeriod`, 300 at most; above that and behind a load balancer `healthCheckGracePeriodSeconds` of the service",
    eks: "`startupProbe.failureThreshold`",
  },
  accelerator: {
    ecs: "`none`: no devices, and the tag `aiplat:devices=none`",
    eks: "`none`: no device limits, no affinity to accelerated nodes",
  },
  "accelerator.instanceTypes": {
    ecs: "the placement constraint on `ecs.instance-type`; a definition for each type whose devices differ",
    eks: "node affinity on `node.kubernetes.io/instance-type`",
  },
  "accelerator.devicesPerReplica": {
    ecs: "Neuron: `linuxParameters.devices` of the slot, its lock ports, `IPC_LOCK`; NVIDIA: `resourceRequirements` of type `GPU`; the share of CPU and memory",
    eks: "`resources.limits`: `aws.amazon.com/neuron` or `nvidia.com/gpu`; the share of CPU and memory",
  },
  "accelerator.mps": {
    ecs: "`resourceRequirements` with `sharingStrategy.nvidiaMps`",
    eks: "refused: a node's device plugin shares its GPUs, and `accelerator.resource` names what it makes of them",
  },
  "accelerator.mps.memory": { ecs: "`nvidiaMps.memory`", eks: "refused" },
  "accelerator.mps.maxComputePercent": { ecs: "`nvidiaMps.maxComputePercent`", eks: "refused" },
  "accelerator.resource": {
    ecs: "refused: ECS has no such resources",
    eks: "`resources.limits`, with the toleration of its devices' taint; for a part of a Neuron machine the scheduler extension; of nodes MIG's label and a NodeOverlay",
  },
  "accelerator.count": { ecs: "refused", eks: "the amount in `resources.limits`; the share of CPU and memory" },
  "accelerator.sharing": {
    ecs: "refused",
    eks: "the share of CPU and memory; of nodes a ConfigMap of the device plugin and the labels that choose it",
  },
  "accelerator.sharing.strategy": {
    ecs: "refused",
    eks: "`sharing.timeSlicing` or `sharing.mps` of that configuration",
  },
  "accelerator.sharing.replicas": { ecs: "refused", eks: "`replicas` of that configuration" },
  "accelerator.hami": {
    ecs: "refused",
    eks: "`schedulerName: hami-scheduler`; of nodes the label `gpu=on`",
  },
  "accelerator.hami.memory": { ecs: "refused", eks: "`nvidia.com/gpumem` in MiB; the share of CPU and memory" },
  "accelerator.hami.maxComputePercent": { ecs: "refused", eks: "`nvidia.com/gpucores`" },
  "accelerator.efa": {
    ecs: "`/dev/infiniband/uverbsN` for each interface, `memlock` without a limit, host mode",
    eks: "`vpc.amazonaws.com/efa` in `resources.limits`, `IPC_LOCK`",
  },
  replicas: {
    ecs: "`desiredCount`, distributed over the slots; `count` of a run",
    eks: "`spec.replicas` or what the kind has in its place ([kubernetes-kinds.md](kubernetes-kinds.md))",
  },
  nodes: { ecs: "1 only: more is refused", eks: "pods that work as one, each on a machine of its own, by the kind" },
  resources: {
    ecs: "the slot's share of the catalogue's figures, less 10 %",
    eks: "the share of what a node can allocate, less its usual add-ons",
  },
  "resources.cpu": { ecs: "`cpu` of the container: 1,024 units a vCPU", eks: "`resources.requests.cpu`" },
  "resources.memory": {
    ecs: "`memory` of the container, the hard limit; on Managed Instances of the task",
    eks: "`memory` of `resources.requests` and `resources.limits`",
  },
  "resources.reserve": { ecs: "less in the share", eks: "less in the share" },
  "resources.reserve.cpu": { ecs: "less `cpu`", eks: "less `resources.requests.cpu`" },
  "resources.reserve.memory": { ecs: "less `memory`", eks: "less `memory`" },
  sharedMemory: {
    ecs: "`linuxParameters.sharedMemorySize`",
    eks: "a volume `emptyDir` of `medium: Memory` at `/dev/shm`",
  },
  user: { ecs: "`user`", eks: "`securityContext.runAsUser`" },
  readOnlyRoot: { ecs: "`readonlyRootFilesystem`", eks: "`securityContext.readOnlyRootFilesystem`" },
  ulimits: {
    ecs: "`ulimits`",
    eks: "refused: Kubernetes has none, and a container has those of its node's container runtime",
  },
  "ulimits.*.soft": { ecs: "`softLimit`", eks: "refused" },
  "ulimits.*.hard": { ecs: "`hardLimit`", eks: "refused" },
  stop: { ecs: "how ECS's agent ends the container", eks: "how the kubelet ends the pod" },
  "stop.timeoutSeconds": { ecs: "`stopTimeout`", eks: "`terminationGracePeriodSeconds` of the pod" },
  ...volumeGuide,
  ...containerGuide,
  rollout: {
    ecs: "`deploymentConfiguration.minimumHealthyPercent` and `maximumPercent`, worked out for the count at each deployment",
    eks: "`rollingUpdate` of the kinds that have it; with devices the default starts a pod when an old one has left its own",
  },
  "rollout.maxUnavailable": { ecs: "`minimumHealthyPercent`", eks: "`maxUnavailable`" },
  "rollout.maxSurge": { ecs: "`maximumPercent`", eks: "`maxSurge`" },
  logs: {
    ecs: "`logConfiguration` of the driver `awslogs`",
    eks: "a note: an agent on the node collects what is printed",
  },
  "logs.group": { ecs: "`awslogs-group`; made before the first task where it is absent", eks: "not used" },
  "logs.retentionDays": { ecs: "`retentionInDays` of a group that is made", eks: "not used" },
  roles: { ecs: "roles of the task definition", eks: "of the service account" },
  "roles.execution": {
    ecs: "`executionRoleArn`",
    eks: "refused without `eks.serviceAccount`, else a warning: the node pulls the image",
  },
  "roles.task": {
    ecs: "`taskRoleArn`",
    eks: "refused without `eks.serviceAccount`, else a warning: that one must have its permissions",
  },
  tags: {
    ecs: "`tags` of definitions, services, tasks and log groups, beside `aiplat:workload` and `aiplat:slot`",
    eks: "labels, or annotations where the value is none",
  },
  model: {
    ecs: "with `path` a container `fetch-model` before those of `init`; without, a warning: nothing loads the model for the container",
    eks: "with `path` the same, as an init container; without, for kinds that load it themselves",
  },
  "model.uri": {
    ecs: "with `path`, what `aws s3 sync` fetches",
    eks: "with `path`, what `aws s3 sync` fetches; `storageUri` or `STORAGE_URI` of an InferenceService",
  },
  "model.path": {
    ecs: "where it is fetched to, in a volume: replicas that share it wait for each other, and the first downloads",
    eks: "the same; of an InferenceService /mnt/models alone, where KServe fetches it to",
  },
  "model.image": {
    ecs: "`image` of `fetch-model`: it has `aws` and a shell",
    eks: "the same; refused for an InferenceService, whose own initializer fetches it",
  },
  "model.format": { ecs: "not carried", eks: "`modelFormat` of an InferenceService" },
  schedule: { ecs: "a warning: nothing starts the task by itself", eks: "`schedule` of a CronJob" },
  ecs: { ecs: "what has no word of its own for both", eks: raw },
  "ecs.cluster": { ecs: "`cluster` of every call", eks: raw },
  "ecs.networkMode": { ecs: "`networkMode`", eks: raw },
  "ecs.capacity": { ecs: "`launchType` or `capacityProviderStrategy`, `requiresCompatibilities`", eks: raw },
  "ecs.capacity.provider": { ecs: "`capacityProviderStrategy[0].capacityProvider`", eks: raw },
  "ecs.capacity.managedInstances": { ecs: "`capacityProviderStrategy[0].capacityProvider`", eks: raw },
  "ecs.capacity.*.provider": { ecs: "`capacityProvider`", eks: raw },
  "ecs.capacity.*.base": { ecs: "`base`", eks: raw },
  "ecs.capacity.*.weight": { ecs: "`weight`", eks: raw },
  "ecs.network": { ecs: "`networkConfiguration.awsvpcConfiguration`", eks: raw },
  "ecs.network.subnets": { ecs: "`subnets`", eks: raw },
  "ecs.network.securityGroups": { ecs: "`securityGroups`", eks: raw },
  "ecs.network.assignPublicIp": { ecs: "`assignPublicIp`", eks: raw },
  "ecs.loadBalancer": { ecs: "`loadBalancers` of the service", eks: raw },
  "ecs.loadBalancer.targetGroup": { ecs: "`targetGroupArn`", eks: raw },
  "ecs.loadBalancer.port": { ecs: "`containerPort`", eks: raw },
  "ecs.placement": { ecs: "beside aiplat's own", eks: raw },
  "ecs.placement.constraints": { ecs: "`placementConstraints` of type `memberOf`, of the definition", eks: raw },
  "ecs.placement.strategy": { ecs: "`placementStrategy`", eks: raw },
  "ecs.placement.strategy.*.type": { ecs: "`type`", eks: raw },
  "ecs.placement.strategy.*.field": { ecs: "`field`", eks: raw },
  "ecs.taskDefinition": { ecs: "merged last into RegisterTaskDefinition", eks: raw },
  "ecs.service": { ecs: "merged last into CreateService and UpdateService", eks: raw },
  eks: { ecs: raw, eks: "what has no word of its own for both" },
  "eks.namespace": { ecs: raw, eks: "`metadata.namespace`" },
  "eks.as": { ecs: raw, eks: "the kind" },
  "eks.queue": { ecs: raw, eks: "what the queue wants on the resource" },
  "eks.queue.kueue": { ecs: raw, eks: "the label `kueue.x-k8s.io/queue-name`" },
  "eks.queue.volcano": {
    ecs: raw,
    eks: "`schedulerName: volcano`, and a PodGroup in the queue with `minMember`: all pods of several nodes, else 1; `spec.queue` of a VolcanoJob",
  },
  "eks.queue.yunikorn": {
    ecs: raw,
    eks: "`schedulerName: yunikorn`, the labels `applicationId` and `queue`, and of several nodes a task group",
  },
  "eks.queue.topology": {
    ecs: raw,
    eks: "the annotation `kueue.x-k8s.io/podset-required-topology` of the pods with devices, in place of their affinity",
  },
  "eks.serviceAccount": { ecs: raw, eks: "`serviceAccountName`" },
  "eks.secrets": { ecs: raw, eks: "`env` with `valueFrom.secretKeyRef`" },
  "eks.secrets.*.name": { ecs: raw, eks: "`secretKeyRef.name`" },
  "eks.secrets.*.key": { ecs: raw, eks: "`secretKeyRef.key`" },
  "eks.spark": {
    ecs: raw,
    eks: "`spec` of a SparkApplication; `version`, `type` and `mainFile` are its words for `sparkVersion`, `type` and `mainApplicationFile`",
  },
  "eks.experiment": {
    ecs: raw,
    eks: "`spec` of an Experiment; each parameter is `${trialParameters.NAME}` in `command` or `environment`",
  },
  "eks.pod": { ecs: raw, eks: "merged last into the pod" },
  "eks.resource": { ecs: raw, eks: "merged last into the resource" },
  "eks.companions": {
    ecs: raw,
    eks: "merged last into what goes with the resource, as a Service or a TrainingRuntime",
  },
};

/** An example of each key at the top, as it stands in a file. */
export const examples: Readonly<Record<string, string>> = {
  $schema: "$schema: ./node_modules/aiplat/schema/workload.json",
  apiVersion: "apiVersion: aiplat/v1",
  name: "name: bert-inference",
  container: "container: worker",
  kind: "kind: service",
  image: "image: public.ecr.aws/neuron/pytorch-inference-neuronx:2.9.0-neuronx-py312-sdk2.31.1-ubuntu24.04",
  entryPoint: "entryPoint: [/opt/run.sh]",
  command: 'command: [serve, --workers, "2"]',
  workingDirectory: "workingDirectory: /workspace",
  environment: 'environment: { MODEL_URI: s3://models/bert, BATCH: "8" }',
  secrets: `secrets:                 # with roles.execution
  HF_TOKEN: arn:aws:secretsmanager:us-east-1:111122223333:secret:hf-AbCdEf`,
  ports: "ports: [{ container: 8080, host: 80, protocol: tcp, name: http }]",
  health: "health: { path: /ping, port: 8080, startSeconds: 300 }",
  accelerator: `accelerator:
  instanceTypes: [inf2.24xlarge]
  devicesPerReplica: 2
# or, with the fabric:
# accelerator: { instanceTypes: [trn1.32xlarge], efa: true }
# or, to share one GPU:
# accelerator: { instanceTypes: [g5.xlarge], mps: { memory: 8GiB, maxComputePercent: 50 } }
# or, on EKS, parts of devices as the nodes offer them:
# accelerator: { instanceTypes: [p5.48xlarge], resource: nvidia.com/mig-1g.10gb, count: 1 }
# accelerator: { instanceTypes: [g6.xlarge], resource: nvidia.com/gpu.shared, sharing: { strategy: time-slicing, replicas: 4 } }
# accelerator: { instanceTypes: [g6.xlarge], resource: nvidia.com/gpu, hami: { memory: 8GiB, maxComputePercent: 30 } }
# or, for a CPU workload:
# accelerator: none`,
  replicas: "replicas: 3",
  nodes: "nodes: 2",
  resources: "resources: { cpu: 8, memory: 24GiB, reserve: { cpu: 0.5, memory: 1GiB } }",
  sharedMemory: "sharedMemory: 8GiB",
  user: "user: 1000",
  readOnlyRoot: "readOnlyRoot: true",
  ulimits: "ulimits: { nofile: 65536, memlock: -1, stack: { soft: 67108864, hard: -1 } }",
  stop: "stop: { timeoutSeconds: 120 }",
  volumes: volumeExample,
  ...containerExamples,
  rollout: "rollout: { maxUnavailable: 2, maxSurge: 1 }",
  logs: "logs: { group: /aiplat/bert, retentionDays: 30 }",
  roles: `roles:
  execution: arn:aws:iam::111122223333:role/ecsTaskExecutionRole
  task: arn:aws:iam::111122223333:role/bert`,
  tags: "tags: { team: nlp }",
  model: `model:                   # with a volume at /models
  uri: s3://models/bert
  path: /models/bert
  image: public.ecr.aws/aws-cli/aws-cli:2.36.44
# or, for a kind that loads it itself:
# model: { uri: s3://models/bert, format: pytorch }`,
  schedule: 'schedule: "0 3 * * *"',
  ecs: `ecs:
  cluster: prod
  networkMode: awsvpc
  capacity: [{ provider: base, base: 1, weight: 1 }, { provider: spot, weight: 3 }]
  # or: capacity: ec2; capacity: { provider: NAME }; capacity: { managedInstances: NAME }
  network: { subnets: [subnet-0a1b2c3d], securityGroups: [sg-0a1b2c3d], assignPublicIp: false }
  loadBalancer:
    targetGroup: arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/bert/0123456789abcdef
    port: 8080
  placement:
    constraints: ["attribute:stack == prod"]
    strategy: [{ type: spread, field: "attribute:ecs.availability-zone" }]
  taskDefinition: { pidMode: task }
  service: { enableECSManagedTags: true }`,
  eks: `eks:
  namespace: ml
  as: Deployment
  queue: { kueue: team-a, topology: topology.kubernetes.io/zone }
  # or: queue: { volcano: team-a }; queue: { yunikorn: root.team-a }
  serviceAccount: bert
  secrets: { HF_TOKEN: { name: hf, key: token } }
  spark: { version: 3.5.1, type: Python, mainFile: "local:///app.py" }
  experiment:
    objective: { type: maximize, goal: 0.99, objectiveMetricName: accuracy }
    parameters: [{ name: lr, parameterType: double, feasibleSpace: { min: 0.001, max: 0.1 } }]
    maxTrialCount: 12
  pod: { spec: { priorityClassName: high } }
  resource: { spec: { revisionHistoryLimit: 3 } }
  companions: { Service: { spec: { type: LoadBalancer } } }`,
};
