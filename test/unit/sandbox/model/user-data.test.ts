import { describe, expect, it } from "vitest";
import { readUserData, type ToldToAgent } from "../../../../src/sandbox/model/user-data.ts";

const encoded = (text: string) => Buffer.from(text).toString("base64");

describe("what an agent is told by user data", () => {
  it.each<[what: string, text: string, settings: Partial<ToldToAgent>]>([
    ["nothing", "", { cluster: "default", attributes: {}, reservedMemoryMiB: 0 }],
    ["a cluster by echo", "#!/bin/bash\necho ECS_CLUSTER=prod >> /etc/ecs/ecs.config\n", { cluster: "prod" }],
    ["in single quotes", "echo 'ECS_CLUSTER=prod' >> /etc/ecs/ecs.config", { cluster: "prod" }],
    ["in double quotes", 'echo "ECS_CLUSTER=prod" >> /etc/ecs/ecs.config', { cluster: "prod" }],
    [
      "all by a here-document",
      "cat >> /etc/ecs/ecs.config <<'EOF'\nECS_CLUSTER=prod\nECS_RESERVED_MEMORY=1024\n" +
        'ECS_INSTANCE_ATTRIBUTES={"stack":"prod","aiplat.mount.data":"true"}\nEOF\n',
      { cluster: "prod", reservedMemoryMiB: 1024, attributes: { stack: "prod", "aiplat.mount.data": "true" } },
    ],
    [
      "attributes in quotes",
      'echo \'ECS_INSTANCE_ATTRIBUTES={"stack":"prod"}\' >> /etc/ecs/ecs.config',
      { attributes: { stack: "prod" } },
    ],
    [
      "attributes in quotes that are escaped",
      'echo "ECS_INSTANCE_ATTRIBUTES={\\"stack\\":\\"prod\\"}" >> /etc/ecs/ecs.config',
      { attributes: { stack: "prod" } },
    ],
    ["attributes that are no JSON", "ECS_INSTANCE_ATTRIBUTES={stack: prod}", { attributes: {} }],
    [
      "several parts",
      'Content-Type: multipart/mixed; boundary="B"\n\n--B\nContent-Type: text/cloud-boothook\n\nmkdir /x\n--B\n' +
        "Content-Type: text/x-shellscript\n\necho ECS_CLUSTER=prod >> /etc/ecs/ecs.config\n--B--\n",
      { cluster: "prod" },
    ],
    [
      "Bottlerocket's settings",
      '[settings.ecs]\ncluster = "prod"\nreserved-memory = 512\n\n[settings.ecs.instance-attributes]\n"stack" = "prod"\n' +
        '\n[settings.kernel.sysctl]\n"vm.overcommit_memory" = "1"\n',
      { cluster: "prod", reservedMemoryMiB: 512, attributes: { stack: "prod" } },
    ],
    ["Bottlerocket's settings without a cluster", '[settings.kernel]\nlockdown = "none"\n', { cluster: "default" }],
  ])("%s", (_, text, settings) => {
    expect(readUserData(encoded(text))).toMatchObject(settings);
  });

  it("is nothing where there is none", () => {
    expect(readUserData(undefined)).toEqual({ cluster: "default", attributes: {}, reservedMemoryMiB: 0 });
  });
});
