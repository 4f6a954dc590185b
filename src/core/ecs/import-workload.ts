import { problem, Refusal, type Problem } from "../problem.ts";
import { environmentNameRule, nameRule } from "../workload/fields.ts";
import { isRaw, type Raw } from "../workload/merge.ts";
import { rawOverlay } from "../workload/overlay-raw.ts";
import { resolveWorkload, variantsOf } from "../workload/resolve.ts";
import type { Workload } from "../workload/schema.ts";
import type { ContainerDefinition, RegisteredTaskDefinition, Tag } from "./api.ts";
import { generateTaskDefinition, taskDefinitionLists } from "./generate.ts";
import { deviceNumber } from "../devices/slots.ts";
import { devicesOf } from "./merged.ts";
import { normalForm } from "./normal-form.ts";
import { generateService } from "./service.ts";
import type { Service } from "./service-api.ts";
import { normalService } from "./service-form.ts";

/**
 * The workload file that says what a live service says. What aiplat models stands in its own words, everything else
 * in the raw fields, where nothing is dropped.
 *
 * @throws Refusal for a service that aiplat could not deploy.
 */
export function importWorkload(service: Service, definition: RegisteredTaskDefinition, cluster: string): Raw {
  const container = mainContainer(service, definition);
  refuseForeign(service, definition, container);
  const base = baseOf(service, definition, container, cluster);
  const workload = resolveWorkload(base as unknown as Workload);
  const variant = variantsOf(workload)[0]!;
  const generated = generateTaskDefinition(workload, variant);
  const taskDefinition = rawOverlay(normalForm(withoutTags(generated)), normalForm(withoutTags(definition)), taskDefinitionLists);
  const rawTask = { ...(definition.family === variant.name ? {} : { family: definition.family }), ...taskDefinition, ...tagsOf(definition.tags) };
  const rawService = serviceOverlay(service, generateService(workload, variant, { cluster, taskDefinition: definition.family, desiredCount: workload.replicas, enableExecuteCommand: false, placementConstraints: [], ...networkOf(service) }));
  const ecs = base["ecs"] as Raw;
  return { ...base, ecs: { ...ecs, ...filled("taskDefinition", rawTask), ...filled("service", { ...(service.serviceName === variant.name ? {} : { serviceName: service.serviceName }), ...rawService }) } };
}

/** What aiplat has words of its own for. The accelerator is left to the raw fields: nothing says which type was meant. */
function baseOf(service: Service, definition: RegisteredTaskDefinition, container: ContainerDefinition, cluster: string): Raw {
  const { taskRoleArn, executionRoleArn, networkMode } = definition;
  const strategy = service["capacityProviderStrategy"];
  const provider = Array.isArray(strategy) && isRaw(strategy[0]) ? strategy[0]["capacityProvider"] : undefined;
  const managed = definition.requiresCompatibilities?.includes("MANAGED_INSTANCES") === true;
  const memoryMiB = container.memory ?? container.memoryReservation ?? 512;
  const environment = container.environment ?? [];
  const named = environment.length > 0 && environment.every(({ name, value }) => environmentNameRule.pattern.test(name) && typeof value === "string");
  const awsvpc = (service.networkConfiguration as Raw | undefined)?.["awsvpcConfiguration"];
  return {
    name: container.name,
    kind: "service",
    image: container.image,
    ...(container.command === undefined || container.command.length === 0 ? {} : { command: container.command }),
    ...(named ? { environment: Object.fromEntries(environment.map(({ name, value }) => [name, value])) } : {}),
    accelerator: "none",
    replicas: Math.max(1, service.desiredCount),
    resources: { cpu: (container.cpu ?? 0) > 0 ? container.cpu! / 1024 : 1, memory: `${memoryMiB}MiB` },
    ...(taskRoleArn === undefined && executionRoleArn === undefined ? {} : { roles: { ...(executionRoleArn === undefined ? {} : { execution: executionRoleArn }), ...(taskRoleArn === undefined ? {} : { task: taskRoleArn }) } }),
    ecs: {
      cluster,
      ...(networkMode === "bridge" || networkMode === "host" || networkMode === "awsvpc" ? { networkMode } : {}),
      ...(typeof provider === "string" ? { capacity: managed ? { managedInstances: provider } : { provider } } : {}),
      ...(networkMode === "awsvpc" && isRaw(awsvpc) ? { network: { subnets: awsvpc["subnets"], ...(Array.isArray(awsvpc["securityGroups"]) && awsvpc["securityGroups"].length > 0 ? { securityGroups: awsvpc["securityGroups"] } : {}), ...(awsvpc["assignPublicIp"] === "ENABLED" ? { assignPublicIp: true } : {}) } } : {}),
    },
  };
}

