import { counted } from "../base/counted.ts";
import { isRaw, type Raw } from "../base/merge.ts";
import { listOr, problem, Refusal } from "../base/problem.ts";
import { replacesTag, type Service } from "../ecs-api/service.ts";
import { normalService } from "../ecs/service-form.ts";
import { replacedBy, replacementIn, replacementTags } from "./replacement.ts";
import { deletionStep, type ServiceStep } from "./service-plan.ts";

/** Services that stand for no variant any more, and the steps of those that take their place. */
export interface Succession {
  readonly leftOver: readonly Service[];
  /** Every service of the workload that lives. */
  readonly services: readonly Service[];
  readonly steps: readonly ServiceStep[];
  /** Whether those go before these come. */
  readonly recreate: boolean;
}

/**
 * The steps with the deletion of what is left over, in the order in which they are carried out: nothing that serves is
 * taken away before its successors are steady, unless the user says so.
 *
 * @throws Refusal where old and new cannot be there at once.
 */
export function withDeletions(succession: Succession): readonly ServiceStep[] {
  const { leftOver, recreate, services } = succession;
  const successors = succession.steps.map(({ service }) => service);
  const steps = succession.steps.map((step) => forgetting(step, services, successors));
  if (leftOver.length === 0) return steps;
  if (!recreate) refuseSharedNames(succession);
  const made = steps.map((step) => remembering(step, succession));
  const known = new Set(
    made.some(({ create }) => create !== undefined)
      ? leftOver.map(({ serviceName }) => serviceName)
      : made.flatMap(({ replaces = [] }) => replaces),
  );
  const deletions = leftOver.map((service): ServiceStep => {
    const step = deletionOf(service, recreate ? [] : successors);
    const keeper = known.has(service.serviceName) ? undefined : successors[0];
    return keeper === undefined ? step : { ...step, rememberedBy: keeper };
  });
  return recreate ? [...deletions, ...made] : [...made, ...deletions];
}

/**
 * The step of a service that was made in place of others which the file has again: it takes their place no more, or a
 * rollback would delete it. A tag cannot be taken away; it gets another value.
 */
function forgetting(step: ServiceStep, services: readonly Service[], staying: readonly string[]): ServiceStep {
  const live = services.find(({ serviceName }) => serviceName === step.service);
  const kept = (live === undefined ? [] : replacedBy(live)).filter(({ service }) => staying.includes(service));
  if (kept.length === 0) return step;
  const names = kept.map(({ service }) => service);
  return {
    ...step,
    action: step.action === "keep" ? "update" : step.action,
    why: `${step.why}; it is no longer in place of ${listOr(names, "and")}`,
    tags: [...(step.tags ?? []), ...names.map((name) => ({ key: `${replacesTag}${name}`, value: "kept" }))],
  };
}

function deletionOf(service: Service, after: readonly string[]): ServiceStep {
  const one = service.desiredCount === 1;
  const stop = `${counted(service.desiredCount, "task")} ${one ? "stops" : "stop"}`;
  const when =
    after.length === 0
      ? `its ${stop} before what takes ${one ? "its" : "their"} place is made (--recreate)`
      : `its ${stop} once ${listOr(after, "and")} ${after.length === 1 ? "is" : "are"} steady`;
  return {
    ...deletionStep(service, `the workload has no variant any more that it stands for: ${when}`),
    ...(after.length === 0 ? {} : { after }),
  };
}

/** The step of a service that takes the place of others, with what it remembers of them. */
function remembering(step: ServiceStep, { leftOver, services, recreate }: Succession): ServiceStep {
  const replaces = replacedIn(step, leftOver, services);
  const { tags = [] } = step.create ?? {};
  return {
    ...step,
    ...(recreate || replaces.length === 0 ? {} : { replaces }),
    ...(step.create === undefined
      ? {}
      : { create: { ...step.create, tags: [...tags, ...replacementTags(leftOver, tags.length)] } }),
  };
}

/**
 * The services whose place it takes: a new one that of all, one that lives those of a replacement that was interrupted.
 */
function replacedIn(
  { service, create }: ServiceStep,
  leftOver: readonly Service[],
  services: readonly Service[],
): readonly string[] {
  const names = leftOver.map(({ serviceName }) => serviceName);
  if (create !== undefined) return names;
  const successor = replacementIn(services)?.successors.find(({ serviceName }) => serviceName === service);
  const replaced = new Set(successor === undefined ? [] : replacedBy(successor).map((each) => each.service));
  return names.filter((name) => replaced.has(name));
}

/**
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-concepts.html: a discovery name is unique
 * in its namespace.
 */
function refuseSharedNames({ leftOver, steps }: Succession): void {
  const made = steps.flatMap(({ create }) => create ?? []);
  const why = made.flatMap(({ deploymentConfiguration: { strategy = "ROLLING" } = {}, ...service }) => [
    ...(connects(service) && leftOver.some((each) => connects(normalService(each)))
      ? ["with Service Connect each needs a discovery name of its own in the namespace"]
      : []),
    ...(strategy === "ROLLING" ? [] : [`strategy ${strategy} needs a pair of target groups for each of them`]),
  ])[0];
  if (why === undefined) return;
  const names = listOr(
    leftOver.map(({ serviceName }) => serviceName),
    "and",
  );
  throw new Refusal([
    problem(
      "replacement-shares-name",
      ["ecs", "service"],
      `${listOr(
        made.map(({ serviceName }) => serviceName),
        "and",
      )} cannot be made while ${names} ${leftOver.length === 1 ? "lives" : "live"}: ${why}`,
      `Give --recreate: it deletes ${names} first, and nothing serves until the new ones do.`,
    ),
  ]);
}

function connects({ serviceConnectConfiguration: connect }: Raw): boolean {
  return isRaw(connect) && connect["enabled"] !== false;
}
