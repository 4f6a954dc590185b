import { describe, expect, it } from "vitest";
import { minimal, problemsOf } from "../../../support/workload.ts";

const found = (change: object) =>
  problemsOf({ ...minimal, ...change }).map(({ code, path, message, hint }) => ({
    at: `${code} ${path!.join(".")}`,
    said: `${message} | ${hint ?? ""}`,
  }));

describe("ulimits", () => {
  it.each([
    [{ nofile: 65_536 }],
    [{ memlock: -1 }],
    [{ stack: { soft: 1024, hard: -1 } }],
    [{ memlock: { soft: -1, hard: -1 } }],
    [{ core: 0 }],
  ])("are numbers or two bounds, of which the soft one is no higher: %j", (ulimits) => {
    expect(found({ ulimits })).toEqual([]);
  });

  it.each([
    [{ nofile: { soft: 4096, hard: 1024 } }, "ulimit-bounds ulimits.nofile.soft", "at most 1024"],
    [{ nofile: { soft: -1, hard: 1024 } }, "ulimit-bounds ulimits.nofile.soft", "at most 1024"],
    [{ nofile: -1 }, "ulimit-open-files ulimits.nofile", "1048576"],
    [{ nofile: { soft: 1024, hard: -1 } }, "ulimit-open-files ulimits.nofile.hard", "1048576"],
    [{ nofile: -2 }, "invalid-value ulimits.nofile", "-1 for no limit"],
    [{ nofile: { soft: 1 } }, "missing-key ulimits.nofile.hard", "whole number"],
    [{ nofiles: 1 }, "invalid-key ulimits.nofiles", "nofile, nproc"],
  ])("are refused with what is legal: %j", (ulimits, at, said) => {
    expect(found({ ulimits })).toEqual([{ at, said: expect.stringContaining(said) }]);
  });
});

describe("words of the container's process", () => {
  it.each([
    [{ entryPoint: "sh -c" }, "invalid-value entryPoint", "Write [sh, -c]."],
    [{ entryPoint: [] }, "invalid-value entryPoint", "at least one word"],
    [{ entrypoint: ["sh"] }, "unknown-key entrypoint", "entryPoint"],
    [{ workingDir: "/a" }, "unknown-key workingDir", "Write workingDirectory instead."],
    [{ workingDirectory: "a" }, "invalid-value workingDirectory", "an absolute path"],
    [{ readonlyRootFilesystem: true }, "unknown-key readonlyRootFilesystem", "Write readOnlyRoot instead."],
    [{ stop: 60 }, "invalid-value stop", "Write { timeoutSeconds: 60 }."],
    [{ stopTimeout: 60 }, "unknown-key stopTimeout", "Write stop.timeoutSeconds instead."],
    [{ terminationGracePeriodSeconds: 60 }, "unknown-key terminationGracePeriodSeconds", "stop.timeoutSeconds"],
    [{ stop: { timeoutSeconds: 1 } }, "invalid-value stop.timeoutSeconds", "from 2 to"],
  ])("are refused with what to write instead: %j", (change, at, said) => {
    expect(found(change)).toEqual([{ at, said: expect.stringContaining(said) }]);
  });
});
