import { chanceOf } from "./chance.ts";

/** Common English words that vocabularies hold whole, with the space before them. Checked where the server can tokenize. */
export const WORDS: readonly string[] = (
  "time year people way day man thing woman life child world school state family student group country problem hand part " +
  "place case week company system program question work government number night point home water room mother area money " +
  "story fact month lot right study book eye job word business issue side kind head house service friend father power hour " +
  "game line end member law car city community name president team minute idea body information back parent face others " +
  "level office door health person art war history party result change morning reason research girl guy moment air teacher " +
  "force education foot boy age policy music market sense nation plan college interest death experience effect use class " +
  "control field development role effort rate heart drug show leader light voice wife police mind price report decision son " +
  "view relationship town road arm difference value building action season society tax director position player record paper " +
  "space ground form event official matter center couple site project activity star table need court"
).split(" ");

/** So many words in an order of its own: the same for the same seed and index, and unlike any other from the first word on. */
export function wordText(words: readonly string[], count: number, seed: number, index: number): string {
  const random = chanceOf(seed, index);
  let text = "";
  for (let at = 0; at < count; at++) text += `${at === 0 ? "" : " "}${words[Math.floor(random() * words.length)]}`;
  return text;
}
