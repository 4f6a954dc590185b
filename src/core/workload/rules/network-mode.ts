/** `givenNetworkMode` in JSON Schema. */
import { networkModes } from "../fields.ts";
import type { NetworkMode } from "../network-mode.ts";
import { all, any, given, not, type JsonSchema } from "./fragments.ts";

const raw = "ecs.taskDefinition.networkMode";
const word = "ecs.networkMode";
const anyMode = { enum: [...networkModes, "none", null] };

/** The file gives a network mode. */
export const modeIsGiven = any(given(raw, anyMode), given(word));

/** The file gives this network mode. */
export function modeIs(mode: NetworkMode): JsonSchema {
  // Where raw fields delete it, ECS takes bridge.
  const written = mode === "bridge" ? { enum: [mode, null] } : { const: mode };
  return any(given(raw, written), all(not(given(raw, anyMode)), given(word, { const: mode })));
}
