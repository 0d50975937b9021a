/** An element of an XML text; attributes other than `id` are not kept. */
export interface Element {
  readonly name: string;
  readonly id?: string;
  text: string;
  readonly children: Element[];
}

/** Reads tags and text as a tree; no entities beyond the five, no namespaces. A cut text gives what was there. */
export function readXml(text: string): Element {
  const root: Element = { name: "", text: "", children: [] };
  const open = [root];
  for (const [, closing, name, attributes, selfClosing, words] of text.matchAll(TOKEN)) {
    const top = open.at(-1)!;
    if (words !== undefined) top.text += decode(words);
    else if (closing === "/") {
      const depth = open.findLastIndex((element) => element.name === name);
      if (depth > 0) open.length = depth;
    } else if (name !== undefined) {
      const id = /\bid="([^"]*)"/.exec(attributes ?? "")?.[1];
      const element: Element = { name, text: "", children: [], ...(id === undefined ? {} : { id }) };
      top.children.push(element);
      if (selfClosing !== "/" && open.length < MAX_DEPTH) open.push(element);
    }
  }
  return root;
}

const TOKEN = /<(\/?)([A-Za-z_][\w.-]*)([^<>]*?)(\/?)>|<[!?][^<>]*>|([^<]+)/g;
const MAX_DEPTH = 64;

function decode(text: string): string {
  const named: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (whole, name: string) => named[name] ?? whole);
}

/** The children with that name. */
export function childrenOf(element: Element | undefined, name: string): readonly Element[] {
  return element?.children.filter((child) => child.name === name) ?? [];
}

/** The text below a path of names, first match at each step: children only, so a part's memory is not the card's. */
export function textAt(element: Element | undefined, ...path: readonly string[]): string | undefined {
  let found = element;
  for (const name of path) found = found?.children.find((child) => child.name === name);
  return found?.text.trim();
}
