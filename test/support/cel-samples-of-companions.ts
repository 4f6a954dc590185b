/** Values that break and pass the rules of what goes with a workload: snapshots, Istio's routes, Flux' resources. */
import type { CelSample } from "./cel-samples.ts";

/** Exactly one of two fields. */
const oneOf = (first: string, second: string): readonly [string, CelSample] => [
  `(has(self.${first}) && !has(self.${second})) || (!has(self.${first}) && has(self.${second}))`,
  { breaks: { [first]: "a", [second]: "b" }, passes: { [second]: "b" } },
];

export const companionSamples: Readonly<Record<string, CelSample>> = {
  ...Object.fromEntries([
    oneOf("volumeSnapshotContentName", "persistentVolumeClaimName"),
    oneOf("volumeHandle", "snapshotHandle"),
  ]),
  "size(self) > 0": { breaks: "", passes: "ebs" },
  "has(self.name) && has(self.__namespace__)": { breaks: { name: "a" }, passes: { name: "a", namespace: "ml" } },
  "duration(self) >= duration('1ms')": { breaks: "100us", passes: "1h30m" },
  'self.all(key, !key.contains("*"))': { breaks: { "app*": "a" }, passes: { app: "a" } },
  "self.all(key, key.size() != 0)": { breaks: { "": "a" }, passes: { app: "a" } },
  '!self.contains("*")': { breaks: "a*", passes: "a" },
  "size(self.filter(i, size(self.filter(j, j == i)) > 1)) == 0": {
    breaks: [{ nodeLabel: "a" }, { nodeLabel: "a" }],
    passes: [{ nodeLabel: "a" }, { nodeLabel: "b" }],
  },
  "size(self.filter(i, i.nodeLabel == 'kubernetes.io/hostname')) == 0 || self[size(self) - 1].nodeLabel == 'kubernetes.io/hostname'":
    {
      breaks: [{ nodeLabel: "kubernetes.io/hostname" }, { nodeLabel: "a" }],
      passes: [{ nodeLabel: "a" }, { nodeLabel: "kubernetes.io/hostname" }],
    },
  "!has(self.serviceAccountName) || (has(self.provider) && (self.provider == 'azure' || self.provider == 'aws'))": {
    breaks: { serviceAccountName: "a", provider: "generic" },
    passes: { serviceAccountName: "a", provider: "aws" },
  },
  "has(self.configMapRef) || has(self.secretRef)": { breaks: {}, passes: { secretRef: { name: "a" } } },
  "!has(self.configMapRef) || !has(self.secretRef)": {
    breaks: { configMapRef: { name: "a" }, secretRef: { name: "a" } },
    passes: { configMapRef: { name: "a" } },
  },
};
