// Activations as functions of a tensor; any of them is a layer.
import { customGradient, type Tensor } from "@agon/tensor";

/** max(x, 0) */
export const relu = (x: Tensor): Tensor => x.relu();
/** min(max(x, 0), 6) */
export const relu6 = (x: Tensor): Tensor => x.clamp(0, 6);
export const tanh = (x: Tensor): Tensor => x.tanh();
/** 1/(1 + e⁻ˣ) */
export const sigmoid = (x: Tensor): Tensor => x.sigmoid();
/** x where positive, else slope·x. */
export const leakyRelu = (x: Tensor, slope = 0.01): Tensor => x.greater(0).where(x, x.mul(slope));
/** x where positive, else α(eˣ − 1) (Clevert et al. 2016). */
export const elu = (x: Tensor, alpha = 1): Tensor => x.greater(0).where(x, x.greater(0).where(0, x).expm1().mul(alpha));
/** Self-normalising ELU with its fixed λ and α (Klambauer et al. 2017). */
export const selu = (x: Tensor): Tensor => elu(x, 1.6732632423543772).mul(1.0507009873554805);
/** x·σ(x) */
export const silu = (x: Tensor): Tensor => x.mul(x.sigmoid());
/** x·Φ(x), or its tanh approximation (Hendrycks & Gimpel 2016). */
export const gelu = (x: Tensor, approximate: "none" | "tanh" = "none"): Tensor => x.gelu(approximate);
/** ln(1 + e^(βx))/β, as max(z, 0) + ln(1 + e^(−|z|)) with z = βx: no overflow. The derivative is σ(z), also at 0. */
export const softplus = (x: Tensor, beta = 1): Tensor =>
  customGradient(
    [x],
    ([y]) => {
      const z = y.mul(beta);
      return z
        .relu()
        .add(z.abs().neg().exp().log1p())
        .mul(1 / beta);
    },
    (gradient) => [gradient.mul(x.mul(beta).sigmoid())],
  );
/** ln σ(x) */
export const logSigmoid = (x: Tensor): Tensor => softplus(x.neg()).neg();
/** x·tanh(ln(1 + eˣ)) (Misra 2019). */
export const mish = (x: Tensor): Tensor => x.mul(softplus(x).tanh());
/** x/(1 + |x|) */
export const softsign = (x: Tensor): Tensor => x.div(x.abs().add(1));
/** Limits to [−1, 1]. */
export const hardtanh = (x: Tensor): Tensor => x.clamp(-1, 1);
/** All dims but the first become one. */
export const flatten = (x: Tensor): Tensor => x.flatten(1);
