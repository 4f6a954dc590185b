/** A system of the cluster that serves accelerated pods, as the values of its Helm chart: a file each beside this one. */
import type { Raw } from "../../base/merge.ts";
import type { Problem } from "../../base/problem.ts";
import type { InstanceType } from "../../catalog/instance-types/instance-type.ts";
import type { ResolvedWorkload } from "../../workload/resolved.ts";
import type { ClusterSettings } from "../allocation.ts";
import type { PodVariant } from "../variants.ts";
import type { HelmChart } from "./charts.ts";

/** What one workload runs as: of several types that carry different devices, one for each. */
export interface PlatformPod extends PodVariant {
  readonly workload: ResolvedWorkload;
}

/** What a cluster has, or is to have: accelerated types of nodes, and pods that run on them. */
export interface PlatformFleet {
  /** Each once, those of the pods among them. */
  readonly types: readonly InstanceType[];
  readonly pods: readonly PlatformPod[];
  readonly cluster: ClusterSettings;
}

export interface Platform {
  readonly summary: string;
  chartOf(fleet: PlatformFleet): HelmChart;
  /** Why its values cannot be made for the fleet. */
  fleetProblems(fleet: PlatformFleet): readonly Problem[];
  /** Why it cannot serve one of the fleet's pods; paths are the workload's. */
  podProblems?(pod: PlatformPod, fleet: PlatformFleet): readonly Problem[];
  values(fleet: PlatformFleet): Raw;
  /** What its operator has to know besides. */
  notes(fleet: PlatformFleet): readonly string[];
}
