import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createEcs } from "../../../src/aws/ecs.ts";
import { AiplatError } from "../../../src/errors.ts";

let server: Server;
let sockets: Socket[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const socket of sockets) socket.destroy();
  sockets = [];
  server.close();
  await once(server, "close");
});

/** ECS at a server that does this with each connection that has sent a request. */
async function ecsAt(answer: (socket: Socket, count: number) => void) {
  let count = 0;
  server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined).on("data", () => answer(socket, count++));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const credentials = { accessKeyId: "x", secretAccessKey: "x" };
  const config = { region: "us-east-1", credentials, endpoints: { ecs: `http://127.0.0.1:${port}` } };
  return createEcs(config, new AbortController().signal);
}

const head = "HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.1\r\n";
const whole = (body: string) => `${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const clusters = whole(JSON.stringify({ clusterArns: ["arn:one"] }));

describe("an answer that is none", () => {
  it.each([
    ["is cut off in its body", (socket: Socket) => socket.end(`${head}content-length: 100\r\n\r\n{"clus`)],
    ["is no HTTP", (socket: Socket) => socket.end("SSH-2.0-OpenSSH_9.6\r\n")],
    ["is a page", (socket: Socket) => socket.end(whole("<html><body>Sign in</body></html>"))],
  ])("that %s is asked for again, and else an error of the network", async (_, spoil) => {
    const once = await ecsAt((socket, count) => (count === 0 ? spoil(socket) : void socket.end(clusters)));
    expect(await once.listClusters()).toEqual(["arn:one"]);
    server.close();
    const never = await ecsAt(spoil);
    const error = await never.listClusters().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AiplatError);
    expect((error as AiplatError).code).toBe("Network");
  });

  it.each([
    ["no JSON", "[[["],
    ["a number for a list", '{"clusterArns": 7}'],
    ["a list of what is no text", '{"clusterArns": [null]}'],
  ])("is an error of the network where it is %s", async (_, body) => {
    const ecs = await ecsAt((socket) => socket.end(whole(body)));
    await expect(ecs.listClusters()).rejects.toMatchObject({ code: "Network" });
  });

  it.each([
    ["GPUs", { gpuDevices: 7 }],
    ["a date", { registeredAt: "2026-01-01T00:00:00Z" }],
    ["health", { healthStatus: { overallStatus: "OK", details: "x" } }],
  ])("is an error of the network where an instance has %s of another kind", async (_, instance) => {
    const body = JSON.stringify({ containerInstances: [{ containerInstanceArn: "arn:i", ...instance }] });
    const ecs = await ecsAt((socket) => socket.end(whole(body)));
    await expect(ecs.describeContainerInstances("prod", ["arn:i"])).rejects.toMatchObject({ code: "Network" });
  });

  it.each([
    ["revision", { serviceRevisions: [null] }],
    ["task definition", { serviceRevisions: [{ serviceRevisionArn: "arn:r", taskDefinition: 7 }] }],
  ])("is an error of the network where a %s of a service is none", async (_, revisions) => {
    const deployments = { serviceDeployments: [{ targetServiceRevisionArn: "arn:r" }] };
    const ecs = await ecsAt((socket, count) =>
      socket.end(whole(JSON.stringify(count === 0 ? deployments : revisions))),
    );
    await expect(ecs.stableDefinitions("prod", "svc")).rejects.toMatchObject({ code: "Network" });
  });

  it.each([
    ["hook", { lifecycleHookDetails: [null] }],
    ["target", { targetServiceRevision: "x" }],
    ["rollback", { rollback: [] }],
  ])("is an error of the network where a deployment's %s is of another kind", async (_, deployment) => {
    const body = JSON.stringify({ serviceDeployments: [{ serviceDeploymentArn: "arn:d", ...deployment }] });
    const ecs = await ecsAt((socket) => socket.end(whole(body)));
    await expect(ecs.describeServiceDeployments(["arn:d"])).rejects.toMatchObject({ code: "Network" });
  });

  it.each(["tags", "deployments", "events", "placementConstraints", "placementStrategy"])(
    "is an error of the network where one of a service's %s has no name",
    async (list) => {
      const body = JSON.stringify({ services: [{ serviceArn: "arn:s", serviceName: "s", [list]: [{}] }] });
      const ecs = await ecsAt((socket) => socket.end(whole(body)));
      await expect(ecs.describeServices("prod", ["s"])).rejects.toMatchObject({ code: "Network" });
    },
  );

  it.each(["taskDefinitionArn", "family", "revision", "containerDefinitions"])(
    "is an error of the network where a task definition has no %s",
    async (part) => {
      const definition = { taskDefinitionArn: "arn:x:1", family: "x", revision: 1, containerDefinitions: [] };
      const body = JSON.stringify({ taskDefinition: { ...definition, [part]: undefined } });
      const ecs = await ecsAt((socket) => socket.end(whole(body)));
      await expect(ecs.describeTaskDefinition("x")).rejects.toMatchObject({ code: "Network" });
    },
  );

  it("is given up where its body stalls for half a minute", async () => {
    const ecs = await ecsAt((socket, count) => {
      if (count > 0) socket.end(clusters);
      else {
        socket.write(`${head}content-length: 100\r\n\r\n{"clus`);
        setImmediate(() => vi.advanceTimersByTime(31_000));
      }
    });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"], shouldAdvanceTime: true });
    expect(await ecs.listClusters()).toEqual(["arn:one"]);
  });

  it("says of a call that changes something that it may have happened", async () => {
    const ecs = await ecsAt((socket) => socket.destroy());
    const request = { cluster: "prod", taskDefinition: "x", count: 1, clientToken: "t" };
    await expect(ecs.runTask(request)).rejects.toMatchObject({ code: "Network", details: { uncertain: true } });
    await expect(ecs.registerTaskDefinition({ family: "x", containerDefinitions: [] })).rejects.toMatchObject({
      details: { uncertain: true },
    });
  });
});

describe("RegisterTaskDefinition", () => {
  it("is sent once where its answer is lost, and again where it was throttled", async () => {
    let asked = 0;
    const lost = await ecsAt((socket) => {
      asked++;
      socket.destroy();
    });
    await expect(lost.registerTaskDefinition({ family: "x", containerDefinitions: [] })).rejects.toThrow(
      "the connection was lost",
    );
    expect(asked).toBe(1);
    server.close();
    const body = '{"__type":"ThrottlingException","message":"Rate exceeded"}';
    const refusal = `HTTP/1.1 400 Bad Request\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    const registered = {
      taskDefinition: { family: "x", taskDefinitionArn: "arn:x:1", revision: 1, containerDefinitions: [] },
    };
    const throttled = await ecsAt((socket, count) =>
      socket.end(count === 0 ? refusal : whole(JSON.stringify(registered))),
    );
    expect(await throttled.registerTaskDefinition({ family: "x", containerDefinitions: [] })).toMatchObject({
      revision: 1,
    });
  });
});

describe("a list", () => {
  it("that repeats its nextToken is an error", async () => {
    const ecs = await ecsAt((socket) => socket.end(whole('{"clusterArns": [], "nextToken": "again"}')));
    await expect(ecs.listClusters()).rejects.toThrow("does not end");
  });
});
