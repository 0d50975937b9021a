import type { AnswerTranslator } from "../dialects/dialect.ts";
import { assemble } from "./assemble.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What becomes of an engine's events on the way out. */
export interface EventSink {
  readonly contentType: string;
  /** what the client gets for an event at once, maybe "" */
  event(data: Fields): string;
  /** what it gets at the end */
  end(): string;
  /** forgets what it gathered, where an answer starts over */
  reset?(): void;
}

/** Events as OpenAI has them. */
export function openaiStream(): EventSink {
  return {
    contentType: "text/event-stream",
    event: (data) => `data: ${JSON.stringify(data)}\n\n`,
    end: () => "data: [DONE]\n\n",
  };
}

export function translatedStream(answers: AnswerTranslator): EventSink {
  return {
    contentType: answers.contentType.stream,
    event: (data) => answers.event(data),
    end: () => answers.end(),
  };
}

/** Gathers a stream into the whole answer that a client asked for. */
export function wholeAnswer(answers: AnswerTranslator | undefined): EventSink {
  let events: Fields[] = [];
  return {
    contentType: answers?.contentType.whole ?? "application/json",
    event(data) {
      events.push(data);
      return "";
    },
    end() {
      const whole = assemble(events);
      return JSON.stringify(answers ? answers.whole(whole) : whole);
    },
    reset() {
      events = [];
    },
  };
}
