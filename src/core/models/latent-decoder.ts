import { present } from "../base/present.ts";
import type { ConfigFields } from "./config-fields.ts";
import type { LatentAttention, Layers } from "./shape.ts";

/**
 * The layers of DeepSeek V2 and V3 and of Kimi K2: latent attention, and experts from `first_k_dense_replace` on. The
 * layers that predict further tokens (`num_nextn_predict_layers`) are left out: engines load them for speculation only.
 */
export function latentDecoder(fields: ConfigFields): readonly Layers[] {
  const hidden = fields.count("hidden_size");
  const total = fields.layers();
  const attention: LatentAttention = {
    kind: "latent",
    heads: fields.count("num_attention_heads"),
    ...present({ queryRank: fields.optionalCount("q_lora_rank") }),
    keyValueRank: fields.count("kv_lora_rank"),
    ropeSize: fields.count("qk_rope_head_dim"),
    nopeSize: fields.count("qk_nope_head_dim"),
    valueSize: fields.count("v_head_dim"),
  };
  const size = fields.count("moe_intermediate_size");
  const shared = fields.amount("n_shared_experts") * size;
  const dense = Math.min(fields.amount("first_k_dense_replace"), total);
  if ((fields.optionalCount("moe_layer_freq") ?? 1) !== 1)
    fields.tell("moe_layer_freq", "moe_layer_freq is not 1, and which layers have experts is not known");
  const common = { attention, normParameters: 2 * hidden };
  const groups: readonly Layers[] = [
    {
      ...common,
      count: dense,
      feedForward: { denseSize: fields.count("intermediate_size"), matrices: 3, bias: false, sharedGate: false },
    },
    {
      ...common,
      count: total - dense,
      feedForward: {
        ...(shared === 0 ? {} : { denseSize: shared }),
        matrices: 3,
        bias: false,
        experts: {
          count: fields.count("n_routed_experts"),
          size,
          perToken: fields.expertsPerToken("n_routed_experts"),
          bias: false,
          routerBias: fields.text("topk_method") === "noaux_tc",
        },
        sharedGate: false,
      },
    },
  ];
  return groups.filter(({ count }) => count > 0);
}
