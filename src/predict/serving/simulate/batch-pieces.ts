/** Below this a piece costs a whole step, however slow the machine. */
const LEAST_TOKENS = 8;
/** of the newest step in what a token is thought to take */
const NEWEST = 0.3;

/** Tokens of batch prompts in one step, learned from steps that were: what a chat that comes now waits for. As the engine does it. */
export class BatchPieces {
  readonly #stepMs: number | undefined;
  readonly #most: number;
  #tokenMs: number | undefined;

  /** @param stepMs longest step that they may cause; absent: only `most` holds */
  constructor(stepMs: number | undefined, most: number) {
    this.#stepMs = stepMs;
    this.#most = most;
  }

  get tokens(): number {
    if (this.#stepMs === undefined || this.#tokenMs === undefined) return this.#most;
    return Math.min(this.#most, Math.max(LEAST_TOKENS, Math.floor(this.#stepMs / this.#tokenMs)));
  }

  learn(tokens: number, ms: number): void {
    if (tokens < LEAST_TOKENS) return;
    const tokenMs = ms / tokens;
    this.#tokenMs = this.#tokenMs === undefined ? tokenMs : NEWEST * tokenMs + (1 - NEWEST) * this.#tokenMs;
  }
}
