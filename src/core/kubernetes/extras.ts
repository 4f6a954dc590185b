/** What goes beside the resource where it is asked for. */
import { listOr, settingProblem, type Problem } from "../base/problem.ts";
import { scalable } from "./autoscaling.ts";
import { withDefaults } from "./environment.ts";
import type { ExtraContents, ExtraDefinition, ExtraProblem, ExtraValues } from "./extra-definition.ts";
import { extraDefinitions } from "./extras/registry.ts";
import { withContainer } from "./kind-definition.ts";
import { definitionOf, kinds } from "./kinds.ts";
import type { Manifest, PodTemplate } from "./manifest.ts";

export type Extra = keyof typeof extraDefinitions;

export const extras = Object.keys(extraDefinitions) as readonly Extra[] as readonly [Extra, ...Extra[]];

export interface ExtraSettings extends ExtraValues {
  readonly extras?: readonly Extra[];
}

/** What extras are made from, as far as generateManifests knows it. */
type AskedContents = Omit<ExtraContents, "hasCanary"> & ExtraSettings;

/** How each value is given. */
export const extraFlags = {
  maxReplicas: "--max-replicas",
  prometheusUrl: "--prometheus",
  requestsQuery: "--requests-query",
  requestsPerReplica: "--requests-per-replica",
  hosts: "--host",
  gateway: "--gateway",
  ingressClass: "--ingress-class",
  canaryImage: "--canary-image",
  canaryWeight: "--canary-weight",
  otlpEndpoint: "--otlp-endpoint",
} as const satisfies Readonly<Record<keyof ExtraValues, string>>;

export function extraOf(extra: Extra): ExtraDefinition {
  return extraDefinitions[extra];
}

/** What is asked for, and the Service where one of them needs it. */
function inOrder({ extras: asked = [] }: ExtraSettings): readonly Extra[] {
  const throughService = asked.some((extra) => extraOf(extra).throughService === true);
  return extras.filter((extra) => asked.includes(extra) || (extra === "service" && throughService));
}

/** Whether a canary goes with the resource. */
export function hasCanary({ extras: asked = [] }: ExtraSettings): boolean {
  return asked.some((extra) => extraOf(extra).canary === true);
}

/** What is asked for of the pods themselves: what goes beside the resource goes with one version of it. */
export function ofPodsAlone<Settings extends ExtraSettings>(settings: Settings): Settings {
  const kept = (settings.extras ?? []).filter((extra) => extraOf(extra).environment !== undefined);
  const read = new Set(kept.flatMap((extra) => extraOf(extra).reads));
  const unread = (Object.keys(extraFlags) as (keyof ExtraValues)[]).filter((key) => !read.has(key));
  return { ...settings, ...Object.fromEntries(unread.map((key) => [key, undefined])), extras: kept };
}

/** Whether the extras say how many replicas run. */
export function isAutoscaled({ extras: asked = [] }: ExtraSettings): boolean {
  return asked.some((extra) => extraOf(extra).scales === true);
}

const scalingItself = kinds.filter((kind) => definitionOf(kind).scalesItself === true);

/** What is wrong with the most replicas of a kind that scales itself, or that nothing scales. */
function ownScalingProblems({ workload, kind, maxReplicas, ...settings }: AskedContents): readonly Problem[] {
  if (maxReplicas === undefined || isAutoscaled(settings)) return [];
  const wrong = (message: string, hint?: string) => [
    settingProblem("max-replicas", `--max-replicas ${maxReplicas}${message}`, hint),
  ];
  if (!scalingItself.includes(kind))
    return wrong(
      `: nothing scales the ${kind}`,
      scalable.includes(kind)
        ? "Write --with hpa or --with scaled-object too."
        : `${listOr(scalingItself, "and")} scale themselves, and --with hpa scales ${listOr(scalable, "and")}.`,
    );
  if (maxReplicas <= workload.replicas)
    return wrong(` is no more than the workload's replicas (${workload.replicas}), which are the least`);
  return workload.eks.queue?.kueue === undefined
    ? []
    : wrong(`: Kueue admits a ${kind} as a whole, and none that scales itself`, "Leave one of the two out.");
}

