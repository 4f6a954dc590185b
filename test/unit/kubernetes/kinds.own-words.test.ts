// What kinds ask of a workload beyond the pod, and what of their own they write.
import { describe, expect, it } from "vitest";
import { Refusal, type Problem } from "../../../src/core/base/problem.ts";
import { rolloutArguments } from "../../../src/core/kubernetes/apply/rollout.ts";
import { generateManifests, resolveForKubernetes } from "../../../src/core/kubernetes/generate.ts";
import type { Kind } from "../../../src/core/kubernetes/kinds.ts";
import type { Manifest, PodTemplate } from "../../../src/core/kubernetes/manifest.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { workloadOf } from "../../support/kubernetes-workloads.ts";

type Fields = Readonly<Record<string, unknown>>;

const workload = (kind: Kind, nodes = 1) =>
  workloadOf({ kind, accelerator: "neuron", devices: "whole instance", nodes });
const made = (kind: Kind, change: Partial<Workload> = {}, nodes = 1) =>
  generateManifests(resolveForKubernetes({ ...workload(kind, nodes), ...change }, kind));
const specOf = (manifest: Manifest | undefined) => manifest!["spec"] as Fields;

function refused(kind: Kind, change: Partial<Workload>): readonly string[] {
  try {
    made(kind, change);
  } catch (error) {
    if (error instanceof Refusal)
      return error.problems.map(({ path, message }: Problem) => `${(path ?? []).join(".")}: ${message}`);
    throw error;
  }
  return [];
}

describe("a pod's fields for which a kind has no place", () => {
  it("are refused with the kinds that have, where the workload or raw fields say them", () => {
    expect(refused("ServingRuntime", { eks: { pod: { spec: { dnsPolicy: "Default" } } } })).toEqual([
      "eks.pod.spec.dnsPolicy: ServingRuntime has no place for the pod's dnsPolicy",
    ]);
    expect(refused("ServingRuntime", { stop: { timeoutSeconds: 60 } })).toEqual([
      "stop: ServingRuntime has no place for the pod's terminationGracePeriodSeconds",
    ]);
    expect(refused("InferenceService", { stop: { timeoutSeconds: 60 } })).toEqual([]);
    // Of several pods it is the JobSet that has a place for it.
    const { eks } = workload("Workflow");
    const several = { stop: { timeoutSeconds: 60 }, replicas: 2, eks: { ...eks, serviceAccount: "runner" } };
    expect(refused("Workflow", several)).toEqual([]);
    expect(refused("Workflow", { ...several, replicas: 1 })).toEqual([
      "stop: Workflow has no place for the pod's terminationGracePeriodSeconds",
    ]);
  });
});

describe("an Experiment", () => {
  const { eks } = workload("Experiment");
  const experiment = (change: Fields) => ({ eks: { ...eks, experiment: { ...eks!.experiment, ...change } } });

  it("says all that Katib's webhook would refuse", () => {
    expect(refused("Experiment", { eks: {}, environment: {} })).toEqual([
      "eks.experiment.objective: Experiment minimizes or maximizes a metric, and eks.experiment.objective.type says neither",
      "eks.experiment.objective: Experiment has an objective, and eks.experiment.objective.objectiveMetricName does not name its metric",
      "eks.experiment.parameters: Experiment tries values of parameters, and eks.experiment.parameters has none",
    ]);
  });

  it("has every parameter read by its trials, and none that is not there", () => {
    const batch = { command: ["train", "--batch=${trialParameters.batch}"], environment: {} };
    expect(refused("Experiment", batch)).toEqual([
      "eks.experiment.parameters: Experiment hands lr to its trials, and neither command nor environment has ${trialParameters.lr}",
      "eks.experiment.parameters: Experiment has no parameter batch, and its trials read ${trialParameters.batch}",
    ]);
    const read = { command: ["train", "--lr=${trialParameters.lr}"], environment: {} };
    expect(refused("Experiment", read)).toEqual([]);
    const beside = [{ name: "fetch", image: "a:1", command: ["--lr=${trialParameters.lr}"] }];
    expect(refused("Experiment", { environment: {}, init: beside })).toEqual([]);
    expect(refused("Experiment", { environment: {}, sidecars: beside })).toEqual([]);
  });

  it("runs the workload, and no other trial", () => {
    expect(refused("Experiment", experiment({ trialTemplate: { trialSpec: { kind: "Pod" } } }))).toEqual([
      "eks.experiment.trialTemplate: Experiment runs the workload as its trial, and eks.experiment.trialTemplate has trialSpec",
    ]);
  });

  it("takes Katib's own fields, with numbers as the texts that Katib reads", () => {
    const parameters = [{ name: "lr", parameterType: "discrete", feasibleSpace: { list: [0.1, 0.00001, "1"] } }];
    const spec = specOf(
      made("Experiment", {
        ...experiment({ parameters, algorithm: { algorithmName: "tpe" }, trialTemplate: { retain: true } }),
        replicas: 3,
      }).manifests.at(-1),
    );
    expect(spec).toMatchObject({
      algorithm: { algorithmName: "tpe" },
      parallelTrialCount: 3,
      parameters: [{ feasibleSpace: { list: ["0.1", "0.00001", "1"] } }],
      trialTemplate: {
        retain: true,
        trialParameters: [{ name: "lr", reference: "lr" }],
        // The webhook refuses a trial with a name.
        trialSpec: { kind: "Job", metadata: { labels: expect.any(Object) as object }, spec: { completions: 1 } },
      },
    });
    expect((spec["trialTemplate"] as { trialSpec: Manifest }).trialSpec.metadata.name).toBeUndefined();
  });

  it("is said to be for another kind where the file has one", () => {
    const { warnings } = made("Job", { eks: { ...eks, spark: {} }, command: ["train"] });
    expect(warnings.map(({ message }) => message)).toEqual(
      expect.arrayContaining(["eks.experiment is for Experiment, and the kind is Job"]),
    );
  });
});

