import { expect, test } from "vitest";
import { contextsWanted, roomFor } from "./contexts-wanted.ts";

const trained = { contextLength: 40_960 };

test("the goal's context, unless a prompt and its answer need more or a length was asked for", () => {
  expect(contextsWanted("interactive", {}, trained)).toEqual({ wanted: 8192, least: 2048 });
  expect(contextsWanted("interactive", { room: roomFor(3000, 256) }, trained)).toEqual({ wanted: 8192, least: 3328 });
  expect(contextsWanted("interactive", { room: roomFor(24_576, 256) }, trained)).toEqual({
    wanted: 24_832,
    least: 24_832,
  });
  expect(contextsWanted("interactive", { context: 1024, room: 24_832 }, trained)).toEqual({
    wanted: 1024,
    least: 1024,
  });
});

test("no more than the model was trained for", () => {
  expect(contextsWanted("interactive", { room: 100_096 }, trained)).toEqual({ wanted: 40_960, least: 40_960 });
  expect(contextsWanted("batch", {}, { contextLength: 512 })).toEqual({ wanted: 512, least: 512 });
});
