// The mathematics of reinforcement learning, as the papers' formulas give it.
import { RunningMoments } from "@agon/env";
import { huber, mse } from "@agon/nn";
import {
  argmax,
  bernoulliEntropy,
  bernoulliLogProbability,
  bestValue,
  bootstrapped,
  categoricalEntropy,
  categoricalKl,
  categoricalLogProbability,
  chosenValue,
  clippedDoubleValue,
  discountedReturns,
  doubleValue,
  dueling,
  generalisedAdvantages,
  importanceWeight,
  lambdaReturns,
  normalEntropy,
  normalKl,
  normalLogProbability,
  nStepReturns,
  policyGradientLoss,
  ppoLoss,
  priority,
  projectCategorical,
  quantileHuber,
  softValue,
  squashedNormal,
  SumTree,
  tdTarget,
  vTrace,
} from "@agon/rl";
import { blend, type Tensor, Variable } from "@agon/tensor";
import { check, describeOnBackends, type Inputs, type Params } from "./differentiated.ts";
import { type Adapter, expectOutputs, type FixtureCase, type Result } from "./fixtures.ts";

type Arrays = Readonly<Record<string, ArrayLike<number>>>;
type Numbers = Readonly<Record<string, number>>;

/** A function of plain arrays. */
const plain =
  (f: (inputs: Arrays, params: Numbers, fixture: FixtureCase) => Readonly<Record<string, Result>>): Adapter =>
  (fixture) => {
    const inputs = Object.fromEntries(Object.entries(fixture.inputs).map(([name, { data }]) => [name, data]));
    expectOutputs(fixture, f(inputs, fixture.params as Numbers, fixture));
  };

/** A function of tensors in float64, as its golden outputs are. */
const precise = (f: (inputs: Inputs, params: Numbers) => Readonly<Record<string, Tensor>>): Adapter =>
  check((inputs, params) =>
    f(
      Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, tensor.cast("float64")])),
      params as Numbers,
    ),
  );

const discountsOf = ({ terminated }: Inputs, { gamma }: Numbers): Tensor => terminated.neg().add(1).mul(gamma);

const loss = (f: (inputs: Inputs, params: Params) => Readonly<Record<string, Tensor>>): Adapter => {
  const checked = check(f);
  // The gradients of losses are those of the loss alone: its cotangent is 1.
  return (fixture) =>
    checked({ ...fixture, cotangents: { loss: { dtype: "float32", shape: [], data: Float32Array.of(1) } } });
};

const tabular: Adapter = plain(({ q0 }, params, fixture) => {
  const { lr, gamma } = params;
  const { transitions, sarsa_next_actions } = fixture.params as {
    transitions: [state: number, action: number, reward: number, next: number, terminated: number][];
    sarsa_next_actions: number[];
  };
  const actions = fixture.inputs.q0.shape[1];
  const learn = (follow: (q: Float64Array, row: number, step: number) => number): number[] => {
    const q = Float64Array.from(q0);
    return transitions.flatMap(([state, action, reward, next, terminated], step) => {
      const at = state * actions + action;
      const nextValue = q[next * actions + follow(q, next * actions, step)];
      q[at] += lr * (tdTarget(reward, terminated === 1, gamma, nextValue) - q[at]);
      return [...q];
    });
  };
  return {
    q_learning: learn((q, row) => argmax(q, row, actions)),
    sarsa: learn((_, __, step) => sarsa_next_actions[step]),
  };
});

const prioritised: Adapter = plain(({ td_errors, batch_indices, masses }, { alpha, beta, eps }) => {
  const count = td_errors.length;
  const priorities = Array.from(td_errors, (error) => priority(error, alpha, eps));
  const tree = new SumTree(count);
  for (const [i, each] of priorities.entries()) tree.set(i, each);
  const weightOf = (value: number): number => importanceWeight(value / tree.total, count, beta);
  const weights = priorities.map(weightOf);
  const batch = Array.from(batch_indices, (i) => weights[i]);
  return {
    priorities_pow_alpha: priorities,
    probabilities: priorities.map((each) => each / tree.total),
    weights_unnormalised: weights,
    weights_max_over_buffer: weights.map((weight) => weight / weightOf(tree.minimum)),
    weights_max_over_batch: batch.map((weight) => weight / Math.max(...batch)),
    sum_tree_find: Array.from(masses, (mass) => tree.find(mass)),
    total: tree.total,
    min: tree.minimum,
  };
});

