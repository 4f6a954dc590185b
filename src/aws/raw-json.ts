import { parseJson } from "../core/base/json.ts";
import type { ECSClient } from "@aws-sdk/client-ecs";

/** What a raw answer holds: the JSON as AWS sent it. */
interface Raw {
  json: unknown;
}

/**
 * Makes a command send `input` as it is and keep the answer as it came. The SDK's own serializer drops every field
 * that its version does not know, both ways: a user's raw fields of a task definition would get lost in silence, and
 * would look changed when read back. ECS's wire format is plain JSON
 * (https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html), so nothing else is needed.
 */
export function keepRawJson(command: { readonly middlewareStack: unknown }, input?: unknown): Raw {
  const stack = command.middlewareStack as ECSClient["middlewareStack"];
  const raw: Raw = { json: undefined };
  if (input !== undefined) {
    stack.add(
      (next) => (args) => {
        (args.request as { body: unknown }).body = JSON.stringify(input);
        return next(args);
      },
      // Before the build step counts the body's length.
      { name: "aiplatRawRequest", step: "build", priority: "high" },
    );
  }
  stack.add(
    (next) => async (args) => {
      const result = await next(args);
      const response = result.response as { readonly statusCode: number; body: unknown };
      // The SDK's deserializer, further out, takes bytes as well as a stream.
      const bytes = await readBody(response.body);
      response.body = bytes;
      // AWS leaves absent fields out; null would be no value of any.
      if (response.statusCode < 300)
        raw.json = parseJson(bytes.toString("utf8"), (_, value: unknown) => value ?? undefined);
      return result;
    },
    { name: "aiplatRawResponse", step: "deserialize", priority: "low" },
  );
  return raw;
}

async function readBody(body: unknown): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
