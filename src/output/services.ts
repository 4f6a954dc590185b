import { idOf } from "./device-summary.ts";
import type { RunFailure } from "../core/plan/run-result.ts";
import type { DeployedStep } from "../operations/deploy-services.ts";
import type { HealthCounts } from "../core/ecs/task-health.ts";
import type { Service } from "../core/ecs-api/service.ts";
import type { Pause, ServiceDeployment } from "../core/ecs-api/service-deployment.ts";
import type { ServiceEndpoints } from "../core/ecs/service-endpoints.ts";
import type { View } from "./print.ts";
import type { Style } from "./style.ts";
import { alignedTable, filledColumns, type Table } from "./table.ts";
import { wrap } from "./wrap.ts";

/** What `service deploy`, `scale` and `rollback` answer. */
export function deploymentView(
  { workload, cluster }: { readonly workload: string; readonly cluster: string },
  steps: readonly DeployedStep[],
  failures: readonly RunFailure[],
): View {
  return {
    kind: "ServiceDeployment",
    document: {
      workload,
      cluster,
      services: steps.map(({ service, action, result, desiredCount, taskDefinition, outcome }) => ({
        service,
        action,
        result,
        desiredCount,
        ...(taskDefinition === undefined ? {} : { taskDefinition }),
        ...(outcome?.failure === undefined ? {} : { reason: outcome.failure }),
      })),
      failures,
    },
    table: {
      columns: [
        { title: "SERVICE" },
        { title: "ACTION" },
        { title: "RESULT", mark: markResult },
        { title: "TASKS", align: "right" },
        { title: "DEFINITION" },
      ],
      rows: steps.map(({ service, action, result, desiredCount, taskDefinition = "" }) => [
        service,
        action,
        result,
        String(desiredCount),
        idOf(taskDefinition),
      ]),
    },
  };
}

/** What is known of services beside their description. */
export interface ServiceStanding {
  /** Service deployments under way, by service name. */
  readonly rollouts?: ReadonlyMap<string, ServiceDeployment> | undefined;
  readonly health?: ReadonlyMap<string, HealthCounts> | undefined;
  /** Why tasks have no room. */
  readonly failures?: readonly RunFailure[];
  /** Where they answer, by service name. */
  readonly endpoints?: ReadonlyMap<string, ServiceEndpoints> | undefined;
}

/** What `service status` and `delete` answer. */
export function servicesView(
  target: { readonly workload: string; readonly cluster: string },
  services: readonly Service[],
  { rollouts = new Map(), health = new Map(), failures, endpoints = new Map() }: ServiceStanding = {},
): View {
  return {
    kind: "ServiceStatus",
    document: {
      ...target,
      services: services.map(
        ({
          serviceName,
          serviceArn,
          status,
          desiredCount,
          runningCount,
          pendingCount,
          taskDefinition,
          deployments,
          deploymentConfiguration,
          events,
          tags = [],
        }) => ({
          service: serviceName,
          serviceArn,
          status,
          desiredCount,
          runningCount,
          pendingCount,
          taskDefinition,
          slot: tags.find(({ key }) => key === "aiplat:slot")?.value,
          deployments: deployments.map(
            ({
              id,
              status: standing,
              taskDefinition: revision,
              desiredCount: desired,
              runningCount: running,
              failedTasks,
              rolloutState,
              rolloutStateReason,
            }) => ({
              id,
              status: standing,
              taskDefinition: revision,
              desiredCount: desired,
              runningCount: running,
              failedTasks,
              rolloutState,
              rolloutStateReason,
            }),
          ),
          strategy: deploymentConfiguration?.strategy ?? "ROLLING",
          rollout: rolloutOf(rollouts.get(serviceName)),
          health: health.get(serviceName),
          ...endpoints.get(serviceName),
          events: events
            .slice(0, 5)
            .map(({ createdAt, message }) => ({ createdAt: new Date(createdAt).toISOString(), message })),
        }),
      ),
      failures,
    },
    table: withEndpoints(
      statusTable(services, rollouts, health, { nameDefinition: idOf, eventLast: false }),
      services,
      endpoints,
    ),
    // Where the family has the service's own name, the revision says it all; and events wrap.
    text: async (style, columns) =>
      (await alignedTable(
        filledColumns(statusTable(services, rollouts, health, { nameDefinition: shortName, eventLast: true })),
        style,
        columns,
      )) + endpointLines(endpoints, columns),
  };
}

/** The last column: scripts that cut lines at tabs know the others by their place. */
function withEndpoints(
  { columns, rows }: Table,
  services: readonly Service[],
  endpoints: ReadonlyMap<string, ServiceEndpoints>,
): Table {
  const answers = services.map(({ serviceName }) => {
    const found = endpoints.get(serviceName);
    return found === undefined ? "" : found.answersAt.join(",");
  });
  return {
    columns: [...columns, { title: "ANSWERS AT" }],
    rows: rows.map((row, index) => [...row, answers[index]!]),
  };
}

