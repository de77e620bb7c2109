// Returns and advantages from rewards, as pure functions over time-major arrays.

/**
 * Gₜ = rₜ + γ·Gₜ₊₁; where an episode ends Gₜ = rₜ + γ·beyondₜ, with `beyond` the value of what would have followed: that of the last
 * observation after truncation, 0 after termination. Past the last step nothing follows. All arrays are [steps].
 */
export const discountedReturns = (
  rewards: ArrayLike<number>,
  ends: ArrayLike<number | boolean>,
  gamma: number,
  beyond?: ArrayLike<number>,
): Float64Array => {
  const returns = new Float64Array(rewards.length);
  let next = 0;
  for (let t = rewards.length - 1; t >= 0; t--) {
    next = rewards[t] + gamma * (ends[t] ? (beyond?.[t] ?? 0) : next);
    returns[t] = next;
  }
  return returns;
};

/** One rollout of several environments. All arrays are [steps, environments]. */
export interface Rollout {
  readonly rewards: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  /** Value of the observation that each step led to, before any reset. */
  readonly nextValues: ArrayLike<number>;
  readonly terminated: ArrayLike<number | boolean>;
  readonly truncated: ArrayLike<number | boolean>;
}

/**
 * Generalised advantage estimate, Aₜ = Σ (γλ)ˡ δₜ₊ₗ with δₜ = rₜ + γ·V(sₜ₊₁) − V(sₜ) (Schulman et al. 2016, eq. 16). Termination cuts value
 * and trace; truncation cuts only the trace: its next value still counts. Returns advantages and A + V.
 */
export const generalisedAdvantages = (
  { rewards, values, nextValues, terminated, truncated }: Rollout,
  environments: number,
  gamma: number,
  lambda: number,
): { readonly advantages: Float64Array; readonly returns: Float64Array } => {
  const advantages = new Float64Array(rewards.length);
  const returns = new Float64Array(rewards.length);
  for (let i = rewards.length - 1; i >= 0; i--) {
    const delta = rewards[i] + (terminated[i] ? 0 : gamma * nextValues[i]) - values[i];
    const later =
      i + environments < rewards.length && !terminated[i] && !truncated[i] ? advantages[i + environments] : 0;
    advantages[i] = delta + gamma * lambda * later;
    returns[i] = advantages[i] + values[i];
  }
  return { advantages, returns };
};

/** One stretch of experience. */
export interface Experience {
  /** [steps] */
  readonly rewards: ArrayLike<number>;
  /** Where an episode ended: nothing after it counts. [steps] */
  readonly ends: ArrayLike<number | boolean>;
  /** V(s₀) … V(s_T): one more than steps. */
  readonly values: ArrayLike<number>;
}

/** Gₜ = rₜ + γ·rₜ₊₁ + … + γᵐ·V(sₜ₊ₘ) with m = min(n, T − t), without a value where the episode ends on the way (Sutton & Barto 2018, eq. 7.1). */
export const nStepReturns = ({ rewards, ends, values }: Experience, n: number, gamma: number): Float64Array => {
  const returns = new Float64Array(rewards.length);
  for (let t = 0; t < rewards.length; t++) {
    const last = Math.min(t + n, rewards.length);
    let worth = 1;
    let end = t;
    for (let over = false; end < last && !over; end++) {
      returns[t] += worth * rewards[end];
      worth *= gamma;
      over = Boolean(ends[end]);
    }
    if (!ends[end - 1]) returns[t] += worth * values[end];
  }
  return returns;
};

/** Gₜ = rₜ + γ·((1 − λ)·V(sₜ₊₁) + λ·Gₜ₊₁), beyond the last step V; nothing follows an end (Sutton & Barto 2018, eq. 12.2). */
export const lambdaReturns = ({ rewards, ends, values }: Experience, lambda: number, gamma: number): Float64Array => {
  const returns = new Float64Array(rewards.length);
  let next = values[rewards.length];
  for (let t = rewards.length - 1; t >= 0; t--) {
    next = rewards[t] + (ends[t] ? 0 : gamma * ((1 - lambda) * values[t + 1] + lambda * next));
    returns[t] = next;
  }
  return returns;
};
