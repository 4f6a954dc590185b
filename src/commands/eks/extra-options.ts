/** What goes beside a workload's resource, and what that is told. */
import { present } from "../../core/base/present.ts";
import type { NamespacedName } from "../../core/kubernetes/extra-definition.ts";
import { extras, type ExtraSettings } from "../../core/kubernetes/extras.ts";
import { dnsLabel, dnsSubdomain } from "../../core/kubernetes/manifest-names.ts";
import { AiplatError } from "../../errors.ts";
import type { OptionsOf, OptionSpec } from "../shared/option.ts";
import { wholeFrom } from "../shared/parse-numbers.ts";

export const extraOptions = [
  {
    flags: "--with <extra>",
    description: "what goes beside the resource, repeatable or with commas",
    choices: extras,
    repeatable: true,
    commas: true,
  },
  {
    flags: "--max-replicas <n>",
    description: "the most replicas that an autoscaler of --with, or Ray's own, starts",
    parse: wholeFrom(1),
  },
  {
    flags: "--prometheus <url>",
    description: "where scaled-object and scale-to-zero read what they scale on",
    parse: httpUrl,
  },
  {
    flags: "--requests-query <promql>",
    description: "the requests that scale-to-zero scales on, as a gateway or mesh before the pods counts them",
  },
  {
    flags: "--requests-per-replica <n>",
    description: "so many of the query's requests are one replica's",
    parse: wholeFrom(1),
  },
  {
    flags: "--host <name>",
    description: "a name that http-route, ingress or istio-canary answers to, repeatable",
    defaultText: "every host",
    repeatable: true,
    parse: hostName,
  },
  {
    flags: "--gateway <[namespace/]name>",
    description: "the Gateway that http-route, or istio-canary, takes requests of",
    parse: gatewayName,
  },
  { flags: "--ingress-class <name>", description: "the class of ingress", defaultText: "the cluster's" },
  { flags: "--canary-image <image>", description: "what the canary of istio-canary runs" },
  {
    flags: "--canary-weight <percent>",
    description: "so many percent of the requests are the canary's, from 0 on",
    parse: percent,
  },
  {
    flags: "--otlp-endpoint <url>",
    description: "where open-telemetry has the SDK send what it sees",
    parse: httpUrl,
  },
] as const satisfies readonly OptionSpec[];

export function extraSettingsOf({
  with: asked,
  maxReplicas,
  prometheus,
  requestsQuery,
  requestsPerReplica,
  host,
  gateway,
  ingressClass,
  canaryImage,
  canaryWeight,
  otlpEndpoint,
}: OptionsOf<typeof extraOptions>): ExtraSettings {
  return present({
    extras: asked,
    maxReplicas,
    prometheusUrl: prometheus,
    requestsQuery,
    requestsPerReplica,
    hosts: host,
    gateway,
    ingressClass,
    canaryImage,
    canaryWeight,
    otlpEndpoint,
  });
}

function httpUrl(text: string, flag: string): string {
  if (/^https?:\/\/[^\s/]+/.test(text)) return text;
  throw new AiplatError("Usage", `${flag} ${text} is no URL of HTTP`, {
    hint: "Write it as http://NAME.NAMESPACE:PORT.",
  });
}

function percent(text: string, flag: string): number {
  if (/^\d{1,3}$/.test(text) && Number(text) <= 100) return Number(text);
  throw new AiplatError("Usage", `${flag} ${text}: must be a whole number from 0 to 100`);
}

/** https://gateway-api.sigs.k8s.io/reference/spec/#hostname */
function hostName(text: string, flag: string): string {
  if (dnsSubdomain.test(text.replace(/^\*\./, ""))) return text;
  throw new AiplatError("Usage", `${flag} ${text} is no host's name: lower-case letters, digits, dashes and dots`, {
    hint: "Write it without scheme, port and path, as bert.example.com or *.example.com.",
  });
}

function gatewayName(text: string, flag: string): NamespacedName {
  const words = text.split("/");
  const [name = "", namespace] = words.toReversed();
  if (words.length <= 2 && dnsSubdomain.test(name) && (namespace === undefined || dnsLabel.test(namespace)))
    return { ...present({ namespace }), name };
  throw new AiplatError("Usage", `${flag} ${text} is no name of a Gateway`, {
    hint: "Write NAME, or NAMESPACE/NAME for one of another namespace.",
  });
}
