import type { ECSClient } from "@aws-sdk/client-ecs";

/** An error after which the SDK does not send again. */
export class SentOnce extends Error {
  readonly reason: unknown;

  constructor(reason: unknown) {
    super("not to be repeated");
    this.reason = reason;
  }
}

/**
 * Has a command that has no client token sent again only where AWS has refused it (throttling): after a lost answer it
 * may have taken effect, and who sends it has to look first.
 */
export function sendOnce(command: { readonly middlewareStack: unknown }): void {
  (command.middlewareStack as ECSClient["middlewareStack"]).add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        const { $metadata } = error as { readonly $metadata?: { readonly httpStatusCode?: number } };
        const status = $metadata?.httpStatusCode ?? 0;
        throw status >= 400 && status < 500 ? error : new SentOnce(error);
      }
    },
    // Within the step that repeats.
    { name: "aiplatSendOnce", step: "finalizeRequest", priority: "low" },
  );
}
