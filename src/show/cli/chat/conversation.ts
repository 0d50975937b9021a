import type { ChatSession, ChatTurn, Fields } from "../../../run/client/index.ts";

/** A turn with its images as data, which are kept only while the chat runs. */
interface LiveTurn extends ChatTurn {
  readonly imageUrls?: readonly string[];
}

/** What was said so far, and what the next request sends. */
export class Conversation {
  system: string;
  readonly #turns: LiveTurn[];

  constructor(session?: ChatSession) {
    this.system = session?.system ?? "";
    this.#turns = [...(session?.turns ?? [])];
  }

  get turns(): readonly ChatTurn[] {
    return this.#turns.map(({ role, text, thinking, images }) => ({
      role,
      text,
      ...(thinking === undefined || thinking === "" ? {} : { thinking }),
      ...(images === undefined || images.length === 0 ? {} : { images }),
    }));
  }

  ask(text: string, images: readonly { readonly path: string; readonly url: string }[] = []): void {
    const paths = images.map(({ path }) => path);
    this.#turns.push({ role: "user", text, images: paths, imageUrls: images.map(({ url }) => url) });
  }

  answer(text: string, thinking: string): void {
    this.#turns.push({ role: "assistant", text, thinking });
  }

  /** Takes back the last answer, so that its question is asked again. False: there is no question. */
  takeBackAnswer(): boolean {
    if (this.#turns.at(-1)?.role === "assistant") this.#turns.pop();
    return this.#turns.at(-1)?.role === "user";
  }

  /** Takes back the last question with its answer, and returns the question. */
  takeBackQuestion(): string | undefined {
    return this.takeBackAnswer() ? this.#turns.pop()?.text : undefined;
  }

  clear(): void {
    this.#turns.length = 0;
  }

  /** In OpenAI's dialect. Thoughts of earlier turns stay out, as templates of thinking models want it. */
  messages(): Fields[] {
    const system = this.system === "" ? [] : [{ role: "system", content: this.system }];
    return [
      ...system,
      ...this.#turns.map(({ role, text, imageUrls }) => {
        if (imageUrls === undefined || imageUrls.length === 0) return { role, content: text };
        const images = imageUrls.map((url) => ({ type: "image_url", image_url: { url } }));
        return { role, content: [{ type: "text", text }, ...images] };
      }),
    ];
  }
}
