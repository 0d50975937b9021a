/** A repository of the hub, and what of it is meant. */
export interface HubSpec {
  /** `owner/name` */
  readonly repository: string;
  /** branch, tag or commit; main unless said */
  readonly revision?: string;
  readonly file?: string;
  readonly quant?: string;
}

const HOSTS = ["https://huggingface.co/", "https://www.huggingface.co/", "https://hf.co/"];
/** `owner/name[@revision][/file][:quant]` */
const SPEC = /^([^/:@\s]+\/[^/:@\s]+)(?:@([^:/\s]+))?(?:\/([^:]+))?(?::([\w.-]+))?$/;

/** Reads `hf:owner/name[@revision][/file][:quant]` and addresses of pages and files of the hub; else undefined. */
export function hubSpec(typed: string, endpoint: string): HubSpec | undefined {
  const short = /^(?:hf:(?:\/\/)?|(?:hf\.co|huggingface\.co)\/)(.*)$/is.exec(typed)?.[1];
  if (short !== undefined) return parts(SPEC.exec(short));
  const host = [`${endpoint}/`, ...HOSTS].find((prefix) => typed.toLowerCase().startsWith(prefix.toLowerCase()));
  if (host === undefined || !URL.canParse(typed)) return undefined;
  const path = new URL(typed).pathname.slice(new URL(host).pathname.length);
  const page = /^([^/]+\/[^/]+)(?:\/(?:blob|resolve|tree|raw)\/([^/]+)(?:\/(.+))?)?\/?$/.exec(path);
  if (page) return parts(page.map((part) => (part === undefined ? part : decoded(part))));
  return parts(SPEC.exec(decoded(path)));
}

function parts(match: readonly (string | undefined)[] | null): HubSpec | undefined {
  const [, repository, revision, file, quant] = match ?? [];
  if (repository === undefined) return undefined;
  // an address of a page may end in `:quant` too
  const [name, typedQuant] = quant === undefined && file === undefined ? repository.split(":") : [repository];
  const meant = quant ?? typedQuant;
  return {
    repository: name!,
    ...(revision !== undefined && { revision }),
    ...(file !== undefined && { file }),
    ...(meant !== undefined && { quant: meant }),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
