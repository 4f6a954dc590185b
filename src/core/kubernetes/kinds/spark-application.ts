import { isRaw, type Raw } from "../../base/merge.ts";
import { warning, type Problem } from "../../base/problem.ts";
import { present } from "../../base/present.ts";
import type { ResolvedWorkload } from "../../workload/resolved.ts";
import { coordinatorPod } from "../coordinator.ts";
import {
  oneNode,
  queued,
  renamed,
  withContainer,
  withoutProgram,
  type Contents,
  type KindDefinition,
  type UnsupportedField,
} from "../kind-definition.ts";
import { gpuConfiguration, sparkGpus, sparkResources, usesRapids } from "../spark.ts";

/** Spark's own names of the containers (apache/spark, resource-managers/kubernetes/.../Constants.scala). */
const containers = { driver: "spark-kubernetes-driver", executor: "spark-kubernetes-executor" } as const;

const types = ["Python", "Java", "Scala", "R"];

/** Words of the workload file, and the fields of the resource that they are. */
const words: Readonly<Record<string, string>> = { version: "sparkVersion", mainFile: "mainApplicationFile" };

/** The section with the resource's own names. */
function ownSpec({ eks }: ResolvedWorkload): Raw {
  return Object.fromEntries(Object.entries(eks.spark ?? {}).map(([key, value]) => [words[key] ?? key, value]));
}

function needed(workload: ResolvedWorkload): readonly UnsupportedField[] {
  const spec = ownSpec(workload);
  const text = (key: string) => typeof spec[key] === "string" && spec[key] !== "";
  const refuse = (key: string, message: string) => [{ path: ["eks", "spark", key], message }];
  return [
    ...(text("sparkVersion")
      ? []
      : refuse("version", "is of a version of Spark, and eks.spark.version does not say which")),
    ...(types.includes(String(spec["type"]))
      ? []
      : refuse("type", `runs ${types.join(", ")}, and eks.spark.type says none of them`)),
    ...(text("mainApplicationFile")
      ? []
      : refuse(
          "mainFile",
          "submits a file, and eks.spark.mainFile does not say which (local:///app.py, in the image)",
        )),
  ];
}

/** Whoever asks for executors otherwise would change what the pods have. */
function otherDevices(workload: ResolvedWorkload): readonly UnsupportedField[] {
  const { executor, sparkConf } = ownSpec(workload);
  const amount = "spark.executor.resource.gpu.amount";
  const found = [
    ...(isRaw(executor) && executor["gpu"] !== undefined ? [["executor", "gpu"]] : []),
    ...(isRaw(sparkConf) && sparkConf[amount] !== undefined ? [["sparkConf", amount]] : []),
  ];
  return found.map((path) => ({
    path: ["eks", "spark", ...path],
    message: `has the workload's devices on its executors, and eks.spark.${path.join(".")} asks for others`,
  }));
}

/** Spark starts itself in its pods, and asks no container how it is. */
function spark({ entryPoint, health, eks }: ResolvedWorkload): readonly UnsupportedField[] {
  return [
    ...(entryPoint === undefined
      ? []
      : [{ path: ["entryPoint"], message: "is started by Spark, and there is entryPoint" }]),
    ...(health === undefined ? [] : [{ path: ["health"], message: "has Spark's own heartbeats, and there is health" }]),
    ...(eks.serviceAccount === undefined
      ? [
          {
            path: ["eks", "serviceAccount"],
            message: "has a driver that makes the executors' pods, and there is no eks.serviceAccount that may",
          },
        ]
      : []),
  ];
}

function warnings({ shapes }: ResolvedWorkload): readonly Problem[] {
  const gpus = shapes.map(sparkGpus).find((each) => each !== undefined && each > 1);
  return gpus === undefined
    ? []
    : [
        warning(
          "spark-gpus",
          ["accelerator", "devicesPerReplica"],
          `an executor has ${gpus} GPUs, and the RAPIDS Accelerator uses one: its plugin is left out`,
          "Write devicesPerReplica: 1, and as many replicas.",
        ),
      ];
}

function wrap(contents: Contents): ReturnType<KindDefinition["wrap"]> {
  const { workload, shape, pod } = contents;
  const { type, sparkVersion, mainApplicationFile } = ownSpec(workload);
  const beyondHeap = type === "Python" || type === "R" || usesRapids(shape);
  const driver = renamed(coordinatorPod(contents, withoutProgram), containers.driver);
  const executor = withContainer(renamed(pod, containers.executor), withoutProgram);
  const configuration = gpuConfiguration(shape, pod);
  return {
    metadata: queued(contents),
    spec: {
      type,
      mode: "cluster",
      sparkVersion,
      image: workload.image,
      mainApplicationFile,
      // They become the args of the driver's container.
      ...present({ arguments: pod.spec.containers[0]!.args }),
      restartPolicy: { type: "Never" },
      ...(Object.keys(configuration).length === 0 ? {} : { sparkConf: configuration }),
      driver: {
        ...sparkResources(driver, beyondHeap),
        serviceAccount: workload.eks.serviceAccount,
        template: driver,
      },
      executor: { instances: workload.replicas, ...sparkResources(pod, beyondHeap), template: executor },
    },
  };
}

/** https://www.kubeflow.org/docs/components/spark-operator/user-guide/using-sparkapplication/ */
export const sparkApplication: KindDefinition = {
  kind: "SparkApplication",
  apiVersion: "sparkoperator.k8s.io/v1beta2",
  runs: "job",
  section: "spark",
  ownSpec,
  unsupportedFields: (workload) => [
    ...oneNode(workload),
    ...needed(workload),
    ...otherDevices(workload),
    ...spark(workload),
  ],
  warnings,
  // The driver's pod is NAME-driver, the Service of its page NAME-ui-svc.
  reservedNameLength: () => "-driver".length,
  wrap,
  // Spark asks for another executor in place of one that is gone.
  outlivesEviction: () => true,
  queues: { kueue: "label" },
  documentation: {
    replicas: "`executor.instances`",
    nodes: "1 only",
    coordinator: "`driver`",
    devices: "`executor.template`; GPUs in `sparkConf` too, with the RAPIDS plugin where an executor has one",
    container: "`spark-kubernetes-executor`",
    command: "`arguments` of `eks.spark.mainFile`",
    health: "refused: Spark's heartbeats",
  },
};
