// Numbers per channel against [batch, channels, …]: as rows [batch · channels, positions], where backends broadcast fast.
import { sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** [batch, channels, …] → [batch · channels, positions] */
export const toRows = (x: Tensor): Tensor => x.reshape([x.shape[0] * x.shape[1], sizeOf(x.shape.slice(2))]);

/** [channels] → [batch · channels, 1] */
export const spreadChannels = (perChannel: Tensor, batch: number): Tensor => {
  const [channels] = perChannel.shape;
  return perChannel.expand([batch, channels]).reshape([batch * channels, 1]);
};

/** Sum per channel of rows: [batch · channels, positions] → [channels] */
export const channelSum = (rows: Tensor, batch: number): Tensor =>
  rows
    .sum(1)
    .reshape([batch, rows.shape[0] / batch])
    .sum(0);
