import { briefValue } from "../base/brief-value.ts";
import { present } from "../base/present.ts";
import type { ConfigFields } from "./config-fields.ts";
import type { LatentAttention, Layers } from "./shape.ts";

/**
 * The layers of DeepSeek V2 and V3, of Kimi K2 and GLM 5: latent attention, with an indexer where there is an
 * `index_topk`, and experts from `first_k_dense_replace` on. The layers that predict further tokens
 * (`num_nextn_predict_layers`) are left out: engines load them for speculation only.
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
  const indexed = indexerLayers(fields, total);
  const indexer = {
    heads: indexed.size === 0 ? 1 : fields.count("index_n_heads"),
    headSize: indexed.size === 0 ? 1 : fields.count("index_head_dim"),
  };
  const networks = {
    dense: { denseSize: fields.count("intermediate_size"), matrices: 3, bias: false, sharedGate: false },
    sparse: {
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
  } as const;
  const groups = new Map<string, Layers>();
  for (let layer = 0; layer < total; layer++) {
    const network = layer < dense ? "dense" : "sparse";
    const key = `${network} ${indexed.has(layer)}`;
    groups.set(key, {
      count: (groups.get(key)?.count ?? 0) + 1,
      attention: indexed.has(layer) ? { ...attention, indexer } : attention,
      feedForward: networks[network],
      normParameters: 2 * hidden,
    });
  }
  return [...groups.values()];
}

/** The layers with an indexer of their own: all, or those that `indexer_types` does not have share the last one's. */
function indexerLayers(fields: ConfigFields, total: number): ReadonlySet<number> {
  const all = Array.from({ length: total }, (_, layer) => layer);
  if (fields.optionalCount("index_topk") === undefined) return new Set();
  const types = fields.list("indexer_types", total);
  const strange = types?.find((type) => type !== "full" && type !== "shared");
  if (strange !== undefined)
    fields.tell("indexer_types", `indexer_types has ${briefValue(strange)}, which is not known`);
  return new Set(types === undefined ? all : all.filter((layer) => types[layer] === "full"));
}
