import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { bareEnv } from "./cli.ts";

/** A moto server (https://docs.getmoto.org/en/latest/docs/server_mode.html) of one test file's own. */
export interface Moto {
  readonly url: string;
  /** What aiplat and the AWS CLI need to talk to it. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs `aws ARGS --output json` against it and parses the answer. */
  aws(...args: readonly string[]): Promise<unknown>;
  stop(): Promise<void>;
}

/** Starts moto on a free loopback port and waits until it answers. */
export async function startMoto(): Promise<Moto> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = spawn("moto_server", ["-H", "127.0.0.1", "-p", String(port)], { stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  server.stderr.setEncoding("utf8").on("data", (text: string) => (log = (log + text).slice(-4000)));
  const end = () => server.kill("SIGKILL");
  process.once("exit", end);
  const env = {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "testing",
    AWS_SECRET_ACCESS_KEY: "testing",
  };
  for (let attempt = 0; !(await answers(url)); attempt++) {
    if (server.exitCode !== null || attempt > 600) throw new Error(`moto_server did not start:\n${log}`);
    await delay(100);
  }
  return {
    url,
    env,
    aws: async (...args) => {
      const { stdout } = await promisify(execFile)("aws", [...args, "--output", "json", "--endpoint-url", url], {
        env: { ...bareEnv(), ...env },
        maxBuffer: 64 * 1024 * 1024,
      });
      return stdout.trim() === "" ? undefined : (JSON.parse(stdout) as unknown);
    },
    stop: async () => {
      process.off("exit", end);
      if (server.exitCode !== null) return;
      const closed = once(server, "exit");
      server.kill();
      await closed;
    },
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/moto-api/data.json`)).ok;
  } catch {
    return false;
  }
}

/** A loopback port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