/** A line for each service that answers somewhere. */
function endpointLines(endpoints: ReadonlyMap<string, ServiceEndpoints>, columns: number): string {
  return [...endpoints]
    .map(([service, found]) => {
      const texts = found.answersAt;
      return texts.length === 0
        ? ""
        : `${wrap(`${service} answers at ${texts.join(", ")}`, columns - 2).join("\n  ")}\n`;
    })
    .join("");
}

function statusTable(
  services: readonly Service[],
  rollouts: ReadonlyMap<string, ServiceDeployment>,
  health: ReadonlyMap<string, HealthCounts>,
  {
    nameDefinition,
    eventLast,
  }: { readonly nameDefinition: (arn: string, service: string) => string; readonly eventLast: boolean },
): Table {
  // Scripts that cut lines at tabs know the event as the seventh.
  const inOrder = <Item>(event: Item, other: Item) => (eventLast ? [other, event] : [event, other]);
  return {
    columns: [
      { title: "SERVICE" },
      { title: "STATUS" },
      { title: "RUNNING", align: "right" },
      { title: "PENDING", align: "right" },
      { title: "DEFINITION" },
      { title: "ROLLOUT", mark: markRollout },
      ...inOrder({ title: "LAST EVENT" }, { title: "HEALTH" }),
    ],
    rows: services.map(
      ({ serviceName, status, desiredCount, runningCount, pendingCount, taskDefinition, deployments, events }) => [
        serviceName,
        status,
        `${runningCount}/${desiredCount}`,
        String(pendingCount),
        nameDefinition(taskDefinition, serviceName),
        rolloutText(deployments.find((each) => each.status === "PRIMARY")?.rolloutState, rollouts.get(serviceName)),
        ...inOrder(eventText(events[0]?.message ?? ""), healthText(health.get(serviceName))),
      ],
    ),
  };
}

function rolloutOf(rollout: ServiceDeployment | undefined): object | undefined {
  if (rollout === undefined) return undefined;
  const { arn, status, statusReason, stage, productionPercent, pauses } = rollout;
  return {
    serviceDeploymentArn: arn,
    status,
    reason: statusReason,
    stage,
    productionPercent,
    paused: pauses?.map(({ hookId, expiresAt, timeoutAction }) => ({
      hookId,
      expiresAt: expiresAt === undefined ? undefined : new Date(expiresAt).toISOString(),
      timeoutAction,
    })),
  };
}

/** ECS's state of the newest deployment, and where a service deployment under way is beyond that. */
function rolloutText(state = "", rollout: ServiceDeployment | undefined): string {
  const text = rollout === undefined ? state : stageText(rollout);
  return text === state || state === "" ? text : `${state} (${text})`;
}

/** Where it is, in the words of the API: `BAKE_TIME, traffic 100%`. */
export function stageText({ status, stage, productionPercent, pauses = [] }: ServiceDeployment): string {
  if (status !== "IN_PROGRESS") return status;
  const traffic = productionPercent === undefined || productionPercent === 0 ? [] : [`traffic ${productionPercent}%`];
  return [...(stage === undefined ? [status] : [stage, ...traffic]), ...(pauses.length === 0 ? [] : ["paused"])].join(
    ", ",
  );
}

/** `paused until 2024-01-15T12:00:00.000Z, then ROLLBACK` */
export function pauseText({ expiresAt, timeoutAction = "ROLLBACK" }: Pause): string {
  return expiresAt === undefined
    ? "paused at a lifecycle hook"
    : `paused at a lifecycle hook until ${new Date(expiresAt).toISOString()}, then ${timeoutAction}`;
}

/** `2 healthy, 1 starting`; empty where nothing is known. */
export function healthText(counts: HealthCounts | undefined): string {
  return Object.entries(counts ?? {})
    .filter(([, count]) => count > 0)
    .map(([health, count]) => `${count} ${health}`)
    .join(", ");
}

/** An event without the service's own name before it. */
export function eventText(message: string): string {
  return message.replace(/^\(service [^)]*\)\s*/, "");
}

/** `:2` of `bert:2` where the service is bert. */
function shortName(arn: string, service: string): string {
  const name = idOf(arn);
  return name.startsWith(`${service}:`) ? name.slice(service.length) : name;
}

function markResult(text: string, style: Style): string {
  if (text === "failed" || text === "not-reached") return style.red(text);
  return text === "unchanged" ? style.dim(text) : style.green(text);
}

export function markRollout(text: string, style: Style): string {
  if (text === "FAILED") return style.red(text);
  return text.startsWith("IN_PROGRESS") ? style.yellow(text) : text;
}
