import { buildCommand } from "@stricli/core";
import { parseCount, parseTokens } from "../../../facts/units/index.ts";
import { arrivalsOf, durationMs, listOf, ratesOf } from "../bench/flags.ts";
import { json } from "./shared.ts";
import { lengthsOf, targetsOf } from "../../../plan/ask/flags/index.ts";

const text = (brief: string, placeholder: string) =>
  ({ kind: "parsed", parse: String, brief, placeholder, optional: true }) as const;
const lengths = (flag: string, brief: string) =>
  ({
    kind: "parsed",
    parse: (typed: string) => lengthsOf(typed, flag),
    brief,
    placeholder: "N|A-B|M~S",
    optional: true,
  }) as const;

export const bench = buildCommand({
  loader: async () => (await import("../commands/bench.ts")).bench,
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [{ parse: String, brief: "An OpenAI-compatible address, or a port here", placeholder: "URL" }],
    },
    flags: {
      users: {
        kind: "parsed",
        parse: (typed: string) => listOf(typed, "--users"),
        brief: "People who wait for answers: 4, or 1,2,4,8 in turn",
        placeholder: "N",
        optional: true,
      },
      rate: {
        kind: "parsed",
        parse: ratesOf,
        brief: "Requests a second, whatever the server does: 2, or 1,2,4",
        placeholder: "R",
        optional: true,
      },
      arrivals: {
        kind: "parsed",
        parse: arrivalsOf,
        brief: "poisson (default), constant, gamma:0.5, or a trace's file",
        placeholder: "HOW",
        optional: true,
      },
      prompt: lengths("--prompt", "Tokens of a prompt; 256 without it"),
      output: lengths("--output", "Tokens of an answer; 64 without it"),
      shared: {
        kind: "parsed",
        parse: (typed: string) => parseTokens(typed, "--shared", 1),
        brief: "Tokens at the beginning that all prompts share",
        placeholder: "N",
        optional: true,
      },
      duration: {
        kind: "parsed",
        parse: (typed: string) => durationMs(typed, "--duration"),
        brief: "How long requests leave; 30s without it",
        placeholder: "T",
        optional: true,
      },
      requests: {
        kind: "parsed",
        parse: (typed: string) => parseCount(typed, "--requests", 1, 10_000_000),
        brief: "Instead: how many are measured",
        placeholder: "N",
        optional: true,
      },
      think: {
        kind: "parsed",
        parse: (typed: string) => durationMs(typed, "--think"),
        brief: "Mean wait between an answer and the next question",
        placeholder: "T",
        optional: true,
      },
      sessions: {
        kind: "parsed",
        parse: (typed: string) => parseCount(typed, "--sessions", 1, 1_000_000),
        brief: "So many conversations, which begin at --rate (1 without it)",
        placeholder: "N",
        optional: true,
      },
      turns: lengths("--turns", "Turns of a conversation; 3 without it"),
      dataset: text("Prompts from a file: ShareGPT's JSON, or JSON lines", "FILE"),
      targets: {
        kind: "parsed",
        parse: targetsOf,
        brief: '"ttft p95 500ms, tpot p95 50ms"; exit code 1 if missed',
        placeholder: "LIMITS",
        optional: true,
      },
      sweep: { kind: "boolean", brief: "Double the load until it brings no more", optional: true, withNegated: false },
      compare: text("A second endpoint, in turns with the first", "URL"),
      rounds: {
        kind: "parsed",
        parse: (typed: string) => parseCount(typed, "--rounds", 1, 100),
        brief: "Turns of a comparison; 4 without it",
        placeholder: "N",
        optional: true,
      },
      as: text("Print as guidellm, vllm or aiperf counts", "TOOL"),
      model: text("One of the models there; without it the first", "NAME"),
      key: text("Key of the server; better LOADOUT_API_KEY", "KEY"),
      body: text('Fields sent along: {"cache_prompt": false}', "JSON"),
      noCache: { kind: "boolean", brief: "Ask the server to use no prompt cache", optional: true, withNegated: false },
      keepAlive: {
        kind: "boolean",
        brief: "Use connections again, not one a request",
        optional: true,
        withNegated: false,
      },
      sideProbe: {
        kind: "boolean",
        brief: "Small requests beside the load: what waits behind it",
        optional: true,
        withNegated: false,
      },
      noCheck: { kind: "boolean", brief: "Do not measure this client first", optional: true, withNegated: false },
      csv: text("Write every request as a line", "FILE"),
      seed: {
        kind: "parsed",
        parse: (typed: string) => parseCount(typed, "--seed", 0, 0xffff_ffff),
        brief: "Other draws; the same number asks the same",
        placeholder: "N",
        optional: true,
      },
      json,
    },
  },
  docs: {
    brief: "Measure any endpoint: throughput, waits, tails, limits",
    fullDescription: [
      "Sends a load to an OpenAI-compatible endpoint and times what comes back: users",
      "who wait (--users), or requests on a schedule made beforehand (--rate), whose",
      "waits count from when they were due. Prompts have a known length and share",
      "nothing; warm-up is left out. This client measures itself first, and a point it",
      "could not keep up with is marked. Definitions: docs/measures.md. Ctrl-C prints",
      "what there is. Results are kept in the data folder.",
      "",
      "Examples:",
      "  loadout bench 8080 --users 4 --prompt 512 --output 128",
      "  loadout bench http://host:8000/v1 --rate 5 --duration 60s \\",
      '    --targets "ttft p95 500ms, tpot p95 50ms"',
      "  loadout bench 8080 --sweep --json",
      "  loadout bench 8080 --compare 8081 --users 4 --requests 40",
    ].join("\n"),
  },
});
