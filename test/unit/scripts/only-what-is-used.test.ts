import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import { describe, expect, it } from "vitest";
import { bundleCli } from "../../support/bundle-cli.ts";
import { spawnCli } from "../../support/cli.ts";
import { startLoopback } from "../../support/loopback-servers.ts";

const root = join(import.meta.dirname, "../../..");
const packages = join(root, "node_modules/@aws-sdk");
const { cuts, onlyWhatIsUsed } = (await import(join(root, "scripts/only-what-is-used.mjs"))) as {
  readonly cuts: readonly { readonly of: RegExp }[];
  readonly onlyWhatIsUsed: Plugin;
};
const adapters = readdirSync(join(root, "src/aws"))
  .map((file) => readFileSync(join(root, "src/aws", file), "utf8"))
  .join("\n");

const clients = readdirSync(packages).filter((name) => name.startsWith("client-"));

/** A bundle of a client and some of its commands, with nothing that clients share. */
async function bundleOf(client: string, operations: readonly string[]): Promise<string> {
  const own = readdirSync(join(packages, client, "dist-es")).find((file) => file.endsWith("Client.js"))!;
  const names = [own.replace(/\.js$/, ""), ...operations.map((name) => `${name}Command`)].join(", ");
  const { outputFiles } = await build({
    stdin: { contents: `export { ${names} } from "@aws-sdk/${client}";`, resolveDir: root },
    bundle: true,
    platform: "node",
    format: "esm",
    mainFields: ["module", "main"],
    minifySyntax: true,
    external: ["@smithy/*", "@aws-sdk/core", "@aws-sdk/credential-provider-node"],
    plugins: [onlyWhatIsUsed],
    write: false,
  });
  return outputFiles[0]!.text;
}

describe("what is bundled of an AWS client", () => {
  it.each(clients)("%s: the shapes of the operations that are called, and no others", async (client) => {
    const operations = readdirSync(join(packages, client, "dist-es/commands"))
      .map((file) => /^(\w+)Command\.js$/.exec(file)?.[1])
      .filter((name) => name !== undefined);
    const called = operations.filter((name) => new RegExp(`\\b${name}Command\\b`).test(adapters));
    const text = await bundleOf(client, called);
    const shapes = new Set([...text.matchAll(/\b(\w+)\$ = \[/g)].map(([, name]) => name!));
    const bundled = operations.filter((name) =>
      ["", "Request", "Input", "Type", "Result", "Response", "Output"].some((end) => shapes.has(name + end)),
    );
    expect(bundled).toEqual(called);
    expect(text).not.toContain("devDependencies");
  });
});

it("finds each module that it cuts where its package has it", async () => {
  const { metafile } = await bundleCli([onlyWhatIsUsed]);
  const inputs = Object.keys(metafile.inputs);
  expect(cuts.filter(({ of }) => !inputs.some((path) => of.test(path)))).toEqual([]);
  expect(inputs.filter((path) => /\/bowser\/|eventstream-codec/.test(path))).toEqual([]);
});

describe("the user agent", () => {
  it("names the SDK and the client with the versions of their packages", async () => {
    const agents: string[] = [];
    const server = await startLoopback((request) => {
      agents.push(request.headers["user-agent"]!);
      return { status: 400, body: "{}" };
    });
    try {
      await spawnCli(["cluster", "devices", "--cluster", "prod", "--region", "us-east-1"], {
        env: { AWS_ENDPOINT_URL: server.url, AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "secret" },
      });
    } finally {
      await server.stop();
    }
    const { version } = JSON.parse(readFileSync(join(packages, "client-ecs/package.json"), "utf8")) as {
      readonly version: string;
    };
    expect(agents).not.toEqual([]);
    for (const agent of agents) {
      expect(agent).toContain(`aws-sdk-js/${version} `);
      expect(agent).toMatch(new RegExp(` api/ecs#${version.replaceAll(".", "\\.")}( |$)`));
    }
  });
});
