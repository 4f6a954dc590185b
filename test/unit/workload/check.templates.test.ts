import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ecsRules } from "../../../src/core/ecs/rules.ts";
import { checkDocument } from "../../../src/core/workload/check.ts";
import { workloadRules } from "../../../src/core/workload/rules.ts";
import { schemaModeline } from "../../../src/core/workload/schema-url.ts";
import { ecsOf } from "../../support/ecs.ts";
import { problemsOf, readDocument } from "../../support/workload.ts";

const folder = join(import.meta.dirname, "../../../templates");
const names = readdirSync(folder);
const { version } = JSON.parse(readFileSync(join(folder, "../package.json"), "utf8")) as { readonly version: string };

function generate(name: string) {
  const { workload } = checkDocument(readDocument(join(folder, name, "aiplat.yaml")), () => undefined);
  return ecsOf(workload).variants.map(({ definition }) => definition);
}

describe.each(names)("the template %s", (name) => {
  test("is legal, without so much as a warning", () => {
    expect(problemsOf(readDocument(join(folder, name, "aiplat.yaml")), [...workloadRules, ...ecsRules])).toEqual([]);
  });

  test("makes one task definition without asking for a region", () => {
    expect(generate(name)).toHaveLength(1);
  });

  test("has a workload file and a README with a summary, and points an editor to the schema", () => {
    expect(readdirSync(join(folder, name)).toSorted()).toEqual(["README.md", "aiplat.yaml"]);
    expect(readFileSync(join(folder, name, "README.md"), "utf8")).toMatch(/^# \S.*\n/);
    expect(readFileSync(join(folder, name, "aiplat.yaml"), "utf8").split("\n", 1)).toEqual([schemaModeline(version)]);
  });
});

test("TensorFlow Serving is the task definition of AWS's guide", () => {
  // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-inference-task-def.html, but for the REST port (see
  // the README)
  const [definition] = generate("tensorflow-serving-inf1");
  const [container] = definition!.containerDefinitions;
  expect(definition).toMatchObject({
    requiresCompatibilities: ["EC2"],
    placementConstraints: [{ type: "memberOf", expression: "attribute:ecs.instance-type == inf1.xlarge" }],
  });
  expect(container).toMatchObject({
    image: "763104351884.dkr.ecr.us-east-1.amazonaws.com/tensorflow-inference-neuron:1.15.4-neuron-py37-ubuntu18.04",
    essential: true,
    entryPoint: [
      "/usr/local/bin/entrypoint.sh",
      "--port=8500",
      "--rest_api_port=8501",
      "--model_name=resnet50_neuron",
      "--model_base_path=s3://amzn-s3-demo-bucket/resnet50_neuron/",
    ],
    linuxParameters: {
      devices: [{ containerPath: "/dev/neuron0", hostPath: "/dev/neuron0", permissions: ["read", "write"] }],
      capabilities: { add: ["IPC_LOCK"] },
    },
  });
  expect(container!.portMappings).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ hostPort: 8500, containerPort: 8500, protocol: "tcp" }),
      expect.objectContaining({ hostPort: 8501, containerPort: 8501, protocol: "tcp" }),
    ]),
  );
});