describe("a SparkApplication", () => {
  const asked = (devices: number) => ({
    accelerator: { instanceTypes: ["g6.12xlarge"], devicesPerReplica: devices },
    replicas: 2,
  });
  const sparkOf = (change: Partial<Workload>) =>
    specOf(made("SparkApplication", change).manifests[0]) as {
      sparkConf?: Readonly<Record<string, string>>;
      executor: { instances: number; memory: string; memoryOverhead: string; cores: number; template: PodTemplate };
    };

  it("has RAPIDS on one GPU an executor, with a share of it for each core", () => {
    const { sparkConf, executor } = sparkOf(asked(1));
    expect(sparkConf).toMatchObject({
      "spark.plugins": "com.nvidia.spark.SQLPlugin",
      "spark.executor.resource.gpu.amount": "1",
      "spark.executor.resource.gpu.vendor": "nvidia.com",
    });
    expect(executor.instances).toBe(2);
    // No core is left without its share.
    expect(Math.floor(1 / Number(sparkConf!["spark.task.resource.gpu.amount"]))).toBeGreaterThanOrEqual(executor.cores);
  });

  it("leaves RAPIDS out where an executor has several, which is said; and asks for no GPU on Neuron", () => {
    expect(sparkOf(asked(4)).sparkConf).toMatchObject({ "spark.executor.resource.gpu.amount": "4" });
    expect(sparkOf(asked(4)).sparkConf).not.toHaveProperty("spark.plugins");
    expect(made("SparkApplication", asked(4)).warnings.map(({ code }) => code)).toContain("spark-gpus");
    expect(sparkOf({}).sparkConf).toBeUndefined();
  });

  it.each(["Python", "Scala"])("has heap and overhead that are together what the pod has: %s", (type) => {
    const { eks } = workload("SparkApplication");
    const { executor } = sparkOf({ eks: { ...eks, spark: { ...eks!.spark, type } } });
    const { memory } = executor.template.spec.containers[0]!.resources!.requests!;
    expect(Number.parseInt(executor.memory, 10) + Number.parseInt(executor.memoryOverhead, 10)).toBe(
      Number.parseInt(memory!, 10),
    );
  });

  it("says all that is missing, and takes no other devices", () => {
    expect(refused("SparkApplication", { eks: {}, entryPoint: ["run"] })).toEqual([
      "eks.spark.version: SparkApplication is of a version of Spark, and eks.spark.version does not say which",
      "eks.spark.type: SparkApplication runs Python, Java, Scala, R, and eks.spark.type says none of them",
      "eks.spark.mainFile: SparkApplication submits a file, and eks.spark.mainFile does not say which (local:///app.py, in the image)",
      "entryPoint: SparkApplication is started by Spark, and there is entryPoint",
      "eks.serviceAccount: SparkApplication has a driver that makes the executors' pods, and there is no eks.serviceAccount that may",
    ]);
    const { eks } = workload("SparkApplication");
    const spark = { ...eks!.spark, sparkConf: { "spark.executor.resource.gpu.amount": "2" }, executor: { gpu: {} } };
    expect(refused("SparkApplication", { eks: { ...eks, spark } })).toHaveLength(2);
    const limits = { "aws.amazon.com/neuron": "2" };
    const container = { name: "spark-kubernetes-executor", resources: { limits } };
    const template = { spec: { containers: [container] } };
    expect(refused("SparkApplication", { eks: { ...eks, spark: { ...eks!.spark, executor: { template } } } })).toEqual([
      expect.stringContaining("eks.spark changes the devices"),
    ]);
  });

  it("takes the resource's own fields too", () => {
    const { eks } = workload("SparkApplication");
    const spark = { ...eks!.spark, mainClass: "com.example.App", sparkConf: { "spark.eventLog.enabled": "true" } };
    expect(sparkOf({ ...asked(1), eks: { ...eks, spark } })).toMatchObject({
      mainClass: "com.example.App",
      sparkConf: { "spark.eventLog.enabled": "true", "spark.plugins": "com.nvidia.spark.SQLPlugin" },
    });
  });
});

