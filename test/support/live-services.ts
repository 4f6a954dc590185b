/** A workload's services as they live, without a cluster: made by the plans under test, as ECS would make them. */
import { judgeBy } from "../../src/core/ecs/judge.ts";
import type { ClusterSnapshot } from "../../src/core/cluster/snapshot.ts";
import type { RegisteredTaskDefinition, TaskDefinition } from "../../src/core/ecs-api/api.ts";
import type { Service, ServiceInput } from "../../src/core/ecs-api/service.ts";
import { resolveForEcs, type EcsWorkload } from "../../src/core/ecs/resolve-for-ecs.ts";
import type { ClusterCapacity } from "../../src/core/plan/choose-capacity.ts";
import type { LiveServices } from "../../src/core/plan/live-services.ts";
import { planServices } from "../../src/core/plan/plan-service.ts";
import type { ServicePlanSettings } from "../../src/core/plan/service-parts.ts";
import type { ServicePlan } from "../../src/core/plan/service-plan.ts";
import { lintTaskDefinition } from "../../src/core/ecs/lint/lint.ts";
import { resolveWorkload } from "../../src/core/workload/resolve.ts";
import type { Workload } from "../../src/core/workload/schema.ts";
import { aSnapshot } from "./cluster.ts";

export const planSettings: ServicePlanSettings = { cluster: "prod", enableExecuteCommand: false, force: false };

/** A service `chip` on whole inf2.24xlarge machines, but for the changes. */
export function chip(changes: object = {}): EcsWorkload {
  return resolveForEcs(
    resolveWorkload({
      name: "chip",
      kind: "service",
      image: "chip:1",
      accelerator: { instanceTypes: ["inf2.24xlarge"] },
      replicas: 2,
      ...changes,
    } as unknown as Workload),
    {},
    judgeBy(lintTaskDefinition),
  );
}

/** A cluster whose default strategy is this provider, of a group that may grow without an end. */
export function through(provider: string): ClusterCapacity {
  const group = { name: provider, desired: 0, max: Number.POSITIVE_INFINITY, instanceTypes: [] };
  return {
    associated: [provider],
    defaultStrategy: [{ capacityProvider: provider, weight: 1 }],
    providers: [{ name: provider, type: "EC2_AUTOSCALING", managedScaling: true, group }],
  };
}

/** The accelerator of these types, with so many devices of each. */
export function on(instanceTypes: readonly string[], devicesPerReplica?: number): object {
  return { accelerator: { instanceTypes, ...(devicesPerReplica === undefined ? {} : { devicesPerReplica }) } };
}

/** Services and definitions that plans change as ECS would. */
export class LiveWorld implements Pick<LiveServices, "services" | "definitions"> {
  services: readonly Service[] = [];
  definitions: readonly RegisteredTaskDefinition[] = [];
  #time = 0;

  plan(
    ecs: EcsWorkload,
    settings: Partial<ServicePlanSettings> = {},
    snapshot: ClusterSnapshot = aSnapshot([]),
  ): ServicePlan {
    return planServices(ecs, { ...planSettings, ...settings }, snapshot, this);
  }

  /** Carries a plan out, or its first steps. */
  carryOut({ steps }: ServicePlan, some = steps.length): void {
    for (const { service, action, create, update, definition, tags } of steps.slice(0, some)) {
      const revision = definition === undefined ? {} : { taskDefinition: this.register(definition).taskDefinitionArn };
      if (create !== undefined) this.create({ ...create, ...revision });
      if (action === "delete") this.services = this.services.filter(({ serviceName }) => serviceName !== service);
      if (action !== "update") continue;
      this.services = this.services.map((live) => {
        if (live.serviceName !== service) return live;
        const known = new Map((live.tags ?? []).map((tag) => [tag.key, tag]));
        for (const tag of tags ?? []) known.set(tag.key, tag);
        const { cluster: _, service: __, ...fields } = update ?? { cluster: "", service };
        return { ...live, ...fields, ...revision, tags: [...known.values()] };
      });
    }
  }

  register(definition: TaskDefinition): RegisteredTaskDefinition {
    const revision = this.definitions.filter(({ family }) => family === definition.family).length + 1;
    const registered = {
      ...definition,
      revision,
      taskDefinitionArn: `arn:aws:ecs:us-east-1:111122223333:task-definition/${definition.family}:${revision}`,
      status: "ACTIVE",
    };
    this.definitions = [...this.definitions, registered];
    return registered;
  }

  create({ desiredCount = 0, ...input }: ServiceInput): void {
    this.services = [
      ...this.services,
      {
        ...input,
        serviceArn: `arn:aws:ecs:us-east-1:111122223333:service/prod/${input.serviceName}`,
        status: "ACTIVE",
        desiredCount,
        runningCount: desiredCount,
        pendingCount: 0,
        deployments: [],
        events: [],
        createdAt: ++this.#time,
      },
    ];
  }

  /** `NAME FAMILY:REVISION x COUNT` of each service. */
  get lines(): readonly string[] {
    return this.services.map(
      ({ serviceName, taskDefinition, desiredCount }) =>
        `${serviceName} ${taskDefinition.replace(/.*\//, "")} x ${desiredCount}`,
    );
  }
}
