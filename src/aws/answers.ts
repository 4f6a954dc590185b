import type { Extension } from "./config.ts";

/** From an answer's headers to its last byte. */
const bodyMs = 30_000;

/** A page of any list is a thousandth of it; Node has no text of more than 512 MiB. */
const mostBytes = 256 * 1024 * 1024;

/** The part of the SDK's request handlers that is stood in for. */
interface Handler {
  handle(
    request: unknown,
    options?: { readonly abortSignal?: unknown },
  ): Promise<{ readonly response: { readonly statusCode: number; body?: unknown } }>;
}

/**
 * Has every answer read to its end before the SDK looks at it. The SDK's own time limit ends with the headers, so that
 * a body that stalls would be waited for without end; and what is no answer of AWS (cut off, a page of a proxy, no
 * HTTP) is asked for again like an answer that was lost.
 */
export const wholeAnswers: Extension = {
  configure: (configuration) => {
    const inner = configuration.httpHandler() as unknown as Handler;
    const handle: Handler["handle"] = async (request, options) => {
      const answer = await inner.handle(request, options).catch((error: unknown) => {
        throw isProtocolError(error) ? askAgain(error) : error;
      });
      const { response } = answer;
      if (response.body === undefined) return answer;
      const bytes = await readWhole(response.body as Body, options?.abortSignal as AbortSignal | undefined);
      if (response.statusCode < 300 && isPage(bytes))
        throw askAgain(Object.assign(new SyntaxError("a page instead of an answer"), { code: "EPAGE" }));
      response.body = bytes;
      return answer;
    };
    const wrapped = Object.assign(Object.create(inner as object), { handle });
    configuration.setHttpHandler(wrapped);
  },
};

interface Body extends AsyncIterable<Uint8Array> {
  destroy(error?: Error): void;
}

/** The body's bytes, within the time that it may take. */
async function readWhole(body: Body, signal: AbortSignal | undefined): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const timer = setTimeout(() => {
    body.destroy(
      Object.assign(new Error(`the answer stalled for ${bodyMs} ms`), { name: "TimeoutError", code: "ETIMEDOUT" }),
    );
  }, bodyMs);
  try {
    let bytes = 0;
    for await (const chunk of body) {
      bytes += chunk.length;
      // Leaving the loop closes the connection. Asked again, it would come again.
      if (bytes > mostBytes) throw new SyntaxError("an answer without end");
      chunks.push(chunk);
    }
  } catch (error) {
    // Aborting destroys the connection, which reads like one that was lost.
    if (signal?.aborted === true) throw Object.assign(new Error("aborted"), { name: "AbortError" });
    throw error;
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks);
}

/** Whether these bytes are a web page: no protocol of AWS answers one. */
function isPage(bytes: Buffer): boolean {
  return /^\s*<(?:!doctype\s+html|html)/i.test(bytes.toString("latin1", 0, 64));
}

/** Node's parser of HTTP: https://nodejs.org/api/errors.html, "HPE_". */
function isProtocolError(error: unknown): error is Error {
  return error instanceof Error && String((error as { readonly code?: unknown }).code).startsWith("HPE_");
}

/** By this trait the SDK repeats a call: https://smithy.io/2.0/spec/behavior-traits.html#retryable-trait. */
function askAgain(error: Error): Error {
  return Object.assign(error, { $retryable: {} });
}
