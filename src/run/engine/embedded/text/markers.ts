/** Where `text` first has one of `markers`, whole; -1: nowhere. */
export function findMarker(text: string, markers: readonly string[]): { readonly at: number; readonly marker: string } {
  let found = { at: -1, marker: "" };
  for (const marker of markers) {
    const at = marker === "" ? -1 : text.indexOf(marker);
    if (at >= 0 && (found.at < 0 || at < found.at)) found = { at, marker };
  }
  return found;
}

/** How much of the end of `text` could still become one of `markers`: that much must be held back. */
export function heldBack(text: string, markers: readonly string[]): number {
  let most = 0;
  for (const marker of markers)
    for (let length = Math.min(marker.length - 1, text.length); length > most; length -= 1)
      if (text.endsWith(marker.slice(0, length))) most = length;
  return most;
}
