import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createKubectl } from "../../../src/kubectl/kubectl.ts";

describe("kubectl", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "aiplat-kubectl-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** A kubectl that prints so many bytes. */
  const printing = (bytes: number) => {
    writeFileSync(join(folder, "kubectl"), `#!/bin/sh\nexec head -c ${bytes} /dev/zero\n`, { mode: 0o755 });
    const PATH = `${folder}:${process.env["PATH"] ?? ""}`;
    return createKubectl({ env: { PATH }, cwd: folder, signal: new AbortController().signal }, {});
  };
  const mib = 1024 * 1024;

  it("is read to the end up to 256 MiB", async () => {
    expect((await printing(mib).run(["get", "nodes"])).stdout).toHaveLength(mib);
  });

  it("is stopped beyond", async () => {
    await expect(printing(300 * mib).run(["get", "nodes"])).rejects.toMatchObject({
      message: "kubectl get answers more than 256 MiB",
      exitCode: 1,
    });
  });
});
