/** `givenNetworkMode` in JSON Schema. */
import { networkModes } from "../fields.ts";
import type { NetworkMode } from "../network-mode.ts";
import { all, any, given, not, type JsonSchema } from "./fragments.ts";

const raw = "ecs.taskDefinition.networkMode";
const word = "ecs.networkMode";
const anyMode = { enum: networkModes };

/** The file gives a network mode. */
export const modeIsGiven = any(given(raw, anyMode), given(word));

/** The file gives this network mode. */
export function modeIs(mode: NetworkMode): JsonSchema {
  return any(given(raw, { const: mode }), all(not(given(raw, anyMode)), given(word, { const: mode })));
}