/** Why the extras that are asked for cannot go with the workload. */
export function extraProblems(contents: AskedContents): readonly Problem[] {
  const { extras: asked = [] } = contents;
  return [
    ...ownScalingProblems(contents),
    ...extras
      .filter((extra) => asked.includes(extra))
      .flatMap((extra) =>
        problemsOf(extra, contents).map(({ message, hint }) =>
          settingProblem(`with-${extra}`, `--with ${extra}: ${message}`, hint),
        ),
      ),
    ...unreadValues(contents),
  ];
}

function problemsOf(extra: Extra, contents: AskedContents): readonly ExtraProblem[] {
  const definition = extraOf(extra);
  const whole = withCanary(contents);
  const ofService = definition.throughService === true ? extraDefinitions.service.problems(whole) : [];
  // Without ports both would say so.
  return [
    ...(ofService.length > 0 ? ofService : definition.problems(whole)),
    ...otherScalers(extra, contents),
    ...missingValues(definition, contents),
  ];
}

/** KEDA makes a HorizontalPodAutoscaler of its own, and one resource takes one of them. */
function otherScalers(extra: Extra, { extras: asked = [] }: ExtraSettings): readonly ExtraProblem[] {
  const [first, ...others] = extras.filter((each) => asked.includes(each) && extraOf(each).scales === true);
  if (first === undefined || !others.includes(extra)) return [];
  return [
    {
      message:
        first === "hpa"
          ? "KEDA makes a HorizontalPodAutoscaler of its own, so hpa cannot go with it"
          : `a resource has one ScaledObject, so ${first} cannot go with it`,
      hint: "Keep one of them.",
    },
  ];
}

function missingValues({ needs }: ExtraDefinition, contents: AskedContents): readonly ExtraProblem[] {
  return (Object.keys(needs) as (keyof ExtraValues)[])
    .filter((key) => contents[key] === undefined)
    .map((key) => {
      const { why, example } = needs[key]!;
      return {
        message: `${extraFlags[key]} is missing${why === undefined ? "" : `: ${why}`}`,
        hint: `Write ${extraFlags[key]} ${example}.`,
      };
    });
}

/** What is said to nobody. */
function unreadValues(contents: AskedContents): readonly Problem[] {
  const { extras: asked = [] } = contents;
  const read = new Set(asked.flatMap((extra) => extraOf(extra).reads));
  return (Object.keys(extraFlags) as (keyof ExtraValues)[])
    .filter((key) => key !== "maxReplicas" && contents[key] !== undefined && !read.has(key))
    .map((key) => {
      const readers = extras.filter((extra) => extraOf(extra).reads.includes(key));
      return settingProblem(
        "with-nothing",
        `${extraFlags[key]} is read by nothing that goes with the workload`,
        `Write --with ${listOr(readers)} too, or leave it out.`,
      );
    });
}

/** The extras in their order. */
export function extraManifests(contents: AskedContents): readonly Manifest[] {
  return inOrder(contents).flatMap((extra) => extraOf(extra).manifests(withCanary(contents)));
}

/** What the user should know of the extras. */
export function extraWarnings(contents: AskedContents): readonly Problem[] {
  return inOrder(contents).flatMap((extra) => extraOf(extra).warnings?.(withCanary(contents)) ?? []);
}

function withCanary(contents: AskedContents): ExtraContents {
  return { ...contents, hasCanary: hasCanary(contents) };
}

/** The pod with the variables that the extras give its container. */
export function withExtraEnvironment(pod: PodTemplate, contents: AskedContents): PodTemplate {
  const variables = inOrder(contents).flatMap((extra) => extraOf(extra).environment?.(withCanary(contents)) ?? []);
  return variables.length === 0
    ? pod
    : withContainer(pod, (container) => ({ ...container, env: withDefaults(container.env ?? [], variables) }));
}
