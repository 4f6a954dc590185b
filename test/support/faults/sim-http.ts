// Stands in for node:http in the bundle of the fault suite: requests go to the network that is played.
import { EventEmitter } from "node:events";
import { Readable } from "node:stream";
import { carrier, type Sent } from "./network.ts";

export class Agent {
  readonly keepAlive = true;
  readonly maxSockets = 50;
  readonly sockets = {};
  readonly requests = {};

  destroy(): void {}
}

interface RequestOptions {
  readonly port: number | string;
  readonly headers: Readonly<Record<string, string>>;
}

/** An answer whose body comes in pieces, or breaks. */
export class SimResponse extends Readable {
  readonly statusCode: number;
  readonly statusMessage = "";
  readonly headers: Readonly<Record<string, string>>;
  complete = false;

  constructor(statusCode: number, headers: Readonly<Record<string, string>>) {
    super();
    this.statusCode = statusCode;
    this.headers = headers;
  }

  override _read(): void {}
}

class SimRequest extends EventEmitter {
  readonly socket = Object.assign(new EventEmitter(), {
    connecting: false,
    setKeepAlive: () => undefined,
    setTimeout: () => undefined,
    destroy: () => undefined,
  });
  destroyed = false;
  #response: SimResponse | undefined;
  #body = "";
  readonly #options: RequestOptions;
  readonly #onResponse: (response: SimResponse) => void;

  constructor(options: RequestOptions, onResponse: (response: SimResponse) => void) {
    super();
    this.#options = options;
    this.#onResponse = onResponse;
  }

  end(body: string | Uint8Array = ""): this {
    this.#body = typeof body === "string" ? body : Buffer.from(body).toString("utf8");
    const { headers } = this.#options;
    const sent: Sent = {
      port: Number(this.#options.port),
      target: headers["x-amz-target"],
      authorization: headers["authorization"],
      body: this.#body,
      isGone: () => this.destroyed,
      fail: (error) => this.destroy(error),
      answer: (status, answerHeaders) => {
        if (this.destroyed) return undefined;
        this.#response = new SimResponse(status, answerHeaders);
        // A body that breaks where nobody reads it any more is nobody's error.
        this.#response.on("error", () => undefined);
        this.emit("response", this.#response);
        this.#onResponse(this.#response);
        return this.#response;
      },
    };
    carrier().send(sent);
    return this;
  }

  destroy(error?: Error): this {
    if (this.destroyed) return this;
    this.destroyed = true;
    const reset = (message: string) => Object.assign(new Error(message), { code: "ECONNRESET" });
    if (this.#response === undefined) process.nextTick(() => this.emit("error", error ?? reset("socket hang up")));
    else if (!this.#response.complete) this.#response.destroy(error ?? reset("aborted"));
    process.nextTick(() => this.emit("close"));
    return this;
  }
}

export function request(options: RequestOptions, onResponse: (response: SimResponse) => void): SimRequest {
  return new SimRequest(options, onResponse);
}

export function createServer(): never {
  throw new Error("no server is played");
}

/** Those who import the module as a whole. */
export default { Agent, request, createServer };
