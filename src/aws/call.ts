import { present } from "../core/base/present.ts";
import type { AiplatError } from "../errors.ts";
import type { AwsConfig, AwsService } from "./config.ts";
import { translateAwsError } from "./errors.ts";
import { SentOnce } from "./send-once.ts";

/** What the SDK tells about an answer. */
interface Answer {
  readonly $metadata: { readonly requestId?: string | undefined; readonly attempts?: number | undefined };
}

/** Sends one SDK command, e.g. `call("RunTask", (options) => client.send(new RunTaskCommand(input), options))`. */
export type Call = <Output extends Answer>(
  operation: string,
  send: (options: { readonly abortSignal?: AbortSignal }) => Promise<Output>,
) => Promise<Output>;

/**
 * The way every adapter sends: it stops when `signal` aborts, throws an AiplatError that says what to do, and logs
 * service, operation, time and request id under --debug.
 */
export function createCall(config: AwsConfig, service: AwsService, signal: AbortSignal): Call {
  return createSender(config, service, signal, false);
}

/**
 * The same for calls that change something: their errors have the detail `uncertain` where the call may have taken
 * effect all the same.
 *
 * @param signal Aborts a while after the interrupt (lasting.ts).
 */
export function createChange(config: AwsConfig, service: AwsService, signal: AbortSignal): Call {
  return createSender(config, service, signal, true);
}

function createSender(config: AwsConfig, service: AwsService, signal: AbortSignal, changes: boolean): Call {
  return async (operation, send) => {
    const started = performance.now();
    const log = (metadata: Partial<Answer["$metadata"]> | undefined, outcome: string) => {
      if (config.log === undefined) return;
      const attempts = (metadata?.attempts ?? 1) > 1 ? `, ${metadata?.attempts} attempts` : "";
      const request = metadata?.requestId === undefined ? "" : `, request ${metadata.requestId}`;
      const took = `${Math.round(performance.now() - started)} ms`;
      config.log(`aws ${service} ${operation} ${config.region}: ${outcome} in ${took}${attempts}${request}`);
    };
    try {
      const output = await send({ abortSignal: signal });
      log(output.$metadata, "answered");
      config.answering?.add(config.region);
      return output;
    } catch (thrown) {
      const error = thrown instanceof SentOnce ? thrown.reason : thrown;
      const { name, $metadata } = error as { readonly name?: string } & Partial<Answer>;
      log($metadata, name ?? "failed");
      const { region, profile, endpoints } = config;
      const endpoint = endpoints[service];
      const told = translateAwsError(error, {
        service,
        operation,
        region,
        ...present({ profile, endpoint }),
        changes,
      });
      // Loaded only here: the catalogue's regions are of no use to a call that is answered.
      throw isNoHost(told) && endpoint === undefined && config.answering?.has(region) !== true
        ? (await import("./unknown-region.ts")).blameRegion(told, config)
        : told;
    }
  };
}

/** Not EAI_AGAIN: then nobody could be asked. */
function isNoHost({ details }: AiplatError): boolean {
  return details["awsCode"] === "ENOTFOUND";
}

/** A type without its `readonly`s: what the SDK's inputs want of arrays. */
type Writable<Value> = Value extends readonly (infer Item)[]
  ? Writable<Item>[]
  : Value extends object
    ? { -readonly [Key in keyof Value]: Writable<Value[Key]> }
    : Value;

/** The same value for an SDK command, which changes nothing in it. */
export function writable<Value>(value: Value): Writable<Value> {
  return value as Writable<Value>;
}
