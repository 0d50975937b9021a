import { stat } from "node:fs/promises";
import { join } from "node:path";
import { EXIT } from "../../../facts/errors/index.ts";
import { ANSWER_VERSION } from "../../../plan/answer/index.ts";
import type { Page } from "../../../run/gateway/index.ts";
import type { Answerer } from "../../../run/web/index.ts";
import type { CliContext } from "../context.ts";
import { machineName, machineOf } from "../machine.ts";
import type { Said } from "./ask-inside.ts";
import type { Askers } from "./askers.ts";
import { ASKED, type AskedKind, wordsOf } from "./words.ts";

/** What a code of the command is over HTTP. An answer "no" is an answer. */
const STATUSES: Readonly<Record<number, number>> = {
  [EXIT.ok]: 200,
  [EXIT.no]: 200,
  [EXIT.question]: 400,
  [EXIT.missing]: 503,
  [EXIT.consent]: 403,
  [EXIT.engine]: 502,
};

/** What `loadout web` answers under /api: the command line's own JSON. */
export function webAnswers(context: CliContext, askers: Askers): ReadonlyMap<string, Answerer> {
  const asked =
    (words: (query: URLSearchParams) => readonly string[]): Answerer =>
    async (query, gone) =>
      pageOf(await askers.ask(words(query), gone));
  const kinds = Object.keys(ASKED).filter((kind): kind is AskedKind => kind in ASKED);
  return new Map([
    ["/api/rig", () => rigPage(context)],
    ["/api/receipts", asked(receiptWords)],
    ...kinds.map((kind) => [`/api/ask/${kind}`, asked((query) => wordsOf(kind, query))] as const),
  ]);
}

/** This machine as it is probed, the form in which a question takes it. */
async function rigPage(context: CliContext): Promise<Page> {
  const machine = await machineOf(context);
  const { report, closable } = machine;
  const answer = { schema: ANSWER_VERSION, kind: "rig", machine: machineName(machine), rig: report.rig, closable };
  return pageOf({ code: EXIT.ok, text: JSON.stringify(answer) });
}

/** All of them, or `id=3`. */
function receiptWords(query: URLSearchParams): readonly string[] {
  const id = query.get("id");
  return ["receipts", "--json", ...(id === null ? [] : ["--", id])];
}

function pageOf({ code, text }: Said): Page {
  return {
    status: STATUSES[code] ?? 500,
    headers: { "content-type": "application/json", "cache-control": "no-store" },
    body: text,
  };
}

/** When receipts were written last. New rows stand in the log beside the database until it is folded in. */
export async function receiptsChangedAtMs(folder: string): Promise<number | undefined> {
  const times = await Promise.all(
    ["receipts.sqlite", "receipts.sqlite-wal"].map((name) =>
      stat(join(folder, name)).then(
        ({ mtimeMs }) => mtimeMs,
        () => undefined,
      ),
    ),
  );
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
