import { readGguf } from "../../../facts/weights/index.ts";
import { openFileSource } from "../../source/index.ts";

/** `llama_pooling_type` of llama.cpp's public header, by number. */
const POOLINGS: readonly string[] = ["none", "mean", "cls", "last", "rank"];

/**
 * How a model's vectors are made of its tokens: as its file says, else the mean. A server whose model says nothing pools nothing,
 * and then refuses /v1/embeddings.
 */
export async function poolingOf(path: string): Promise<string> {
  await using source = await openFileSource(path);
  const { metadata } = await readGguf(source);
  const architecture = metadata.text("general.architecture") ?? "";
  const said = POOLINGS[metadata.number(`${architecture}.pooling_type`) ?? 0];
  return said === undefined || said === "none" ? "mean" : said;
}
