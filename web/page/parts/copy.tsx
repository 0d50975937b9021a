import { useSignal } from "@preact/signals";

const SAID_MS = 2000;

/** Puts a text on the clipboard, and says so. */
export function Copy({ text, what }: { readonly text: string; readonly what: string }) {
  const said = useSignal("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      said.value = "copied";
    } catch {
      said.value = "not allowed here: select it";
    }
    window.setTimeout(() => {
      said.value = "";
    }, SAID_MS);
  };
  return (
    <button type="button" class="copy" aria-label={`Copy ${what}`} onClick={() => void copy()}>
      <span role="status">{said.value === "" ? "copy" : said.value}</span>
    </button>
  );
}
