import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { runCli } from "../../../support/cli.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aiplat-platform-"));
  const files = {
    "whole.yaml": "name: whole\nimage: lab:1\nkind: service\naccelerator: { instanceTypes: [g5.xlarge] }\n",
    "shared.yaml":
      "name: shared\nimage: lab:1\nkind: service\naccelerator:\n  instanceTypes: [g5.xlarge]\n" +
      "  resource: nvidia.com/gpu\n  count: 1\n  sharing: { strategy: time-slicing, replicas: 4 }\n",
    "bad.yaml":
      "name: bad\nimage: lab:1\nkind: service\nreplicas: 2\nports: [{ container: 80 }]\naccelerator: { instanceTypes: [g5.xlarge] }\n",
    "worse.yaml": "name: Worse\nimage: lab:1\naccelerator: { instanceTypes: [g5.xlarge] }\n",
    "worst.yaml": "name: worst\nimagee: lab:1\naccelerator: { instanceTypes: [g5.xlarge] }\n",
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const platform = (...args: readonly string[]) => runCli(["eks", "platform", "generate", ...args], { cwd: folder });

interface Hub {
  readonly singleuser: { readonly profileList: readonly { readonly slug: string }[] };
}

describe("eks platform generate", () => {
  it("prints one YAML document under the command that installs exactly that version", async () => {
    const { code, stdout, stderr } = await platform("jupyterhub", "whole.yaml", "shared.yaml");
    expect(code).toBe(0);
    const [first, second] = stdout.split("\n");
    expect(first).toMatch(/^# jupyterhub: values of its Helm chart (\S+), published \d{4}-\d\d-\d\d\. /);
    const version = /chart (\S+),/.exec(first!)![1]!;
    expect(second).toBe(
      "# helm upgrade --install jupyterhub jupyterhub --repo https://hub.jupyter.org/helm-chart/ " +
        `--version ${version} --namespace jupyterhub --create-namespace -f -`,
    );
    expect(parseAllDocuments(stdout)).toHaveLength(1);
    expect((parse(stdout) as Hub).singleuser.profileList.map(({ slug }) => slug)).toEqual(["whole", "shared"]);
    expect(stderr).toContain("hub.config");
  });

  it("prints JSON without a word beside it, for Helm reads that too", async () => {
    const { code, stdout, stderr } = await platform("jupyterhub", "whole.yaml", "-o", "json");
    expect([code, stderr]).toEqual([0, ""]);
    expect((JSON.parse(stdout) as Hub).singleuser.profileList).toHaveLength(1);
  });

  it("reads ./aiplat.yaml where nothing is named, standard input, and sets a value of every workload", async () => {
    const text = "name: lab\nimage: lab:1\nkind: service\naccelerator: { instanceTypes: [inf2.xlarge] }\n";
    const home = await mkdtemp(join(folder, "home-"));
    await writeFile(join(home, "aiplat.yaml"), text);
    const found = await runCli(["eks", "platform", "generate", "jupyterhub"], { cwd: home });
    expect((parse(found.stdout) as Hub).singleuser.profileList.map(({ slug }) => slug)).toEqual(["lab"]);
    const piped = await runCli(["eks", "platform", "generate", "jupyterhub", "-", "--set", "name=other"], {
      cwd: home,
      input: text,
    });
    expect((parse(piped.stdout) as Hub).singleuser.profileList.map(({ slug }) => slug)).toEqual(["other"]);
  });

  it("makes the GPU Operator's configuration of how the workloads share GPUs, and says how nodes choose it", async () => {
    const { stdout, stderr } = await platform("gpu-operator", "whole.yaml", "shared.yaml");
    expect(parse(stdout)).toMatchObject({
      driver: { enabled: false },
      devicePlugin: {
        config: { create: true, data: { "nvidia-time-slicing-4": expect.stringContaining("replicas: 4") } },
      },
      migManager: { enabled: false },
    });
    expect(stderr.replace(/\n +/g, " ")).toContain("nvidia.com/device-plugin.config=nvidia-time-slicing-4");
  });

  it("warns of raw fields that are of another resource", async () => {
    const { code, stderr } = await platform("jupyterhub", "whole.yaml", "--set", 'eks.resource={"metadata":{}}');
    expect([code, stderr]).toEqual([0, expect.stringContaining("eks.resource is not used: a profile of JupyterHub")]);
  });

  it("tells every problem of every file at once, each with its place", async () => {
    const unread = await platform("jupyterhub", "worse.yaml", "worst.yaml", "whole.yaml");
    expect([unread.code, unread.stdout]).toEqual([2, ""]);
    expect(unread.stderr).toContain("worse.yaml:1:7");
    expect(unread.stderr).toContain("worst.yaml:2:1");
    const refused = await platform("jupyterhub", "bad.yaml", "whole.yaml");
    expect([refused.code, refused.stdout]).toEqual([2, ""]);
    expect(refused.stderr).toContain("bad.yaml:4:11");
    expect(refused.stderr).toContain("bad.yaml:5:9");
  });

  it.each([
    [["jupiterhub"], "Did you mean jupyterhub?"],
    [["foo"], "The platforms are:"],
    [[], "needs <name>"],
    [["gpu-operator"], "no type of nodes is named"],
    [["gpu-operator", "--instance-type", "g5.xlagre"], "Did you mean g5.xlarge"],
    [["jupyterhub", "-", "-"], "standard input can be read once"],
    [["jupyterhub", "whole.yaml", "whole.yaml"], "two profiles are called whole"],
    [["jupyterhub", "none.yaml"], "none.yaml"],
  ] as const)("refuses %j", async (args, said) => {
    const { code, stdout, stderr } = await platform(...args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(said);
  });
});
