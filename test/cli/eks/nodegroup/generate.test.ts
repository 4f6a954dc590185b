import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { runCli } from "../../../support/cli.ts";

const workload = ["--name", "bert", "--image", "bert:1", "--instance-type", "inf2.24xlarge", "--cluster", "prod"];
const generate = (...args: readonly string[]) =>
  runCli(["eks", "nodegroup", "generate", ...workload, "--node-role", "eks-node", ...args]);
const kindsOf = (yaml: string) => parseAllDocuments(yaml).map((each) => (each.toJS() as { kind: string }).kind);

const shared =
  "The pools are of the whole cluster: those of another bert would overwrite them. With eks.namespace their names have it.\n";

describe("eks nodegroup generate", () => {
  it("says of Karpenter's pools what their image does, and of a service's how to keep its pods", async () => {
    const job = await generate("--as", "karpenter", "--kind", "job");
    expect([job.code, kindsOf(job.stdout), job.stderr]).toEqual([
      0,
      ["EC2NodeClass", "NodePool"],
      "al2023@latest: nodes that run keep the image that they began with, and new ones may have another. " +
        "--release-version pins it.\n" +
        shared,
    ]);
    const service = await generate("--as", "karpenter", "--kind", "service", "--release-version", "1.33.3-20250819");
    expect(service.stderr).toBe(
      `Nodes are renewed: eks generate --with pdb keeps the service's pods from going all at once.\n${shared}`,
    );
  });

  it("makes the pools of EKS Auto Mode, and says when their nodes end", async () => {
    const { code, stdout, stderr } = await generate("--as", "auto-mode", "--kind", "job");
    expect([code, kindsOf(stdout)]).toEqual([0, ["NodeClass", "NodePool"]]);
    expect(stderr).toContain("AmazonEKSAutoNodePolicy");
    expect(stderr).toContain("EKS Auto Mode ends a node after 21 days");
  });

  it.each([
    [["--imds-hop-limit", "65"], "--imds-hop-limit 65: must be at most 64"],
    [["--imds-hop-limit", "0"], "--imds-hop-limit 0: must be a whole number of at least 1"],
    [["--as", "auto-mode", "--os", "al2023"], "--os al2023 does not go with EKS Auto Mode"],
    [["--as", "karpenter", "--instance-type", "ml.inf2.24xlarge"], "nodes of ml.inf2.24xlarge are HyperPod's"],
  ] as const)("refuses %j", async (args, said) => {
    const { code, stdout, stderr } = await generate(...args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(said);
  });
});

it("without a cluster, what else is wrong is told beside it", async () => {
  const flags = ["--name", "a", "--image", "b:1", "--instance-type", "inf2.xlarge", "--node-role", "x"];
  const { code, stderr } = await runCli(["eks", "nodegroup", "generate", ...flags, "-o", "json"]);
  const told = JSON.parse(stderr).details.problems.map(({ message }: { message: string }) => message);
  expect([code, told[0], told[1]]).toEqual([2, "no EKS cluster was named", expect.stringContaining("--node-role x")]);
});
