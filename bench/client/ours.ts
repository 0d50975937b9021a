// Our client as a program of its own, so that it is measured as others are. Usage: node bench/client/ours.ts URL LOAD [--keep]
import { closedWorkload } from "../../src/predict/index.ts";
import { driveNull } from "./against.ts";
import type { PeerLoad } from "./peers.ts";

const [url = "", text = "{}"] = process.argv.slice(2);
const load: PeerLoad = JSON.parse(text);
const { streams, requests, promptTokens, tokens, ttftMs, gapMs } = load;
const shape = { prompt: { kind: "fixed", tokens: promptTokens }, output: { kind: "fixed", tokens } } as const;
const { records } = await driveNull(
  url,
  closedWorkload({ users: streams }, { requests }, shape, 1),
  { ttftMs, gapMs, jitter: 0 },
  process.argv.includes("--keep"),
);
if (records.some(({ outcome }) => outcome !== "ok")) process.exitCode = 1;
