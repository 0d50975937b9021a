import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { startHub } from "../../../../tools/hub-stand-in.ts";
import { modelBytes, splitBytes } from "../../../run/fetch/remote/testing/files.ts";
import { hubSpec } from "./hub-spec.ts";
import { askingHome } from "./testing/home.ts";

const VOCABULARY = 1000;
const parts = splitBytes(VOCABULARY, 2);
const files = {
  "o/n-GGUF/n-Q4_K_M.gguf": { bytes: modelBytes(VOCABULARY, "F32") },
  "o/n-GGUF/n-UD-Q2_K_XL.gguf": { bytes: modelBytes(VOCABULARY) },
  "o/n-GGUF/BF16/n-BF16-00001-of-00002.gguf": { bytes: parts[0]! },
  "o/n-GGUF/BF16/n-BF16-00002-of-00002.gguf": { bytes: parts[1]! },
  "o/n-GGUF/mmproj-F16.gguf": { bytes: new Uint8Array(10) },
  "o/empty/README.md": { bytes: new Uint8Array(10) },
};

async function asking(env: Readonly<Record<string, string>> = {}) {
  const hub = await startHub({ files });
  const home = await askingHome(undefined, { HF_ENDPOINT: hub.endpoint, ...env });
  const dispose = async () => {
    await hub.close();
    await home[Symbol.asyncDispose]();
  };
  return { ...home, hub, [Symbol.asyncDispose]: dispose };
}

test.each([
  ["hf:o/n-GGUF", undefined, "hf:o/n-GGUF:Q4_K_M"],
  ["hf:o/n-GGUF:q4_k_m", undefined, "hf:o/n-GGUF:Q4_K_M"],
  ["hf:o/n-GGUF:Q4_K", undefined, "hf:o/n-GGUF:Q4_K_M"],
  ["hf:o/n-GGUF", "Q2_K_XL", "hf:o/n-GGUF:UD-Q2_K_XL"],
  ["hf:o/n-GGUF@v1:BF16", undefined, "hf:o/n-GGUF@v1:BF16"],
  ["hf:o/n-GGUF/BF16/n-BF16-00001-of-00002.gguf", undefined, "hf:o/n-GGUF:BF16"],
  ["https://huggingface.co/o/n-GGUF/blob/main/n-UD-Q2_K_XL.gguf", undefined, "hf:o/n-GGUF@main:UD-Q2_K_XL"],
])("%s (--quant %s) is read from the hub as %s", async (typed, quant, argument) => {
  await using here = await asking();
  const weights = await here.ask(typed, quant);
  expect(weights.argument).toBe(argument);
  expect(weights.path).toBeUndefined();
  expect(weights.facts).toMatchObject({ name: "Remote tiny", architecture: "llama", contextLength: 4096 });
  expect(weights.facts.sizesFrom).toBeUndefined();
  expect(weights.facts.source).toMatch(/^the header of \S+\.gguf at 127\.0\.0\.1:\d+\/o\/n-GGUF, commit 0123456$/);
  expect(weights.assumptions).toHaveLength(typed === "hf:o/n-GGUF" && quant === undefined ? 1 : 0);
  expect(here.told.at(-1)).toContain("reading headers of o/n-GGUF");
  // what the answer calls it means the same again
  expect((await here.ask(argument)).facts).toEqual(weights.facts);
});

test("the quantizations that there are are listed with their sizes when the one asked for is not", async () => {
  await using here = await asking();
  await expect(here.ask("hf:o/n-GGUF:Q8_0")).rejects.toMatchObject({
    code: "quantization-missing",
    exitCode: 2,
    message: expect.stringMatching(/has no Q8_0; it has UD-Q2_K_XL \(\d+ kB\), BF16 \(\d+ kB\), Q4_K_M \(\d+ kB\)/),
  });
  await expect(here.ask("hf:o/n-GGUF/other.gguf")).rejects.toMatchObject({ code: "quantization-missing" });
});

