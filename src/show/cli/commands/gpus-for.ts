import { EXIT } from "../../../facts/errors/index.ts";
import type { CardFlags, DeviceFlags } from "../../../plan/ask/flags/index.ts";
import { askCards } from "../../../plan/ask/kinds/cards.ts";
import { withAsking } from "../asking.ts";
import type { CliContext } from "../context.ts";
import { readPrices } from "../prices.ts";
import { cardsText } from "../text/cards-text.ts";

/** `loadout gpus [NAME] --for MODEL`: which device for a model. */
export async function gpusFor(
  context: CliContext,
  flags: CardFlags & DeviceFlags & { readonly for: string; readonly json?: boolean },
  name: string,
): Promise<number> {
  const { prices } = flags;
  const read = prices === undefined ? undefined : () => readPrices(prices);
  const answer = await withAsking(context, (asking) => askCards(asking, flags, name, read));
  context.out(flags.json ? JSON.stringify(answer, null, 2) : cardsText(answer, context.outStyle, name !== ""));
  return answer.rows.length + answer.behind.length > 0 ? EXIT.ok : EXIT.no;
}
