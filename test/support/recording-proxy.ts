import { createServer, request as forward, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

/** A proxy before an endpoint that plays AWS: it notes each call as IAM has it, `ecs:RunTask`. */
export interface RecordingProxy {
  readonly url: string;
  /** What was called since it was last asked, each once. */
  take(): readonly string[];
  close(): Promise<void>;
}

/** @param upstreamOf Who answers a call; what it does first comes before the call. */
export async function startRecordingProxy(
  upstreamOf: (call: string) => string | Promise<string>,
): Promise<RecordingProxy> {
  let calls = new Set<string>();
  const relay = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readAll(request);
    const call = actionOf(request, body);
    // What the sandbox answers beside AWS's protocols is no call of AWS.
    if (!request.url!.startsWith("/_sandbox/")) calls.add(call);
    const target = new URL(await upstreamOf(call));
    const { url: path, method, headers } = request;
    const on = forward({ host: target.hostname, port: target.port, path, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    on.on("error", () => response.destroy());
    on.end(body);
  };
  const server = createServer((request, response) => {
    relay(request, response).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take: () => {
      const taken = [...calls].toSorted();
      calls = new Set();
      return taken;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelastickubernetesservice.html */
const eksActions: readonly (readonly [request: RegExp, action: string])[] = [
  [/^GET \/clusters\/[^/]+$/, "DescribeCluster"],
  [/^GET \/clusters\/[^/]+\/node-groups(?:\?.*)?$/, "ListNodegroups"],
  [/^POST \/clusters\/[^/]+\/node-groups$/, "CreateNodegroup"],
  [/^GET \/clusters\/[^/]+\/node-groups\/[^/]+$/, "DescribeNodegroup"],
  [/^POST \/clusters\/[^/]+\/node-groups\/[^/]+\/update-version$/, "UpdateNodegroupVersion"],
  [/^GET \/clusters\/[^/]+\/updates(?:\?.*)?$/, "ListUpdates"],
  [/^GET \/clusters\/[^/]+\/updates\/[^/?]+(?:\?.*)?$/, "DescribeUpdate"],
];

/** By the signature's scope, and the target or the action; EKS, which is REST, by method and path. */
function actionOf(request: IncomingMessage, body: Buffer): string {
  const service = /Credential=[^/]+\/\d{8}\/[^/]+\/([^/]+)\//.exec(request.headers.authorization ?? "")?.[1] ?? "?";
  const target = request.headers["x-amz-target"];
  if (typeof target === "string") return `${service}:${target.slice(target.lastIndexOf(".") + 1)}`;
  const action = new URLSearchParams(body.toString("utf8")).get("Action");
  const path = `${request.method} ${request.url}`;
  return `${service}:${action ?? eksActions.find(([pattern]) => pattern.test(path))?.[1] ?? path}`;
}
