// The definitions of two files that have every word, as the AWS CLI takes them and moto keeps them.
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TaskDefinition } from "../../src/core/ecs-api/api.ts";
import { normalForm } from "../../src/core/ecs/normal-form.ts";
import { runCli } from "../support/cli.ts";
import { everyWordFolder } from "../support/every-word.ts";
import { startMoto, type Moto } from "../support/moto.ts";
import { missingTools } from "../support/tools.ts";

describe.skipIf(missingTools("moto_server", "aws"))("every word against moto and the AWS CLI", () => {
  let moto: Moto;

  beforeAll(async () => {
    moto = await startMoto();
  });
  afterAll(async () => {
    await moto?.stop();
  });

  it.each(["service", "job"])("of the %s is registered as it was generated", async (file) => {
    const generated = await runCli(["taskdef", "generate", join(everyWordFolder, `${file}.yaml`)], { env: moto.env });
    expect(generated.code).toBe(0);
    const written = JSON.parse(generated.stdout) as TaskDefinition;
    const { taskDefinition } = (await moto.aws(
      "ecs",
      "register-task-definition",
      "--cli-input-json",
      generated.stdout,
    )) as { readonly taskDefinition: TaskDefinition };
    const { tags: _, ...expected } = normalForm(written);
    expect(normalForm(taskDefinition)).toMatchObject(expected);
  });
});
