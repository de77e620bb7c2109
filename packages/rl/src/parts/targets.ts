// What action values are drawn towards, and how they are put together.
import type { Tensor } from "@agon/tensor";

/** r + γ·v′, and r alone where the episode has terminated. */
export const tdTarget = (reward: number, terminated: boolean, gamma: number, nextValue: number): number =>
  reward + (terminated ? 0 : gamma * nextValue);

/** Value of the best next action, maxₐ Q(s′, a) (Watkins 1989). later: [batch, actions]; result: [batch]. */
export const bestValue = (later: Tensor): Tensor => later.max(1);

/**
 * Double DQN: the online network chooses the next action, the target network values it, Q(s′, argmaxₐ Q(s′, a; θ); θ⁻) (van Hasselt et al.
 * 2016, eq. 4). Choosing and valuing by one network would favour the actions that it happens to overestimate. Both: [batch, actions]; result: [batch].
 */
export const doubleValue = (later: Tensor, online: Tensor): Tensor =>
  later.gather(1, online.detach().argmax(1, { keepDim: true })).squeeze(1);

/** Value of the next action by the smaller of two critics (TD3: Fujimoto et al. 2018, eq. 10). All: [batch]. */
export const clippedDoubleValue = (first: Tensor, second: Tensor): Tensor => first.minimum(second);

/** The same with what the policy's entropy is worth, min(Q₁, Q₂) − α·ln π(a′|s′) (SAC: Haarnoja et al. 2018, eq. 3). All: [batch]. */
export const softValue = (
  first: Tensor,
  second: Tensor,
  logProbability: Tensor,
  temperature: Tensor | number,
): Tensor => clippedDoubleValue(first, second).sub(logProbability.mul(temperature));

/**
 * Target policy smoothing, clip(µ + clip(σ·noise, −c, c), −1, 1) with `limit` c (TD3: Fujimoto et al. 2018, eq. 14): actions that lie close are to
 * have values that lie close, so that a policy cannot lean on a peak that is an error. Both: [batch, size].
 */
export const smoothed = (
  actions: Tensor,
  noise: Tensor,
  { deviation, limit }: { readonly deviation: number; readonly limit: number },
): Tensor => actions.add(noise.mul(deviation).clamp(-limit, limit)).clamp(-1, 1);

/** r + d·v′ with d = γᵐ after m steps, 0 where the episode has terminated. All: [batch]. */
export const bootstrapped = (rewards: Tensor, discounts: Tensor, nextValues: Tensor): Tensor =>
  rewards.add(discounts.mul(nextValues));

/** Q = V + A − mean(A): the mean makes V and A identifiable (Wang et al. 2016, eq. 9). value: [batch, 1]; advantages: [batch, actions]. */
export const dueling = (value: Tensor, advantages: Tensor): Tensor =>
  value.add(advantages).sub(advantages.mean(1, { keepDim: true }));

/** Q(s, a) of the actions taken. values: [batch, actions]; actions: [batch]; result: [batch]. */
export const chosenValue = (values: Tensor, actions: Tensor): Tensor =>
  values.gather(1, actions.unsqueeze(1)).squeeze(1);
