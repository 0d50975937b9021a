import { request } from "node:http";

/** Streams an answer from a server in OpenAI's dialect; `onToken` at each event with text. Ends quietly when `signal` aborts. */
export function ask(
  url: string,
  {
    path,
    body,
    lane,
    signal,
  }: { readonly path: string; readonly body: object; readonly lane: string; readonly signal: AbortSignal },
  onToken: () => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "x-loadout-lane": lane };
    const fail = (error: Error) => (signal.aborted ? resolve() : reject(error));
    const sent = request(`${url}${path}`, { method: "POST", headers, agent: false, signal }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`${path} answers ${answer.statusCode}`));
      answer.setEncoding("utf8").on("data", (text: string) => {
        for (const line of text.split("\n")) if (/"(content|text)":"[^"]/.test(line)) onToken();
      });
      answer.on("end", resolve).on("error", fail);
    });
    sent.on("error", fail);
    sent.end(JSON.stringify({ model: "", stream: true, ...body }));
  });
}
