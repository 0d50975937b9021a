import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { LoadoutError } from "../../facts/errors/index.ts";
import type { Claims } from "../gateway/index.ts";
import { readJsonBody } from "../gateway/guard/index.ts";
import { messageOf } from "../home/index.ts";
import { isHere, postHere } from "./loopback.ts";

/** A conversation as text; pictures go to the run's own chat page. */
const MOST_BODY_BYTES = 2 * 1024 * 1024;

/** `/api/runs/PID/chat` */
export function pidIn(path: string): number | undefined {
  const digits = /^\/api\/runs\/(\d{1,10})\/chat$/.exec(path)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * Passes a chat on to a run of this machine. The page may not ask the run itself: it is another origin, and a run opens itself
 * to none. Only runs that wrote a claim and listen on loopback are asked, only their chats, and nothing of the request but its
 * body and its key goes along.
 */
export async function passChat(
  request: IncomingMessage,
  response: ServerResponse,
  pid: number,
  claims: Pick<Claims, "others">,
): Promise<void> {
  const body = await readJsonBody(request, MOST_BODY_BYTES);
  if (!body || response.destroyed) return;
  const run = (await claims.others()).find((each) => each.pid === pid);
  if (!run || !isHere(run.url)) throw new LoadoutError("web-run-unknown", { got: pid });
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  let answer: IncomingMessage;
  try {
    answer = await postHere(run.url, "/v1/chat/completions", JSON.stringify(body), request.headers, gone.signal);
  } catch (error) {
    if (gone.signal.aborted) return;
    throw new LoadoutError("web-run-unreachable", { got: run.url, problem: messageOf(error) }, { cause: error });
  }
  const { statusCode: status = 502, headers } = answer;
  if (status >= 300 && status < 400) {
    answer.destroy();
    throw new LoadoutError("web-run-unreachable", { got: run.url, problem: `it sends elsewhere (${status})` });
  }
  const type = headers["content-type"] ?? "";
  response.writeHead(status, {
    "content-type": type.startsWith("text/event-stream") ? "text/event-stream" : "application/json",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  // either side that breaks off ends the other; there is nobody left to be told
  await pipeline(answer, response).catch(() => undefined);
}
