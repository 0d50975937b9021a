const LIVE = /\{\{([a-z0-9-]+)\}\}/g;

/** The template with its `{{live parts}}` said; a part that nobody knows, and a value that nobody uses, are faults. */
export function fill(name: string, template: string, values: Readonly<Record<string, string>>): string {
  const used = new Set<string>();
  const text = template.replaceAll(LIVE, (_, key: string) => {
    const value = values[key];
    if (value === undefined) throw new Error(`${name}: nothing says {{${key}}}`);
    used.add(key);
    return value;
  });
  const unused = Object.keys(values).filter((key) => !used.has(key));
  if (unused.length > 0) throw new Error(`${name}: said but not used: ${unused.join(", ")}`);
  if (text.includes("{{")) throw new Error(`${name}: a live part is not closed`);
  return text;
}
