import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { AwsConfig } from "../../src/aws/config.ts";

export interface JsonRequest {
  /** As the API names it, e.g. `ListTasks`. */
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The region that the request is signed for. */
  readonly region: string;
}

export type Answer = { readonly status?: number; readonly body: unknown };

/**
 * An endpoint that speaks AWS's JSON protocol and says what a test scripted: for what no third party implements, such
 * as paging.
 */
export interface JsonServer {
  readonly config: AwsConfig;
  readonly requests: readonly JsonRequest[];
  stop(): Promise<void>;
}

export async function startJsonServer(answer: (request: JsonRequest) => Answer | Promise<Answer>): Promise<JsonServer> {
  const requests: JsonRequest[] = [];
  const server = createServer((message, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of message) chunks.push(chunk as Buffer);
      const request = {
        operation: String(message.headers["x-amz-target"]).split(".")[1]!,
        input: JSON.parse(Buffer.concat(chunks).toString("utf8")) as JsonRequest["input"],
        region: /Credential=[^/]+\/\d+\/([^/]+)\//.exec(message.headers.authorization ?? "")?.[1] ?? "",
      };
      requests.push(request);
      const { status = 200, body } = await answer(request);
      response.writeHead(status, { "content-type": "application/x-amz-json-1.1", "x-amzn-requestid": "test-request" });
      response.end(JSON.stringify(body));
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    config: {
      region: "us-east-1",
      credentials: { accessKeyId: "testing", secretAccessKey: "testing" },
      endpoints: { ecs: endpoint, logs: endpoint, ssm: endpoint },
    },
    requests,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
