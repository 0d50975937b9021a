import { isFields } from "../dialects/fields.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * The whole answer that the events of a stream amount to, for one choice without tools: what is continued and gathered here
 * never has more.
 */
export function assemble(events: readonly Fields[]): Fields {
  const [first = {}] = events;
  const chat = first["object"] === "chat.completion.chunk";
  let text = "";
  let reasoning = "";
  let finish: unknown = null;
  let usage: unknown;
  let timings: unknown;
  for (const event of events) {
    const [choice] = Array.isArray(event["choices"]) ? event["choices"] : [];
    if (isFields(choice)) {
      const said = isFields(choice["delta"]) ? choice["delta"] : choice;
      text += textOf(said["content"]) || textOf(said["text"]);
      reasoning += textOf(said["reasoning_content"]);
      finish = choice["finish_reason"] ?? finish;
    }
    usage = event["usage"] ?? usage;
    timings = event["timings"] ?? timings;
  }
  const message = { role: "assistant", content: text, ...(reasoning === "" ? {} : { reasoning_content: reasoning }) };
  const { choices: _, usage: __, timings: ___, ...frame } = first;
  return {
    ...frame,
    object: chat ? "chat.completion" : "text_completion",
    choices: [{ index: 0, finish_reason: finish, ...(chat ? { message } : { text, logprobs: null }) }],
    ...(usage === undefined ? {} : { usage }),
    ...(timings === undefined ? {} : { timings }),
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
