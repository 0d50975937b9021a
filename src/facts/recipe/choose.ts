import { eightExperts, type ModelTraits, type Place, seventyBillion } from "./conditions.ts";
import { isWhole } from "./fall-back.ts";
import type { Choice, Mix } from "./mixes.ts";
import type { Role } from "./roles.ts";

/** Parts of names that one architecture's engine keeps at eight bits. */
const EIGHT_BITS: Readonly<Record<string, RegExp>> = { "glm5-next": /attn_q_[ab]|nextn\.eh_proj/ };

export interface Matrix {
  readonly name: string;
  readonly shape: readonly number[];
  readonly role: Role | undefined;
}

/** The type a mix gives a matrix, before its rows are looked at. Source: `llama_tensor_get_type_impl`, llama.cpp b11434. */
export function chosenType(mix: Mix, { name, shape, role }: Matrix, place: Place): string {
  if (EIGHT_BITS[place.model.architecture]?.test(name)) return "Q8_0";
  if (role === "output") return outputType(mix, shape[0]!, place.model);
  if (mix.stacked !== undefined) return isStacked(shape, role, place.model) ? mix.stacked : mix.own;
  const type = firstOf(role === undefined ? undefined : mix.roles?.[role], place) ?? mix.own;
  return mix.low ? type : widened(type, role, place);
}

/** Falcon's, and one whose rows are not whole blocks of the mix's own type, is Q8_0. */
function outputType(mix: Mix, columns: number, model: ModelTraits): string {
  if (mix.own === "Q8_0" || model.architecture === "falcon" || !isWhole(mix.own, columns)) return "Q8_0";
  return mix.roles?.output?.[0]?.[0] ?? "Q6_K";
}

/** Latent projections have three dimensions as well; only this architecture's are told apart from experts. */
function isStacked(shape: readonly number[], role: Role | undefined, { architecture }: ModelTraits): boolean {
  if ((shape[2] ?? 1) <= 1) return false;
  return architecture !== "bailingmoe3" || role === "up" || role === "gate" || role === "down";
}

/** Models whose keys and values are small beside the rest get more bits for them. */
function widened(type: string, role: Role | undefined, place: Place): string {
  if ((role === "value" || role === "key") && eightExperts(place)) return "Q8_0";
  return role === "value" && seventyBillion(place) && (type === "Q3_K" || type === "Q4_K") ? "Q5_K" : type;
}

function firstOf(choices: readonly Choice[] | undefined, place: Place): string | undefined {
  return choices?.find(([, when]) => when?.(place) ?? true)?.[0];
}