test("a repository without weights, one that is not there, and what is no address are refused", async () => {
  await using here = await asking();
  await expect(here.ask("hf:o/empty")).rejects.toMatchObject({ code: "weights-missing", exitCode: 2 });
  await expect(here.ask("hf:o/other")).rejects.toMatchObject({ code: "remote-not-found", exitCode: 2 });
  await expect(here.ask("hf:nothing")).rejects.toMatchObject({ code: "bad-quantity", exitCode: 2 });
  await expect(here.ask("hf:../../etc")).rejects.toMatchObject({ exitCode: 2 });
});

test("what has been downloaded already is taken, without asking the hub", async () => {
  await using here = await asking();
  const path = join(here.folder, "hf/hub/models--o--n-GGUF/snapshots", here.hub.commit, "n-Q4_K_M.gguf");
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, files["o/n-GGUF/n-Q4_K_M.gguf"].bytes);
  expect(await here.ask("hf:o/n-GGUF:Q4_K_M")).toMatchObject({ path, facts: { path } });
  expect(here.notes.join()).toContain(path);
  expect(here.hub.seen).toEqual([]);
  expect((await here.ask("hf:o/n-GGUF:BF16")).path).toBeUndefined();
});

test("HF_HUB_OFFLINE uses the cache alone, and the answer says so", async () => {
  await using here = await asking();
  await here.ask("hf:o/n-GGUF:BF16");
  await using offline = await asking({
    HF_HUB_OFFLINE: "1",
    LOADOUT_HOME: here.folder,
    HF_ENDPOINT: here.hub.endpoint,
  });
  const before = here.hub.seen.length;
  const { assumptions } = await offline.ask("hf:o/n-GGUF:BF16");
  expect(assumptions?.join()).toContain("the network is not to be used");
  await expect(offline.ask("hf:o/n-GGUF:Q4_K_M")).rejects.toMatchObject({ code: "not-kept", exitCode: 3 });
  expect(here.hub.seen).toHaveLength(before);
});

test("an address of a file needs no hub", async () => {
  await using here = await asking();
  await using other = await startHub({ files, direct: true });
  const url = `${other.endpoint}/o/n-GGUF/resolve/main/BF16/n-BF16-00001-of-00002.gguf`;
  const { facts, argument } = await here.ask(url);
  expect(argument).toBe(url);
  expect(facts).toMatchObject({ name: "Remote tiny", source: `the header of ${url}` });
  expect(facts.fileBytes).toBe(parts[0]!.byteLength + parts[1]!.byteLength);
  expect(here.hub.seen).toEqual([]);
});

test.each([
  ["hf:a/b", { repository: "a/b" }],
  ["hf:a/b:Q4_K_M", { repository: "a/b", quant: "Q4_K_M" }],
  ["hf.co/a/b:q8_0", { repository: "a/b", quant: "q8_0" }],
  ["hf:a/b@r1/x/y.gguf", { repository: "a/b", revision: "r1", file: "x/y.gguf" }],
  ["https://huggingface.co/a/b", { repository: "a/b" }],
  ["https://huggingface.co/a/b:Q8_0", { repository: "a/b", quant: "Q8_0" }],
  ["https://huggingface.co/a/b/tree/dev", { repository: "a/b", revision: "dev" }],
  [
    "https://hf.co/a/b/resolve/main/x%20y.gguf?download=true",
    { repository: "a/b", revision: "main", file: "x y.gguf" },
  ],
  ["http://hub.local/sub/a/b", { repository: "a/b" }],
  ["https://example.org/a/b.gguf", undefined],
  ["hf:a", undefined],
])("%s means %j", (typed, spec) => expect(hubSpec(typed, "http://hub.local/sub")).toEqual(spec));

test("Ctrl-C while a hub is silent ends with its own exit code", async () => {
  let asked: () => void = () => undefined;
  const started = new Promise<void>((resolve) => (asked = resolve));
  await using hub = await startHub({
    files,
    fault: () => {
      asked();
      return { silent: true };
    },
  });
  await using home = await askingHome();
  const main = join(import.meta.dirname, "../main.ts");
  const env = { ...process.env, LOADOUT_HOME: home.folder, HF_HOME: home.folder, HF_ENDPOINT: hub.endpoint };
  const child = spawn(process.execPath, [main, "fit", "hf:o/n-GGUF"], { env, stdio: "ignore" });
  const ended = once(child, "exit");
  await started;
  child.kill("SIGINT");
  expect((await ended)[0]).toBe(130);
});
