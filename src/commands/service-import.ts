import { importWorkload } from "../core/ecs/import-workload.ts";
import { AiplatError } from "../errors.ts";
import { writeNewFile } from "../files/write.ts";
import { requireCluster } from "../operations/observe-cluster.ts";
import { note } from "../output/note.ts";
import { formatYaml } from "../output/yaml.ts";
import type { Command } from "./command.ts";

interface Options {
  readonly cluster?: string;
  readonly file?: string;
  readonly force?: boolean;
}

const defaultFile = "aiplat.yaml";

export const serviceImport: Command<Options> = {
  description: "Writes a workload file from a live ECS service, such that aiplat plan on it shows no change. What aiplat has no words for stands in the raw fields ecs.taskDefinition and ecs.service: nothing is dropped.",
  arguments: [{ syntax: "<name>", description: "the name of the ECS service" }],
  options: [
    { flags: "--cluster <name>", description: "name or ARN of the cluster", defaultText: "default" },
    { flags: "--file <path>", description: "the file to write, or - for standard output", defaultText: defaultFile },
    { flags: "--force", description: "overwrite a file that is there" },
  ],
  examples: [["aiplat service import bert --cluster prod && aiplat plan --exit-code", "take over a service that somebody else has made"]],
  formats: ["text"],
  run: async (context, { args: [name = ""], options: { cluster = "default", file = defaultFile, force = false } }) => {
    const ecs = await context.aws.ecs();
    const { name: clusterName } = await requireCluster(ecs, cluster);
    const service = (await ecs.describeServices(cluster, [name])).find(({ status }) => status === "ACTIVE");
    if (service === undefined) throw new AiplatError("NotFound", `there is no active service ${name} in cluster ${clusterName}`, { hint: `aws ecs list-services --cluster ${clusterName} shows those there are.` });
    const definition = await ecs.describeTaskDefinition(service.taskDefinition);
    if (definition === undefined) throw new AiplatError("NotFound", `the task definition ${service.taskDefinition} of the service is gone`);
    const text = `# yaml-language-server: $schema=./node_modules/aiplat/schema/workload.json\n${formatYaml(importWorkload(service, definition, clusterName))}`;
    if (file === "-") {
      context.stdout.write(text);
      return;
    }
    writeNewFile(context, file, text, force);
    note(context, `Wrote ${file}. What deploying it would change:  aiplat plan${file === defaultFile ? "" : ` ${file}`}`);
  },
};
