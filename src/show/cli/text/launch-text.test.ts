import { expect, test } from "vitest";
import type { FitAnswer } from "../../../plan/answer/index.ts";
import { arrangementsText, launchText } from "./launch-text.ts";
import { styleFor } from "./style.ts";

const plain = styleFor({}, {});

test("the command is broken between flags, within 80 columns, and pastes as one", () => {
  const args = [
    "-m",
    "a folder/some long name of a model.gguf",
    "-c",
    "32768",
    "-fa",
    "on",
    "--swa-full",
    "-ngl",
    "all",
  ];
  const launch: FitAnswer["launch"] = {
    program: "llama-server",
    args,
    line: "",
    build: "b11500",
    checkedAgainst: "b11434",
    problems: [],
    verdict: "fits",
    bytes: 3 * 2 ** 30,
  };
  const lines = launchText({ launch } as FitAnswer, plain);
  expect(lines.join("\n")).toMatchInlineSnapshot(`
    "
    serve it  fits, 3 GiB under llama-server; flags of b11434, asked for b11500
      llama-server -m "a folder/some long name of a model.gguf" -c 32768 -fa on \\
        --swa-full -ngl all"
  `);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});

test("every way over the devices says what it costs", () => {
  const arrangements: FitAnswer["arrangements"] = [
    {
      devices: [
        { name: "RTX 3090", layers: 50, needBytes: 22 * 2 ** 30, marginBytes: 2 ** 30 },
        { name: "RTX 4060", layers: 15, needBytes: 6 * 2 ** 30, marginBytes: 2 ** 30 },
      ],
      layersOnHost: 0,
      flags: "-dev CUDA1,CUDA0 -ts 50,15",
      verdict: "fits",
      deviceBytes: 28 * 2 ** 30,
      decodeTokensPerSec: 25,
      because: "the fastest first",
    },
  ];
  expect(arrangementsText({ arrangements } as FitAnswer, plain).join("\n")).toMatchInlineSnapshot(`
    "
    over these devices
      fits, decode 25 tok/s  -dev CUDA1,CUDA0 -ts 50,15
        RTX 3090 50 layers, 22 GiB + RTX 4060 15 layers, 6 GiB: the fastest first"
  `);
});
