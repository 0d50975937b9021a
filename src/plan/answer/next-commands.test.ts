import { expect, test } from "vitest";
import { afterFit } from "./next-commands.ts";

const typed = [
  ["--context", "32k"],
  ["--users", "4"],
  ["--prompt", "4k"],
] as const;

test("the next commands ask about the same rig and the same wishes, as far as they take them", () => {
  const asked = { modelArgument: "m:Q4_0", rigArguments: "--gpu rtx-3090", typed, atHand: false };
  expect(afterFit({ ...asked, runs: true })).toEqual([
    "loadout explain m:Q4_0 --gpu rtx-3090 --context 32k --users 4 --prompt 4k",
    "loadout quants m:Q4_0 --gpu rtx-3090 --context 32k --users 4",
  ]);
  expect(afterFit({ ...asked, runs: false })).toEqual([
    "loadout offload m:Q4_0 --gpu rtx-3090 --context 32k --users 4 --prompt 4k",
    "loadout gpus --for m:Q4_0 --context 32k --users 4",
  ]);
});

test("only what is here, and runs here, is started", () => {
  const asked = { modelArgument: "a b.gguf", typed: typed.slice(0, 1) };
  expect(afterFit({ ...asked, atHand: true, runs: true })[0]).toBe('loadout --model "a b.gguf" --context 32k');
  expect(afterFit({ ...asked, atHand: false, runs: true })[0]).toBe('loadout explain "a b.gguf" --context 32k');
  expect(afterFit({ ...asked, atHand: true, runs: false })).toContain("loadout fit");
});
