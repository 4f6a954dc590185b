import { present } from "../core/base/present.ts";
import type { AwsConfig, AwsService } from "./config.ts";
import { translateAwsError } from "./errors.ts";

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
 *
 * @param signal Left out: the call is not cut off. A signal that never aborts would gather the SDK's listeners, of
 *   which Node warns from the eleventh call under way on.
 */
export function createCall(config: AwsConfig, service: AwsService, signal?: AbortSignal): Call {
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
      const output = await send(present({ abortSignal: signal }));
      log(output.$metadata, "answered");
      return output;
    } catch (error) {
      const { name, $metadata } = error as { readonly name?: string } & Partial<Answer>;
      log($metadata, name ?? "failed");
      const { region, profile, endpoints } = config;
      const endpoint = endpoints[service];
      throw translateAwsError(error, {
        service,
        operation,
        region,
        ...present({ profile, endpoint }),
      });
    }
  };
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
