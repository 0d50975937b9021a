import { createServer, type Server } from "node:http";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { addressOf } from "./at-address.ts";
import { downloadAddress } from "./download.ts";
import { KeptBytes } from "./kept.ts";
import type { Reading } from "./reading.ts";

const BYTES = Buffer.alloc(11 * 2 ** 20, "weights of a model, made up; ");
let folder: string;
let server: Server;
let url: URL;
let etag: string;
let served: number[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "download-"));
  etag = '"one"';
  served = [];
  server = createServer((request, response) => {
    const range = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? "");
    const from = Number(range?.[1] ?? 0);
    const to = range?.[2] ? Math.min(Number(range[2]), BYTES.length - 1) : BYTES.length - 1;
    const headers = { etag, "accept-ranges": "bytes", "content-length": to - from + 1 };
    if (request.method === "HEAD") return response.writeHead(200, headers).end();
    served.push(from);
    response.writeHead(206, { ...headers, "content-range": `bytes ${from}-${to}/${BYTES.length}` });
    return response.end(BYTES.subarray(from, to + 1));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no address");
  url = new URL(`http://127.0.0.1:${address.port}/some/model%20one.gguf`);
});
afterEach(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

const reading = (more: Partial<Reading> = {}): Reading => ({
  kept: new KeptBytes(join(folder, "headers"), () => {}),
  offline: false,
  ...more,
});

test("goes on where it was cut, and asks nothing more once it is there", async () => {
  const [file] = await addressOf(url, reading());
  const control = new AbortController();
  const cut = downloadAddress(file!, reading({ signal: control.signal }), {
    folder,
    onBytes: () => control.abort(),
  });
  await expect(cut).rejects.toMatchObject({ code: "interrupted" });
  served = [];
  const path = await downloadAddress(file!, reading(), { folder });
  expect(Math.min(...served)).toBe(4 * 2 ** 20);
  expect((await readFile(path)).equals(BYTES)).toBe(true);
  expect(path.endsWith("/model-one.gguf")).toBe(true);
  served = [];
  expect(await downloadAddress(file!, reading(), { folder })).toBe(path);
  expect(served).toEqual([]);
}, 30_000);

test("does not go on with another version of the file", async () => {
  const [file] = await addressOf(url, reading());
  const control = new AbortController();
  const cut = downloadAddress(file!, reading({ signal: control.signal }), { folder, onBytes: () => control.abort() });
  await cut.catch(() => {});
  etag = '"two"';
  const [changed] = await addressOf(url, reading());
  served = [];
  await downloadAddress(changed!, reading(), { folder });
  expect(Math.min(...served)).toBe(0);
  const [inside] = (await readdir(folder)).filter((name) => name !== "headers");
  expect((await readdir(join(folder, inside!))).filter((name) => name.endsWith(".gguf"))).toHaveLength(1);
}, 30_000);

test("fetches nothing where the network is not to be used", async () => {
  const [file] = await addressOf(url, reading());
  await expect(downloadAddress(file!, reading({ offline: true }), { folder })).rejects.toMatchObject({
    code: "not-kept",
  });
});
