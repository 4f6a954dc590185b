/**
 * What the raw fields of a task definition may not hold, since nothing could be merged with it or nothing could run it.
 */
import { isRaw, type Raw } from "../../base/merge.ts";
import type { Workload } from "../schema.ts";
import { at, given, not } from "./fragments.ts";
import type { RuleFinding, Rule } from "./rule.ts";

const root = ["ecs", "taskDefinition"];
const reads = ["ecs.taskDefinition"];
const rawOf = ({ ecs }: Workload): Raw => ecs?.taskDefinition ?? {};

function containersOf(raw: Raw): readonly unknown[] {
  const containers = raw["containerDefinitions"];
  return Array.isArray(containers) ? containers : [];
}

export const rawFieldRules: readonly Rule[] = [
  {
    // https://docs.aws.amazon.com/elastic-inference/latest/developerguide/what-is-ei.html
    code: "elastic-inference",
    severity: "error",
    reads,
    check: (workload) => {
      const raw = rawOf(workload);
      const findings: RuleFinding[] = [];
      const hint = "Remove it; an Inferentia2 type such as inf2.xlarge does its work.";
      if (Object.hasOwn(raw, "inferenceAccelerators") && raw["inferenceAccelerators"] !== null)
        findings.push({
          path: [...root, "inferenceAccelerators"],
          message: "inferenceAccelerators asks for Elastic Inference, which AWS has ended",
          hint,
        });
      for (const [index, container] of containersOf(raw).entries()) {
        const requirements = isRaw(container) ? container["resourceRequirements"] : undefined;
        if (
          Array.isArray(requirements) &&
          requirements.some((each) => isRaw(each) && each["type"] === "InferenceAccelerator")
        ) {
          findings.push({
            path: [...root, "containerDefinitions", index, "resourceRequirements"],
            message: "InferenceAccelerator asks for Elastic Inference, which AWS has ended",
            hint,
          });
        }
      }
      return findings;
    },
    jsonSchema: () =>
      at("ecs.taskDefinition", {
        properties: {
          inferenceAccelerators: { type: "null" },
          containerDefinitions: {
            items: {
              properties: {
                resourceRequirements: not({
                  type: "array",
                  contains: given("type", { const: "InferenceAccelerator" }),
                }),
              },
            },
          },
        },
      }),
  },
  {
    code: "raw-containers",
    severity: "error",
    reads,
    check: (workload) => {
      const raw = rawOf(workload);
      const own = workload.container ?? workload.name;
      const path = [...root, "containerDefinitions"];
      if (!Object.hasOwn(raw, "containerDefinitions")) return [];
      const containers = raw["containerDefinitions"];
      if (!Array.isArray(containers))
        return [
          {
            path,
            message: "ecs.taskDefinition.containerDefinitions must be a list of containers",
            hint: `Write [{ name: ${own}, ... }]: containers merge by name.`,
          },
        ];
      return containers.flatMap((container, index) =>
        isRaw(container) && typeof container["name"] === "string" && container["name"] !== ""
          ? []
          : [
              {
                path: [...path, index],
                message: `ecs.taskDefinition.containerDefinitions[${index}] has no name: containers merge by name`,
                hint: `Write name: ${own} for the workload's own container; any other name is a sidecar.`,
              },
            ],
      );
    },
    jsonSchema: () =>
      at("ecs.taskDefinition.containerDefinitions", {
        type: "array",
        items: { type: "object", required: ["name"], properties: { name: { type: "string", minLength: 1 } } },
      }),
  },
  {
    code: "fargate-compatibility",
    severity: "error",
    reads,
    check: (workload) => {
      const compatibilities = rawOf(workload)["requiresCompatibilities"];
      return Array.isArray(compatibilities) && compatibilities.includes("FARGATE")
        ? [
            {
              path: [...root, "requiresCompatibilities"],
              message: "FARGATE has no accelerators and takes no host devices",
              hint: "Remove it: aiplat sets EC2 or MANAGED_INSTANCES.",
            },
          ]
        : [];
    },
    jsonSchema: () =>
      at("ecs.taskDefinition.requiresCompatibilities", not({ type: "array", contains: { const: "FARGATE" } })),
  },
];