function networkOf(service: Service): { readonly networkConfiguration?: never } {
  return service.networkConfiguration === undefined ? {} : { networkConfiguration: service.networkConfiguration as never };
}

/** The raw fields of the service. Rebalancing is said, since left out it would be switched on, and the bake time that blue/green has to say. */
function serviceOverlay(service: Service, generated: Raw): Raw {
  const settings = (each: Raw) => Object.fromEntries(Object.entries(normalService(each)).filter(([name]) => name !== "taskDefinition" && name !== "desiredCount" && name !== "tags"));
  const overlay: Record<string, unknown> = { ...rawOverlay(settings(generated), settings(service), {}) };
  if (overlay["availabilityZoneRebalancing"] === null) overlay["availabilityZoneRebalancing"] = "DISABLED";
  const deployment = overlay["deploymentConfiguration"];
  if (isRaw(deployment) && deployment["strategy"] === "BLUE_GREEN") overlay["deploymentConfiguration"] = { bakeTimeInMinutes: 0, ...deployment };
  if (overlay["propagateTags"] === null) overlay["propagateTags"] = "NONE";
  return { ...overlay, ...(service.desiredCount === 0 ? { desiredCount: null } : {}), ...tagsOf(service.tags) };
}

/** The container that the load balancer sends to, that has devices, or the first that the task cannot be without. */
function mainContainer({ loadBalancers }: Service, { containerDefinitions }: RegisteredTaskDefinition): ContainerDefinition {
  const target = Array.isArray(loadBalancers) && isRaw(loadBalancers[0]) ? loadBalancers[0]["containerName"] : undefined;
  return (
    containerDefinitions.find(({ name }) => name === target) ??
    containerDefinitions.find(({ resourceRequirements = [] }) => resourceRequirements.length > 0) ??
    containerDefinitions.find(({ essential }) => essential !== false) ??
    containerDefinitions[0]!
  );
}

function refuseForeign(service: Service, definition: RegisteredTaskDefinition, container: ContainerDefinition): void {
  const problems: Problem[] = [];
  const refuse = (code: string, message: string, hint: string) => problems.push(problem(code, [], `${service.serviceName}: ${message}`, hint));
  const controller = isRaw(service["deploymentController"]) ? service["deploymentController"]["type"] : "ECS";
  if (controller !== undefined && controller !== "ECS") refuse("import-controller", `its deployment controller is ${String(controller)}, whose deployments aiplat can neither start nor watch`, "Move it to ECS's own deployments first.");
  if (service["launchType"] === "FARGATE" || definition.requiresCompatibilities?.includes("FARGATE") === true) refuse("import-fargate", "it is made for Fargate, which has no accelerators", "aiplat deploys on EC2 and Managed Instances.");
  if (service["launchType"] === "EXTERNAL") refuse("import-external", "it runs on ECS Anywhere, where aiplat knows no devices", "aiplat deploys on EC2 and Managed Instances.");
  if (!nameRule.pattern.test(container.name)) refuse("import-name", `its container ${container.name} would be the workload's name, which is ${nameRule.wants}`, "Register a revision with another container name first.");
  if (definition.containerDefinitions.some((each) => devicesOf(each).some(({ hostPath }) => deviceNumber(hostPath) !== undefined))) {
    refuse("import-neuron", "it lists Neuron devices by hand, and aiplat's own definitions also hold a lock port for each: there is no file that plans to no change", "Write the file with aiplat init, with accelerator.instanceTypes and devicesPerReplica; aiplat plan then shows what changes.");
  }
  if (problems.length > 0) throw new Refusal(problems);
}

/** Tags of the user's: aiplat's are written anyway, and AWS's cannot be. */
function tagsOf(tags: readonly Tag[] = []): { readonly tags?: readonly Tag[] } {
  const own = tags.filter(({ key }) => !/^(?:aws|aiplat):/i.test(key));
  return own.length === 0 ? {} : { tags: own };
}

function withoutTags(definition: Raw): Raw {
  const { tags: _, family: __, ...rest } = definition;
  return rest;
}

function filled(name: string, raw: Raw): Raw {
  return Object.keys(raw).length === 0 ? {} : { [name]: raw };
}
