import { expect, test } from "vitest";
import { QUESTION_FLAGS } from "../../../src/plan/ask/flags/index.ts";
import { TAKEN, takenBy } from "./taken.ts";

const COMMANDS = {
  fit: "fit",
  numbers: "fit",
  kv: "fit",
  quants: "quants",
  cards: "gpus",
  frontier: "frontier",
} as const;

test.each(Object.entries(COMMANDS))("%s is asked with flags that its command takes", (kind, command) => {
  const known = Object.keys(QUESTION_FLAGS[command]).map((name) =>
    name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
  );
  const taken = TAKEN[kind as keyof typeof TAKEN];
  expect(taken.filter((name) => name !== "model" && !known.includes(name))).toEqual([]);
});

test("what a kind does not take is left out", () => {
  const flags = { model: "m", gpu: ["a"], users: "4", prompt: "24k" };
  expect(takenBy("quants", flags)).toEqual({ model: "m", gpu: ["a"], users: "4" });
  expect(takenBy("cards", flags)).toEqual({ model: "m", users: "4" });
});
