import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { amiFamilies, describeAmiFamily, type AmiFamily } from "../../src/core/catalog/machine-images/ami-families.ts";
import { regionsToAsk } from "../../src/core/catalog/machine-images/ami-regions.ts";
import { regions as commercial } from "../../src/core/catalog/regions.ts";
import { runCli } from "../support/cli.ts";
import { startMoto, type Moto } from "../support/moto.ts";
import { missingTools } from "../support/tools.ts";

interface Parameters {
  readonly Parameters: readonly { readonly Name: string; readonly Value: string }[];
}

/**
 * The families whose parameters moto 5.2.1 has: Amazon Linux under ECS. Ten, as many as one call takes: plain AL2 with
 * its older kernel only.
 */
const families = amiFamilies.filter(
  ({ orchestrator, os, accelerator, kernel }) =>
    orchestrator === "ecs" && os !== "bottlerocket" && (accelerator !== "none" || kernel === undefined),
);

/** The regions whose images moto 5.2.1 has: it does not know the four newest. */
const newest = new Set(["ap-east-2", "ap-southeast-6", "ap-southeast-7", "mx-central-1"]);
const regions = commercial.filter((region) => !newest.has(region));

describe.skipIf(missingTools("moto_server", "aws"))("the AWS CLI against moto", () => {
  let moto: Moto;
  /**
   * Image ids by `REGION PARAMETER`, as `aws ssm get-parameters` answers them, from the parameters beneath the
   * documents.
   */
  const theirs = new Map<string, string>();

  beforeAll(async () => {
    moto = await startMoto();
    const queue = [...regions];
    const ask = async () => {
      for (let region = queue.pop(); region !== undefined; region = queue.pop()) {
        const leaves = families.map(({ parameter }) => `${parameter}/image_id`);
        const answer = (await moto.aws(
          "ssm",
          "get-parameters",
          "--region",
          region,
          "--names",
          ...leaves,
        )) as Parameters;
        for (const { Name, Value } of answer.Parameters)
          theirs.set(`${region} ${Name.replace("/image_id", "")}`, Value);
      }
    };
    await Promise.all([ask(), ask(), ask()]);
  }, 300_000);

  afterAll(() => moto.stop());

  /** `REGION<TAB>ID` lines for a family, from their answers. */
  const linesOf = ({ parameter }: AmiFamily, asked: readonly string[]) =>
    asked.map((region) => `${region}\t${theirs.get(`${region} ${parameter}`)}\n`).join("");

  test("knows each accelerated family in each region of the catalogue", () => {
    const accelerated = families.filter(({ accelerator }) => accelerator !== "none");
    expect(accelerated).toHaveLength(6);
    for (const { parameter } of accelerated)
      expect(regions.filter((region) => !theirs.has(`${region} ${parameter}`))).toEqual([]);
  });

  test.each(
    families.filter(({ kernel }) => kernel === undefined).map((family) => [describeAmiFamily(family), family] as const),
  )("agrees with ami latest on %s in every region", async (_, family) => {
    const { os, accelerator, architecture } = family;
    const flags = [
      "--os",
      os,
      "--accelerator",
      accelerator,
      "--architecture",
      architecture,
      ...regions.flatMap((region) => ["--region", region]),
    ];
    const run = await runCli(["ami", "latest", ...flags], { env: moto.env });
    expect(run).toMatchObject({ code: 0, stdout: linesOf(family, regions) });
  });

  test("agrees with ami list on every family, both kernels of AL2 among them", async () => {
    const run = await runCli(["ami", "list", "-o", "json", ...regions.flatMap((region) => ["--region", region])], {
      env: moto.env,
    });
    const { items } = JSON.parse(run.stdout) as {
      readonly items: readonly { readonly region: string; readonly parameter: string; readonly imageId: string }[];
    };
    const ours = items.map(({ region, parameter, imageId }) => [`${region} ${parameter}`, imageId] as const);
    expect(run.code).toBe(0);
    expect(new Map(ours.filter(([key]) => theirs.has(key)))).toEqual(theirs);
  });

  test("agrees with ami latest --all-regions, in one command", async () => {
    const neuron = families.find(({ os, accelerator }) => os === "al2023" && accelerator === "neuron")!;
    const offered = regionsToAsk([neuron], "neuron", undefined);
    // No Neuron type is offered there; the image is published, as moto has it too.
    expect(offered).toContain("ap-northeast-3");
    expect(offered.length).toBeGreaterThan(15);
    const run = await runCli(["ami", "latest", "--all-regions"], { env: moto.env });
    expect(run).toEqual({ code: 0, stdout: linesOf(neuron, offered), stderr: "" });
  });

  test("--all-regions of a type asks where that type is offered", async () => {
    const neuron = families.find(({ os, accelerator }) => os === "al2023" && accelerator === "neuron")!;
    const run = await runCli(["ami", "latest", "--instance-type", "trn2.48xlarge", "--all-regions"], { env: moto.env });
    expect(run).toEqual({ code: 0, stdout: linesOf(neuron, ["ap-northeast-3", "us-east-2"]), stderr: "" });
  });

  test("ami history has every image that get-parameters-by-path shows by its name", async () => {
    const path = "/aws/service/ecs/optimized-ami/amazon-linux-2023/neuron";
    const [run, answer] = await Promise.all([
      runCli(["ami", "history", "--region", "us-east-1", "-o", "json"], { env: moto.env }),
      moto.aws("ssm", "get-parameters-by-path", "--region", "us-east-1", "--path", path, "--recursive"),
    ]);
    const { Parameters } = answer as Parameters;
    const named = Parameters.filter(({ Name }) => /\/al2023-[^/]+\/image_id$/.test(Name));
    const { items } = JSON.parse(run.stdout) as {
      readonly items: readonly { readonly imageId: string; readonly imageName: string; readonly current: boolean }[];
    };
    expect(named.length).toBeGreaterThan(50);
    expect(items.map(({ imageId, imageName }) => `${imageName} ${imageId}`)).toEqual(
      named
        .map(({ Name, Value }) => `${Name.split("/").at(-2)} ${Value}`)
        .toSorted()
        .toReversed(),
    );
    expect(items.filter(({ current }) => current).map(({ imageId }) => imageId)).toEqual([
      theirs.get(`us-east-1 ${path}/recommended`),
    ]);
  });
});
