// Losses and their gradients, as PyTorch or their papers define them.
import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  contrastive,
  cosineEmbedding,
  cosineSimilarity,
  crossEntropy,
  ctc,
  gaussianNll,
  hinge,
  hingeEmbedding,
  huber,
  klDivergence,
  mae,
  marginRanking,
  mse,
  multiMargin,
  nll,
  ntXent,
  poissonNll,
  type Reduction,
  sigmoidFocal,
  smoothL1,
  softMargin,
  softmaxFocal,
  squaredHinge,
  tripletMargin,
} from "@agon/nn";
import type { Tensor } from "@agon/tensor";
import { check, describeOnBackends, type Inputs, type Params } from "./differentiated.ts";
import type { Adapter } from "./fixtures.ts";

/** PyTorch's parameter names and ours; those that only describe the case have none. */
const names: Readonly<Record<string, string | null>> = {
  reduction: "reduction",
  alpha: "alpha",
  beta: "beta",
  blank: "blank",
  delta: "delta",
  dim: "dim",
  eps: "epsilon",
  full: "full",
  gamma: "gamma",
  ignore_index: "ignoreIndex",
  label_smoothing: "labelSmoothing",
  log_input: "logInput",
  log_target: "logTarget",
  margin: "margin",
  p: "p",
  swap: "swap",
  temperature: "temperature",
  zero_infinity: "zeroInfinity",
  layout: null,
  target_kind: null,
  target_0: null,
  target_1: null,
};

const translate = (params: Params): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(params).flatMap(([name, value]) => {
      if (!Object.hasOwn(names, name)) throw new Error(`losses: no option for the parameter "${name}".`);
      return names[name] === null ? [] : [[names[name], value]];
    }),
  );

type Options = { readonly reduction?: Reduction };

/** A loss of some of the inputs; inputs beside those are options. */
const loss = (
  inputs: readonly string[],
  f: (given: Inputs, options: Options) => Tensor,
  optional: Readonly<Record<string, string>> = {},
): Adapter =>
  check((given: Inputs, params) => {
    const rest = Object.keys(given).filter((name) => !inputs.includes(name));
    for (const name of rest) if (!(name in optional)) throw new Error(`losses: no option for the input "${name}".`);
    const options = Object.fromEntries(rest.map((name) => [optional[name], given[name]]));
    return { loss: f(given, { ...translate(params), ...options }) };
  });

const plainLoss = (f: (prediction: Tensor, target: Tensor, options: Options) => Tensor, optional = {}): Adapter =>
  loss(["input", "target"], ({ input, target }, options) => f(input, target, options), optional);
const pairLoss = (f: (a: Tensor, b: Tensor, target: Tensor, options: Options) => Tensor): Adapter =>
  loss(["x1", "x2", "target"], ({ x1, x2, target }, options) => f(x1, x2, target, options));

describeOnBackends("losses", {
  mse: plainLoss(mse),
  l1: plainLoss(mae),
  huber: plainLoss(huber),
  smooth_l1: plainLoss(smoothL1),
  bce: plainLoss(binaryCrossEntropy, { weight: "weight" }),
  bce_with_logits: plainLoss(binaryCrossEntropyWithLogits, { pos_weight: "positiveWeight" }),
  cross_entropy: plainLoss(crossEntropy, { weight: "weight" }),
  nll: plainLoss(nll, { weight: "weight" }),
  kl_div: plainLoss(klDivergence),
  sigmoid_focal: plainLoss(sigmoidFocal),
  softmax_focal: plainLoss(softmaxFocal),
  contrastive: pairLoss(contrastive),
  nt_xent: loss(["z"], ({ z }, options) => ntXent(z, options)),
  triplet_margin: loss(["anchor", "positive", "negative"], ({ anchor, positive, negative }, options) =>
    tripletMargin(anchor, positive, negative, options),
  ),
  cosine_embedding: pairLoss(cosineEmbedding),
  cosine_similarity: check(({ x1, x2 }, params) => ({ out: cosineSimilarity(x1, x2, translate(params)) })),
  hinge: plainLoss(hinge),
  squared_hinge: plainLoss(squaredHinge),
  hinge_embedding: plainLoss(hingeEmbedding),
  multi_margin: plainLoss(multiMargin),
  margin_ranking: pairLoss(marginRanking),
  soft_margin: plainLoss(softMargin),
  poisson_nll: plainLoss(poissonNll),
  gaussian_nll: loss(["input", "target", "var"], (given, options) =>
    gaussianNll(given.input, given.target, given.var, options),
  ),
  ctc: loss(["logits", "targets"], ({ logits, targets }, options) => ctc(logits, targets, options), {
    input_lengths: "inputLengths",
    target_lengths: "targetLengths",
  }),
});