describeOnBackends("rl_math", {
  gae: plain(({ next_values, ...rollout }, { gamma, lambda }, { inputs }) => {
    const { rewards, values, terminated, truncated } = rollout;
    const whole = { rewards, values, terminated, truncated, nextValues: next_values };
    return { ...generalisedAdvantages(whole, inputs.rewards.shape[1], gamma, lambda) };
  }),
  gae_dones: plain(({ rewards, values, dones, last_value }, { gamma, lambda }) => {
    const environments = last_value.length;
    const nextValues = [...Array.from(values).slice(environments), ...Array.from(last_value)];
    const rollout = { rewards, values, nextValues, terminated: dones, truncated: dones };
    return { ...generalisedAdvantages(rollout, environments, gamma, lambda) };
  }),
  discounted_returns: plain(({ rewards, dones }, { gamma }) => ({ returns: discountedReturns(rewards, dones, gamma) })),
  bootstrapped_returns: plain(({ rewards, dones, bootstrap_value }, { gamma }) => {
    const last = rewards.length - 1;
    const beyond = Array.from(rewards, (_, t) => (t === last && !dones[t] ? bootstrap_value[0] : 0));
    const ends = Array.from(dones, (done, t) => t === last || done);
    return { returns: discountedReturns(rewards, ends, gamma, beyond) };
  }),
  n_step_returns: plain(({ rewards, dones, values }, { gamma, n }) => ({
    returns: nStepReturns({ rewards, ends: dones, values }, n, gamma),
  })),
  td_lambda_returns: plain(({ rewards, dones, values }, { gamma, lambda }) => ({
    returns: lambdaReturns({ rewards, ends: dones, values }, lambda, gamma),
  })),
  vtrace: plain((inputs, { gamma, lambda, rho_bar, c_bar, rho_bar_pg }) => {
    const { behaviour_log_probs, target_log_probs, rewards, values, bootstrap_value, dones } = inputs;
    const found = vTrace(
      {
        behaviour: behaviour_log_probs,
        target: target_log_probs,
        rewards,
        values,
        ends: dones,
        lastValues: bootstrap_value,
      },
      { gamma, lambda, rhoLimit: rho_bar, traceLimit: c_bar, policyRhoLimit: rho_bar_pg },
    );
    return { vs: found.values, pg_advantages: found.advantages, rhos: found.ratios };
  }),
  dqn_targets: precise((inputs, params) => {
    const { rewards, next_q_online, next_q_target } = inputs;
    const targets = (next: Tensor): Tensor => bootstrapped(rewards, discountsOf(inputs, params), next);
    return {
      dqn: targets(bestValue(next_q_target)),
      double_dqn: targets(doubleValue(next_q_target, next_q_online)),
      argmax_online: next_q_online.argmax(1),
    };
  }),
  dqn_loss: loss(({ q, actions, targets }, { loss: kind, delta }) => {
    const taken = chosenValue(q, actions);
    const wanted = targets.cast("float32");
    return { loss: kind === "huber" ? huber(taken, wanted, { delta: delta as number }) : mse(taken, wanted) };
  }),
  dueling: check(({ value, advantage }) => ({ out: dueling(value, advantage) })),
  ppo_loss: loss((inputs, params) => {
    const { logits, actions, old_log_probs, advantages, values, old_values, returns } = inputs;
    const found = ppoLoss(
      {
        logProbabilities: categoricalLogProbability(logits, actions),
        oldLogProbabilities: old_log_probs,
        advantages,
        entropies: categoricalEntropy(logits),
        values,
        oldValues: old_values,
        returns,
      },
      {
        clip: params.clip_eps as number,
        valueWeight: params.vf_coef as number,
        entropyWeight: params.ent_coef as number,
        clipValues: params.clip_value_loss as boolean,
        normaliseAdvantages: params.normalize_advantages as boolean,
      },
    );
    const { kl, plainKl, clipped, ratio, entropy, policyLoss, valueLoss } = found;
    return {
      loss: found.loss,
      policy_loss: policyLoss,
      value_loss: valueLoss,
      entropy,
      ratio,
      approx_kl_k1: plainKl,
      approx_kl_k3: kl,
      clip_fraction: clipped,
    };
  }),
  reinforce_loss: loss(({ logits, actions, advantages }) => ({
    loss: policyGradientLoss(categoricalLogProbability(logits, actions), advantages),
  })),
  categorical: (fixture) =>
    check(({ logits, actions }) => ({
      log_prob: categoricalLogProbability(logits, actions),
      entropy: categoricalEntropy(logits),
      ...("probs" in fixture.outputs ? { probs: logits.softmax(1) } : {}),
    }))(fixture),
  categorical_kl: check(({ p_logits, q_logits }) => ({ out: categoricalKl(p_logits, q_logits) })),
  bernoulli: check(({ logits, actions }) => ({
    log_prob: bernoulliLogProbability(logits, actions),
    entropy: bernoulliEntropy(logits),
  })),
  normal: check(({ mean, log_std, value }) => {
    const logProbability = normalLogProbability(mean, log_std, value);
    return { log_prob: logProbability, entropy: normalEntropy(log_std), log_prob_sum: logProbability.sum(1) };
  }),
  normal_kl: check(({ m1, s1, m2, s2 }) => ({ out: normalKl([m1, s1], [m2, s2]) })),
  squashed_normal: (fixture) =>
    check(({ mean, log_std, noise }) => {
      const { action, logProbability } = squashedNormal(mean, log_std, { noise });
      const rough = squashedNormal(mean, log_std, { noise, epsilon: 1e-6 }).logProbability;
      const more: Readonly<Record<string, Tensor>> =
        "log_prob_eps1e-6" in fixture.outputs ? { "log_prob_eps1e-6": rough } : {};
      return { action, log_prob: logProbability, ...more };
    })(fixture),
  squashed_normal_scaled: check(({ mean, log_std, noise }, { action_scale, action_bias }) => {
    const options = { noise, scale: action_scale as number, middle: action_bias as number };
    const { action, logProbability } = squashedNormal(mean, log_std, options);
    return { action, log_prob: logProbability };
  }),
  td3_sac_targets: precise((inputs, params) => {
    const { q1_next, q2_next, rewards, next_log_prob } = inputs;
    const targets = (next: Tensor): Tensor => bootstrapped(rewards, discountsOf(inputs, params), next);
    return {
      td3: targets(clippedDoubleValue(q1_next, q2_next)),
      sac: targets(softValue(q1_next, q2_next, next_log_prob, params.alpha)),
    };
  }),
  polyak_update: precise(({ target, source }, { tau }) => {
    const moved = new Variable(target);
    blend([new Variable(source)], [moved], tau);
    return { target: moved.value };
  }),
  prioritized_replay: prioritised,
  c51_projection: plain(({ next_probs, rewards, terminated }, { num_atoms, v_min, v_max, gamma }) => {
    const discounts = Array.from(terminated, (over) => (over ? 0 : gamma));
    const atoms = { count: num_atoms, low: v_min, high: v_max };
    return { projected: projectCategorical(next_probs, { rewards, discounts }, atoms) };
  }),
  quantile_huber: check(({ theta, target }, { kappa }) => ({ out: quantileHuber(theta, target, kappa as number) })),
  tabular_td: tabular,
  running_mean_std: plain(({ batch0, batch1, batch2 }) => {
    const moments = new RunningMoments(3);
    for (const batch of [batch0, batch1, batch2]) moments.update(batch);
    return { mean: moments.mean, var: moments.variance, count: moments.count };
  }),
});