describe("a Workflow", () => {
  const stepOf = (change: Partial<Workload>, nodes = 1) => {
    const { manifests } = made("Workflow", change, nodes);
    return (specOf(manifests[0]) as { templates: readonly Fields[] }).templates[0]!;
  };

  it("runs one pod as a container, and several as a JobSet that it waits for", () => {
    expect(stepOf({})).toMatchObject({ name: "bert", container: { image: "repo/bert:1" } });
    for (const step of [stepOf({}, 2), stepOf({ replicas: 3 })]) {
      const { manifest, ...resource } = step["resource"] as { readonly manifest: string };
      expect(resource).toMatchObject({
        action: "create",
        successCondition: "status.terminalState == Completed",
        failureCondition: "status.terminalState == Failed",
      });
      expect(JSON.parse(manifest)).toMatchObject({ kind: "JobSet", metadata: { name: "bert", namespace: "ml" } });
    }
    expect((stepOf({}, 2)["resource"] as { manifest: string }).manifest).toBe(
      JSON.stringify(made("JobSet", {}, 2).manifests[0], null, 2),
    );
  });

  it("needs an account that may create it", () => {
    expect(refused("Workflow", { replicas: 2, eks: {} })).toEqual([
      "eks.serviceAccount: Workflow creates a JobSet of several pods, and there is no eks.serviceAccount that may",
    ]);
    expect(refused("Workflow", { eks: {} })).toEqual([]);
  });

  it("keeps the devices, in the text of its JobSet too", () => {
    const template = (fields: Fields) => ({ resource: { spec: { templates: [{ name: "bert", ...fields }] } } });
    const container = { resources: { limits: { "aws.amazon.com/neuron": "1" } } };
    expect(refused("Workflow", { eks: template({ container }) })).toEqual([
      expect.stringContaining("eks.resource changes the devices that spec.templates[0].container.resources requests"),
    ]);
    const { eks } = workload("Workflow");
    expect(
      refused("Workflow", { replicas: 2, eks: { ...eks, ...template({ resource: { manifest: "kind: Job" } }) } }),
    ).toEqual([expect.stringContaining("eks.resource changes the devices")]);
  });

  it("has no text that Argo would take for a variable of its own, and knows Argo's", () => {
    const chat = "{% for each in messages %}{{ each.content }}{% endfor %}";
    expect(refused("Workflow", { command: ["serve", chat], environment: { OUT: "{{workflow.name}}" } })).toEqual([
      "command: Workflow has Argo put a variable of its own in place of {{ each.content }}, and there is no such one",
    ]);
    const init = [{ name: "fetch", image: "fetch:1", environment: { AT: "{{x}}", OF: "{{=workflow.name}}" } }];
    expect(refused("Workflow", { init })).toEqual([
      "init: Workflow has Argo put a variable of its own in place of {{x}}, and there is no such one",
    ]);
    expect(refused("Job", { command: ["serve", chat] })).toEqual([]);
  });
});

