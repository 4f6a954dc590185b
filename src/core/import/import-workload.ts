import type { RegisteredTaskDefinition } from "../ecs-api/api.ts";
import { judgeBy } from "../ecs/judge.ts";
import { readTerms } from "../devices/terms.ts";
import { lockPortBase as defaultBase } from "../catalog/lock-ports.ts";
import type { RefusalCode } from "../base/codes/problem-codes.ts";
import { listOr, problem, Refusal, type Problem } from "../base/problem.ts";
import { isRaw, type Raw } from "../base/merge.ts";
import { lintTaskDefinition } from "../ecs/lint/lint.ts";
import { resolveForEcs } from "../ecs/resolve-for-ecs.ts";
import { mountNameOf } from "../ecs/volumes.ts";
import { resolveWorkload } from "../workload/resolve.ts";
import type { Workload } from "../workload/schema.ts";
import { acceleratorsOf } from "./accelerators.ts";
import { baseOf, type Words } from "./base.ts";
import { problemsOfImport } from "./check-import.ts";
import { rawFieldsOf } from "./raw-fields.ts";
import { familiesWith, nameOf } from "./name.ts";
import { isHelper, mainContainer, neuronDevicesOf, targetOf, type ImportedPart, type ImportSource } from "./source.ts";

/** A workload file, and what its user should know of it. */
export interface Imported {
  readonly document: Raw;
  readonly warnings: readonly { readonly message: string; readonly hint?: string }[];
}

/**
 * The workload file that says what live services, or task definitions, say: `plan` on it shows no change. What aiplat
 * models stands in its own words, everything else in the raw fields, where nothing is dropped. The first way to say it
 * that comes to exactly the same is taken; the last leaves even the devices to the raw fields.
 *
 * @throws Refusal for what aiplat could not deploy, and where no file comes to the same.
 */
export function importWorkload(source: ImportSource): Imported {
  const foreign = source.parts.flatMap((part) => foreignIn(part));
  if (foreign.length > 0) throw new Refusal(foreign);
  const tried = waysToSay(source).map((words) => attempt(source, words));
  const found = tried.find(({ problems }) => problems.length === 0);
  if (found === undefined) {
    // A definition that no service runs stands for itself as well, whatever its workload was.
    const [part] = source.parts;
    if (source.parts.length > 1 && part.service === undefined) return importWorkload({ ...source, parts: [part] });
    throw new Refusal([nothingFits(source, tried.at(-1)?.problems ?? [])]);
  }
  return {
    document: found.document,
    warnings: [
      ...unlockedDevices(source, found.document),
      ...missingNetwork(source),
      ...namelessMounts(found.document),
      ...refusedLater(source, found.document),
    ],
  };
}

function waysToSay({ parts }: ImportSource): readonly Words[] {
  const fullness = [true, false];
  const name = nameOf(parts[0]);
  const own = acceleratorsOf(parts[0]).flatMap((accelerator) =>
    fullness.flatMap((full) => [
      { name, accelerator, sized: false, full },
      { name, accelerator, sized: true, full },
    ]),
  );
  // Several services are one workload by their slots only.
  return parts.length > 1
    ? own
    : [...own, ...fullness.map((full) => ({ name, accelerator: "none" as const, sized: true, full }))];
}

function attempt(source: ImportSource, words: Words): { readonly document: Raw; readonly problems: readonly string[] } {
  const base = baseOf(source, words);
  try {
    const ecs = resolveForEcs(resolveWorkload(base as unknown as Workload), targetOf(source), null);
    const { variants } = ecs;
    const names = variants.map(({ name }) => name);
    // What has no variant is left to the check, which says so.
    const inOrder =
      source.parts.length === 1
        ? source.parts
        : source.parts.toSorted(
            (one, other) => names.indexOf(one.definition.family) - names.indexOf(other.definition.family),
          );
    const fields = inOrder.flatMap((part, index) =>
      variants[index] === undefined ? [] : [rawFieldsOf(ecs, variants[index], part, source)],
    );
    const unlike = fields.find((each) => JSON.stringify(each) !== JSON.stringify(fields[0]));
    if (unlike !== undefined)
      return {
        document: base,
        problems: [
          "its services, or their task definitions, differ in more than the slot, and one file says the same of all",
        ],
      };
    if (!words.sized && fields.some(({ taskDefinition }) => saysSize(taskDefinition, source.parts[0])))
      return { document: base, problems: ["its size is another than the share of its devices"] };
    const document = {
      ...base,
      ecs: {
        ...(base["ecs"] as Raw),
        ...filled("taskDefinition", fields[0]!.taskDefinition),
        ...filled("service", fields[0]!.service),
      },
    };
    return {
      document,
      problems: problemsOfImport(document, { ...source, parts: inOrder as unknown as ImportSource["parts"] }),
    };
  } catch (error) {
    if (error instanceof Refusal) return { document: base, problems: error.problems.map(({ message }) => message) };
    throw error;
  }
}

/** Whether raw fields say how much CPU or memory a replica has, for which there is a word. */
function saysSize(taskDefinition: Raw, part: ImportedPart): boolean {
  const { containerDefinitions = [] } = taskDefinition as Partial<RegisteredTaskDefinition>;
  const { name } = mainContainer(part);
  return [taskDefinition, ...containerDefinitions.filter((each) => each.name === name)].some(
    ({ cpu, memory }) => (cpu ?? memory) !== undefined && (cpu ?? memory) !== null,
  );
}

