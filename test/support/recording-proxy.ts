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

export async function startRecordingProxy(upstream: string): Promise<RecordingProxy> {
  let calls = new Set<string>();
  const target = new URL(upstream);
  const relay = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readAll(request);
    // What the sandbox answers beside AWS's protocols is no call of AWS.
    if (!request.url!.startsWith("/_sandbox/")) calls.add(actionOf(request, body));
    const { url: path, method, headers } = request;
    const on = forward({ host: target.hostname, port: target.port, path, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    on.on("error", () => response.destroy());
    on.end(body);
  };
  const server = createServer((request, response) => {
    void relay(request, response);
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

/** By the signature's scope, and the target or the action; REST services by method and path. */
function actionOf(request: IncomingMessage, body: Buffer): string {
  const service = /Credential=[^/]+\/\d{8}\/[^/]+\/([^/]+)\//.exec(request.headers.authorization ?? "")?.[1] ?? "?";
  const target = request.headers["x-amz-target"];
  if (typeof target === "string") return `${service}:${target.slice(target.lastIndexOf(".") + 1)}`;
  const action = new URLSearchParams(body.toString("utf8")).get("Action");
  return `${service}:${action ?? `${request.method} ${request.url}`}`;
}
