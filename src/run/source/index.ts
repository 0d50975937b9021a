export { openFileSource, type ClosableSource } from "./file-source.ts";
