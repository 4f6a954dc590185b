import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkDocument } from "../../../src/core/workload/check.ts";
import { schemaModeline } from "../../../src/core/workload/schema-url.ts";
import { ecsOf } from "../../support/ecs.ts";
import { templates, workloadFilesOf } from "../../support/templates.ts";
import { readDocument } from "../../support/workload.ts";

const folder = join(import.meta.dirname, "../../../templates");
const { version } = JSON.parse(readFileSync(join(folder, "../package.json"), "utf8")) as { readonly version: string };

test("templates point an editor to the schema of this version", () => {
  for (const template of templates)
    for (const text of workloadFilesOf(template).values())
      expect(text.split("\n", 1)).toEqual([schemaModeline(version)]);
});

test("TensorFlow Serving is the task definition of AWS's guide", () => {
  // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-inference-task-def.html, but for the REST port (see
  // the README)
  const { workload } = checkDocument(
    readDocument(join(folder, "tensorflow-serving-inf1/aiplat.yaml")),
    () => undefined,
  );
  const definitions = ecsOf(workload).variants.map((each) => each.definition);
  expect(definitions).toHaveLength(1);
  const definition = definitions[0]!;
  const [container] = definition.containerDefinitions;
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
