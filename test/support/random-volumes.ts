/** Any volumes that a file may have for a target. */
import fc from "fast-check";
import { ecsRules } from "../../src/core/ecs/rules.ts";
import { eksRules } from "../../src/core/kubernetes/rules.ts";
import { workloadRules } from "../../src/core/workload/rules.ts";
import { minimal, problemsOf } from "./workload.ts";

const id = (prefix: string) => fc.stringMatching(/^[0-9a-f]{1,8}$/).map((digits) => `${prefix}-${digits}`);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const path = fc.oneof(
  fc.constantFrom("/models", "/models/bert", "/data", "/var/tmp/neuron-compile-cache", "/root/.cache/huggingface"),
  fc.constantFrom("/dev/shm", "/A_b/c.d", "/a-b", "/a/b"),
  fc.stringMatching(/^(?:\/[A-Za-z0-9_-]{1,6}){1,3}$/),
);
const word = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
const role = "arn:aws:iam::111122223333:role/infrastructure";

const onBoth = [
  fc.record({
    efs: fc.oneof(
      fc.record({ fileSystem: id("fs"), accessPoint: id("fsap") }),
      fc.record({ fileSystem: id("fs"), directory: maybe(path) }),
    ),
  }),
  fc.record({
    lustre: fc.record({
      fileSystem: id("fs"),
      mountName: word.map((name) => name.slice(0, 8)),
      dnsName: id("fs").map((name) => `${name}.fsx.us-east-1.amazonaws.com`),
    }),
  }),
  fc.record({
    s3: fc.record({ bucket: word.map((name) => `b-${name}`), prefix: maybe(word.map((name) => `${name}/x/`)) }),
  }),
  fc.record({ scratch: fc.integer({ min: 1, max: 5_000 }).map((size) => `${size}MiB`) }),
  fc.record({ host: path }),
];
const onEcs = [
  ...onBoth,
  fc.record({
    s3Files: id("fs").map((name) => ({ arn: `arn:aws:s3files:us-east-1:111122223333:file-system/${name}` })),
  }),
  fc.record({
    ebs: fc.record({
      size: fc.integer({ min: 1, max: 16_384 }).map((size) => `${size}GiB`),
      type: maybe(fc.constantFrom("gp3", "io2")),
      snapshot: maybe(id("snap")),
      role: fc.constant(role),
    }),
  }),
];
const onEks = [
  ...onBoth,
  fc.record({
    ebs: fc.record({
      size: fc.integer({ min: 1, max: 16_384 }).map((size) => `${size}GiB`),
      storageClass: maybe(word),
      snapshot: maybe(id("snap")),
    }),
  }),
  fc.record({ claim: word }),
  fc.record({ configMap: word }),
  fc.record({ secret: word }),
];

/** Without keys that are undefined, as a file has them. */
function written<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

type Target = "ecs" | "eks";

/** What a workload with volumes has to say beside them. */
export const besideVolumes = {
  roles: { task: "arn:aws:iam::111122223333:role/task" },
  eks: { namespace: "ml", serviceAccount: "bert" },
};

/** Lists of volumes that neither a rule for all nor one of the target has anything against. */
export function volumesFor(target: Target): fc.Arbitrary<readonly Readonly<Record<string, unknown>>[]> {
  const place = fc.record({
    path,
    name: maybe(fc.stringMatching(/^[a-z][a-z0-9-]{0,9}[a-z0-9]$/)),
    readOnly: maybe(fc.constant(true)),
  });
  const volume = fc
    .tuple(place, fc.oneof(...(target === "ecs" ? onEcs : onEks)))
    .map(([at, of]) => written({ ...at, ...of } as Readonly<Record<string, unknown>>));
  const rules = [...workloadRules, ...(target === "ecs" ? ecsRules : eksRules)];
  return fc
    .uniqueArray(volume, { maxLength: 5, selector: (each) => each["path"] })
    .filter((volumes) =>
      problemsOf({ ...minimal, ...besideVolumes, volumes }, rules).every(({ severity }) => severity !== "error"),
    );
}
