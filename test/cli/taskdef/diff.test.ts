import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Raw } from "../../../src/core/base/merge.ts";
import { runCli } from "../../support/cli.ts";
import { startMoto, type Moto } from "../../support/moto.ts";
import { missingTools } from "../../support/tools.ts";

const workload = (family: string, other = "") => `name: ${family}
image: repo/bert:1
environment: { MODEL_URI: s3://models/bert, BATCH: "8" }
ports: [{ container: 8080, name: http }]
health: { path: /ping, port: 8080 }
accelerator: { instanceTypes: [inf2.xlarge] }
logs: { group: /aiplat/bert }
roles: { execution: "arn:aws:iam::123456789012:role/execution" }
tags: { team: nlp }
${other}`;

describe.skipIf(missingTools("moto_server", "aws"))("taskdef diff", () => {
  let moto: Moto;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "aiplat-diff-"));
    moto = await startMoto();
  });
  afterAll(async () => {
    await moto?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const diff = (text: string, ...args: readonly string[]) =>
    runCli(["taskdef", "diff", "-", ...args], { input: text, env: moto.env });

  /** Registers with the AWS CLI what aiplat generates for a workload, changed as somebody else might. */
  async function register(text: string, change: (definition: Raw) => Raw = (definition) => definition): Promise<void> {
    const generated = await runCli(["taskdef", "generate", "-", "--all"], { input: text, env: moto.env });
    expect(generated.stderr).toBe("");
    for (const definition of JSON.parse(generated.stdout) as readonly Raw[]) {
      const path = join(folder, "definition.json");
      await writeFile(path, JSON.stringify(change(definition)));
      await moto.aws("ecs", "register-task-definition", "--cli-input-json", `file://${path}`);
    }
  }

  function changeContainer(definition: Raw, change: Raw): Raw {
    const [container] = definition["containerDefinitions"] as readonly Raw[];
    return { ...definition, containerDefinitions: [{ ...container, ...change }] };
  }

  it("says that a family is not registered yet", async () => {
    expect(await diff(workload("fresh"))).toEqual({ code: 0, stdout: "+ fresh is not registered yet\n", stderr: "" });
    const { code, stdout } = await diff(workload("fresh"), "--exit-code", "-o", "json");
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toEqual({
      apiVersion: "aiplat/v1",
      kind: "TaskDefinitionDiff",
      items: [{ family: "fresh", status: "new", changes: [] }],
    });
  });

  it("shows nothing after the AWS CLI has registered what aiplat generates", async () => {
    await register(workload("same"));
    expect(await diff(workload("same"), "--exit-code")).toEqual({
      code: 0,
      stdout: "",
      stderr: "No difference: what is registered says the same.\n",
    });
    await register(
      workload("slots").replace("instanceTypes: [inf2.xlarge]", "instanceTypes: [inf2.24xlarge], devicesPerReplica: 2"),
    );
    const parts = await diff(
      workload("slots").replace("instanceTypes: [inf2.xlarge]", "instanceTypes: [inf2.24xlarge], devicesPerReplica: 2"),
      "--exit-code",
      "-o",
      "json",
    );
    expect(parts.code).toBe(0);
    expect((JSON.parse(parts.stdout) as { readonly items: readonly unknown[] }).items).toHaveLength(3);
  });

  it("names exactly the one field that differs", async () => {
    await register(workload("one"));
    const changed = workload("one").replace("s3://models/bert", "s3://models/bert-2");
    expect(await diff(changed, "--exit-code")).toEqual({
      code: 3,
      stdout: `--- one:1 registered
+++ one declared
  containerDefinitions[one].environment[MODEL_URI].value
-   "s3://models/bert"
+   "s3://models/bert-2"
`,
      stderr: "",
    });
    expect((await diff(changed)).code).toBe(0);
    expect((await diff(changed, "-o", "github")).stdout).toBe(
      "::notice title=one::containerDefinitions[one].environment[MODEL_URI].value changed: s3://models/bert -> s3://models/bert-2\n",
    );
    expect(JSON.parse((await diff(changed, "-o", "json")).stdout)).toMatchObject({
      items: [
        {
          family: "one",
          status: "changed",
          revision: 1,
          changes: [
            {
              path: "containerDefinitions[one].environment[MODEL_URI].value",
              kind: "changed",
              before: "s3://models/bert",
              after: "s3://models/bert-2",
            },
          ],
        },
      ],
    });
    for (const format of ["table", "markdown", "html", "yaml"])
      expect((await diff(changed, "-o", format)).stdout).toContain("s3://models/bert-2");
  });

  it("ignores what somebody else has set and nobody declares here", async () => {
    await register(workload("foreign"), (definition) => ({
      ...changeContainer(definition, { hostname: "a", dockerLabels: { a: "b" } }),
      pidMode: "task",
      tags: [...(definition["tags"] as readonly Raw[]), { key: "owner", value: "me" }],
    }));
    expect(await diff(workload("foreign"), "--exit-code")).toMatchObject({ code: 0, stdout: "" });
    const declared = await diff(workload("foreign", "ecs: { taskDefinition: { pidMode: host } }"), "--exit-code");
    expect([declared.code, declared.stdout.split("\n").slice(2)]).toEqual([
      3,
      ["  pidMode", '-   "task"', '+   "host"', ""],
    ]);
  });

  it("shows logs that were removed from the workload", async () => {
    await register(workload("logs"));
    const { code, stdout } = await diff(workload("logs").replace("logs: { group: /aiplat/bert }\n", ""), "--exit-code");
    expect(code).toBe(3);
    expect(stdout).toContain("  containerDefinitions[logs].logConfiguration\n-   {\n");
    expect(stdout).toContain('-       "awslogs-group": "/aiplat/bert",');
    expect(stdout).not.toContain("\n+  ");
  });

  it("compares with the latest revision, one variant where one is named", async () => {
    await register(workload("late").replace("repo/bert:1", "repo/bert:0"));
    expect((await diff(workload("late"))).stdout).toContain("containerDefinitions[late].image");
    await register(workload("late"));
    expect((await diff(workload("late"), "--exit-code", "--variant", "late")).code).toBe(0);
    expect(await diff(workload("late"), "--variant", "early")).toMatchObject({ code: 2, stdout: "" });
  });
});
