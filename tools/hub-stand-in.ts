// A small server that answers as a model hub does, for tests and for tools/kill-download.ts: a hub that redirects to a
// content network on another port, with faults on order. It listens on 127.0.0.1 only.
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { once } from "node:events";

/** What goes wrong with one answer. */
export interface Fault {
  /** answer with this status instead */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** end the connection after this many bytes of the body */
  readonly cutAfter?: number;
  /** send the whole file whatever range was asked for */
  readonly ignoreRange?: boolean;
  /** accept the request and never answer */
  readonly silent?: boolean;
}

/** One request as the server saw it. */
export interface Seen {
  readonly server: "hub" | "content";
  readonly method: string;
  readonly path: string;
  readonly range?: string;
  readonly authorization?: string;
  /** first byte of the file that was sent */
  start: number;
  /** bytes of the body that were handed to the connection */
  sentBytes: number;
}

export interface StandInFile {
  bytes: Uint8Array;
  /** what the hub calls its sum; default: the real sha256 */
  etag?: string;
  /** leave the linked headers out, as plain file servers do */
  plain?: boolean;
}

export interface StandIn extends AsyncDisposable {
  readonly endpoint: string;
  readonly commit: string;
  readonly seen: Seen[];
  readonly files: Map<string, StandInFile>;
  close(): Promise<void>;
}

export interface StandInOptions {
  /** `owner/name/file` -> content; a file may be replaced while the server runs */
  readonly files: Readonly<Record<string, StandInFile>>;
  readonly commit?: string;
  /** send the file from the hub itself, without a redirect */
  readonly direct?: boolean;
  /** called for every request; `count` counts those before it on the same server and method */
  readonly fault?: (seen: Seen, count: number) => Fault | undefined;
  /** called after each piece was handed to the connection */
  readonly onPiece?: (seen: Seen) => void;
}

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const PIECE_BYTES = 65_536;

export async function startHub(options: StandInOptions): Promise<StandIn> {
  const files = new Map(Object.entries(options.files));
  const commit = options.commit ?? COMMIT;
  const seen: Seen[] = [];
  const content = await listen(createServer((request, response) => void answer("content", request, response)));
  const hub = await listen(createServer((request, response) => void answer("hub", request, response)));

  async function answer(server: Seen["server"], request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent(new URL(request.url!, "http://hub").pathname).slice(1);
    const { range, authorization } = request.headers;
    const entry: Seen = {
      server,
      method: request.method!,
      path,
      start: 0,
      sentBytes: 0,
      ...strings({ range, authorization }),
    };
    const count = seen.filter((other) => other.server === server && other.method === entry.method).length;
    seen.push(entry);
    const fault = options.fault?.(entry, count);
    if (fault?.silent) return;
    const listed = server === "hub" ? /^api\/models\/([^/]+\/[^/]+)\/revision\/[^/]+$/.exec(path)?.[1] : undefined;
    const file =
      files.get(path.replace(/\/resolve\/[^/]+\//, "/")) ?? (listed === undefined ? undefined : listingFile(listed));
    if (fault?.status !== undefined) return void response.writeHead(fault.status, fault.headers).end();
    if (file === undefined) return void response.writeHead(404, { "x-error-code": "EntryNotFound" }).end();
    const sum = file.etag ?? sumOf(file.bytes);
    if (server === "hub") {
      response.setHeader("x-repo-commit", commit);
      if (!file.plain) response.setHeader("x-linked-etag", `"${sum}"`);
      if (!file.plain) response.setHeader("x-linked-size", file.bytes.byteLength);
      if (!options.direct && listed === undefined) {
        const location = `${content.origin}/${path
          .replace(/\/resolve\/[^/]+\//, "/")
          .split("/")
          .map(encodeURIComponent)
          .join("/")}?signature=1`;
        return void response.writeHead(302, { location }).end();
      }
    }
    response.setHeader("etag", `"${server === "hub" ? sum : `content-${sum.slice(0, 8)}`}"`);
    await sendFile(entry, file.bytes, fault, response, options.onPiece);
  }

  /** What the hub's API says of a repository: every file with its size and its sum. */
  function listingFile(repository: string): StandInFile | undefined {
    const siblings = [...files]
      .filter(([name]) => name.startsWith(`${repository}/`))
      .map(([name, { bytes, etag }]) => ({
        rfilename: name.slice(repository.length + 1),
        size: bytes.byteLength,
        lfs: { sha256: etag ?? sumOf(bytes), size: bytes.byteLength },
      }));
    if (siblings.length === 0) return undefined;
    return { bytes: new TextEncoder().encode(JSON.stringify({ id: repository, sha: commit, siblings })) };
  }

  const close = async () => {
    for (const { server } of [hub, content]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  };
  return { endpoint: hub.origin, commit, seen, files, close, [Symbol.asyncDispose]: close };
}

async function sendFile(
  entry: Seen,
  bytes: Uint8Array,
  fault: Fault | undefined,
  response: ServerResponse,
  onPiece: StandInOptions["onPiece"],
): Promise<void> {
  const size = bytes.byteLength;
  const match = fault?.ignoreRange ? null : /^bytes=(\d+)-(\d*)$/.exec(entry.range ?? "");
  const start = match ? Number(match[1]) : 0;
  const end = match?.[2] ? Math.min(Number(match[2]) + 1, size) : size;
  if (match && start >= size) return void response.writeHead(416, { "content-range": `bytes */${size}` }).end();
  entry.start = start;
  if (match) response.setHeader("content-range", `bytes ${start}-${end - 1}/${size}`);
  response.writeHead(match ? 206 : 200, { "content-length": end - start, ...fault?.headers });
  if (entry.method === "HEAD") return void response.end();
  const stop = Math.min(end, start + (fault?.cutAfter ?? Infinity));
  for (let at = start; at < stop && !response.destroyed;) {
    const piece = bytes.subarray(at, Math.min(at + PIECE_BYTES, stop));
    at += piece.byteLength;
    const goesOn = response.write(piece);
    entry.sentBytes += piece.byteLength;
    onPiece?.(entry);
    if (!goesOn && !response.destroyed) await drained(response);
  }
  if (stop === end) response.end();
  else response.socket?.end(() => response.destroy());
}

const sums = new WeakMap<Uint8Array, string>();

function sumOf(bytes: Uint8Array): string {
  const sum = sums.get(bytes) ?? createHash("sha256").update(bytes).digest("hex");
  sums.set(bytes, sum);
  return sum;
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.on("drain", done).on("close", done);
  });
}

async function listen(server: Server): Promise<{ server: Server; origin: string }> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return { server, origin: `http://127.0.0.1:${port}` };
}

function strings(values: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
