import type { ECSClient } from "@aws-sdk/client-ecs";

/**
 * Makes a command send `input` as it is. The SDK's own serializer drops every field that its version does not know: a
 * user's raw fields of a task definition would get lost in silence. ECS's wire format is plain JSON
 * (https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html), so nothing else is needed.
 */
export function sendRawJson(command: { readonly middlewareStack: unknown }, input: unknown): void {
  const stack = command.middlewareStack as ECSClient["middlewareStack"];
  stack.add(
    (next) => (args) => {
      (args.request as { body: unknown }).body = JSON.stringify(input);
      return next(args);
    },
    // Before the build step counts the body's length.
    { name: "aiplatRawRequest", step: "build", priority: "high" },
  );
}
