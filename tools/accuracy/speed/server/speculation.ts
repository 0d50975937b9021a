import {
  ASSUMED_GUESSES,
  GUESSED_SPREAD,
  headLoad,
  type ServerOptions,
} from "../../../../src/predict/serving/index.ts";
import { serverModel, type ServerModel } from "./model.ts";
import type { ServerRow } from "./row.ts";

/** What a row says of its guesses, what it leaves out assumed; the band is wider for it. Nothing where none are made. */
export function speculationOf(row: ServerRow, model: ServerModel): Pick<ServerOptions, "speculation" | "spread"> {
  if (!row.speculative) return {};
  const { method, draft, draftTokens, acceptedShare } = row.guesses;
  const lookup = method === "ngram";
  const assumed = lookup ? ASSUMED_GUESSES.lookup : ASSUMED_GUESSES.head;
  const drafting = draft === undefined ? undefined : serverModel({ ...row, model: draft, quant: "bf16" });
  const stated = draftTokens !== undefined && acceptedShare !== undefined && (draft === undefined || drafting);
  return {
    speculation: {
      ...assumed,
      ...(draftTokens !== undefined && { draftTokens }),
      ...(acceptedShare !== undefined && { acceptedShare }),
      ...(!lookup && { draft: drafting ?? { load: headLoad(model.load), width: model.width } }),
    },
    spread: GUESSED_SPREAD[stated ? (lookup ? "lookup" : "stated") : "assumed"],
  };
}
