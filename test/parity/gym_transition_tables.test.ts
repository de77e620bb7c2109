// The models of Gymnasium's tabular environments, row by row in order.
import { definition } from "@agon/environments";
import { describeFixture, expectExact, type FixtureCase } from "./fixtures.ts";

describeFixture("gym_transition_tables", { transition_table: checkTable });

function checkTable({ params, outputs }: FixtureCase): void {
  const { env_id: id, kwargs } = params as { env_id: string; kwargs: Readonly<Record<string, unknown>> };
  const table = definition(id, kwargs).table?.();
  if (!table) throw new Error(`${id} has no transition table.`);
  const rows = table.rows.flatMap((actions, state) =>
    actions.flatMap((outcomes, action) =>
      outcomes.map(([probability, next, reward, terminated]) => [
        state,
        action,
        probability,
        next,
        reward,
        +terminated,
      ]),
    ),
  );
  const { rows: wanted, initial_state_distrib: initial, ...others } = outputs;
  if (Object.keys(others).length > 0) throw new Error(`no check for the outputs ${Object.keys(others).join(", ")}`);
  expectExact({ shape: [rows.length, 6], data: rows.flat() }, wanted, "rows");
  expectExact(table.initial, initial, "starting states");
}