describe("Ray's kinds", () => {
  const scaled = (kind: Kind, maxReplicas: number, change: Partial<Workload> = {}) =>
    generateManifests(resolveForKubernetes({ ...workload(kind), ...change }, kind), { maxReplicas }).manifests.at(-1);

  it.each(["RayCluster", "RayJob", "RayService"] as const)("scale themselves up to --max-replicas: %s", (kind) => {
    const text = JSON.stringify(scaled(kind, 6));
    expect(text).toContain('"enableInTreeAutoscaling":true');
    expect(text).toContain(`"minReplicas":${kind === "RayJob" ? 1 : 3},"maxReplicas":6`);
    // Ray's autoscaler of older versions finds no CPU but in limits, of which a pod here has none.
    expect(text).toMatch(/"maxReplicas":6,"numOfHosts":1,"rayStartParams":{"num-cpus":"[1-9]\d*"/);
    // Of the workers alone: a pod that starts again is not taken away once it is idle.
    expect(text.split('"restartPolicy":"Never"')).toHaveLength(2);
    expect(text.indexOf('"restartPolicy":"Never"')).toBeGreaterThan(text.indexOf('"workerGroupSpecs"'));
    expect(JSON.stringify(made(kind).manifests)).not.toMatch(
      /enableInTreeAutoscaling|"num-cpus":"[1-9]|"restartPolicy"/,
    );
  });

  it("say where that is no more, where Kueue admits them, and where nothing scales the kind", () => {
    expect(() => scaled("RayCluster", 3)).toThrow(/is no more than the workload's replicas \(3\)/);
    const queue = { eks: { queue: { kueue: "team-a" } } };
    expect(() => scaled("RayCluster", 6, queue)).toThrow(/Kueue admits a RayCluster as a whole/);
    expect(() => scaled("Job", 6)).toThrow(/--max-replicas 6: nothing scales the Job/);
    expect(() => scaled("Deployment", 6)).toThrow(/nothing scales the Deployment/);
  });
});

describe("a SeldonModel", () => {
  it("has a server with what its model requires: MLServer's own capabilities name no pytorch", () => {
    const [server, model] = made("SeldonModel").manifests;
    expect(specOf(model)).toMatchObject({ requirements: ["pytorch"], server: "bert" });
    expect(specOf(server)).toMatchObject({ serverConfig: "mlserver", extraCapabilities: ["pytorch"] });
    const without = made("SeldonModel", { model: { uri: "s3://m" } }).manifests;
    expect(JSON.stringify(without)).not.toMatch(/requirements|Capabilities/);
  });

  it("needs a model, and the ServerConfig's container", () => {
    const { model: _model, container: _container, ...rest } = workload("SeldonModel");
    const asked = () => generateManifests(resolveForKubernetes(rest, "SeldonModel"));
    expect(asked).toThrow(/has its server load a model, and there is none/);
    expect(asked).toThrow(/runs in the container of a ServerConfig, and container does not say which/);
  });
});

describe("a Notebook", () => {
  it("has Jupyter's port and a home of its own, unless the workload says otherwise", () => {
    const plain = made("Notebook", { ports: [] }).manifests;
    expect(plain.map(({ kind }) => kind)).toEqual(["PersistentVolumeClaim", "Notebook"]);
    expect(JSON.stringify(plain[1])).toContain(
      '"ports":[{"name":"notebook-port","containerPort":8888,"protocol":"TCP"}]',
    );
    const mounted = {
      eks: {
        pod: {
          spec: {
            containers: [{ name: "bert", volumeMounts: [{ name: "mine", mountPath: "/home/jovyan/" }] }],
            volumes: [{ name: "mine", persistentVolumeClaim: { claimName: "mine" } }],
          },
        },
      },
    };
    expect(made("Notebook", mounted).manifests.map(({ kind }) => kind)).toEqual(["Notebook"]);
  });

  it("has one volume called home", () => {
    const around = { volumes: [{ path: "/home", claim: "mine" }] };
    expect(made("Notebook", around).manifests.map(({ kind }) => kind)).toEqual(["Notebook"]);
    expect(refused("Notebook", { volumes: [{ path: "/data", name: "home", claim: "mine" }] })).toEqual([
      "volumes.0.name: Notebook has a volume called home at /home/jovyan, and so is the one at /data: it needs another name",
    ]);
  });
});

describe("a VolcanoJob", () => {
  it("is done when all of its replicas are, and starts its nodes again together", () => {
    expect(specOf(made("VolcanoJob", { replicas: 3 }).manifests[0])).toMatchObject({
      minAvailable: 1,
      minSuccess: 3,
      tasks: [{ replicas: 3 }],
    });
    const nodes = specOf(made("VolcanoJob", {}, 2).manifests[0]);
    expect(nodes).toMatchObject({ minAvailable: 2, tasks: [{ replicas: 2 }] });
    expect(nodes["policies"]).toContainEqual({ event: "PodEvicted", action: "RestartJob" });
  });
});

describe("what kubectl waits for", () => {
  it("is the kind's own condition, and of two kinds of one name that of the group", () => {
    const wait = (apiVersion: string, kind: string) => rolloutArguments({ apiVersion, kind, name: "bert" }, 60);
    expect(wait("mlops.seldon.io/v1alpha1", "Model")).toContain("--for=condition=Ready");
    expect(wait("kubeflow.org/v1", "Notebook")).toContain("--for=condition=Ready");
    expect(wait("example.com/v1", "Model")).toBeUndefined();
    expect(wait("batch.volcano.sh/v1alpha1", "Job")).toBeUndefined();
  });
});
