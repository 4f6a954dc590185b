import type { WireAnswer } from "../../../src/sandbox/wire/aws-json.ts";
import { operationOf, type Cloud } from "./cloud.ts";
import { mutate } from "./mutate.ts";
import type { Carrier, Sent } from "./network.ts";
import type { Random } from "./random.ts";
import type { Fault, Trouble } from "./schedule.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** One end of the network: a process. */
export interface Peer {
  readonly port: number;
  readonly troubles: readonly Trouble[];
  /** Hears of each request as it is sent. */
  readonly onRequest: (count: number) => void;
  isDead(): boolean;
}

/** What became of a request. */
export interface Exchange {
  readonly port: number;
  readonly at: number;
  readonly operation: string;
  readonly fault?: Fault;
}

/** Carries requests to the cloud and answers back, with the troubles that the schedule has. */
export class FaultyNetwork implements Carrier {
  readonly exchanges: Exchange[] = [];
  readonly #time: VirtualTime;
  readonly #cloud: Cloud;
  readonly #random: Random;
  readonly #peers = new Map<number, Peer & { count: number; readonly byOperation: Map<string, number> }>();

  constructor(time: VirtualTime, cloud: Cloud, random: Random) {
    this.#time = time;
    this.#cloud = cloud;
    this.#random = random;
  }

  join(peer: Peer): void {
    this.#peers.set(peer.port, { ...peer, count: 0, byOperation: new Map() });
  }

  send(sent: Sent): void {
    const peer = this.#peers.get(sent.port);
    if (peer === undefined || peer.isDead()) return;
    const operation = operationOf(sent);
    const index = peer.count++;
    const ofOperation = peer.byOperation.get(operation) ?? 0;
    peer.byOperation.set(operation, ofOperation + 1);
    const trouble = peer.troubles.find((each) => {
      const at = each.operation === undefined ? index : each.operation === operation ? ofOperation : -1;
      return at >= each.at && at < each.at + each.length;
    });
    this.exchanges.push({
      port: sent.port,
      at: this.#time.now(),
      operation,
      ...(trouble === undefined ? {} : { fault: trouble.fault }),
    });
    this.#time.after(this.#random.between(2, 30), () => {
      if (trouble === undefined) this.#deliver(sent, this.#effect(sent));
      else this.#play(trouble.fault, sent, operation);
    });
    peer.onRequest(index);
  }

  #effect(sent: Sent): WireAnswer {
    return this.#cloud.handle(sent.port, sent);
  }

  #play(fault: Fault, sent: Sent, operation: string): void {
    if ("reached" in fault && !fault.reached) this.#break(fault.kind, sent, "{}");
    else if ("reached" in fault) this.#break(fault.kind, sent, this.#effect(sent).body);
    else if (fault.kind === "refuse") sent.fail(systemError("connect ECONNREFUSED 127.0.0.1", "ECONNREFUSED"));
    else if (fault.kind === "throttle")
      this.#deliver(sent, awsError(sent, 400, "ThrottlingException", "Rate exceeded"));
    else if (fault.kind === "double") {
      const first = this.#effect(sent);
      this.#effect(sent);
      this.#deliver(sent, first);
    } else if (fault.kind === "repeat-token") {
      const answer = this.#effect(sent);
      if (sent.target === undefined || !operation.startsWith("List")) return this.#deliver(sent, answer);
      const body = { ...(JSON.parse(answer.body) as object), nextToken: "the-same" };
      this.#deliver(sent, { ...answer, body: JSON.stringify(body) });
    } else if (fault.kind === "mutate") {
      const answer = this.#effect(sent);
      this.#deliver(sent, sent.target === undefined ? answer : { ...answer, body: mutate(answer.body, this.#random) });
    } else if (fault.kind === "stale") this.#deliver(sent, this.#read(sent, operation, fault.byMs));
    else if (fault.kind === "delay")
      this.#time.after(fault.beforeMs, () => {
        const answer = this.#effect(sent);
        this.#time.after(fault.afterMs, () => this.#deliver(sent, answer));
      });
  }

  /** Only reads are stale. */
  #read(sent: Sent, operation: string, byMs: number): WireAnswer {
    return /^(List|Describe)/.test(operation) ? this.#cloud.handleStale(sent, byMs) : this.#effect(sent);
  }

  #break(kind: Extract<Fault, { readonly reached: boolean }>["kind"], sent: Sent, body: string): void {
    const later = () => this.#random.between(2, 30);
    const half = body.slice(0, Math.floor(body.length / 2));
    const headers = { "content-type": "application/x-amz-json-1.1", "content-length": String(body.length) };
    if (kind === "lose") sent.fail(systemError("socket hang up", "ECONNRESET"));
    else if (kind === "no-http") sent.fail(systemError("Parse Error: Expected HTTP/", "HPE_INVALID_CONSTANT"));
    else if (kind === "server-error")
      this.#deliver(sent, awsError(sent, 500, "ServerException", "Service Unavailable."));
    else if (kind === "page")
      this.#deliver(sent, {
        status: this.#random.pick([200, 502, 503]),
        headers: { "content-type": "text/html" },
        body: "<html><body>Bad gateway</body></html>",
      });
    else if (kind === "stall" || kind === "cut-off")
      this.#time.after(later(), () => {
        const response = sent.answer(200, headers);
        response?.push(half);
        if (kind === "cut-off") this.#time.after(later(), () => sent.fail(systemError("aborted", "ECONNRESET")));
      });
    // silence: nothing ever comes.
  }

  #deliver(sent: Sent, { status, headers, body }: WireAnswer): void {
    this.#time.after(this.#random.between(2, 30), () => {
      if (this.#peers.get(sent.port)?.isDead() === true) return;
      const response = sent.answer(status, { ...headers, "content-length": String(Buffer.byteLength(body)) });
      if (response === undefined) return;
      response.complete = true;
      response.push(body);
      response.push(null);
    });
  }
}

function systemError(message: string, code: string): Error {
  return Object.assign(new Error(message), { code });
}

function awsError({ target }: Sent, status: number, code: string, message: string): WireAnswer {
  if (target === undefined) {
    const error = `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
    // As EC2 says it, and as the query protocol's others do.
    const body = `<ErrorResponse>${error}<Errors>${error}</Errors></ErrorResponse>`;
    return { status, headers: { "content-type": "text/xml" }, body };
  }
  return {
    status,
    headers: { "content-type": "application/x-amz-json-1.1", "x-amzn-errortype": code },
    body: JSON.stringify({ __type: code, message }),
  };
}
