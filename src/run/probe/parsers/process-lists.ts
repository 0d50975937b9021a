import { wholeNumber } from "./cells.ts";
import type { SeenProcess } from "./seen.ts";

/** `ps -axo pid=,rss=,comm=`: resident KiB. */
export function readPs(text: string): SeenProcess[] {
  return text.split("\n").flatMap((line) => {
    const [, pid, kibibytes, name] = /^\s*(\d+)\s+(\d+)\s+(\S.*?)\s*$/.exec(line) ?? [];
    return entry(pid, kibibytes, name);
  });
}

/** `tasklist /fo csv /nh`: the last cell is KiB with the grouping marks of the country. */
export function readTasklist(text: string): SeenProcess[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [, name, pid, size] = /^"([^"]*)","(\d+)",.*"([^"]*)"\s*$/.exec(line) ?? [];
    return entry(pid, /^[\d\s.,'\u00a0\u202f]+K/.test(size ?? "") ? size!.replace(/\D/g, "") : undefined, name);
  });
}

/** `/proc/PID/status`: memory of its own, which pages of mapped files (a model's weights) are not. */
export function readProcStatus(text: string, pid: number): SeenProcess[] {
  const cell = (key: string) => wholeNumber(new RegExp(`^${key}:\\s*(\\d+) kB`, "m").exec(text)?.[1]);
  const own = cell("RssAnon");
  const shared = cell("RssShmem") ?? 0;
  return entry(String(pid), own === undefined ? undefined : String(own + shared), /^Name:\s*(\S.*)$/m.exec(text)?.[1]);
}

function entry(pid: string | undefined, kibibytes: string | undefined, name: string | undefined): SeenProcess[] {
  const id = wholeNumber(pid);
  const size = wholeNumber(kibibytes);
  if (id === undefined || size === undefined || name === undefined || !Number.isSafeInteger(size * 1024)) return [];
  return [{ pid: id, name, bytes: size * 1024 }];
}
