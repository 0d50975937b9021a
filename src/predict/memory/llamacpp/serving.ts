import { formatBytes } from "../../../facts/units/index.ts";
import { between, sum, type Estimate } from "../../estimate/index.ts";
import type { Session } from "./compute.ts";
import { checkpointBytes, sequenceBytes } from "./server-state.ts";

const MIB = 2 ** 20;

/**
 * What llama-server comes to hold in RAM beside its buffers, and never gives back while it runs: checkpoints of slots whose cache
 * cannot be rolled back (tools/server/server-context.cpp, `create_checkpoint`), and prompts of idle slots (server-task.cpp,
 * `server_prompt_cache`). Nothing at start; the upper end is what the limits allow.
 */
export function servingOf(session: Session): Estimate | undefined {
  const parts = [checkpoints(session), promptCache(session)].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : sum("serving", "held in RAM while serving", parts);
}

function checkpoints(session: Session): Estimate | undefined {
  const { settings, build, sizes } = session;
  const limit = settings.contextCheckpoints ?? build.serverKeeps.checkpoints;
  const each = checkpointBytes(session);
  if (limit === 0 || each === 0) return undefined;
  const high = sizes.sequences * limit * each;
  const what = session.states.length > 0 ? "the recurrent state" : "the window's cells";
  const formula = `0 to ${sizes.sequences} slots × ${limit} checkpoints × ${each} B, ${what} of a sequence; --ctx-checkpoints 0 keeps none`;
  return between("checkpoints", "checkpoints of slots", [0, 0, high], "formula", formula);
}

function promptCache(session: Session): Estimate | undefined {
  const { settings, build, sizes } = session;
  const limit = settings.promptCacheMib ?? build.serverKeeps.promptCacheMib;
  if (limit === 0) return undefined;
  const slot = sizes.streams === 1 ? sizes.context : sizes.cells;
  const state = sequenceBytes(session, slot);
  const full = `a full slot's state is ${formatBytes(state)}`;
  // without a limit in bytes the cached prompts together are no longer than the context
  const unlimited = sequenceBytes(session, sizes.context) + (sizes.sequences - 1) * sequenceBytes(session, 0);
  return limit < 0
    ? between("prompt-cache", "prompt cache", [0, 0, unlimited], "assumed", `0 to ${sizes.context} tokens; ${full}`)
    : between(
        "prompt-cache",
        "prompt cache",
        [0, 0, limit * MIB],
        "formula",
        `0 to -cram ${limit} MiB; ${full}; -cram 0 keeps none`,
      );
}
