import { type Fields, isFields } from "./fields.ts";

/** Is there a picture in what an engine is asked, in OpenAI's dialect? Engines that see none end it as a failure of theirs. */
export function showsImage({ messages }: Fields): boolean {
  return among(messages).some(({ content }) => among(content).some(({ type }) => type === "image_url"));
}

function among(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}
