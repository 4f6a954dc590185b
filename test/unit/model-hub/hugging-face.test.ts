import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readHubConfig } from "../../../src/model-hub/hugging-face.ts";
import { startLoopback, type LoopbackServer } from "../../support/loopback-servers.ts";
import { freePort } from "../../support/moto.ts";

const after = () => undefined;

describe("a model's config.json on a hub", () => {
  const asked: string[] = [];
  let server: LoopbackServer;
  beforeAll(async () => {
    server = await startLoopback((request) => {
      const { authorization = "nobody" } = request.headers;
      asked.push(`${request.url} by ${authorization}`);
      if (request.url!.startsWith("/team/open/")) return { body: '{"model_type":"llama"}' };
      if (request.url!.startsWith("/team/large/")) return { body: " ".repeat(5 * 1024 * 1024) };
      if (request.url!.startsWith("/team/broken/")) return { status: 500, body: "" };
      if (request.url!.startsWith("/team/gated/"))
        return authorization === "Bearer right" ? { body: "{}" } : { status: 401, body: "" };
      return { status: 404, body: "" };
    });
  });
  afterAll(() => server.stop());

  const read = (name: string, env: Readonly<Record<string, string>> = {}) =>
    readHubConfig(
      { env: { HF_ENDPOINT: `http://${server.host}/`, ...env }, signal: new AbortController().signal, after },
      name,
    );

  it("is read from the main branch", async () => {
    expect(await read("team/open")).toBe('{"model_type":"llama"}');
    expect(asked).toContain("/team/open/resolve/main/config.json by nobody");
  });

  it("of a gated model is read with HF_TOKEN", async () => {
    expect(await read("team/gated", { HF_TOKEN: "right" })).toBe("{}");
    await expect(read("team/gated")).rejects.toMatchObject({
      code: "AccessDenied",
      message: expect.stringContaining("without HF_TOKEN") as string,
      hint: expect.stringContaining("set HF_TOKEN") as string,
    });
    await expect(read("team/gated", { HF_TOKEN: "wrong" })).rejects.toMatchObject({
      message: expect.stringContaining("with this HF_TOKEN") as string,
    });
  });

  it.each<readonly [name: string, code: string, said: RegExp]>([
    ["team/none", "NotFound", /has no model team\/none/],
    ["team/broken", "Network", /answered HTTP 500/],
    ["team/large", "Network", /larger than 4 MiB/],
  ])("of %s is %s", async (name, code, said) => {
    await expect(read(name)).rejects.toMatchObject({ code, message: expect.stringMatching(said) as string });
  });

  it("of a hub that is not there is said with the way around", async () => {
    const HF_ENDPOINT = `http://127.0.0.1:${await freePort()}`;
    await expect(read("team/open", { HF_ENDPOINT })).rejects.toMatchObject({
      code: "Network",
      message: expect.stringContaining("ECONNREFUSED") as string,
      hint: expect.stringContaining("config.json as a file") as string,
    });
    await expect(read("team/open", { HF_ENDPOINT: "nowhere" })).rejects.toMatchObject({ code: "Usage" });
  });

  it("is read with a token as files of secrets have it, and of the hub where its variable is empty", async () => {
    expect(await read("team/gated", { HF_TOKEN: "right\n" })).toBe("{}");
    const signal = AbortSignal.abort();
    await expect(readHubConfig({ env: { HF_ENDPOINT: "" }, signal, after }, "team/open")).rejects.toMatchObject({
      code: "Interrupted",
    });
  });

  it.each([
    ["a token of two lines", { HF_TOKEN: "hf_hidden\nhf_hidden" }, /^HF_TOKEN is no token/],
    ["a token in typographer's quotes", { HF_TOKEN: "“hf_hidden”" }, /^HF_TOKEN is no token/],
    ["an endpoint with a password", { HF_ENDPOINT: "https://me:hidden@127.0.0.1" }, /^HF_ENDPOINT has a user/],
    ["an endpoint that is a file", { HF_ENDPOINT: "file:///models" }, /^HF_ENDPOINT is no URL of a hub/],
  ])("of %s is a slip that is not repeated where it may be secret", async (_, env, said) => {
    const error = await read("team/open", env).catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ code: "Usage", message: expect.stringMatching(said) as string });
    expect(String(error)).not.toContain("hidden");
  });

  it("is given up after 10 seconds, as the command's clock has them", async () => {
    const silent = await startLoopback(() => new Promise(() => undefined));
    const env = { HF_ENDPOINT: `http://${silent.host}` };
    const { signal } = new AbortController();
    const soon = (milliseconds: number, run: () => void) => void setTimeout(run, milliseconds / 1000);
    await expect(readHubConfig({ env, signal, after: soon }, "team/open")).rejects.toMatchObject({
      code: "Network",
      message: `${silent.host} cannot be asked for team/open: no answer in 10 seconds`,
    });
    await silent.stop();
  });

  it("is given up with an interrupt", async () => {
    const signal = AbortSignal.abort();
    const env = { HF_ENDPOINT: `http://${server.host}` };
    await expect(readHubConfig({ env, signal, after }, "team/open")).rejects.toMatchObject({ code: "Interrupted" });
  });
});
