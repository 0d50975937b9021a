import { type GgufFile, readGgufSet } from "../../../facts/weights/index.ts";
import { type Reading } from "./reading.ts";
import { openRemote, type RemoteFile, type RemoteSource } from "./remote-source.ts";

/** Headers of this many parts are asked for at the same time. */
const AT_ONCE = 6;
/** Of a part after the first the header is a list of tensors, a few hundred bytes each. */
const LATER_BLOCK_BYTES = 2 ** 16;

/** Reads the header of a remote model, of all its parts where it is split. Parts are found by the names they have. */
export async function readRemoteGguf(files: readonly RemoteFile[], reading: Reading): Promise<GgufFile> {
  const opened = new Map<string, RemoteSource>();
  const open = async (file: RemoteFile, index: number): Promise<RemoteSource> => {
    const source = await openRemote(index === 0 ? file : { ...file, blockBytes: LATER_BLOCK_BYTES }, reading);
    opened.set(file.name, source);
    return source;
  };
  try {
    const [first, ...later] = files;
    if (first === undefined) throw new RangeError("a model without files");
    const source = await open(first, 0);
    for (let at = 0; at < later.length; at += AT_ONCE) {
      const group = later.slice(at, at + AT_ONCE);
      await Promise.all(
        group.map(async (file) => (await open(file, 1)).read(0, Math.min(LATER_BLOCK_BYTES, file.size))),
      );
    }
    return await readGgufSet(source, (name) => Promise.resolve(opened.get(name)));
  } finally {
    await Promise.all([...opened.values()].map((source) => source.keep()));
  }
}
