import { present } from "../base/present.ts";
import type { ConfigFields } from "./config-fields.ts";
import { decoder } from "./decoder.ts";
import type { Attention, Layers } from "./shape.ts";

/**
 * The layers of Gemma 4's larger models: those that look back at everything have heads of their own, with one projection
 * for keys and values where `attention_k_eq_v`; experts are beside a dense network, whose norms they double.
 */
export function gemma4Decoder(fields: ConfigFields): readonly Layers[] {
  for (const key of ["hidden_size_per_layer_input", "num_kv_shared_layers"])
    if (fields.amount(key) > 0)
      fields.tell(key, `${key} is ${fields.amount(key)}, and what that comes to is not known`);
  const hasExperts = fields.flag("enable_moe_block", false);
  const layers = decoder(fields, {
    queryKeyNorm: "head",
    windows: "most",
    // The router's scale of the hidden size is counted with the norms.
    norms: hasExperts ? 8 : 4,
    ...(hasExperts
      ? {
          experts: { count: "num_experts", size: "moe_intermediate_size", perToken: "top_k_experts" },
          shared: fields.count("intermediate_size"),
          routerBias: true,
        }
      : {}),
  });
  return layers.map((layer) => ({
    ...layer,
    attention: withGlobalHeads(fields, layer.attention),
    // Each layer's output has a scale.
    normParameters: layer.normParameters + 1,
  }));
}

function withGlobalHeads(fields: ConfigFields, attention: Attention): Attention {
  if (attention.kind !== "grouped" || attention.windowTokens !== undefined) return attention;
  const headSize = fields.count("global_head_dim");
  const oneProjection = fields.flag("attention_k_eq_v", false);
  return {
    ...attention,
    headSize,
    ...present({ keyValueHeads: oneProjection ? fields.optionalCount("num_global_key_value_heads") : undefined }),
    oneProjection,
    otherParameters: 2 * headSize,
  };
}
