import { formatBytes, formatPace, formatTokens } from "../../../facts/units/index.ts";
import type { OffloadAnswer } from "../../../plan/answer/index.ts";
import { wrap } from "./layout.ts";
import type { Style } from "./style.ts";

type End = OffloadAnswer["ends"][number];
type Exception = OffloadAnswer["exceptions"][number];

/** How much may leave the GPU before a chat is waited for, whether it fits or not. */
export function endsText({ ends }: OffloadAnswer, style: Style): string[] {
  if (ends.length === 0) return [];
  const lines = ends.flatMap((end) =>
    wrap(endWords(end), 78).map((line, at) => (at === 0 ? `  ${line}` : `    ${line}`)),
  );
  return ["", style.strong("where a chat ends, whether it fits or not"), ...lines];
}

function endWords({ moved, most, of, hostBytesPerToken, decodePerSec, missed }: End): string {
  const what =
    moved === "layers"
      ? `${most} of ${of} layers (the output is one)`
      : moved === "experts"
        ? `experts of ${most} of ${of} layers`
        : `a cache of ${formatTokens(most)} tokens`;
  const reads = `${formatBytes(hostBytesPerToken)} a token, ${formatPace(decodePerSec)}`;
  if (missed === undefined)
    return `never: ${what} in RAM ${moved === "cache" ? "still serves" : "still serve"} it (${reads})`;
  const why = missed === "decode" ? "one more is slower than wanted" : "with one more the first token is late";
  return `${what} in RAM at most (${reads}); ${why}`;
}

/** Where the rule "fine for batch, painful for chat" is wrong, in numbers. */
export function exceptionsText({ exceptions, chat }: OffloadAnswer, style: Style): string[] {
  if (exceptions.length === 0) return [];
  const lines = exceptions.flatMap((each) => wrap(exceptionWords(each, chat), 78).map((line) => `  ${line}`));
  return ["", style.strong("where the rule of thumb is wrong"), ...lines];
}

function exceptionWords(exception: Exception, chat: OffloadAnswer["chat"]): string {
  const { decodePerSec, otherwisePerSec, readBytes = 0, storedBytes = 0 } = exception;
  if (exception.case === "shared memory")
    return "GPU and CPU share the RAM: what leaves the GPU frees nothing, and is read by slower hands";
  if (exception.case === "fast RAM")
    return "RAM is half as fast as the GPU's memory or more: layers there cost at most twice their time";
  const dense =
    decodePerSec === undefined || otherwisePerSec === undefined
      ? ""
      : `: ${formatPace(decodePerSec)}, where reading all of them would be ${formatPace(otherwisePerSec)}`;
  const so = chat === "fine" ? "; so a chat is fine" : "";
  return `few active experts: a token reads ${formatBytes(readBytes)} of the ${formatBytes(storedBytes)} in RAM${dense}${so}`;
}
