import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseImageReference } from "../../../src/core/catalog/container-images/image-reference.ts";
import { createRegistry } from "../../../src/image-registry/registry.ts";
import { startLoopback, startRegistry, type LoopbackServer } from "../../support/loopback-servers.ts";
import { freePort } from "../../support/moto.ts";

const patient = () => ({ signal: new AbortController().signal, after: () => undefined });

describe("a registry that is asked without credentials", () => {
  const digest = `sha256:${"a".repeat(64)}`;
  let server: LoopbackServer;
  beforeAll(async () => {
    server = await startRegistry({
      images: { "team/app": { "1": [], latest: ["amd64", "unknown", "arm64", "amd64"], [digest]: [] } },
      hidden: ["team/secret"],
    });
  });
  afterAll(() => server.stop());

  const find = (name: string) => createRegistry(patient()).findImage(parseImageReference(`${server.host}/${name}`));

  it.each<readonly [name: string, expected: object]>([
    ["team/app:1", { kind: "found", architectures: [] }],
    ["team/app", { kind: "found", architectures: ["amd64", "arm64"] }],
    [`team/app@${digest}`, { kind: "found", architectures: [] }],
    [`team/app:other@${digest}`, { kind: "found", architectures: [] }],
    ["team/app:2", { kind: "no-image" }],
    ["team/none:1", { kind: "no-repository" }],
    ["team/secret:1", { kind: "private" }],
  ])("%s", async (name, expected) => {
    expect(await find(name)).toEqual(expected);
  });

  it("pulls no more than it must: a manifest that says no architectures is not fetched", async () => {
    const methods: string[] = [];
    const plain = await startLoopback((request) => {
      methods.push(request.method!);
      return { headers: { "content-type": "application/vnd.oci.image.manifest.v1+json" }, body: "{}" };
    });
    await createRegistry(patient()).findImage(parseImageReference(`${plain.host}/app:1`));
    await plain.stop();
    expect(methods).toEqual(["HEAD"]);
  });

  it.each([
    ["without a realm", "Bearer service=x", "private"],
    ["for a password", 'Basic realm="x"', "private"],
  ])("a challenge %s leads nowhere", async (_, challenge, kind) => {
    const odd = await startLoopback(() => ({ status: 401, headers: { "www-authenticate": challenge } }));
    expect(await createRegistry(patient()).findImage(parseImageReference(`${odd.host}/app:1`))).toEqual({ kind });
    await odd.stop();
  });

  it("is a network error where it does not answer as one", async () => {
    const port = await freePort();
    await expect(
      createRegistry(patient()).findImage(parseImageReference(`127.0.0.1:${port}/app:1`)),
    ).rejects.toMatchObject({ code: "Network", message: expect.stringContaining("ECONNREFUSED") as string });
    const broken = await startLoopback(() => ({ status: 502 }));
    await expect(
      createRegistry(patient()).findImage(parseImageReference(`${broken.host}/app:1`)),
    ).rejects.toMatchObject({
      code: "Network",
      message: expect.stringContaining("HTTP 502") as string,
    });
    await broken.stop();
  });

  it("is a network error where it takes longer than 10 seconds, as the command's clock has it", async () => {
    const silent = await startLoopback(() => new Promise(() => undefined));
    const after = (milliseconds: number, run: () => void) => void setTimeout(run, milliseconds / 1000);
    await expect(
      createRegistry({ ...patient(), after }).findImage(parseImageReference(`${silent.host}/app:1`)),
    ).rejects.toMatchObject({ code: "Network", message: `${silent.host} cannot be asked: no answer in 10 seconds` });
    await silent.stop();
  });

  it("stops at Ctrl-C", async () => {
    const interruption = new AbortController();
    interruption.abort();
    await expect(
      createRegistry({ ...patient(), signal: interruption.signal }).findImage(
        parseImageReference(`${server.host}/team/app:1`),
      ),
    ).rejects.toMatchObject({ code: "Interrupted" });
  });

  it("reads no more of an answer than a manifest can hold", async () => {
    const endless = await startLoopback(() => ({
      headers: { "content-type": "application/vnd.oci.image.index.v1+json" },
      body: "x".repeat(4 * 1024 * 1024 + 1),
    }));
    const found = createRegistry(patient()).findImage(parseImageReference(`${endless.host}/app:1`));
    await expect(found).rejects.toMatchObject({ code: "Network", message: expect.stringContaining("4 MiB") as string });
    await endless.stop();
  });

  it.each([['{"token":"a\\r\\nx-evil: 1"}'], ['{"token":5}'], ["[]"], ["null"]])(
    "takes no token of %s",
    async (body) => {
      const odd = await startLoopback((request) =>
        request.url === "/token"
          ? { body }
          : { status: 401, headers: { "www-authenticate": `Bearer realm="http://${request.headers.host}/token"` } },
      );
      const found = createRegistry(patient()).findImage(parseImageReference(`${odd.host}/app:1`));
      await expect(found).resolves.toEqual({ kind: "private" });
      await odd.stop();
    },
  );
});
