import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { ServiceAnswer } from "../answer-for-service.ts";
import type { Handled, WireRequest } from "./router.ts";
import { AwsError } from "./aws-error.ts";
import { writeJsonError } from "./aws-json.ts";
import { refuseCaller, signedScope } from "./caller.ts";
import { services } from "./services.ts";

/** Above what any operation takes: a task definition is 64 KiB at most. */
const mostBytes = 4 * 1024 * 1024;

/** Of so many open connections those that nothing is asked on are closed: clients keep theirs for a while. */
const usualConnections = 256;

/** Beyond so many, new ones are refused. */
const mostConnections = 4 * usualConnections;

const servicesPath = "/_sandbox/services/";

export interface HttpServer {
  readonly url: string;
  close(): Promise<void>;
}

/** What the server does beside AWS's protocols. */
interface Extras {
  /** What POST /_sandbox/advance does; undefined where time goes on by itself. */
  readonly steps?: (seconds: number) => void;
  /** What any request under /_sandbox/services/ answers. */
  readonly answers: (path: string, asks: boolean) => ServiceAnswer;
}

export async function serve(
  handle: (request: WireRequest) => Handled,
  options: Extras & { readonly port: number; readonly background: boolean },
): Promise<HttpServer> {
  const server = createServer((request, response) => {
    void respond(request, response, handle, options).catch(() => response.destroy());
  });
  server.requestTimeout = 30_000;
  server.keepAliveTimeout = 60_000;
  server.maxConnections = mostConnections;
  let open = 0;
  server.on("connection", (socket) => {
    open += 1;
    socket.once("close", () => (open -= 1));
    if (open > usualConnections) server.closeIdleConnections();
  });
  server.listen(options.port, "127.0.0.1");
  await once(server, "listening");
  // A sandbox that lives for one command does not keep the process alive.
  if (options.background) {
    server.unref();
    server.on("connection", (socket) => socket.unref());
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => close(server) };
}

async function close(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  handle: (request: WireRequest) => Handled,
  { steps, answers }: Extras,
): Promise<void> {
  const refused = refuseCaller(request.headers);
  if (refused !== undefined) return refuse(response, new AwsError("AccessDeniedException", refused, { status: 403 }));
  const body = await readBody(request);
  if (body === undefined)
    return refuse(response, new AwsError("RequestEntityTooLarge", "The request is too large.", { status: 413 }));
  if (request.url === "/_sandbox/advance" && request.method === "POST") return advance(response, body, steps);
  const [path = ""] = (request.url ?? "").split("?");
  if (path.startsWith(servicesPath)) {
    const answer = answers(path.slice(servicesPath.length), request.method !== "HEAD");
    response
      .writeHead(answer.status, { "content-type": "application/json", server: "aiplat-sandbox" })
      .end(`${JSON.stringify(answer.body)}\n`);
    return;
  }
  const missing = missingService(path, request.headers.authorization);
  if (missing !== undefined) return refuse(response, missing);
  if (request.method !== "POST") {
    response
      .writeHead(200, { "content-type": "text/plain; charset=utf-8" })
      .end("This is aiplat sandbox: an endpoint for AWS's SDKs and command line. Set AWS_ENDPOINT_URL to it.\n");
    return;
  }
  const target = request.headers["x-amz-target"];
  const { answer, requestId, dropped } = handle({
    target: Array.isArray(target) ? target[0] : target,
    authorization: request.headers.authorization,
    body,
  });
  if (dropped) {
    request.socket.destroy();
    return;
  }
  response
    .writeHead(answer.status, {
      ...answer.headers,
      "x-amzn-requestid": requestId,
      "content-length": Buffer.byteLength(answer.body),
    })
    .end(answer.body);
}

/**
 * What a service is answered that has its operations in paths (https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html),
 * as EKS has: the sandbox plays none of those. Who calls stands in the signature.
 */
function missingService(path: string, authorization: string | undefined): AwsError | undefined {
  const service = signedScope(authorization)?.service;
  if (path === "/" || service === undefined) return undefined;
  return new AwsError(
    "UnknownOperationException",
    `The sandbox has no service ${service}: it plays ${services.map(({ name }) => name).join(", ")}.`,
  );
}

/** Without reading on: what is still to come of the request ends with its connection. */
function refuse(response: ServerResponse, error: AwsError): void {
  const { status, headers, body } = writeJsonError(error);
  response.writeHead(status, { ...headers, connection: "close" }).end(body);
}

function advance(response: ServerResponse, body: string, steps: ((seconds: number) => void) | undefined): void {
  const seconds = /^\s*\{\s*"seconds"\s*:\s*(\d{1,9}(?:\.\d{1,3})?)\s*\}\s*$/.exec(body)?.[1];
  const refuse = (message: string) =>
    void response.writeHead(400, { "content-type": "text/plain; charset=utf-8" }).end(`${message}\n`);
  if (steps === undefined)
    return refuse("Time goes on by itself here. Start the sandbox with --stepped to move it by hand.");
  if (seconds === undefined) return refuse('Send {"seconds": N}.');
  steps(Number(seconds));
  response.writeHead(204).end();
}

/** The body as text; undefined where it is too large. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > mostBytes) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}
