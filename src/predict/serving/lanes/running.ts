import type { LaneRequest } from "./request.ts";

/** What is in the engine: a handful, so lists are searched. */
export class Running {
  chats = 0;
  /** in order of dispatch, those that are being cut among them */
  readonly batch: LaneRequest[] = [];
  cutting = 0;

  get length(): number {
    return this.chats + this.batch.length;
  }

  add(request: LaneRequest, atMs: number): void {
    request.place = "engine";
    request.started = false;
    request.dispatchedMs = atMs;
    if (request.lane === "interactive") this.chats++;
    else this.batch.push(request);
  }

  remove(request: LaneRequest, atMs: number): void {
    if (request.place === "cutting") this.cutting--;
    request.ranMs += atMs - request.dispatchedMs;
    request.keptUntilMs = 0;
    if (request.lane === "interactive") this.chats--;
    else this.batch.splice(this.batch.indexOf(request), 1);
  }

  /** The batch request to cut first: the one that went in last, so that one that has come far finishes. */
  cuttable(atMs: number): LaneRequest | undefined {
    return this.batch.findLast((request) => request.place === "engine" && !request.left && request.keptUntilMs <= atMs);
  }

  /** when the next aged request may be cut; Infinity: none, or not before its first token */
  get nextCuttableMs(): number {
    let next = Infinity;
    for (const { place, keptUntilMs } of this.batch)
      if (place === "engine" && keptUntilMs > 0 && keptUntilMs < next) next = keptUntilMs;
    return next;
  }
}
