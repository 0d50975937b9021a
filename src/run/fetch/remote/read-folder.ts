import type { ByteSource } from "../../../facts/weights/index.ts";
import type { Reading } from "./reading.ts";
import { openRemote, type RemoteFile, type RemoteSource } from "./remote-source.ts";

/** Headers of shards and texts are short: most within one block. */
const BLOCK_BYTES = 2 ** 17;

/** Opens files of a remote folder by their names while `read` runs; what they brought is kept then, whatever comes of it. */
export async function withRemoteFolder<Result>(
  files: ReadonlyMap<string, RemoteFile>,
  reading: Reading,
  read: (open: (name: string) => Promise<ByteSource | undefined>) => Promise<Result>,
): Promise<Result> {
  const opened: RemoteSource[] = [];
  try {
    return await read(async (name) => {
      const file = files.get(name);
      if (file === undefined) return undefined;
      const source = await openRemote({ ...file, blockBytes: BLOCK_BYTES }, reading);
      opened.push(source);
      return source;
    });
  } finally {
    await Promise.all(opened.map((source) => source.keep()));
  }
}
