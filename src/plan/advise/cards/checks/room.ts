import { hotSpotOf, PARTNER_LENGTH } from "../../../../facts/hardware/boards/index.ts";
import { ask, isWhole, times, WHOLE, type Check, type Checked } from "./check.ts";

/** Whether it goes into a computer at all. */
export function formCheck(checked: Checked): Check {
  const { board } = checked;
  if (isWhole(checked)) return { key: "form", verdict: "passes", because: "bought whole" };
  if (board.form === "module")
    return { key: "form", verdict: "fails", because: "a module for a server's own board: no card for a slot" };
  if (board.form === undefined) return { key: "form", verdict: "unknown", because: "its form is not known" };
  return { key: "form", verdict: "passes", because: "a card for a slot" };
}

export function lengthCheck(checked: Checked): Check {
  const { board, limits } = checked;
  const asked = ask(limits.lengthMm);
  if (isWhole(checked)) return { key: "length", verdict: "passes", because: WHOLE, ...asked };
  if (board.lengthMm === undefined)
    return { key: "length", verdict: "unknown", because: "its length is not known", ...asked };
  const said = `${board.lengthMm} mm`;
  const source = PARTNER_LENGTH.source;
  if (limits.lengthMm === undefined) return { key: "length", verdict: "mind", because: said, source };
  const fits = board.lengthMm <= limits.lengthMm;
  const close = fits && board.lengthMm + PARTNER_LENGTH.mostMm > limits.lengthMm;
  const because = `${said}, of ${limits.lengthMm} mm${close ? "; a partner's board may be too long" : ""}`;
  return { key: "length", verdict: fits ? "passes" : "fails", because, source, ...asked };
}

/** Slots they cover; two cards with open fans want a free one between them. */
export function slotsCheck(checked: Checked): Check {
  const { board, count, limits } = checked;
  const asked = ask(limits.slots);
  if (isWhole(checked)) return { key: "slots", verdict: "passes", because: WHOLE, ...asked };
  if (board.slots === undefined)
    return { key: "slots", verdict: "unknown", because: "its width is not known", ...asked };
  const need = board.slots * count;
  const air = count > 1 && board.cooling !== "blower" ? "; with open fans leave one free between them" : "";
  const said = `${times(count)}${board.slots} slot${need === 1 ? "" : "s"}`;
  const source = "the reference board's; partners' boards cover up to 4";
  if (limits.slots === undefined) return { key: "slots", verdict: "mind", because: said + air, source };
  const verdict = need <= limits.slots ? "passes" : "fails";
  return { key: "slots", verdict, because: `${said}, of ${limits.slots}${air}`, source, ...asked };
}

export function coolingCheck(checked: Checked): Check {
  const { board, row, limits } = checked;
  if (isWhole(checked)) return { key: "cooling", verdict: "passes", because: WHOLE };
  const serverOnly = board.cooling === "passive" || board.cooling === "server" || board.cooling === "liquid";
  if (serverOnly) {
    const because =
      board.cooling === "passive"
        ? "no fans of its own: a server's air, or a ducted fan (a P40 wants 90 CFM, loud)"
        : board.cooling === "liquid"
          ? "cooled by a server's water"
          : "cooled by a server's air";
    const inServer = limits.server === true && board.cooling !== "liquid";
    return { key: "cooling", verdict: inServer ? "passes" : "fails", because, recalled: true };
  }
  const hot = hotSpotOf(row.id);
  if (hot) return { key: "cooling", verdict: "mind", because: hot.said, source: hot.source };
  if (board.cooling === "blower")
    return {
      key: "cooling",
      verdict: "passes",
      because: "a blower: its air leaves the case, so that two fit close together",
    };
  return {
    key: "cooling",
    verdict: "unknown",
    because: "which fans it has is the partner's choice, and not in the table",
  };
}

/** What the host link of the cards is for. */
export function lanesCheck(checked: Checked): Check {
  const { row, board, count } = checked;
  if (isWhole(checked)) return { key: "lanes", verdict: "passes", because: WHOLE };
  const link =
    row.pcie === undefined ? "its PCIe link is not known" : `PCIe ${row.pcie.generation}.0 x${row.pcie.lanes}`;
  if (count === 1) {
    const because = `${link}: one card hardly minds, x4 is enough but for loading and for prompts with weights on the CPU`;
    return { key: "lanes", verdict: row.pcie === undefined ? "unknown" : "passes", because };
  }
  const bridge = board.linkBytesPerSec === undefined ? "" : "; NVLink between them is worth 10 to 15%";
  const because = `${link} each: layers in turn run from x4, tensor parallel wants x8 of generation 4; what the mainboard gives a second slot is not known${bridge}`;
  return { key: "lanes", verdict: "unknown", because, source: "published runs of two RTX 3090" };
}
