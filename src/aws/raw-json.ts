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
      const { statusCode, body } = result.response as { readonly statusCode: number; readonly body: Uint8Array };
      if (statusCode < 300) raw.json = readJson(Buffer.from(body).toString("utf8"), statusCode);
      return result;
    },
    { name: "aiplatRawResponse", step: "deserialize", priority: "low" },
  );
  return raw;
}

/** @throws SyntaxError with the status, as the SDK's own reader does. */
function readJson(text: string, httpStatusCode: number): unknown {
  try {
    // AWS leaves absent fields out; null would be no value of any.
    return parseJson(text, (_, value: unknown) => value ?? undefined);
  } catch (error) {
    throw Object.assign(error as SyntaxError, { $metadata: { httpStatusCode } });
  }
}
