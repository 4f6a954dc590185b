import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A stand-in for the part of GitHub's API that has a pull request's comments. */
export interface GithubComments {
  readonly url: string;
  readonly comments: { readonly id: number; body: string }[];
  /** `METHOD /path` of every request, in order. */
  readonly requests: string[];
  /** Whether the token may write. */
  mayWrite: boolean;
  stop(): void;
}

export async function startGithubComments(repository: string, number: number): Promise<GithubComments> {
  const list = `/repos/${repository}/issues/${number}/comments`;
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { pathname, searchParams } = new URL(request.url!, "http://github");
      github.requests.push(`${request.method} ${pathname}`);
      const answer = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body));
      if (request.headers.authorization !== "Bearer token-of-the-run")
        return answer(401, { message: "Bad credentials" });
      if (request.method === "GET" && pathname === list) {
        const [page, size] = [Number(searchParams.get("page") ?? 1), Number(searchParams.get("per_page") ?? 30)];
        return answer(200, github.comments.slice((page - 1) * size, page * size));
      }
      if (!github.mayWrite) return answer(403, { message: "Resource not accessible by integration" });
      const { body } = JSON.parse(Buffer.concat(chunks).toString("utf8")) as { readonly body: string };
      if (request.method === "POST" && pathname === list) {
        const comment = { id: github.comments.length + 1, body };
        github.comments.push(comment);
        return answer(201, comment);
      }
      const comment = github.comments.find(({ id }) => pathname === `/repos/${repository}/issues/comments/${id}`);
      if (request.method !== "PATCH" || comment === undefined) return answer(404, { message: "Not Found" });
      comment.body = body;
      return answer(200, comment);
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const github: GithubComments = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    comments: [],
    requests: [],
    mayWrite: true,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return github;
}
