import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { refuseCaller } from "../../../../src/sandbox/wire/caller.ts";
import { serve, type HttpServer } from "../../../../src/sandbox/wire/server.ts";

describe("who the sandbox answers", () => {
  it.each(["127.0.0.1:4566", "127.8.9.1", "localhost:1", "ecs.localhost:4566", "[::1]:80", "LOCALHOST"])(
    "%s",
    (host) => {
      expect(refuseCaller({ host })).toBeUndefined();
    },
  );

  it.each([
    undefined,
    "",
    "evil.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "10.0.0.1",
    "localhost:4566@evil.example",
    "0.0.0.0",
    "[::]",
  ])("not the host %j", (host) => {
    expect(refuseCaller({ host })).toMatch(/loopback hosts only/);
  });

  it("a page of its own, and none of another origin or site", () => {
    const host = "localhost:4566";
    expect(refuseCaller({ host, origin: "http://localhost:4566" })).toBeUndefined();
    for (const origin of ["https://evil.example", "null", "http://localhost:8000"])
      expect(refuseCaller({ host, origin })).toMatch(/another origin/);
    expect(refuseCaller({ host, "sec-fetch-site": "cross-site" })).toMatch(/another site/);
  });
});

describe("the sandbox's server", () => {
  let server: HttpServer;
  let handled = 0;
  beforeAll(async () => {
    const answer = { status: 200, headers: {}, body: "{}" };
    const handle = () => ((handled += 1), { answer, requestId: "r", dropped: false });
    server = await serve(handle, { port: 0, background: false, answers: () => ({ status: 404, body: {} }) });
  });
  afterAll(() => server.close());

  const post = (headers: Readonly<Record<string, string>>, send: (write: (text: string) => void) => void) =>
    new Promise<number | undefined>((resolve, reject) => {
      const sent = request(server.url, { method: "POST", headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
        sent.destroy();
      });
      sent.on("error", reject);
      send((text) => sent.write(text));
    });

  it("refuses another host before it looks at the request", async () => {
    const before = handled;
    expect(await post({ host: "evil.example" }, (write) => write("{}"))).toBe(403);
    expect(handled).toBe(before);
  });

  it("names the service that it has not, of those whose operations are paths", async () => {
    const before = handled;
    const signed = "AWS4-HMAC-SHA256 Credential=a/20261130/eu-west-1/eks/aws4_request, SignedHeaders=host, Signature=b";
    for (const method of ["GET", "POST"]) {
      const answer = await fetch(`${server.url}/clusters/prod`, { method, headers: { authorization: signed } });
      expect([answer.status, answer.headers.get("x-amzn-errortype")]).toEqual([400, "UnknownOperationException"]);
      expect(await answer.json()).toHaveProperty("message", expect.stringContaining("no service eks: it plays ecs,"));
    }
    expect(handled).toBe(before);
    expect(await (await fetch(`${server.url}/clusters/prod`)).text()).toContain("This is aiplat sandbox");
  });

  it("does not wait for the end of a body that is too large", async () => {
    // A body that announces no end: four MiB and one more are all that is sent of it.
    expect(await post({}, (write) => write("x".repeat(4 * 1024 * 1024 + 1)))).toBe(413);
  });
});
