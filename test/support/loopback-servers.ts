import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** An HTTP server on a free loopback port. */
export interface LoopbackServer {
  readonly url: string;
  readonly host: string;
  stop(): Promise<void>;
}

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Answers every request with what `answer` makes of it. */
export async function startLoopback(
  answer: (request: IncomingMessage, body: string) => Answer | Promise<Answer>,
): Promise<LoopbackServer> {
  const server: Server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { status = 200, headers = {}, body = "" } = await answer(request, Buffer.concat(chunks).toString("utf8"));
      response.writeHead(status, headers).end(request.method === "HEAD" ? undefined : body);
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    url: `http://${host}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** IAM as another endpoint has it, with the simulation that moto lacks: `refused` maps an action to its decision. */
export function startIam(behind: string, refused: ReadonlyMap<string, string>): Promise<LoopbackServer> {
  return startLoopback(async (request, body) => {
    const call = new URLSearchParams(body);
    if (call.get("Action") !== "SimulatePrincipalPolicy") {
      const headers = {
        "content-type": request.headers["content-type"]!,
        authorization: request.headers.authorization!,
      };
      const forwarded = await fetch(behind, { method: "POST", headers, body });
      return { status: forwarded.status, headers: { "content-type": "text/xml" }, body: await forwarded.text() };
    }
    const actions = [...call.entries()].filter(([name]) => name.startsWith("ActionNames.")).map(([, action]) => action);
    const members = actions.map(
      (action) =>
        `<member><EvalActionName>${action}</EvalActionName><EvalDecision>${refused.get(action) ?? "allowed"}</EvalDecision></member>`,
    );
    return {
      headers: { "content-type": "text/xml" },
      body: `<SimulatePrincipalPolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><SimulatePrincipalPolicyResult><EvaluationResults>${members.join("")}</EvaluationResults></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>`,
    };
  });
}

/** What a registry under test holds. */
export interface RegistryContent {
  /** By repository and tag: the architectures of its index, or none for the manifest of one image. */
  readonly images: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** Repositories that nobody sees without signing in. */
  readonly hidden: readonly string[];
}

/** A registry that hands a token to anybody, as Docker Hub and public.ecr.aws do. */
export function startRegistry({ images, hidden }: RegistryContent): Promise<LoopbackServer> {
  return startLoopback((request) => {
    const url = new URL(request.url!, `http://${request.headers.host!}`);
    const json = (body: object, status = 200) => ({
      status,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (url.pathname === "/token") return json({ token: `for ${url.searchParams.get("scope")!}` });
    const [, repository = "", reference = ""] = /^\/v2\/(.+)\/manifests\/(.+)$/.exec(url.pathname) ?? [];
    const scope = `repository:${repository}:pull`;
    const challenge = {
      "www-authenticate": `Bearer realm="http://${request.headers.host!}/token",service="test",scope="${scope}"`,
    };
    if (request.headers.authorization !== `Bearer for ${scope}`)
      return { ...json({ errors: [{ code: "UNAUTHORIZED" }] }, 401), headers: challenge };
    if (hidden.includes(repository)) return json({ errors: [{ code: "DENIED" }] }, 403);
    const tags = images[repository];
    if (tags === undefined) return json({ errors: [{ code: "NAME_UNKNOWN" }] }, 404);
    const architectures = tags[reference];
    if (architectures === undefined) return json({ errors: [{ code: "MANIFEST_UNKNOWN" }] }, 404);
    const type =
      architectures.length === 0
        ? "application/vnd.oci.image.manifest.v1+json"
        : "application/vnd.oci.image.index.v1+json";
    return {
      headers: { "content-type": type },
      body: JSON.stringify({
        manifests: architectures.map((architecture) => ({ platform: { os: "linux", architecture } })),
      }),
    };
  });
}
