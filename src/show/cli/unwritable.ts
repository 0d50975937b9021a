import { LoadoutError } from "../../facts/errors/index.ts";
import { messageOf } from "../../run/home/index.ts";

/** Of a file that a flag names: for `catch`. */
export function unwritable(path: string) {
  return (error: unknown): never => {
    throw new LoadoutError("file-unwritable", { path, got: messageOf(error) }, { cause: error });
  };
}
