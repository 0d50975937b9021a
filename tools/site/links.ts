import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, extname, join, relative, sep } from "node:path";

/**
 * Links of a site of files that lead nowhere, or would elsewhere than at the root of a server: dead paths and fragments, paths from
 * the root, files of other servers that a page would load. A line each: "guide/a.html: ../b.html does not exist".
 */
export function badLinks(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)).split(sep).join("/"))
    .sort();
  return files.flatMap((file) => {
    const read = READERS[extname(file)];
    if (!read) return [];
    return read(readFileSync(join(folder, file), "utf8")).flatMap((link) => {
      const problem = problemOf(folder, file, link);
      return problem === undefined ? [] : [`${file}: ${link.to} ${problem}`];
    });
  });
}

interface Link {
  readonly to: string;
  /** fetched with the page, not by who follows it */
  readonly loaded: boolean;
  /** where it counts from, if not from the file itself */
  readonly from?: string;
}

const READERS: Readonly<Record<string, (text: string) => Link[]>> = {
  ".html": linksInMarkup,
  ".svg": linksInMarkup,
  ".css": (text) => [...text.matchAll(/url\(\s*["']?([^"')]+)/g)].map(([, to]) => ({ to: to!, loaded: true })),
  // addresses that a script sets into the page: they count from the page
  ".js": (text) =>
    [...text.matchAll(/["'`]((?:\.\/)?(?:guide|blog)\/[\w./#-]*)["'`]/g)].map(([, to]) => ({
      to: to!,
      loaded: false,
      from: "index.html",
    })),
};

function linksInMarkup(text: string): Link[] {
  const tags = text.replaceAll(/<!--[\s\S]*?-->/g, "").matchAll(/<([a-z][\w-]*)\b([^>]*)>/gi);
  return [...tags].flatMap(([, tag, attributes]) =>
    [...attributes!.matchAll(/(?:^|\s)(?:xlink:)?(href|src)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))/gi)].map(
      ([, name, ...values]) => ({
        to: (values.find((value) => value !== undefined) ?? "").replaceAll("&amp;", "&"),
        loaded: name!.toLowerCase() === "src" || tag!.toLowerCase() === "link",
      }),
    ),
  );
}

function problemOf(folder: string, file: string, { to, loaded, from = file }: Link): string | undefined {
  if (/^(?:data|blob):/i.test(to)) return undefined;
  if (/^[a-z][a-z+.-]*:|^\/\//i.test(to)) return loaded ? "is loaded from another server" : undefined;
  if (to.startsWith("/")) return "counts from the root: the site may lie below it";
  const [path = "", fragment] = to.split("#");
  const asked = path.split("?")[0]!;
  const target = asked === "" ? join(folder, from) : fileAt(join(folder, dirname(from), decodeURIComponent(asked)));
  if (target === undefined || relative(folder, target).startsWith("..")) return "does not exist";
  if (!fragment || extname(target) !== ".html") return undefined;
  const places = [...readFileSync(target, "utf8").matchAll(/\s(?:id|name)=["']?([^"'\s>]+)/g)].map(
    ([, place]) => place,
  );
  return places.includes(decodeURIComponent(fragment)) ? undefined : "names no place in that page";
}

/** A folder is its index. */
function fileAt(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  if (!statSync(path).isDirectory()) return path;
  return fileAt(join(path, "index.html"));
}
