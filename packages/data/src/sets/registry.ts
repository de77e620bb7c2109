// The datasets that loaders know: files with their checksums, licences, whom to cite, and who serves the very bytes.
import type { DataFile } from "../files/data-files.ts";
import { files, folders, github, made, type Mirrors, packed } from "./listing.ts";
import {
  blogCatalog,
  brownArchive,
  captions,
  cifarArchive,
  coraGraph,
  coraNodes,
  reviewArchive,
  simLexArchive,
  wikitextTest,
  wikitextValidation,
} from "./originals.ts";

export interface DatasetInfo {
  /** The dataset's own home. */
  readonly home: string;
  readonly title: string;
  /** What is in it. */
  readonly about: string;
  readonly licence: string;
  readonly citation: string;
  readonly files: readonly DataFile[];
}

const wordsim = github("fanglanting/skip-gram-pytorch", "0a16cd6b03f56ebca1854c4b07368ea826625d0f", "wordsim353/");
/** An early revision, before archives made the repository too large for jsDelivr; two tables were changed later. */
const brownlee = github("jbrownlee/Datasets", "0446bbae021681a9732b5f85914860e66c386874");
const brownleeLater = github("jbrownlee/Datasets", "d20fcb6402ae34e653d4513b00f39257bb37ed7f");
const uci =
  (set: string, ...more: readonly Mirrors[]): Mirrors =>
  (name) => [
    `https://archive.ics.uci.edu/ml/machine-learning-databases/${set}/${name}`,
    ...more.flatMap((mirrors) => mirrors(name)),
  ];

const CC_BY = "CC BY 4.0, as the UCI repository says.";
const UCI = "UCI Machine Learning Repository";
const NONE_STATED = "None stated.";

export type DatasetName =
  | "mnist"
  | "cifar10"
  | "cifar10-subset"
  | "tinyshakespeare"
  | "rt-polarity"
  | "imdb"
  | "multi30k"
  | "word-vectors"
  | "brown"
  | "wikitext2"
  | "graphs"
  | "fsdd"
  | "flickr8k-captions"
  | "iris"
  | "spambase"
  | "abalone"
  | "auto-mpg"
  | "breast-cancer-wisconsin"
  | "wine-quality"
  | "daily-min-temperatures"
  | "airline-passengers"
  | "sunspots";