function nothingFits({ parts }: ImportSource, problems: readonly string[]): Problem {
  const others = familiesWith(parts[0]).filter(
    (family) => !parts.some(({ definition }) => definition.family === family),
  );
  if (parts.length === 1 && others.length > 0) {
    const { definition, service } = parts[0];
    const missing =
      service === undefined
        ? `the task ${others.length === 1 ? "definition" : "definitions"}`
        : `the ${others.length === 1 ? "service" : "services"}`;
    return problem(
      "import-slot",
      [],
      `${service?.serviceName ?? definition.family} is one slot of a workload, and ${missing} of the others ` +
        `${others.length === 1 ? "is" : "are"} not there: ${listOr(others, "and")}`,
      "Write the file with aiplat init; aiplat plan then shows what changes.",
    );
  }
  const names = parts.map(({ definition, service }) => service?.serviceName ?? definition.family);
  const what = parts.length === 1 ? names[0]! : `${listOr(names, "and")} are one workload, and`;
  return problem(
    "import-differs",
    [],
    `${what}: no workload file comes to the same${problems.length === 0 ? "" : `: ${problems.join("; ")}`}`,
    parts.length === 1
      ? "Change that first, or write the file with aiplat init; aiplat plan then shows what changes."
      : "Make them alike first, or write the file with aiplat init; aiplat plan then shows what changes.",
  );
}

function foreignIn(part: ImportedPart): readonly Problem[] {
  const { definition, service } = part;
  const problems: Problem[] = [];
  const refuse = (code: RefusalCode, message: string, hint: string) =>
    problems.push(problem(code, [], `${service?.serviceName ?? definition.family}: ${message}`, hint));
  const controller = isRaw(service?.["deploymentController"]) ? service["deploymentController"]["type"] : "ECS";
  if (controller !== undefined && controller !== "ECS")
    refuse(
      "import-controller",
      `its deployment controller is ${String(controller)}, whose deployments aiplat can neither start nor watch`,
      "Move it to ECS's own deployments first.",
    );
  if (service?.["launchType"] === "FARGATE" || definition.requiresCompatibilities?.includes("FARGATE") === true)
    refuse(
      "import-fargate",
      "it is made for Fargate, which has no accelerators",
      "aiplat deploys on EC2 and Managed Instances.",
    );
  const { requiresCompatibilities = [] } = definition;
  const isForExternal =
    requiresCompatibilities.length > 0 && requiresCompatibilities.every((each) => each === "EXTERNAL");
  if (service?.["launchType"] === "EXTERNAL" || isForExternal)
    refuse(
      "import-external",
      "it runs on ECS Anywhere, where aiplat knows no devices",
      "aiplat deploys on EC2 and Managed Instances.",
    );
  if (definition.containerDefinitions.every((container) => isHelper(container, definition)))
    refuse(
      "import-no-workload",
      "its containers route logs or are proxies, and none is the workload",
      "Keep it as it is: aiplat deploys workloads.",
    );
  return problems;
}

/** The risk of devices that are listed by hand, and the way out of it. */
function unlockedDevices(
  { parts, lockPortBase = defaultBase }: ImportSource,
  { accelerator }: Raw,
): Imported["warnings"] {
  const { definition } = parts[0];
  const listed = definition.containerDefinitions.flatMap((container) => neuronDevicesOf(container));
  if (accelerator !== "none" || listed.length === 0 || readTerms(definition, { lockPortBase }).locked) return [];
  const own = acceleratorsOf(parts[0])[0];
  const types = own === undefined ? "[TYPE]" : `[${(own["instanceTypes"] as readonly string[]).join(", ")}]`;
  return [
    {
      message:
        `${definition.family} lists ${listed.length === 1 ? "a Neuron device" : `${listed.length} Neuron devices`} ` +
        `by hand, without lock ports: nothing keeps another task off ${listed.length === 1 ? "it" : "them"}`,
      hint:
        "The file leaves that as it is. To let aiplat choose and lock devices, write accelerator: { instanceTypes: " +
        `${types}, devicesPerReplica: ${new Set(listed).size} } and take the devices out of ecs.taskDefinition; ` +
        "aiplat plan shows what changes.",
    },
  ];
}

/** A task definition does not say in which subnets its tasks are. */
function missingNetwork({ parts: [{ definition, service }] }: ImportSource): Imported["warnings"] {
  if (service !== undefined || definition.networkMode !== "awsvpc") return [];
  return [
    {
      message: `${definition.family} runs in network mode awsvpc, and a task definition names no subnets`,
      hint: "Add ecs.network: { subnets: [...], securityGroups: [...] } before aiplat plan.",
    },
  ];
}

/** A mount of the machine's of which no tag says what it is of: on ECS its folder is enough, elsewhere it is not. */
function namelessMounts({ volumes }: Raw): Imported["warnings"] {
  return (Array.isArray(volumes) ? volumes.filter(isRaw) : []).flatMap(({ path, host }) => {
    const mount = mountNameOf(String(host));
    return mount === undefined
      ? []
      : [
          {
            message: `the volume at ${String(path)} is what the machines have mounted as ${mount}, and nothing says what that is of`,
            hint: `The file says host: ${String(host)}. To run it on EKS too, write lustre or s3 in its place, with name: ${mount}.`,
          },
        ];
  });
}

/** What the commands refuse of the file, though it runs: ECS has taken what aiplat would not register. */
function refusedLater(source: ImportSource, document: Raw): Imported["warnings"] {
  try {
    resolveForEcs(resolveWorkload(document as unknown as Workload), targetOf(source), judgeBy(lintTaskDefinition));
    return [];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.problems.map(({ code, message, hint = "" }) => ({
      message: `${source.parts[0].definition.family}: ${message} (${code})`,
      hint: `${hint} Until then plan and deploy refuse the file.`.trim(),
    }));
  }
}

function filled(name: string, raw: Raw): Raw {
  return Object.keys(raw).length === 0 ? {} : { [name]: raw };
}
