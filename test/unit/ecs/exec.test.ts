import { describe, expect, it } from "vitest";
import { checkExecRole, checkExecRoot } from "../../../src/core/ecs/exec.ts";

const codes = (problems: readonly { readonly code: string }[]) => problems.map(({ code }) => code);
const container = (readonlyRootFilesystem?: boolean) => ({
  name: "bert",
  image: "repo/bert:1",
  ...(readonlyRootFilesystem === undefined ? {} : { readonlyRootFilesystem }),
});

describe("ECS Exec", () => {
  it("needs a role of the task, the definition's or the request's", () => {
    expect([
      codes(checkExecRole({}, true)),
      codes(checkExecRole({}, true, "arn:a")),
      codes(checkExecRole({ taskRoleArn: "arn:b" }, true)),
      codes(checkExecRole({}, false)),
    ]).toEqual([["exec-without-role"], [], [], []]);
  });

  it("needs a container that can be written to", () => {
    const of = (...containers: readonly ReturnType<typeof container>[]) => ({ containerDefinitions: [...containers] });
    expect([
      codes(checkExecRoot(of(container(true)), true)),
      codes(checkExecRoot(of(container(true), container(true)), true)),
      codes(checkExecRoot(of(container(true), container()), true)),
      codes(checkExecRoot(of(container(false)), true)),
      codes(checkExecRoot(of(container(true)), false)),
    ]).toEqual([["exec-read-only"], ["exec-read-only"], [], [], []]);
  });
});
