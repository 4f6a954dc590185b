import { expect, test } from "vitest";
import { minimal, problemsOf } from "../../support/workload.ts";

const efs = { fileSystem: "fs-1" };

test.each<[volumes: unknown, hint: string]>([
  [{ models: {} }, "Write a list, e.g. [{ path: /models, efs: { fileSystem: fs-0123456789abcdef0 } }]."],
  [["/opt/cache:/cache:ro"], "Write { path: /cache, host: /opt/cache, readOnly: true }."],
  [["/opt/cache:/cache/"], "Write { path: /cache, host: /opt/cache }."],
  [["data"], "Write a map, e.g. { path: /models, efs: { fileSystem: fs-0123456789abcdef0 } }."],
  [[{ path: "models//", efs }], "Write /models."],
  [[{ path: "/a", efs: "fs-1" }], "Write { fileSystem: fs-1 }."],
  [[{ path: "/a", s3: "s3://models/bert" }], "Write { bucket: models, prefix: bert/ }."],
  [[{ path: "/a", s3: "s3://models" }], "Write { bucket: models }."],
  [[{ path: "/a", s3: { bucket: "s3://models/bert" } }], "Write models."],
  [[{ path: "/a", s3: { bucket: "models", prefix: "/bert" } }], "Write bert/."],
  [[{ path: "/a", ebs: "500G" }], "Write { size: 500GiB }."],
  [[{ path: "/a", ebs: { size: "500Gi" } }], "Write 500GiB."],
  [[{ path: "/a", scratch: 200 }], "Write 200MiB or 200GiB."],
])("%j is answered with what to write", (volumes, hint) => {
  expect(problemsOf({ ...minimal, volumes }, []).map((each) => each.hint)).toEqual([hint]);
});
