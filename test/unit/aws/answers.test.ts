import { describe, expect, it } from "vitest";
import { wholeAnswers } from "../../../src/aws/answers.ts";

interface Handler {
  handle(request: unknown): Promise<{ readonly response: { readonly statusCode: number; body?: unknown } }>;
}

/** The SDK's handler with the extension about one that answers so. */
function answering(body: AsyncIterable<Uint8Array>, statusCode = 200): Handler {
  let handler: Handler = { handle: async () => ({ response: { statusCode, body } }) };
  wholeAnswers.configure({
    httpHandler: () => handler,
    setHttpHandler: (wrapped: unknown) => {
      handler = wrapped as Handler;
    },
  } as never);
  return handler;
}

async function* chunks(count: number, chunk: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let sent = 0; sent < count; sent++) yield chunk;
}

describe("an answer of AWS", () => {
  it("is read whole", async () => {
    const { response } = await answering(chunks(3, Buffer.from("ab"))).handle({});
    expect(String(response.body)).toBe("ababab");
  });

  it("is read no further than its bound, and not asked for again", async () => {
    const endless = chunks(1_000_000, Buffer.alloc(1024 * 1024));
    const error: unknown = await answering(endless)
      .handle({})
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SyntaxError);
    expect(error).not.toHaveProperty("$retryable");
    expect((await endless.next()).done).toBe(true);
  });

  it("that is a page is asked for again", async () => {
    const error: unknown = await answering(chunks(1, Buffer.from("<!doctype html><p>log in")))
      .handle({})
      .catch((thrown: unknown) => thrown);
    expect(error).toHaveProperty("$retryable");
  });
});
