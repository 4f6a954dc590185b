import { afterEach, describe, expect, it } from "vitest";
import { createEcs } from "../../../src/aws/ecs.ts";
import { startJsonServer, type JsonServer } from "../../support/json-server.ts";

let server: JsonServer;
afterEach(() => server.stop());

const refused = (type: string) => ({ status: 400, body: { __type: type, message: "no" } });

describe("DeleteService", () => {
  it("that finds no service says so, with its hint, and that nobody knows, where nobody can look for it", async () => {
    server = await startJsonServer(({ operation }) =>
      refused(operation === "DeleteService" ? "ServiceNotFoundException" : "AccessDeniedException"),
    );
    const ecs = createEcs(server.config, new AbortController().signal);
    await expect(ecs.deleteService("prod", "web", { force: true })).rejects.toMatchObject({
      code: "NotFound",
      message: "there is no such service in us-east-1",
      hint: "aws ecs list-services --cluster NAME shows those there are.",
      details: { operation: "DeleteService", awsCode: "ServiceNotFoundException", uncertain: true },
    });
  });
});
