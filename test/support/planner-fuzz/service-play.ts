/** A cluster on which the plans of services are carried out, and time passes. */
import type { EcsWorkload } from "../../../src/core/ecs/resolve-for-ecs.ts";
import type { ServicePlan } from "../../../src/core/plan/service-plan.ts";
import type { Service } from "../../../src/core/ecs-api/service.ts";
import { LiveWorld, planSettings } from "../live-services.ts";
import { luckOf, type Drawn } from "./drawn.ts";
import { sum, type RefereeMachine, type RefereeTask, type Request } from "./ecs-referee.ts";
import { FuzzWorld, provider } from "./fuzz-world.ts";
import { Scheduler, type PlayedService } from "./service-scheduler.ts";

const networkConfiguration = { awsvpcConfiguration: { subnets: ["subnet-1"] } };

export class ServicePlay {
  readonly world: FuzzWorld;
  readonly #live = new LiveWorld();
  readonly #scheduler: Scheduler;
  readonly #luck: () => number;
  readonly #given: Drawn;
  #added = 0;
  /** What the services that are still to be deployed will ask for. */
  #coming: readonly Request[] = [];

  constructor(given: Drawn) {
    this.world = new FuzzWorld(given);
    this.#luck = luckOf(given.luck);
    const atRandom = (candidates: readonly RefereeMachine[]) => this.#pick(candidates)!;
    const choose = given.luck % 2 === 0 ? atRandom : (some: readonly RefereeMachine[]) => this.#worst(some);
    this.#given = given;
    this.#scheduler = new Scheduler(
      this.world.referee,
      { luck: this.#luck, choose, grow: (service) => this.#grow(service) },
      (task, service) => this.#describe(task, service),
    );
  }

  /** What was started on a device that somebody holds. */
  get harm(): readonly string[] {
    return this.#scheduler.harm;
  }

  plan(ecs: EcsWorkload): ServicePlan {
    const settings = { ...planSettings, networkConfiguration, ...this.#capacity };
    return this.#live.plan(ecs, settings, this.world.snapshot(this.#live.services));
  }

  /** Carries the plan out step by step; answers what came to no end. */
  deploy(plan: ServicePlan): readonly string[] {
    const stalled: string[] = [];
    for (const [index, step] of plan.steps.entries()) {
      this.#coming = plan.steps.slice(index + 1).flatMap(({ service, deployment }) => {
        if (deployment === undefined || deployment.desired === 0) return [];
        const { definition, placement } = deployment;
        const { placementConstraints: constraints = [], capacityProviders: [through] = [] } = placement ?? {};
        const group = `service:${service}`;
        return [{ definition, constraints, group, ...(through === undefined ? {} : { provider: through }) }];
      });
      this.#live.carryOut({ ...plan, steps: [step] });
      const played = this.#services.find(({ name }) => name === step.service)!;
      if (step.action !== "keep" && !this.#scheduler.roll(played)) stalled.push(step.service);
    }
    return stalled;
  }

  /** Whatever may happen while services run: tasks end, of the services and of others, machines come and come back. */
  passTime(events: number, newType: string): void {
    const { referee } = this.world;
    for (let event = 0; event < events; event++) {
      const kind = Math.floor(this.#luck() * 5);
      const own = this.#services.flatMap((each) => this.#scheduler.tasksOf(each));
      const others = referee.tasks.filter((task) => task.state === "running" && !own.includes(task));
      const machine = this.#pick(referee.machines)!;
      if (kind === 0 && own.length > 0) this.#scheduler.stop(this.#pick(own)!);
      if (kind === 1 && others.length > 0) this.#scheduler.stop(this.#pick(others)!);
      if (kind === 2) machine.active = machine.connected = true;
      if (kind === 3) this.world.addMachine(newType);
      if (kind === 4) this.#scheduler.settle(0.5);
      this.#scheduler.fill(this.#services);
    }
  }

  /**
   * Whether each service has all its tasks, on machines that take tasks, and may stop them all before their successors
   * start: then these have the room that the old ones leave.
   */
  isReplaceable(): boolean {
    this.#scheduler.settle(1);
    return this.#services.every((service) => {
      const tasks = this.#scheduler.tasksOf(service);
      const takes = ({ machine }: RefereeTask) => {
        const { active, connected } = this.world.referee.machine(machine);
        return active && connected && this.#given.machines[Number(machine)]?.impaired !== true;
      };
      return service.minimumHealthyPercent === 0 && tasks.length === service.desired && tasks.every(takes);
    });
  }

  /** What DescribeCapacityProviders and the Auto Scaling group say. */
  get #capacity() {
    const { provider: wanted, types } = this.#given.wish;
    if (wanted === undefined) return {};
    const desired = this.world.referee.machines.length;
    const group = { name: provider, desired, max: desired + wanted.mayGrow - this.#added, instanceTypes: types };
    const described = { name: provider, type: "EC2_AUTOSCALING", managedScaling: true, group };
    return { capacity: { associated: [provider], defaultStrategy: [], providers: [described] } };
  }

  /** "Scale-out can stop at a constraint that the sampled instances do not meet": with ids in one nothing is started. */
  #grow({ provider: through, constraints }: PlayedService): boolean {
    const { provider: wanted, types } = this.#given.wish;
    const named = constraints.some(({ expression = "" }) => expression.includes("ec2InstanceId"));
    if (wanted === undefined || through === undefined || named || this.#added >= wanted.mayGrow) return false;
    this.#added++;
    this.world.addMachine(types[0]!);
    return true;
  }

  get #services(): readonly PlayedService[] {
    return this.#live.services.map((service) => ({
      name: service.serviceName,
      desired: service.desiredCount,
      definition: this.#definitionOf(service.serviceName),
      constraints: service.placementConstraints ?? [],
      minimumHealthyPercent: service.deploymentConfiguration!.minimumHealthyPercent!,
      maximumPercent: service.deploymentConfiguration!.maximumPercent!,
      ...providerOf(service),
    }));
  }

  #definitionOf(name: string) {
    const { taskDefinition } = this.#live.services.find(({ serviceName }) => serviceName === name)!;
    return this.#live.definitions.find(({ taskDefinitionArn }) => taskDefinitionArn === taskDefinition)!;
  }

  #describe(task: RefereeTask, { name }: PlayedService): void {
    const { tags = [] } = this.#live.services.find(({ serviceName }) => serviceName === name)!;
    this.world.describe(task, this.#definitionOf(name), tags);
  }

  #pick<T>(some: readonly T[]): T | undefined {
    return some[Math.floor(this.#luck() * some.length)];
  }

  /** The machine that services which are still to be deployed need most. */
  #worst(candidates: readonly RefereeMachine[]): RefereeMachine {
    const places = this.#coming.map((each) => this.world.referee.candidates(each));
    const need = (machine: RefereeMachine) => sum(places.map((some) => (some.includes(machine) ? 1 / some.length : 0)));
    return candidates.toSorted((one, other) => need(other) - need(one))[0]!;
  }
}

function providerOf({ capacityProviderStrategy: strategy }: Service): { readonly provider?: string } {
  const [first] = (strategy ?? []) as readonly { readonly capacityProvider: string }[];
  return first === undefined ? {} : { provider: first.capacityProvider };
}
