import type { World } from "../model/world.ts";
import type { ThrottleBucket } from "./faults.ts";
import type { Of, Schema } from "../../core/ecs-api/field.ts";

/** What an operation is told besides its input. */
export interface OperationCall {
  readonly world: World;
  /** The region that the request is signed for, or the sandbox's own. */
  readonly region: string;
  readonly requestId: string;
}

/** One operation of an AWS API: its input, the throttling bucket it draws on, and what it does. */
export interface Operation {
  readonly bucket: ThrottleBucket;
  readonly input: Schema;
  readonly run: (input: never, call: OperationCall) => object;
}

/** Ties the type of an operation's input to its schema. */
export function operation<Input extends Schema>(
  bucket: ThrottleBucket,
  input: Input,
  run: (input: Of<Input>, call: OperationCall) => object,
): Operation {
  return { bucket, input, run: run as Operation["run"] };
}
