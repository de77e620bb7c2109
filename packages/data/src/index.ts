// @agon/data: datasets and their batches, readers, augmentation, tokenizers, features of sound.
export { Batches, prefetch, type PrefetchOptions } from "./batches.ts";
export {
  type AnyDataset,
  type Batch,
  type BatchOptions,
  type Column,
  type Columns,
  Dataset,
  type DatasetOptions,
  type Role,
} from "./dataset.ts";
export type { HostArray, HostBatch, Transform } from "./host-batch.ts";
export { minMaxScaler, Scaler, type ScalerOptions, type ScalerState, standardScaler } from "./scalers.ts";
export { type Fold, type FoldOptions, kFold, type Shares, type Split, split, type SplitOptions } from "./split.ts";
export {
  channelStatistics,
  crop,
  cutout,
  flip,
  type ImageOptions,
  mixup,
  type MixupOptions,
  normalise,
} from "./transforms/images.ts";
