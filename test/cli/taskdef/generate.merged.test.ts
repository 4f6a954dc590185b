// What raw fields make is judged before any call, by every command that puts the workload on ECS, in the same words.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../../support/cli.ts";

const workload = `name: bert
kind: service
image: bert:1
accelerator: { instanceTypes: [inf2.24xlarge], devicesPerReplica: 2 }
ports: [{ container: 8080 }]
ecs:
  taskDefinition:
    family: other
    networkMode: none
    containerDefinitions:
      - name: bert
        privileged: true
        mountPoints: [{ sourceVolume: models, containerPath: /models }]
        portMappings:
          - { containerPort: 28715, hostPort: 28715, protocol: udp }
      - name: proxy
        image: proxy:1
        dependsOn: [{ containerName: bret, condition: START }]
`;

const said = `bert.yaml:8:13: error: ecs.taskDefinition.family other is one family, and the workload has 5 task definitions: one for each instance type and slot
  Remove it: they are named after the workload, the type and the slot.
bert.yaml:9:18: error: networkMode is none, and the container bert has port mappings, which lock its Neuron devices: RegisterTaskDefinition refuses it
  Set networkMode to bridge or host, or remove the port mappings.
bert.yaml:12:21: error: the container bert is privileged, and the replica has a part of its machine: it could open the devices of others there
  Remove privileged, or let a replica have every device of its instance.
bert.yaml:13:39: error: the container bert mounts the volume models, which the task does not have
  Add { "name": "models" } to volumes.
bert.yaml:16:9: error: the container proxy has neither memory nor memoryReservation, and the task has no memory: RegisterTaskDefinition refuses it
  Set memory, in MiB, to the container's share of the instance.
bert.yaml:18:21: error: the container proxy wants the container bret, which the task does not have
  Leave it out, or write bert.
`;

let folder: string;
let server: Server;
let calls = 0;
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "aiplat-merged-"));
  writeFileSync(join(folder, "bert.yaml"), workload);
  server = createServer((_, response) => {
    calls += 1;
    response.writeHead(500).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  env = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  };
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("the merged definition", () => {
  it.each([
    "validate",
    "taskdef generate",
    "taskdef diff",
    "taskdef register",
    "plan",
    "run-task",
    "service deploy",
    "cluster explain",
  ])("is refused by %s as by the linter, with its place and without a call", async (command) => {
    const { code, stdout, stderr } = await runCli([...command.split(" "), "bert.yaml"], { cwd: folder, env });
    expect([code, stdout, stderr, calls]).toEqual([2, "", said, 0]);
  });

  it("is refused with the rule's id for scripts", async () => {
    const { stderr } = await runCli(["validate", "bert.yaml", "-o", "json"], { cwd: folder });
    const { code, details } = JSON.parse(stderr);
    expect([code, details.problems.map((each: { readonly code: string }) => each.code)]).toEqual([
      "InvalidInput",
      [
        "family-shared",
        "ports-without-network",
        "privileged-slot",
        "unknown-volume",
        "memory-not-set",
        "unknown-container",
      ],
    ]);
  });
});
