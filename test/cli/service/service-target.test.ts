import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli, type CliRun } from "../../support/cli.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "aiplat-target-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const bert = {
  name: "bert",
  image: "bert:1",
  accelerator: { instanceTypes: ["inf2.xlarge"] },
  ecs: { cluster: "${env:PLACE:-dev}" },
};

function write(file: string, workload: object): void {
  writeFileSync(join(folder, file), JSON.stringify(workload));
}

const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}, input = ""): Promise<CliRun> =>
  runCli([...args, "--sandbox"], { cwd: folder, env, input });

/** Whose services are looked for, and where: there are none, and the error says so. */
async function targetOf(
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
  input?: string,
): Promise<string | undefined> {
  const { code, stderr } = await run(["service", "status", ...args], env, input);
  expect([code, stderr]).toEqual([1, expect.stringContaining("has no service in cluster")]);
  return /workload (\S+) has no service in cluster (\S+)/.exec(stderr)?.slice(1).join(" in ");
}

const refusal = async (...args: readonly string[]): Promise<readonly unknown[]> => {
  const { code, stderr } = await run(["service", "status", ...args]);
  return [code, stderr.split("\n").find((line) => line.startsWith("error:"))];
};

describe("the workload whose services are meant", () => {
  it("is read by every command of a service from several files, --set and the environment", async () => {
    write("base.yaml", bert);
    write("prod.yaml", { name: "bert-prod" });
    const commands = ["status", "logs", "exec", "open", "delete", "rollback", "scale --replicas 1"];
    for (const command of commands) {
      const line = ["service", ...command.split(" "), "base.yaml", "prod.yaml"];
      const merged = await run(line, { PLACE: "live" });
      expect([command, merged.code, merged.stderr]).toEqual([
        command,
        1,
        expect.stringContaining("workload bert-prod has no service in cluster live"),
      ]);
      const set = await run([...line, "--set", "ecs.cluster=blue", "--name", "bert-blue"]);
      expect([command, set.stderr]).toEqual([
        command,
        expect.stringContaining("workload bert-blue has no service in cluster blue"),
      ]);
    }
  });

  it("is the file of the folder, whose values --set changes and --cluster overrides", async () => {
    write("aiplat.yaml", bert);
    expect(await targetOf([])).toBe("bert in dev");
    expect(await targetOf([], { PLACE: "live" })).toBe("bert in live");
    expect(await targetOf(["--set", "ecs.cluster=blue"])).toBe("bert in blue");
    expect(await targetOf(["--cluster", "red"])).toBe("bert in red");
    expect(await targetOf(["bert"])).toBe("bert in dev");
    expect(await targetOf(["--name", "bert"])).toBe("bert in dev");
    expect(await targetOf(["-"], {}, JSON.stringify({ ...bert, name: "piped" }))).toBe("piped in dev");
  });

  it("is the name alone where another is asked for, or --no-file leaves the file out", async () => {
    write("aiplat.yaml", bert);
    const env = { AIPLAT_CLUSTER: "east" };
    expect(await targetOf(["other"], env)).toBe("other in east");
    expect(await targetOf(["--name", "other"], env)).toBe("other in east");
    expect(await targetOf(["bert", "--no-file"], env)).toBe("bert in east");
    expect(await targetOf(["--no-file", "--name", "bert"])).toBe("bert in default");
  });

  it("is refused where it is said twice, not at all, or of what is not read", async () => {
    write("aiplat.yaml", bert);
    write("base.yaml", bert);
    expect(await refusal("one", "two")).toEqual([2, "error: one workload at a time: one and two are 2"]);
    expect(await refusal("one", "base.yaml")).toEqual([
      2,
      "error: one is a name, and stands beside the file base.yaml",
    ]);
    expect(await refusal("one", "--name", "two")).toEqual([2, "error: give one or --name two, not both"]);
    expect(await refusal("base.yaml", "--no-file")).toEqual([2, "error: give a workload file or --no-file, not both"]);
    expect(await refusal("--no-file")).toEqual([2, "error: no workload named, and --no-file leaves out aiplat.yaml"]);
    expect(await refusal("other", "--set", "name=x")).toEqual([
      2,
      "error: other is asked for, and --set is of x, which aiplat.yaml has",
    ]);
    expect(await refusal("bert", "--no-file", "--set", "ecs.cluster=x")).toEqual([
      2,
      "error: --set is of a workload file, and --no-file leaves out aiplat.yaml",
    ]);
    rmSync(join(folder, "aiplat.yaml"));
    expect(await refusal()).toEqual([2, "error: no workload named, and there is no aiplat.yaml here"]);
  });

  it("is in nobody's way with a broken file of the folder, where the command line says all", async () => {
    write("aiplat.yaml", { ...bert, replicas: "many" });
    expect(await targetOf(["bert", "--cluster", "red"])).toBe("bert in red");
    expect((await run(["service", "status", "bert"])).code).toBe(2);
    expect((await run(["service", "status", "bert", "--cluster", "red", "--set", "nodes=1"])).code).toBe(2);
  });
});
