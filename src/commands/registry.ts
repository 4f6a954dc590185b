import type { Command } from "./command.ts";

/** One line a command: its words, its summary for --help, and where it lives. Nothing else loads until it is called. */
export interface RegistryEntry {
  readonly words: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** Group words and their one-line summaries; a group within another comes after it. */
export const groups: Readonly<Record<string, string>> = {
  ami: "Machine images for accelerated ECS and EKS nodes",
  capacity: "The machines of an ECS cluster: generate, deploy, check, delete",
  cluster: "Devices and placement in an ECS cluster: devices, explain, snapshot, drain",
  eks: "The same workload on Kubernetes: manifests, nodes, checks",
  "eks nodegroup": "Nodes that can run a workload: generate, create",
  "eks platform": "What a cluster needs besides nodes: generate",
  iam: "The least IAM policies: policy",
  instances: "What the catalogue knows of accelerated instance types",
  service: "The ECS services of a workload: deploy, list, status, logs, exec, open, scale, rollback, delete, import",
  task: "Tasks of a run: list, wait, logs, exec, stop",
  taskdef: "ECS task definitions: generate, lint, diff, register",
  templates: "Workload templates",
};

/** What `aiplat help` is for. It is none of the registry: it asks the program itself. */
export const helpSummary = "Show the help of a command";

export const registry: readonly RegistryEntry[] = [
  {
    words: "init",
    summary: "Write an aiplat.yaml from a template",
    load: async () => (await import("./init.ts")).init,
  },
  {
    words: "validate",
    summary: "Check a workload: every problem at once, with line and column",
    load: async () => (await import("./validate.ts")).validate,
  },
  {
    words: "ami latest",
    summary: "Print the newest image id of an AMI family",
    load: async () => (await import("./ami/latest.ts")).amiLatest,
  },
  {
    words: "ami list",
    summary: "List the AMI families of a region with their newest images",
    load: async () => (await import("./ami/list.ts")).amiList,
  },
  {
    words: "ami history",
    summary: "List the images that an AMI family has had, and when each came out",
    load: async () => (await import("./ami/history.ts")).amiHistory,
  },
  {
    words: "ami check",
    summary: "Find machine images that are old, ended, or without the driver",
    load: async () => (await import("./ami/check.ts")).amiCheck,
  },
  {
    words: "ami roll",
    summary: "Replace the machines of an Auto Scaling group by ones of the newest image",
    load: async () => (await import("./ami/roll.ts")).amiRoll,
  },
  {
    words: "capacity generate",
    summary: "Print the machines that a workload needs as CloudFormation templates",
    load: async () => (await import("./capacity/generate.ts")).capacityGenerate,
  },
  {
    words: "capacity deploy",
    summary: "Make the machines that a workload needs, by CloudFormation",
    load: async () => (await import("./capacity/deploy.ts")).capacityDeploy,
  },
  {
    words: "capacity check",
    summary: "Find what is wrong with the machines of a cluster, and what has aged",
    load: async () => (await import("./capacity/check.ts")).capacityCheck,
  },
  {
    words: "capacity delete",
    summary: "Take machines away that capacity deploy made",
    load: async () => (await import("./capacity/delete.ts")).capacityDelete,
  },
  {
    words: "cluster devices",
    summary: "Map every accelerator device and who holds it",
    load: async () => (await import("./cluster/devices.ts")).clusterDevices,
  },
  {
    words: "cluster drain",
    summary: "Move the tasks of services off a container instance",
    load: async () => (await import("./cluster/drain.ts")).clusterDrain,
  },
  {
    words: "cluster explain",
    summary: "Say where a workload fits and, if not, why",
    load: async () => (await import("./cluster/explain.ts")).clusterExplain,
  },
  {
    words: "cluster snapshot",
    summary: "Write a cluster's state to a file",
    load: async () => (await import("./cluster/snapshot.ts")).clusterSnapshot,
  },
  {
    words: "eks check",
    summary: "Check an EKS cluster's node groups and device plugins",
    load: async () => (await import("./eks/check.ts")).eksCheck,
  },
  {
    words: "eks apply",
    summary: "Show what manifests change, apply them, and wait for the rollout",
    load: async () => (await import("./eks/apply.ts")).eksApply,
  },
  {
    words: "eks nodegroup generate",
    summary: "Print the node groups or Karpenter resources that a workload needs",
    load: async () => (await import("./eks/nodegroup/generate.ts")).eksNodegroupGenerate,
  },
  {
    words: "eks nodegroup create",
    summary: "Create the node groups that a workload needs",
    load: async () => (await import("./eks/nodegroup/create.ts")).eksNodegroupCreate,
  },
  {
    words: "eks platform generate",
    summary: "Print the Helm values of a platform for a fleet's accelerators",
    load: async () => (await import("./eks/platform/generate.ts")).eksPlatformGenerate,
  },
  {
    words: "iam policy",
    summary: "Print the least IAM policy that a command, or a role of the workload, needs",
    load: async () => (await import("./iam/policy.ts")).iamPolicy,
  },
  {
    words: "instances list",
    summary: "List accelerated instance types",
    load: async () => (await import("./instances/list.ts")).instancesList,
  },
  {
    words: "instances fit",
    summary: "Say which instance types a model fits, and for how much",
    load: async () => (await import("./instances/fit.ts")).instancesFit,
  },
  {
    words: "instances show",
    summary: "Show all that is known of instance types",
    load: async () => (await import("./instances/show.ts")).instancesShow,
  },
  {
    words: "task list",
    summary: "List tasks that aiplat has started",
    load: async () => (await import("./task/list.ts")).taskList,
  },
  {
    words: "task wait",
    summary: "Wait until tasks have stopped",
    load: async () => (await import("./task/wait.ts")).taskWait,
  },
  {
    words: "task logs",
    summary: "Print or follow the logs of tasks",
    load: async () => (await import("./task/logs.ts")).taskLogs,
  },
  {
    words: "task exec",
    summary: "Run a command in a running task",
    load: async () => (await import("./task/exec.ts")).taskExec,
  },
  { words: "task stop", summary: "Stop tasks", load: async () => (await import("./task/stop.ts")).taskStop },
  {
    words: "service deploy",
    summary: "Create or update a workload's ECS services and wait until they are steady",
    load: async () => (await import("./service/deploy.ts")).serviceDeploy,
  },
  {
    words: "service list",
    summary: "List the ECS services of a cluster's workloads",
    load: async () => (await import("./service/list.ts")).serviceList,
  },
  {
    words: "service status",
    summary: "Show the ECS services that make up a workload",
    load: async () => (await import("./service/status.ts")).serviceStatus,
  },
  {
    words: "service logs",
    summary: "Print or follow the logs of a workload's services",
    load: async () => (await import("./service/logs.ts")).serviceLogs,
  },
  {
    words: "service exec",
    summary: "Run a command in a task of a workload's service",
    load: async () => (await import("./service/exec.ts")).serviceExec,
  },
  {
    words: "service open",
    summary: "Open the URL at which a workload's service answers",
    load: async () => (await import("./service/open.ts")).serviceOpen,
  },
  {
    words: "service scale",
    summary: "Set how many replicas a workload has",
    load: async () => (await import("./service/scale.ts")).serviceScale,
  },
  {
    words: "service rollback",
    summary: "Go back to the last stable task definition, or a named one",
    load: async () => (await import("./service/rollback.ts")).serviceRollback,
  },
  {
    words: "service delete",
    summary: "Delete every ECS service of a workload",
    load: async () => (await import("./service/delete.ts")).serviceDelete,
  },
  {
    words: "service import",
    summary: "Write a workload file from a live ECS service or a task definition",
    load: async () => (await import("./service/import.ts")).serviceImport,
  },
  {
    words: "plan",
    summary: "Show what deploying or running a workload would change and place, and why",
    load: async () => (await import("./plan.ts")).plan,
  },
  {
    words: "run-task",
    summary: "Run a workload as ECS tasks",
    load: async () => (await import("./run-task.ts")).runTask,
  },
  {
    words: "doctor",
    summary: "Check whether this machine, the account and the cluster are ready",
    load: async () => (await import("./doctor.ts")).doctor,
  },
  {
    words: "taskdef generate",
    summary: "Print the task definition of a workload",
    load: async () => (await import("./taskdef/generate.ts")).taskdefGenerate,
  },
  {
    words: "taskdef register",
    summary: "Register a workload's task definitions where they changed",
    load: async () => (await import("./taskdef/register.ts")).taskdefRegister,
  },
  {
    words: "taskdef lint",
    summary: "Check task definitions against what the hardware can do",
    load: async () => (await import("./taskdef/lint.ts")).taskdefLint,
  },
  {
    words: "taskdef diff",
    summary: "Compare a workload with what is registered",
    load: async () => (await import("./taskdef/diff.ts")).taskdefDiff,
  },
  {
    words: "completion",
    summary: "Print what completes aiplat in bash, zsh or fish",
    load: async () => (await import("./completion.ts")).completion,
  },
  {
    words: "sandbox",
    summary: "Start a local AWS endpoint to practise and test against",
    load: async () => (await import("./sandbox.ts")).sandbox,
  },
  {
    words: "eks generate",
    summary: "Print a workload as a Kubernetes resource of your choice",
    load: async () => (await import("./eks/generate.ts")).eksGenerate,
  },
  {
    words: "templates list",
    summary: "List the workload templates",
    load: async () => (await import("./templates/list.ts")).templatesList,
  },
  {
    words: "templates show",
    summary: "Show a template and its workload file",
    load: async () => (await import("./templates/show.ts")).templatesShow,
  },
];
