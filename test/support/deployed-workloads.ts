import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Announcement } from "./announced-changes.ts";

const fixtures = join(import.meta.dirname, "../fixtures/deployed");
const root = join(import.meta.dirname, "../..");

/** A workload file and the cluster in which an earlier version deployed it (scripts/make-deployed-fixtures.mjs). */
export interface DeployedWorkload {
  readonly name: string;
  /** Holds workload.yaml and cluster.json. */
  readonly folder: string;
  /** The snapshot of the cluster, as the earlier version wrote it. */
  readonly cluster: string;
}

export function readDeployedWorkloads(): readonly DeployedWorkload[] {
  return readdirSync(fixtures, { withFileTypes: true })
    .filter((each) => each.isDirectory())
    .map(({ name }) => {
      const folder = join(fixtures, name);
      return { name, folder, cluster: readFileSync(join(folder, "cluster.json"), "utf8") };
    });
}

/** The version and commit that made each fixture. */
export function readMakers(): Readonly<Record<string, { readonly version: string; readonly commit: string }>> {
  return JSON.parse(readFileSync(join(fixtures, "made-by.json"), "utf8"));
}

export function readAnnouncements(): readonly Announcement[] {
  return JSON.parse(readFileSync(join(fixtures, "announced-changes.json"), "utf8"));
}

export function readChangelog(): string {
  return readFileSync(join(root, "CHANGELOG.md"), "utf8");
}
