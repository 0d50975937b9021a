import type { SeenGpu } from "../parsers/seen.ts";

/**
 * One entry a card from what several tools saw. Earlier lists are believed first and set the order; "unified" from any tool
 * holds, because a tool that does not know of shared memory takes each card for a discrete one.
 */
export function mergeSightings<T extends SeenGpu>(lists: readonly (readonly T[])[], mayAdd = true): T[] {
  const cards: T[] = [];
  for (const [rank, list] of lists.entries()) {
    const taken = new Set<number>();
    for (const seen of list) {
      const at = rank === 0 ? -1 : findCard(cards, seen, taken);
      const card = cards[at];
      if (card !== undefined) {
        const unified = card.memoryKind === "unified" || seen.memoryKind === "unified";
        cards[at] = { ...seen, ...card, ...(unified ? { memoryKind: "unified" } : {}) };
        taken.add(at);
      } else if (mayAdd || rank === 0) {
        taken.add(cards.length);
        cards.push(seen);
      }
    }
  }
  return cards;
}

/** The card that a sighting is of: by bus address, by id, by kind of device in order, by the only one of that vendor. */
function findCard(cards: readonly SeenGpu[], seen: SeenGpu, taken: ReadonlySet<number>): number {
  const free = (test: (card: SeenGpu) => boolean) => cards.findIndex((card, at) => !taken.has(at) && test(card));
  if (seen.uuid !== undefined) {
    const same = free((card) => card.uuid === seen.uuid);
    if (same >= 0) return same;
  }
  if (seen.pciAddress !== undefined) {
    const same = free((card) => card.pciAddress === seen.pciAddress);
    if (same >= 0) return same;
  }
  const mayBeSame = (card: SeenGpu) =>
    card.vendor === seen.vendor &&
    (card.pciAddress === undefined || seen.pciAddress === undefined) &&
    (card.pciId === undefined || seen.pciId === undefined || card.pciId === seen.pciId);
  const sameKind = free((card) => mayBeSame(card) && card.pciId !== undefined && card.pciId === seen.pciId);
  if (sameKind >= 0) return sameKind;
  const sameName = free((card) => mayBeSame(card) && card.name !== undefined && card.name === seen.name);
  if (sameName >= 0) return sameName;
  const possible = cards.filter((card, at) => !taken.has(at) && mayBeSame(card));
  return possible.length === 1 ? cards.indexOf(possible[0]!) : -1;
}
