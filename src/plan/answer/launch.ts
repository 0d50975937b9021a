import { weigh, type Choice, type FitRequest, type VerdictWord } from "../fit/index.ts";
import { llamaServerCommand, shellLine, type WeightsPlace } from "../command/index.ts";

/** llama-server as the runtime of a loadout: what the same settings take under it, and how it is told. */
export interface ServerContext {
  /** bound to llama-server and this build */
  readonly request: FitRequest;
  readonly build: string;
  readonly buildNumber: number;
  readonly weights: WeightsPlace;
  /** of the model that drafts */
  readonly draft?: WeightsPlace;
}

/** The command that serves this loadout, and what it takes: the same model takes other buffers under another caller. */
export interface LaunchFacts {
  readonly program: string;
  readonly args: readonly string[];
  /** the whole line, as it can be pasted */
  readonly line: string;
  readonly build: string;
  /** build whose flags the arguments were checked against; absent where none is known that old */
  readonly checkedAgainst?: string;
  /** arguments that build would refuse */
  readonly problems: readonly { readonly argument: string; readonly because: string }[];
  readonly verdict: VerdictWord;
  /** memory under llama-server, bytes; absent where it would refuse */
  readonly bytes?: number;
  readonly rejected?: string;
}

/** where an rpc-server listens unless told (`-p`) */
const RPC_PORT = 50_052;

export function launchFacts(
  choice: Pick<Choice, "settings" | "threads">,
  server: ServerContext,
  port?: number,
): LaunchFacts {
  const weighed = weigh(server.request, choice.settings);
  const { settings, threads } = choice;
  const { weights, buildNumber, request, draft } = server;
  const nodes = [...new Set(request.rig.devices.flatMap(({ node }) => node ?? []))].map(
    (node) => `${node}:${RPC_PORT}`,
  );
  const listens = port === undefined ? {} : { port };
  const { guessing, media } = request;
  const guesses = guessing
    ? {
        guesses: {
          by: guessing.by,
          lookUp: guessing.lookUp,
          placed: guessing.placed,
          draftTokens: guessing.draftTokens,
          ...(draft ? { draft } : {}),
        },
      }
    : {};
  const command = llamaServerCommand({
    settings,
    weights,
    buildNumber,
    threads,
    nodes,
    ...guesses,
    ...listens,
    ...(media && { media: media.args }),
  });
  const { program, args, checkedAgainst, problems } = command;
  return {
    program,
    args,
    line: shellLine(program, args),
    build: server.build,
    ...(checkedAgainst === undefined ? {} : { checkedAgainst }),
    problems: problems.map(({ argument, because }) => ({ argument, because })),
    verdict: weighed.now.verdict,
    ...(weighed.memory ? { bytes: weighed.memory.value } : {}),
    ...(weighed.prediction.kind === "rejected" ? { rejected: weighed.prediction.because } : {}),
  };
}
