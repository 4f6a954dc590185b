import type { Kind } from "../core/kubernetes/kinds.ts";
import type { Workload } from "../core/workload/schema.ts";

/** What a kind cannot be without, where any workload will not do. */
export const neededBy: Partial<Record<Kind, Partial<Workload>>> = {
  Experiment: {
    environment: { LEARNING_RATE: "${trialParameters.lr}" },
    eks: {
      experiment: {
        objective: { type: "maximize", goal: 0.99, objectiveMetricName: "accuracy" },
        parameters: [{ name: "lr", parameterType: "double", feasibleSpace: { min: 0.001, max: 0.1 } }],
        maxTrialCount: 12,
      },
    },
  },
  LLMInferenceService: {
    model: { uri: "hf://Qwen/Qwen3-8B" },
    command: ["--max-model-len", "8192"],
    ports: [{ container: 8000, name: "http" }],
    health: { path: "/health", port: 8000 },
  },
  SparkApplication: {
    eks: { serviceAccount: "bert", spark: { version: "3.5.1", type: "Python", mainFile: "local:///app.py" } },
  },
  SeldonModel: { container: "mlserver", model: { uri: "s3://models/bert", format: "pytorch" } },
  RayService: { command: ["serve", "run", "app:model", "size=large"] },
  ServingRuntime: { model: { uri: "s3://models/bert", format: "pytorch" } },
};
