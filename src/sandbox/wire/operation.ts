import type { World } from "../model/world.ts";
import type { Shape } from "./shape.ts";

/** What an operation is told besides its input. */
export interface Call {
  readonly world: World;
  /** The region that the request is signed for, or the sandbox's own. */
  readonly region: string;
  readonly requestId: string;
}

/** One operation of an AWS API: its input, the throttling bucket it draws on, and what it does. */
export interface Operation {
  readonly bucket: string;
  readonly input: Shape<object>;
  readonly run: (input: never, call: Call) => object;
}

/** Ties the type of an operation's input to its shape. */
export function operation<Input extends object>(
  bucket: string,
  input: Shape<Input>,
  run: (input: Input, call: Call) => object,
): Operation {
  return { bucket, input, run: run as Operation["run"] };
}
