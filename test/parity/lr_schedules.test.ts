// Learning-rate schedules step by step, as PyTorch and papers define them.
import {
  cosineDecay,
  cosineWarmRestarts,
  exponentialDecay,
  linearRamp,
  linearWarmup,
  multiStepDecay,
  noam,
  oneCycle,
  oneCycleMomentum,
  polynomialDecay,
  ReduceOnPlateau,
  type Schedule,
  stepDecay,
  warmupCosine,
} from "@agon/optim";
import { type Adapter, describeFixture, expectOutputs, type FixtureCase } from "./fixtures.ts";

type Numbers = Readonly<Record<string, number>>;

const rates = (schedule: Schedule, steps: number): number[] => Array.from({ length: steps }, (_, t) => schedule(t));

/** A schedule with every parameter of the case read, but those that only describe it. */
const scheduled =
  (make: (params: Numbers & { readonly learningRate: number }) => Schedule): Adapter =>
  (fixture: FixtureCase) => {
    const unread = new Set(Object.keys(fixture.params).filter((name) => name !== "formula"));
    const read = new Proxy(
      { ...(fixture.params as Numbers), learningRate: fixture.params.base_lr as number },
      {
        get: (target, name: string) => {
          unread.delete(name === "learningRate" ? "base_lr" : name);
          return target[name as keyof typeof target];
        },
      },
    );
    const schedule = make(read);
    if (unread.size > 0) throw new Error(`lr_schedules: no option for ${[...unread].join(", ")}.`);
    expectOutputs(fixture, { lr: rates(schedule, fixture.outputs.lr.shape[0]) });
  };

const oneCycleRun: Adapter = (fixture) => {
  const { max_lr, total_steps, pct_start, anneal_strategy, div_factor, final_div_factor, three_phase, ...rest } =
    fixture.params as Record<string, never>;
  const { base_momentum, max_momentum, ...unknown } = rest;
  if (Object.keys(unknown).length > 0)
    throw new Error(`lr_schedules: no option for ${Object.keys(unknown).join(", ")}.`);
  const shared = {
    steps: total_steps,
    rise: pct_start,
    shape: anneal_strategy === "cos" ? ("cosine" as const) : ("linear" as const),
    threePhases: three_phase,
  };
  const options = { ...shared, highest: max_lr, initialDivisor: div_factor, finalDivisor: final_div_factor };
  const momentum = { ...shared, lowestMomentum: base_momentum, highestMomentum: max_momentum };
  const steps = fixture.outputs.lr.shape[0];
  expectOutputs(fixture, { lr: rates(oneCycle(options), steps), momentum: rates(oneCycleMomentum(momentum), steps) });
};

const plateau: Adapter = (fixture) => {
  const { base_lr, mode, factor, patience, threshold, threshold_mode, cooldown, min_lr, eps, ...unknown } =
    fixture.params as Record<string, never>;
  if (Object.keys(unknown).length > 0)
    throw new Error(`lr_schedules: no option for ${Object.keys(unknown).join(", ")}.`);
  const schedule = new ReduceOnPlateau({
    learningRate: base_lr,
    mode,
    factor,
    patience,
    threshold,
    thresholdMode: threshold_mode === "rel" ? "relative" : "absolute",
    cooldown,
    lowest: min_lr,
    epsilon: eps,
  });
  const after = Array.from(fixture.inputs.metrics.data, (metric) => schedule.observe(metric));
  expectOutputs(fixture, { lr_after_step: after });
};

describeFixture("lr_schedules", {
  StepLR: scheduled(({ learningRate, step_size, gamma }) =>
    stepDecay({ learningRate, every: step_size, factor: gamma }),
  ),
  MultiStepLR: scheduled(({ learningRate, milestones, gamma }) =>
    multiStepDecay({ learningRate, milestones: milestones as unknown as number[], factor: gamma }),
  ),
  ExponentialLR: scheduled(({ learningRate, gamma }) => exponentialDecay({ learningRate, factor: gamma })),
  CosineAnnealingLR: scheduled(({ learningRate, T_max, eta_min }) =>
    cosineDecay({ learningRate, steps: T_max, lowest: eta_min }),
  ),
  CosineAnnealingWarmRestarts: scheduled(({ learningRate, T_0, T_mult, eta_min }) =>
    cosineWarmRestarts({ learningRate, period: T_0, growth: T_mult, lowest: eta_min }),
  ),
  OneCycleLR: oneCycleRun,
  LinearLR: scheduled(({ learningRate, start_factor, end_factor, total_iters }) =>
    linearRamp({ learningRate, from: start_factor, to: end_factor, steps: total_iters }),
  ),
  LinearWarmup: scheduled(({ learningRate, warmup_steps }) => linearWarmup({ learningRate, steps: warmup_steps })),
  WarmupCosine: scheduled(({ learningRate, warmup_steps, total_steps }) =>
    warmupCosine({ learningRate, warmup: warmup_steps, steps: total_steps }),
  ),
  PolynomialLR: scheduled(({ learningRate, total_iters, power }) =>
    polynomialDecay({ learningRate, steps: total_iters, power }),
  ),
  NoamLR: scheduled(({ learningRate, d_model, warmup_steps }) =>
    noam({ learningRate, width: d_model, warmup: warmup_steps }),
  ),
  ReduceLROnPlateau: plateau,
});
