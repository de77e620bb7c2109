// Attention and Transformer layers with PyTorch's weights. Its masks say where not to look, ours where to.
import {
  MultiheadAttention,
  scaledDotProductAttention,
  TransformerDecoderLayer,
  TransformerEncoder,
  TransformerEncoderLayer,
  type TransformerLayerOptions,
} from "@agon/nn";
import { check, checkModule, describeOnBackends, type Params } from "./differentiated.ts";

const sizes = (params: Params): [width: number, heads: number] => [params.d_model as number, params.nhead as number];

const options = (params: Params): TransformerLayerOptions => ({
  feedForward: params.dim_feedforward as number,
  dropout: params.dropout as number,
  activation: params.activation as "relu" | "gelu",
  normFirst: params.norm_first as boolean,
  epsilon: params.layer_norm_eps as number | undefined,
});

describeOnBackends("layers_attention", {
  scaled_dot_product_attention: check(({ q, k, v }, { causal }) => {
    const { output, weights } = scaledDotProductAttention(q, k, v, { causal: causal as boolean });
    return { out: output, attn: weights };
  }),
  MultiheadAttention: checkModule(
    ({ embed_dim, num_heads, bias }) =>
      new MultiheadAttention(embed_dim as number, num_heads as number, { bias: bias as boolean }),
    (attention, { query, key, value, attn_mask, key_padding_mask }) => {
      const masks = { mask: attn_mask?.not(), keyMask: key_padding_mask?.not() };
      const { output, weights } = attention.forward(query, { key, value, ...masks });
      return { out: output, attn_weights: weights };
    },
  ),
  TransformerEncoderLayer: checkModule(
    (params) => new TransformerEncoderLayer(...sizes(params), options(params)),
    (layer, { src, src_mask, src_key_padding_mask }) => ({
      out: layer.forward(src, { mask: src_mask?.not(), keyMask: src_key_padding_mask?.not() }),
    }),
  ),
  TransformerDecoderLayer: checkModule(
    (params) => new TransformerDecoderLayer(...sizes(params), options(params)),
    (layer, { tgt, memory, tgt_mask, memory_key_padding_mask }) => ({
      out: layer.forward(tgt, memory, { mask: tgt_mask?.not(), memoryKeyMask: memory_key_padding_mask?.not() }),
    }),
  ),
  TransformerEncoder: checkModule(
    (params) =>
      new TransformerEncoder(...sizes(params), {
        ...options(params),
        layers: params.num_layers as number,
        finalNorm: params.final_norm as boolean,
      }),
    (encoder, { src, mask }) => ({ out: encoder.forward(src, { mask: mask?.not() }) }),
  ),
});
