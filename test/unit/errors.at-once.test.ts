import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../support/cli.ts";

/** What is told, in its order. */
async function told(args: readonly string[], cwd: string): Promise<readonly string[]> {
  const { code, stderr } = await runCli([...args, "-o", "json"], { cwd });
  const { message, details } = JSON.parse(stderr.trim().split("\n").at(-1)!);
  const problems: readonly { readonly message: string }[] = details.problems ?? [{ message }];
  expect(code).toBe(2);
  return problems.map((each) => each.message);
}

describe("mistakes that have nothing to do with each other are told at once", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "aiplat-mistakes-"));
    writeFileSync(
      join(folder, "typo.yaml"),
      "name: bert\nimage: bert:1\naccelerator: { instanceTypes: [inf2.xlarg] }\n",
    );
    writeFileSync(join(folder, "kind.yaml"), "name: bert\nimage: b:1\naccelerator: none\neks: { as: Deploy }\n");
    writeFileSync(join(folder, "job.yaml"), "name: bert\nimage: b:1\nkind: job\naccelerator: none\n");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const noType = "inf2.xlarg is not in the catalogue of accelerated instance types";
  const noCluster = "no EKS cluster was named";
  const noSubnets = "a node group needs the subnets of its nodes, and none was given";
  const noRole = "nodes need an IAM role, and none was given";

  it.each<readonly [words: string, messages: readonly string[]]>([
    [
      "eks nodegroup generate typo.yaml --min-size 5 --max-size 3",
      [noCluster, noRole, noSubnets, "--min-size 5 is more than --max-size 3", noType],
    ],
    [
      "eks nodegroup create kind.yaml --cluster prod",
      ["Deploy is no kind of Kubernetes resource that aiplat generates", noRole, noSubnets],
    ],
    [
      "eks check --as Job --with pdb",
      [noCluster, "--as is of a workload, and none is named", "--with is of a workload, and none is named"],
    ],
    [
      "eks generate typo.yaml --gitops flux",
      [
        "--gitops flux: --out-dir is missing",
        "--gitops flux: --repo-url is missing",
        "--gitops flux: --repo-revision is missing",
        noType,
      ],
    ],
    [
      "eks generate job.yaml --as Deployment --repo-url https://github.com/a/b --repo-revision main",
      [
        "--repo-url is for --gitops, which is not there",
        "--repo-revision is for --gitops, which is not there",
        "Deployment is for services, and bert is a job",
      ],
    ],
    [
      "capacity generate typo.yaml --cluster a.b --reservation r",
      [
        "--cluster a.b: must be a cluster's name, of letters, digits, dashes and underscores",
        "--reservation r: must be an id, as cr-0123456789abcdef0",
        "machines need subnets, and none was given",
        noType,
      ],
    ],
    [
      "capacity generate --capacity fargate --instance-type inf2.xlarg --subnet subnet-1 --spot --reservation cr-1",
      [
        "--spot does not go with cr-1: what is reserved is not Spot",
        "--capacity fargate: must be ec2 or managed-instances",
        noType,
      ],
    ],
    [
      "ami latest --all-regions --region us-east-1 --instance-type inf2.xlarg",
      ["--all-regions contradicts --region", noType],
    ],
    [
      "ami list --all-regions --region us-east-1 --instance-type inf2.xlarg",
      ["--all-regions contradicts --region", noType],
    ],
    [
      "ami roll --nodegroup bert --image-id ami-0123456789abcdef0 --auto-scaling-group a",
      [noCluster, "--auto-scaling-group does not go with --nodegroup", "--image-id does not go with --nodegroup"],
    ],
    [
      "instances fit llama-3.1-8b --task training --engine tgi --lora-rank 8 --precision int4 --context 200000",
      [
        "--engine is of --task inference, and the task is training",
        "--lora-rank is of --task lora, and the task is training",
        "--precision int4: training keeps its weights in bf16",
        "--context 200000: llama-3.1-8b is made for 131072 tokens",
      ],
    ],
    [
      `plan job.yaml --pack --spread --placement-strategy type=random --task-definition a --group ${"g".repeat(256)}`,
      [
        "give --placement-strategy, --pack or --spread, not all three",
        "give a workload or --task-definition, not both",
        "--group is at most 255 characters",
      ],
    ],
    [
      "sandbox --instance inf2.xlarge=1 --provider cp1=inf2.xlarge:0-1 --cluster-state x.json",
      ["give --instance or --cluster-state, not both", "give --provider or --cluster-state, not both"],
    ],
  ])("%s", async (words, messages) => {
    expect(await told(words.split(" "), folder)).toEqual(messages);
  });
});
