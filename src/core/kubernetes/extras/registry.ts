import type { ExtraDefinition } from "../extra-definition.ts";
import { gatekeeperPolicy } from "./gatekeeper-policy.ts";
import { hpa } from "./hpa.ts";
import { httpRoute } from "./http-route.ts";
import { ingress } from "./ingress.ts";
import { istioCanary } from "./istio-canary.ts";
import { kyvernoPolicy } from "./kyverno-policy.ts";
import { openTelemetry } from "./open-telemetry.ts";
import { pdb } from "./pdb.ts";
import { podMonitor } from "./pod-monitor.ts";
import { scaleToZero } from "./scale-to-zero.ts";
import { scaledObject } from "./scaled-object.ts";
import { service } from "./service.ts";
import { serviceMonitor } from "./service-monitor.ts";
import { workloadPodMonitor } from "./workload-pod-monitor.ts";

/** By the name that --with takes, in the order in which they are applied. */
export const extraDefinitions = {
  service,
  hpa,
  "scaled-object": scaledObject,
  "scale-to-zero": scaleToZero,
  "pod-monitor": podMonitor,
  "workload-pod-monitor": workloadPodMonitor,
  "service-monitor": serviceMonitor,
  pdb,
  "http-route": httpRoute,
  ingress,
  "istio-canary": istioCanary,
  "open-telemetry": openTelemetry,
  "kyverno-policy": kyvernoPolicy,
  "gatekeeper-policy": gatekeeperPolicy,
} as const satisfies Readonly<Record<string, ExtraDefinition>>;
