import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli } from "../../support/cli.ts";
import { makeFakeKubectl, type FakeKubectl } from "../../support/fake-kubectl.ts";

const zone = "topology.kubernetes.io/zone";
const lists = {
  localqueues: [{ kind: "LocalQueue", metadata: { name: "team-a" }, spec: { clusterQueue: "ai" } }],
  clusterqueues: [
    {
      kind: "ClusterQueue",
      metadata: { name: "ai" },
      spec: {
        resourceGroups: [
          { flavors: [{ name: "trn1", resources: [{ name: "aws.amazon.com/neuron", nominalQuota: "32" }] }] },
        ],
      },
    },
  ],
  resourceflavors: [{ kind: "ResourceFlavor", metadata: { name: "trn1" }, spec: { topologyName: "racks" } }],
  topologies: [
    { kind: "Topology", metadata: { name: "racks" }, spec: { levels: [{ nodeLabel: "example.com/rack" }] } },
  ],
};
const held =
  `no flavor of ClusterQueue ai for the pods' devices has a Topology with the level ${zone}: Kueue admits none of them. ` +
  "Write a level that there is in eks.queue.topology: example.com/rack.\n";

describe("eks apply of pods that a queue keeps together", () => {
  let kubectl: FakeKubectl;
  beforeEach(async () => {
    kubectl = await makeFakeKubectl();
    await kubectl.reply("deviceclasses.resource.k8s.io", {});
    for (const [plural, items] of Object.entries(lists))
      await kubectl.reply(`${plural}.kueue.x-k8s.io`, { stdout: JSON.stringify({ items }) });
  });
  afterEach(() => kubectl.remove());

  const env = () => ({ PATH: `${kubectl.folder}:${process.env["PATH"]}` });
  const generated = async (...flags: readonly string[]) => {
    const command =
      "eks generate --no-file --name train --kind job --image train:1 --instance-type trn1.32xlarge --nodes 2";
    const { stdout } = await runCli([...command.split(" "), "--set", "eks.queue.kueue=team-a", ...flags]);
    return stdout;
  };
  const apply = (input: string) => runCli(["eks", "apply", "-", "--yes", "--no-wait"], { input, env: env() });
  const byZone = ["--set", `eks.queue.topology=${zone}`];

  it.each(["JobSet", "PyTorchJob", "TrainJob"])("says that none would be admitted: %s", async (kind) => {
    const { code, stderr } = await apply(await generated("--as", kind, ...byZone));
    expect(code).toBe(0);
    expect(stderr).toContain(held);
  });

  it("says nothing where the level is there, comes with the manifests, is not asked for or cannot be looked up", async () => {
    expect((await apply(await generated("--set", "eks.queue.topology=example.com/rack"))).stderr).not.toContain(
      "flavor",
    );
    expect((await apply(await generated("--queue-fleet", "trn1.32xlarge=2"))).stderr).not.toContain("no flavor");
    expect((await apply(await generated())).stderr).not.toContain("flavor");
    await kubectl.reply("topologies.kueue.x-k8s.io", { code: 1, stderr: "Error from server (Forbidden)" });
    expect((await apply(await generated(...byZone))).stderr).not.toContain("flavor");
  });
});
