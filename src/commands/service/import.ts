import { present } from "../../core/base/present.ts";
import { lockPortBaseOf } from "../../core/cluster/lock-port-base.ts";
import type { RegisteredTaskDefinition } from "../../core/ecs-api/api.ts";
import { definitionNameOf } from "../../core/ecs-api/arn.ts";
import { workloadTag } from "../../core/ecs-api/service.ts";
import { clusterOfEnvironment } from "../shared/named-cluster.ts";
import { importWorkload } from "../../core/import/import-workload.ts";
import { familiesWith } from "../../core/import/name.ts";
import type { ImportedPart, ImportSource } from "../../core/import/source.ts";
import { schemaModeline } from "../../core/workload/schema-url.ts";
import { AiplatError } from "../../errors.ts";
import { writeNewFile } from "../../files/write.ts";
import { findServices } from "../../operations/find-services.ts";
import { requireCluster } from "../../operations/observe-cluster.ts";
import type { EcsPort } from "../../ports.ts";
import { note, warn } from "../../output/note.ts";
import { formatYaml } from "../../output/yaml.ts";
import { defineCommand } from "../command.ts";

declare const AIPLAT_VERSION: string;

const defaultFile = "aiplat.yaml";

export const serviceImport = defineCommand({
  description:
    "Writes a workload file from a live ECS service, or from a task definition that no service runs, " +
    "such that aiplat plan on it shows no change of what is there. " +
    "What aiplat has no words for stands in the raw fields ecs.taskDefinition and ecs.service: " +
    "nothing is dropped. A service on one slot of a workload imports the whole workload. " +
    "With --task-definition the file is of a service that plan then creates.",
  arguments: [
    { syntax: "[name]", description: "the name of the ECS service; with --task-definition what to call the new one" },
  ],
  options: [
    { flags: "--cluster <name>", description: "name or ARN of the cluster", defaultText: "AIPLAT_CLUSTER, default" },
    {
      flags: "--task-definition <reference>",
      description: "import this task definition: family (its latest revision), family:revision or ARN",
    },
    { flags: "--file <path>", description: "the file to write, or - for standard output", default: defaultFile },
    { flags: "--force", description: "overwrite a file that is there" },
  ],
  examples: [
    [
      "aiplat service import bert --cluster prod && aiplat plan --exit-code",
      "take over a service that somebody else has made",
    ],
    ["aiplat service import --task-definition bert && aiplat taskdef diff --exit-code", "take over a task definition"],
  ],
  formats: ["text"],
  run: async (context, { args: [name], options }) => {
    const { file, force = false, taskDefinition } = options;
    if (name === undefined && taskDefinition === undefined)
      throw new AiplatError("Usage", "nothing to import was named", {
        hint: "Give the name of an ECS service, or --task-definition FAMILY.",
      });
    const ecs = await context.aws.ecs();
    const cluster = options.cluster ?? clusterOfEnvironment(context);
    const source = await readSource(ecs, name, { cluster, taskDefinition });
    const { document, warnings } = importWorkload(source);
    const text = `${schemaModeline(AIPLAT_VERSION)}\n${formatYaml(document)}`;
    if (file === "-") context.stdout.write(text);
    else writeNewFile(context, file, text, { force });
    await warn(context, ...warnings, ...(await olderRevision(ecs, source)));
    if (file !== "-")
      note(
        context,
        `Wrote ${file}. What deploying it would change:  aiplat plan${file === defaultFile ? "" : ` ${file}`}`,
      );
  },
});

async function readSource(
  ecs: EcsPort,
  name: string | undefined,
  { cluster, taskDefinition }: { readonly cluster: string | undefined; readonly taskDefinition: string | undefined },
): Promise<ImportSource> {
  if (taskDefinition !== undefined) {
    const found = cluster === undefined ? undefined : await requireCluster(ecs, cluster);
    return {
      parts: await definitionsWith(ecs, taskDefinition),
      ...present({ serviceName: name }),
      ...(found === undefined ? {} : { cluster: found.name, lockPortBase: lockPortBaseOf(found.tags) }),
    };
  }
  const found = await requireCluster(ecs, cluster ?? "default");
  return {
    parts: await servicesWith(ecs, cluster ?? "default", found.name, name!),
    cluster: found.name,
    lockPortBase: lockPortBaseOf(found.tags),
  };
}

/** The definition, and where it is a slot of a workload and all the others are registered too, those. */
async function definitionsWith(ecs: EcsPort, reference: string): Promise<ImportSource["parts"]> {
  const definition = await ecs.describeTaskDefinition(reference);
  if (definition === undefined)
    throw new AiplatError("NotFound", `there is no task definition ${reference} in this region`, {
      hint: "aws ecs list-task-definitions lists them.",
    });
  const others = familiesWith({ definition }).filter((family) => family !== definition.family);
  const found = await Promise.all(others.map((family) => ecs.describeTaskDefinition(family)));
  return [{ definition }, ...(found.includes(undefined) ? [] : found.map((each) => ({ definition: each! })))];
}

/** The service, and the others of its workload. */
async function servicesWith(
  ecs: EcsPort,
  cluster: string,
  clusterName: string,
  name: string,
): Promise<ImportSource["parts"]> {
  const service = (await ecs.describeServices(cluster, [name])).find(({ status }) => status === "ACTIVE");
  if (service === undefined)
    throw new AiplatError("NotFound", `there is no active service ${name} in cluster ${clusterName}`, {
      hint:
        `aiplat service list --all --cluster ${clusterName} shows those there are; ` +
        "--task-definition imports a task definition.",
    });
  const workload = service.tags?.find(({ key }) => key === workloadTag)?.value;
  const others =
    workload === undefined
      ? []
      : (await findServices(ecs, cluster, workload, [])).filter(
          ({ serviceName }) => serviceName !== service.serviceName,
        );
  const [first, ...rest] = await Promise.all(
    [service, ...others].map(async (each): Promise<ImportedPart> => {
      const definition = await ecs.describeTaskDefinition(each.taskDefinition);
      if (definition === undefined)
        throw new AiplatError("NotFound", `the task definition ${each.taskDefinition} of the service is gone`);
      return { definition, service: each };
    }),
  );
  return [first!, ...rest];
}

/** Registering goes by the latest revision of a family, where no service says which one it runs. */
async function olderRevision(
  ecs: EcsPort,
  { parts: [{ definition, service }] }: ImportSource,
): Promise<readonly { readonly message: string; readonly hint: string }[]> {
  if (service !== undefined) return [];
  const latest: RegisteredTaskDefinition | undefined = await ecs.describeTaskDefinition(definition.family);
  if (latest === undefined || latest.taskDefinitionArn === definition.taskDefinitionArn) return [];
  return [
    {
      message:
        `${definitionNameOf(definition.taskDefinitionArn)} is not the latest revision: ` +
        `${definitionNameOf(latest.taskDefinitionArn)} is, and the plan compares with that`,
      hint: `Import ${definition.family} for the latest one.`,
    },
  ];
}