/** What is known of each dataset, by its name. */
export const datasets: Readonly<Record<DatasetName, DatasetInfo>> = {
  mnist: {
    title: "MNIST handwritten digits",
    home: "http://yann.lecun.com/exdb/mnist/",
    about: "60 000 + 10 000 grey images of 28 × 28, 10 classes.",
    licence: "No licence file; usually given as CC BY-SA 3.0.",
    citation:
      "LeCun, Bottou, Bengio, Haffner, “Gradient-based learning applied to document recognition”, Proc. IEEE 86(11), 1998.",
    files: [
      ...files(
        "mnist",
        folders(
          "https://storage.googleapis.com/cvdf-datasets/mnist/",
          "https://ossci-datasets.s3.amazonaws.com/mnist/",
        ),
        ["train-images-idx3-ubyte.gz", 9912422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"],
        ["train-labels-idx1-ubyte.gz", 28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"],
        ["t10k-images-idx3-ubyte.gz", 1648877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"],
        ["t10k-labels-idx1-ubyte.gz", 4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"],
      ),
    ],
  },
  cifar10: {
    title: "CIFAR-10",
    home: "https://www.cs.toronto.edu/~kriz/cifar.html",
    about: "50 000 training and 10 000 test images, 32 × 32 in colour, 10 classes; the binary version, one archive.",
    licence: "None stated by the authors.",
    citation: "A. Krizhevsky, “Learning Multiple Layers of Features from Tiny Images”, technical report, 2009.",
    files: [cifarArchive],
  },
  "cifar10-subset": {
    title: "CIFAR-10, a subset",
    home: "https://www.cs.toronto.edu/~kriz/cifar.html",
    about:
      "The first 4 000 training and the first 1 000 test images, 32 × 32 in colour, 10 classes: results are not comparable with those on all 60 000.",
    licence: "None stated by the authors.",
    citation: "A. Krizhevsky, “Learning Multiple Layers of Features from Tiny Images”, technical report, 2009.",
    files: [
      made(
        "cifar10-subset",
        {
          originals: [cifarArchive],
          make: async (archive) =>
            (await import("../recipes/cifar10.ts")).firstImages(archive, { batch: "data_batch_1.bin", count: 4000 }),
        },
        [
          "data_batch_1_first4000.bin.gz",
          11316918,
          "0bb145d179ecb2a750190e62493390eeb7162bf39f48bbe8e48630dd27a8a1ba",
          "0993cf8b8e43bc207603aef9787006995746513f5e3fa5a52e06d1b069926330",
        ],
      ),
      made(
        "cifar10-subset",
        {
          originals: [cifarArchive],
          make: async (archive) =>
            (await import("../recipes/cifar10.ts")).firstImages(archive, { batch: "test_batch.bin", count: 1000 }),
        },
        [
          "test_batch_first1000.bin.gz",
          2825834,
          "481869234567c4835abc7c5f640eb4c2dd6fb841f09ea94a7f989d31f337e06c",
          "8314c96d7cd65618193bab23acdd5d4c4af15bf6dd00a1781d55beedf3be1ef5",
        ],
      ),
      made(
        "cifar10-subset",
        {
          originals: [cifarArchive],
          make: async (archive) => (await import("../recipes/cifar10.ts")).classNames(archive),
        },
        ["batches.meta.txt", 61, "558e74b5e208382e186da55784b4bac2cd52e558448e1b5800990fdb28ed8033"],
      ),
    ],
  },
  tinyshakespeare: {
    title: "Tiny Shakespeare",
    home: "https://github.com/karpathy/char-rnn",
    about: "1 115 394 characters of plays, 65 distinct ones. Usual split: the first 90% to train.",
    licence: "Public domain.",
    citation: "A. Karpathy, “The Unreasonable Effectiveness of Recurrent Neural Networks”, 2015.",
    files: [
      ...files(
        "tinyshakespeare",
        github("karpathy/char-rnn", "6f9487a6fe5b420b7ca9afb0d7c078e37c1d1b4e", "data/tinyshakespeare/"),
        ["input.txt", 1115394, "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"],
      ),
    ],
  },
  "rt-polarity": {
    title: "Sentence polarity dataset v1.0",
    home: "https://www.cs.cornell.edu/people/pabo/movie-review-data/",
    about: "5 331 positive and 5 331 negative sentences, tokenised, lower case. No official split.",
    licence: NONE_STATED,
    citation: "B. Pang, L. Lee, “Seeing stars”, ACL 2005.",
    files: [
      ...files(
        "rt-polarity",
        github(
          "dennybritz/cnn-text-classification-tf",
          "a0d0e9742b3dc42194955e78858f7be93027c75e",
          "data/rt-polaritydata/",
        ),
        ["rt-polarity.neg", 612506, "2d11cfbc790f1cd96d78339f41ce53ced1efa83cd22d37d6788fa3fe3d17e2fd"],
        ["rt-polarity.pos", 626395, "4134882974a28d0c7b5151256f0e33a6169984ee7372c279e673f1114f475d58"],
      ),
    ],
  },
  imdb: {
    title: "Large Movie Review Dataset v1.0",
    home: "https://ai.stanford.edu/~amaas/data/sentiment/",
    about: "25 000 + 25 000 reviews, half of each positive; lines of label, stars, id and text.",
    licence: "None stated; the authors ask for the citation.",
    citation: "Maas, Daly, Pham, Huang, Ng, Potts, “Learning Word Vectors for Sentiment Analysis”, ACL 2011.",
    files: [
      made(
        "imdb",
        {
          originals: [reviewArchive],
          make: async (archive) => (await import("../recipes/reviews.ts")).labelledReviews(archive, "train"),
        },
        [
          "imdb-train.tsv.gz",
          12886044,
          "66a0677d4e0698baad9d712315c581c20bbe9436064cc0fd4ce68cc3c384e80a",
          "8d7a11c80881209856c8f8426f1fe47ca675aeb4b934137f80a18f55dd322bc7",
        ],
      ),
      made(
        "imdb",
        {
          originals: [reviewArchive],
          make: async (archive) => (await import("../recipes/reviews.ts")).labelledReviews(archive, "test"),
        },
        [
          "imdb-test.tsv.gz",
          12581967,
          "98738835dd92f22ac43c412ad4fdbaeefa7967eaea8800864f7f89dd415abdd0",
          "da32f91b1cd2ebc26e31076d0d2f8df4ce1831e160132d3a7add2b36e45c871c",
        ],
      ),
    ],
  },
  multi30k: {
    title: "Multi30k, task 1",
    home: "https://github.com/multi30k/dataset",
    about: "29 000, 1 014 and 1 000 pairs of an English and a German sentence.",
    licence: "None stated; the captions derive from Flickr30k, for research.",
    citation: "Elliott, Frank, Sima’an, Specia, “Multi30K: Multilingual English-German Image Descriptions”, VL 2016.",
    files: [
      ...files(
        "multi30k",
        github("multi30k/dataset", "c9be912dc05a3ebf9ae5bb5f7f58c1791cda43ab", "data/task1/raw/"),
        ["train.en.gz", 568929, "d79cfa999dd4c51d2cb42499b6796d5a882c3a8a961923c25a898c90f8bbd56f"],
        ["train.de.gz", 637044, "726e39b2fa9eb9ffb6dc763fb35a179f80fae06ffc5d28b6ace5faa883de28a6"],
        ["val.en.gz", 21650, "14f7d25ddd868909a9213e361768460edcacdd6ab9d1e77b92560dc10c10dc28"],
        ["val.de.gz", 24681, "f0cba2f995189cf5770f29a8a9a537a3ad3f51657ad873405082ff6863a5e75a"],
        ["test_2016_flickr.en.gz", 21077, "611d361c6334bc7246101d48097c13cf5c4413c5befc793cc629934359d532d9"],
        ["test_2016_flickr.de.gz", 22890, "9204244e408ccb38d2a55cfcd344df15005fc42a07a6e55ca6c52b6ababb8cc8"],
      ),
    ],
  },
  "word-vectors": {
    title: "Word-vector evaluation sets, and a corpus",
    home: "https://code.google.com/archive/p/word2vec/",
    about: "19 544 analogies, WordSim-353, SimLex-999, and 20 MB of lower-case English from film reviews.",
    licence: "Analogies: Apache-2.0. Others: none stated.",
    citation:
      "Mikolov, Chen, Corrado, Dean 2013; Finkelstein et al. 2002; Hill, Reichart, Korhonen 2015; Maas et al. 2011.",
    files: [
      ...files("word-vectors", github("tmikolov/word2vec", "20c129af10659f7c50e86e3be406df663beff438"), [
        "questions-words.txt",
        603955,
        "8c29b3332afc46f3fb8be04cb5297bf96f39aa7131272dff57869b4485b22a36",
      ]),
      ...files(
        "word-vectors",
        (name) => wordsim(name.replace("wordsim353-", "")),
        ["wordsim353-combined.csv", 7433, "49ff6433ae68abe716fb66433fd870483e289a7a8c74531f59eca847d103fff3"],
        ["wordsim353-set1.csv", 7667, "25043375bc1f9fdb194094bf4a75ad25a53af1b6870036ab27787ce4769d5923"],
        ["wordsim353-set2.csv", 11185, "5cf1378b6bd48b1060457c158bbc7b6331eaabcd82e3099614997ac202f15de3"],
      ),
      made(
        "word-vectors",
        {
          originals: [simLexArchive],
          make: async (archive) => (await import("../recipes/sim-lex.ts")).ratedPairs(archive),
        },
        ["SimLex-999.txt", 44050, "ca00ff8515a36cde32d13c2b83def23f5a167b67db93ebfcfb7dae039ba22c0b"],
      ),
      made(
        "word-vectors",
        {
          originals: [reviewArchive],
          make: async (archive) => (await import("../recipes/reviews.ts")).unlabelledWords(archive),
        },
        [
          "imdb-unsup-text8style-20mb.txt.gz",
          7033157,
          "5193ad1622f570482fc8d274e53a27f9e0b26744e8385244781e20276c8d192c",
          "4529d66af5d35457ce20142b1ebfe3a2818779168718462a28d8e0a45cfdf37d",
        ],
      ),
    ],
  },
  brown: {
    title: "Brown corpus, part-of-speech tagged",
    home: "http://www.hit.uib.no/icame/brown/bcm.html",
    about: "500 texts in 15 categories, 57 340 sentences of word/tag.",
    licence: "Redistribution permitted; usually read as for non-commercial use.",
    citation: "W. N. Francis, H. Kučera, Brown University, 1964.",
    files: [
      made(
        "brown",
        {
          originals: [brownArchive],
          make: async (archive) => (await import("../recipes/brown.ts")).taggedSentences(archive),
        },
        [
          "brown-tagged.tsv.gz",
          2814365,
          "6bda138ddb825cbdec08eddcaa621ed3218d4cee065838f716c7a4b919ab6d3e",
          "41462b27c2205b92c9279c858b39554a8c4641eab060400cf00c2bc6433945d8",
        ],
      ),
    ],
  },
  wikitext2: {
    title: "WikiText-2, validation and test parts",
    home: "https://huggingface.co/datasets/Salesforce/wikitext",
    about: "3 760 and 4 358 lines; the training part is not here.",
    licence: "CC BY-SA.",
    citation: "Merity, Xiong, Bradbury, Socher, “Pointer Sentinel Mixture Models”, 2016.",
    files: [
      made("wikitext2", packed(wikitextValidation), [
        "wiki.valid.tokens.gz",
        373158,
        "3ac34ae2b6509075d52302c50a04a8a1970739ffe1a904f2cd374fefbea3cbf2",
        wikitextValidation.sha256,
      ]),
      made("wikitext2", packed(wikitextTest), [
        "wiki.test.tokens.gz",
        410674,
        "a2b26b5d2619cc1f6cd34c8e116a451aed09af51479346aadfbf508ceb8b192e",
        wikitextTest.sha256,
      ]),
    ],
  },
  graphs: {
    title: "Karate club, Cora, BlogCatalog",
    home: "https://linqs.org/datasets/",
    about: "Graphs with labelled nodes: 34, 2 708 and 10 312 of them.",
    licence: NONE_STATED,
    citation: "Zachary 1977; Sen et al. 2008 (split: Yang, Cohen, Salakhutdinov 2016); Tang, Liu 2009.",
    files: [
      ...files("graphs", github("aditya-grover/node2vec", "883241e825e1473ef9916ac79f6686f5ef6b1603", "graph/"), [
        "karate.edgelist",
        406,
        "854f940aaf02b1755c916e31d31be2e0a50ef5a22a3f2b5bbe85236e5ff67808",
      ]),
      made("graphs", { originals: [], make: async () => (await import("../recipes/karate.ts")).clubs() }, [
        "karate.labels.tsv",
        416,
        "24f4c142129c24826831f9e3ecd86735ccc249b16f2ff8f7961953f6d1d2d27b",
      ]),
      made(
        "graphs",
        { originals: [coraGraph], make: async (graph) => (await import("../recipes/cora.ts")).links(graph) },
        ["cora.edges.txt", 48436, "75e53a6dd7ff2ead7b2fcc3e31e6319debdb33f5537eeb24054e16535cfa277e"],
      ),
      made(
        "graphs",
        { originals: coraNodes, make: async (...parts) => (await import("../recipes/cora.ts")).nodes(...parts) },
        [
          "cora.nodes.tsv.gz",
          81985,
          "9af8c3235d66a2fc4ef9b96368b2bd0b6dee7f9874a15e8de0a7e14d0633f44c",
          "8d7fc96d5633460a6a66e31be3538bd352acb7afb555d9945461190755910c91",
        ],
      ),
      blogCatalog,
      made(
        "graphs",
        { originals: [blogCatalog], make: async (mat) => (await import("../recipes/blog-catalog.ts")).links(mat) },
        [
          "blogcatalog.edges.txt.gz",
          914915,
          "d7fddaa2ab75c7df0f146ffc08538145c696d9990d732d3bbdfe4c3b571d89a4",
          "9856c2e495aa0bd75290f7253b3408dee1c70b2b1cd189199e6013b98f6f66db",
        ],
      ),
      made(
        "graphs",
        { originals: [blogCatalog], make: async (mat) => (await import("../recipes/blog-catalog.ts")).labels(mat) },
        [
          "blogcatalog.labels.tsv.gz",
          35728,
          "89ef3f6d6d0a1e6e1a65cf3f90f5de468a8b6d00eb0d466652d5b841f6139e53",
          "8cb7c4325aebab5d3fe93da3eaf78a489717f352697222d68b78b61925ce1766",
        ],
      ),
    ],
  },
  fsdd: {
    title: "Free Spoken Digit Dataset, a part",
    home: "https://github.com/Jakobovski/free-spoken-digit-dataset",
    about:
      "800 of 3 000 recordings at 8 kHz: digits 0 to 9, four speakers, takes 0 to 19; takes 0 to 4 are for testing. The file of sums names the recordings.",
    licence: "CC BY-SA 4.0.",
    citation: "Z. Jackson et al., “Free Spoken Digit Dataset”, Zenodo.",
    files: [
      made("fsdd", { originals: [], make: async () => (await import("../recipes/spoken-digit-sums.ts")).sums() }, [
        "SHA256SUMS",
        65600,
        "34270a9aaa279f4d9bf42e98e624a2e21620e9e693578b06d889ea0064570c56",
      ]),
    ],
  },
  "flickr8k-captions": {
    title: "Flickr8k captions",
    home: "https://hockenmaier.cs.illinois.edu/DenotationGraph/",
    about: "40 460 captions of 8 092 images, without the images.",
    licence: "Research, non-commercial.",
    citation: "Hodosh, Young, Hockenmaier, “Framing Image Description as a Ranking Task”, JAIR 47, 2013.",
    files: [
      made("flickr8k-captions", packed(captions), [
        "Flickr8k.token.txt.gz",
        867657,
        "66568297576898cbb848150e94448b201e2c396d6f94597fa932528022a1db13",
        captions.sha256,
      ]),
      ...files(
        "flickr8k-captions",
        github("Karan14-11/image_caption_generator", "4936ba6da8583f5934630870dbf6811e223c16aa"),
        ["Flickr_8k.trainImages.txt", 154678, "e330ddd5156a4c2d2e2b67bc587e70e588f2d132bd8a10dc54dcb71e58115d8e"],
      ),
    ],
  },
  iris: {
    title: "Iris",
    home: "https://archive.ics.uci.edu/dataset/53/iris",
    about: "150 flowers, four lengths, three kinds; with the two known slips of the UCI file.",
    licence: CC_BY,
    citation: `Fisher 1936; ${UCI}.`,
    files: [
      ...files("tabular", brownlee, [
        "iris.csv",
        4549,
        "f5d0c11e5c78a69a20dbb80baf2b24703f59a6687595752abb397d23732647c5",
      ]),
    ],
  },
  spambase: {
    title: "Spambase",
    home: "https://archive.ics.uci.edu/dataset/94/spambase",
    about: "4 601 e-mails (1 813 spam): 57 frequencies and lengths.",
    licence: CC_BY,
    citation: `Hopkins, Reeber, Forman, Suermondt 1999; ${UCI}.`,
    files: [
      ...files(
        "tabular",
        uci("spambase", github("rafaelbaptista13/ED-Project", "e2314610066d9d05767eafc6e66eacfe4c9877d3", "spambase/")),
        ["spambase.data", 702942, "b1ef93de71f97714d3d7d4f58fc9f718da7bbc8ac8a150eff2778616a8097b12"],
      ),
    ],
  },
  abalone: {
    title: "Abalone",
    home: "https://archive.ics.uci.edu/dataset/1/abalone",
    about: "4 177 snails: sex, seven measures, rings.",
    licence: CC_BY,
    citation: `Nash et al. 1994; ${UCI}.`,
    files: [
      ...files("tabular", brownlee, [
        "abalone.csv",
        191872,
        "eb2de13be807e9bb9ec4128b9c89b98ab23d7739121cfd17b7dde69b46ba7bf6",
      ]),
    ],
  },
  "auto-mpg": {
    title: "Auto MPG",
    home: "https://archive.ics.uci.edu/dataset/9/auto+mpg",
    about: "398 cars: seven measures, name, miles per gallon; six without power.",
    licence: CC_BY,
    citation: `Quinlan 1993; ${UCI}.`,
    files: [
      ...files("tabular", uci("auto-mpg", github("PAVELPOPEKA/autompg", "d88a463127b493e26c1c56f7c13f733252d80b75")), [
        "auto-mpg.data",
        30286,
        "48b830e11feee5572525f8f1691ddb9d38d3d7b7063edcd8fca672c2a5e17d8d",
      ]),
    ],
  },
  "breast-cancer-wisconsin": {
    title: "Breast cancer Wisconsin (original)",
    home: "https://archive.ics.uci.edu/dataset/15/breast+cancer+wisconsin+original",
    about: "699 samples (241 malignant): nine grades from 1 to 10; 16 with one missing.",
    licence: CC_BY,
    citation: `Wolberg, Mangasarian 1990; ${UCI}.`,
    files: [
      ...files("tabular", uci("breast-cancer-wisconsin", brownleeLater), [
        "breast-cancer-wisconsin.data",
        19889,
        "402c585309c399237740f635ef9919dc512cca12cbeb20de5e563a4593f22b64",
      ]),
    ],
  },
  "wine-quality": {
    title: "Wine quality",
    home: "https://archive.ics.uci.edu/dataset/186/wine+quality",
    about: "1 599 red and 4 898 white wines: eleven measures, quality.",
    licence: CC_BY,
    citation: `Cortez et al. 2009; ${UCI}.`,
    files: [
      ...files(
        "tabular",
        brownleeLater,
        ["winequality-red.csv", 84028, "c9614512e980f1cbd221c796daa97f00c4898c3cd1716863abac60f6cd1a522e"],
        ["winequality-white.csv", 264255, "659d419fff887f225bf977d20520bb64a64cae203e460087f809721d4430ba27"],
      ),
    ],
  },
  "daily-min-temperatures": {
    title: "Daily minimum temperatures",
    home: "https://pkg.yangzhuoranyang.com/tsdl/",
    about: "3 650 days in Melbourne, 1981 to 1990.",
    licence: NONE_STATED,
    citation: "Time Series Data Library.",
    files: [
      ...files("tabular", brownlee, [
        "daily-min-temperatures.csv",
        67921,
        "8b9de63ed6789492bf497625e7f9beb96a63d367b4b0a21754006f749fa5e5da",
      ]),
    ],
  },
  "airline-passengers": {
    title: "Airline passengers",
    home: "https://pkg.yangzhuoranyang.com/tsdl/",
    about: "144 months, 1949 to 1960, in thousands.",
    licence: NONE_STATED,
    citation: "Box, Jenkins 1976; Time Series Data Library.",
    files: [
      ...files("tabular", (name) => brownlee(name.replace("monthly-", "")), [
        "monthly-airline-passengers.csv",
        2180,
        "8cb51be753a718d9be5d76d7e238cc224792754676adc21faa59e954b0201621",
      ]),
    ],
  },
  sunspots: {
    title: "Monthly sunspots",
    home: "https://pkg.yangzhuoranyang.com/tsdl/",
    about: "2 820 months, 1749 to 1983.",
    licence: NONE_STATED,
    citation: "Time Series Data Library.",
    files: [
      ...files("tabular", brownlee, [
        "monthly-sunspots.csv",
        45039,
        "c4ec8cc57d9f6fb6ecdb3e1f37f25b6f4badd5124c55931052b0cd2fc3bc71f3",
      ]),
    ],
  },
};

/** A file of a dataset, by its name within the folder. */
export function fileOf(dataset: DatasetName, name: string): DataFile {
  const file = datasets[dataset].files.find(({ path }) => path.endsWith(`/${name}`));
  if (!file) throw new Error(`internal: ${dataset} has no file ${name}`);
  return file;
}
