import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Moto } from "./moto.ts";

/** moto's EC2 with the placement groups that it lacks, and with calls that fail where a test says so. */
export interface Ec2Server {
  readonly url: string;
  /** The bodies of the calls, by action. */
  readonly calls: readonly URLSearchParams[];
  readonly groups: Map<string, string>;
  stop(): Promise<void>;
}

export async function startEc2(moto: Moto): Promise<Ec2Server> {
  const calls: URLSearchParams[] = [];
  const groups = new Map<string, string>();
  const server = createServer((message, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of message) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks).toString("utf8");
      const call = new URLSearchParams(body);
      calls.push(call);
      const answer = (status: number, text: string) =>
        response.writeHead(status, { "content-type": "text/xml" }).end(text);
      const action = call.get("Action");
      if (action === "CreatePlacementGroup") {
        groups.set(call.get("GroupName")!, call.get("Strategy")!);
        answer(200, "<CreatePlacementGroupResponse><return>true</return></CreatePlacementGroupResponse>");
      } else if (action === "DescribePlacementGroups") {
        const name = call.get("GroupName.1")!;
        const strategy = groups.get(name);
        if (strategy === undefined)
          answer(
            400,
            `<Response><Errors><Error><Code>InvalidPlacementGroup.Unknown</Code><Message>The Placement Group '${name}' is unknown.</Message></Error></Errors><RequestID>r</RequestID></Response>`,
          );
        else
          answer(
            200,
            `<DescribePlacementGroupsResponse><placementGroupSet><item><groupName>${name}</groupName><strategy>${strategy}</strategy><state>available</state></item></placementGroupSet></DescribePlacementGroupsResponse>`,
          );
      } else {
        const headers = {
          "content-type": message.headers["content-type"]!,
          authorization: message.headers.authorization!,
        };
        const forwarded = await fetch(moto.url, { method: "POST", headers, body });
        answer(forwarded.status, await forwarded.text());
      }
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    groups,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
