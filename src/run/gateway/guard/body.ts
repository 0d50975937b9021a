import { isFields } from "../../home/index.ts";
import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { LoadoutError } from "../../../facts/errors/index.ts";
import { formatBytes } from "../../../facts/units/index.ts";

/**
 * Reads a request's body as a JSON object, never more than `limitBytes` of it. Rejects with what is wrong; undefined when
 * the client left before its end.
 */
export async function readJsonBody(
  request: IncomingMessage,
  limitBytes: number,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  checkType(request);
  const declared = Number(request.headers["content-length"] ?? 0);
  if (declared > limitBytes) throw tooLarge(limitBytes);
  const bytes = await readBytes(request, limitBytes);
  return bytes && parseObject(bytes);
}

/**
 * JSON, said or not. What `curl -d` says unless told otherwise is taken for it too; what browsers can send unasked besides
 * (text/plain, multipart) is not.
 */
function checkType(request: IncomingMessage): void {
  const { headers } = request;
  if (headers["content-type"] === "application/json" && headers["content-encoding"] === undefined) return;
  const type = headers["content-type"]?.split(";", 1)[0]!.trim().toLowerCase();
  const fine =
    type === undefined || /^application\/(?:[\w.-]+\+)?json$|^application\/x-www-form-urlencoded$/.test(type);
  if (!fine) throw new LoadoutError("gateway-body-type", { expected: "application/json", got: type.slice(0, 60) });
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") {
    throw new LoadoutError("gateway-body-type", { expected: "no compression", got: encoding.slice(0, 60) });
  }
}

function readBytes(request: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    let first: Buffer | undefined;
    let rest: Buffer[] | undefined;
    let length = 0;
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > limitBytes) {
        first = rest = undefined;
        request.pause();
        reject(tooLarge(limitBytes));
      } else if (first) (rest ??= [first]).push(chunk);
      else first = chunk;
    });
    request.on("end", () => resolve(rest ? Buffer.concat(rest) : (first ?? Buffer.alloc(0))));
    request.on("error", () => resolve(undefined));
    request.on("close", () => resolve(undefined));
  });
}

function parseObject(bytes: Buffer): Readonly<Record<string, unknown>> {
  if (bytes.length === 0) throw broken("it is empty");
  if (!isUtf8(bytes)) throw broken("it is not UTF-8");
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch {
    // the parser's own words would quote the prompt
    throw broken("its syntax is wrong");
  }
  if (!isFields(value)) throw broken("it is no object");
  if (isDeeper(value, DEEPEST)) throw broken("it is nested too deeply");
  return value;
}

/** Schemas of tools nest some ten deep. What is deeper than this would overflow the stack of whoever writes it again. */
const DEEPEST = 200;

function isDeeper(value: object, left: number): boolean {
  if (left === 0) return true;
  for (const inner of Object.values(value)) {
    if (typeof inner === "object" && inner !== null && isDeeper(inner, left - 1)) return true;
  }
  return false;
}

function broken(problem: string): LoadoutError {
  return new LoadoutError("gateway-body-broken", { problem });
}

function tooLarge(limitBytes: number): LoadoutError {
  return new LoadoutError("gateway-body-too-large", { expected: formatBytes(limitBytes) });
}
