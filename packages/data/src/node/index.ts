// @agon/data/node: datasets in the file system.
export { type DataFolder, dataFolder, type DataFolderOptions } from "./data-folder.ts";
