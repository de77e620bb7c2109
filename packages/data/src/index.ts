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
export { type CifarImages, readCifar10, readCifar100 } from "./readers/cifar.ts";
export { type CsvOptions, readCsv } from "./readers/csv.ts";
export { DataError, type Place, type ReadOptions } from "./readers/data-error.ts";
export { gunzip, type GunzipOptions } from "./readers/gzip.ts";
export { type IdxArray, readIdx } from "./readers/idx.ts";
export { Table, type TableContent, type TableDataset, type TableDatasetOptions } from "./readers/table.ts";
export { readTar } from "./readers/tar.ts";
export { readLines, readText, type TextOptions } from "./readers/text.ts";
export { readWav, type Sound } from "./readers/wav.ts";
export {
  type DataFile,
  type DataFiles,
  MissingDataError,
  type Progress,
  type ReadFileOptions,
  type Recipe,
  sha256,
} from "./files/data-files.ts";
export { type DownloadOptions, webFiles } from "./files/download.ts";
export { cifar10, cifar10Subset } from "./sets/cifar10.ts";
export { type ImageColumns, type ImageSplit, type LoadOptions, mnist } from "./sets/mnist.ts";
export { type DatasetInfo, type DatasetName, datasets, fileOf } from "./sets/registry.ts";
export { type SpokenDigit, spokenDigits } from "./sets/spoken-digits.ts";
export { loadTable, type TableName, tableNames } from "./sets/tables.ts";
export {
  brown,
  imdb,
  type LabelledTexts,
  multi30k,
  type SentencePairs,
  sentencePolarity,
  type TaggedSentence,
  tinyShakespeare,
} from "./sets/texts.ts";
export {
  Corpus,
  type EncodeOptions,
  encodeTexts,
  type LabelledTokenColumns,
  text,
  TokenSequence,
  type WindowColumns,
  type WindowOptions,
} from "./text.ts";
export { type BytePairOptions, type BytePairState, BytePairTokenizer } from "./tokenizers/byte-pair.ts";
export { type CharacterOptions, type CharacterState, CharacterTokenizer } from "./tokenizers/character.ts";
export { type Tokenizer, tokenizerFrom, type TokenizerState } from "./tokenizers/tokenizer.ts";
export { UNKNOWN_WORD, type WordOptions, type WordState, WordTokenizer } from "./tokenizers/word.ts";
export {
  type Frames,
  logMel,
  type LogMelOptions,
  melFilters,
  type MelOptions,
  type MelScale,
  spectrogram,
  type SpectrogramOptions,
} from "./audio/mel.ts";
