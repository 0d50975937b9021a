import { readdir, readFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { basename } from "node:path";

/** llama-server's own port, where its command names none */
const PORT = 8080;

/**
 * The arguments of the llama-server of this machine that listens on a port, as the system lists them; undefined: there is none, or the
 * system does not say. `processes`: where Linux lists its processes.
 */
export async function serverArgumentsHere(port: number, processes = "/proc"): Promise<readonly string[] | undefined> {
  const ids = await readdir(processes).catch((): string[] => []);
  for (const id of ids.filter((name) => /^\d+$/.test(name))) {
    const words = (await readFile(`${processes}/${id}/cmdline`, "utf8").catch(() => "")).split("\0").slice(0, -1);
    const [program, ...args] = words;
    if (program === undefined || !basename(program).startsWith("llama-server")) continue;
    const at = args.indexOf("--port");
    if ((at < 0 ? PORT : Number(args[at + 1])) === port) return args;
  }
  return undefined;
}

/** Is it this machine's own address? A name of it other than localhost is not looked up. */
export function isHere(host: string): boolean {
  if (host === "localhost" || host === "::1" || host.startsWith("127.")) return true;
  return Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === host));
}
