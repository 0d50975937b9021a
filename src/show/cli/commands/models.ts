import { EXIT, LoadoutError } from "../../../facts/errors/index.ts";
import { formatFileBytes } from "../../../facts/units/index.ts";
import { ANSWER_VERSION } from "../../../plan/answer/index.ts";
import { shellWord } from "../../../plan/command/index.ts";
import { findWeights, matchWeights, removeWeights, type LocalWeights } from "../../../run/fetch/index.ts";
import { askYes } from "../ask.ts";
import { guarded, type CliContext } from "../context.ts";
import { homeOf } from "../machine.ts";
import { modelsDirsOf } from "../models-dirs.ts";
import { catalogText } from "../text/catalog-text.ts";
import { columns } from "../text/layout.ts";
import type { Style } from "../text/style.ts";
import { theOne } from "../the-one.ts";

interface ModelsFlags {
  readonly local?: boolean;
  readonly all?: boolean;
  readonly models?: readonly string[];
  readonly json?: boolean;
  readonly yes?: boolean;
}

/** `loadout models [WORDS]`, `models --all`, `models --local`, `models rm MODEL` */
export const models = guarded(async function (this: CliContext, flags: ModelsFlags, ...typed: readonly string[]) {
  const words = typed.join(" ");
  if (flags.all === true || (words !== "" && typed[0] !== "rm" && flags.local !== true)) {
    const { lookUp } = await import("../../../plan/ask/kinds/look-up.ts");
    const answer = await lookUp(words);
    this.out(flags.json ? JSON.stringify(answer, null, 2) : catalogText(answer, this.outStyle));
    return EXIT.ok;
  }
  const { home, folders, config } = await homeOf(this);
  const modelsDirs = modelsDirsOf(flags, config);
  const { weights, cutFolders } = await findWeights({ home, modelsDirs });
  if (typed[0] === "rm" && flags.local !== true)
    return remove(this, weights, typed.slice(1).join(" ") || undefined, flags, folders.weights);
  const wanted = words.toLowerCase();
  const shown = weights.filter(({ name }) => name.toLowerCase().includes(wanted));
  if (flags.json)
    this.out(JSON.stringify({ schema: ANSWER_VERSION, kind: "models", models: shown, cutFolders }, null, 2));
  else this.out(listText(shown, cutFolders, this.outStyle));
  return EXIT.ok;
});

async function remove(
  context: CliContext,
  found: readonly LocalWeights[],
  name: string | undefined,
  flags: ModelsFlags,
  store: string,
) {
  if (name === undefined) {
    throw new LoadoutError("bad-quantity", {
      what: "models rm",
      expected: "the name of weights",
      got: "",
      example: "loadout models rm NAME",
    });
  }
  const only = theOne(name, found, matchWeights(found, name));
  const size = formatFileBytes(only.bytes);
  if (!flags.yes) {
    if (!context.interactive) throw new LoadoutError("removal-unconfirmed", { path: only.path, size });
    if (!(await askYes(context, `Remove ${only.path} (${size})?`))) {
      context.note("nothing was removed");
      return EXIT.ok;
    }
  }
  const freed = await removeWeights(only, store);
  if (flags.json)
    context.out(
      JSON.stringify(
        { schema: ANSWER_VERSION, kind: "models", models: [], removed: only.path, freedBytes: freed },
        null,
        2,
      ),
    );
  else context.out(`removed ${only.path}: ${formatFileBytes(freed)} freed`);
  return EXIT.ok;
}

function listText(weights: readonly LocalWeights[], cutFolders: readonly string[], style: Style): string {
  if (weights.length === 0)
    return `no weights on this machine yet\nnext: ${style.strong("loadout")} fetches a small model (93 MB)`;
  const rows = weights.map(({ name, bytes, origin, role, incomplete, path }) => [
    name,
    formatFileBytes(bytes),
    origin,
    incomplete ? style.warn(incomplete) : role === "projector" ? style.faint("projector") : style.faint(path),
  ]);
  const usable = weights.find(({ role, incomplete }) => role === "model" && !incomplete);
  return [
    ...columns([["name", "size", "found in", "where"].map(style.faint), ...rows], [1]),
    ...cutFolders.map((folder) => style.warn(`${folder} is too large to search to the end`)),
    "",
    `next: ${style.strong(usable ? `loadout fit ${shellWord(usable.name)}` : "loadout")}`,
    `      ${style.strong("loadout models WORDS")} looks in the catalog`,
  ].join("\n");
}
