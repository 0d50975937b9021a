import { createServer, type Server } from "node:http";
import { pageFiles } from "../../src/run/web/index.ts";

/** Where the page stands on its server: a site may be a folder of another one. */
const BELOW = "/some/place";

/** A server of files and nothing else, as a site has it, with the headers that `loadout web` sends. */
export interface FileServer {
  /** "http://127.0.0.1:4000/some/place/" */
  readonly url: string;
  /** Hangs up on everybody, or answers again. */
  reachable(is: boolean): void;
  /** Nobody is answered any more; twice is once. */
  close(): Promise<void>;
}

export async function serveFiles(folder: string): Promise<FileServer> {
  const files = await pageFiles(folder);
  let up = true;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "", "http://127.0.0.1");
    const page = pathname.startsWith(BELOW) ? files.get(pathname.slice(BELOW.length)) : undefined;
    if (up) response.writeHead(page === undefined ? 404 : 200, page?.headers ?? {}).end(page?.body);
    else request.socket.destroy();
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}${BELOW}/`,
    reachable: (is) => {
      up = is;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (typeof address === "object" && address !== null) resolve(address.port);
    });
  });
}
