/**
 * "2x rtx-3090" as a shell hands it over: the flag, "2x" and a word. Put together again, so that the word is not taken for
 * the model.
 */
export function joinCounts(typed: readonly string[]): string[] {
  const joined: string[] = [];
  let at = 0;
  while (at < typed.length) {
    const [flag, count, word] = typed.slice(at, at + 3);
    if (flag === "--") return [...joined, ...typed.slice(at)];
    const counted = /^--(?:gpu|vram)$/.test(flag!)
      ? /^\d+[x×]$/i
      : flag === "--node"
        ? /^[\w.-]+:\d+[x×]$/i
        : undefined;
    if (counted?.test(count ?? "") && word !== undefined && !word.startsWith("-")) {
      joined.push(flag!, `${count} ${word}`);
      at += 3;
    } else {
      joined.push(flag!);
      at += 1;
    }
  }
  return joined;
}
