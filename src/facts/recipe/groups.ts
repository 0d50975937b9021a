import type { Geometry } from "../model/index.ts";
import { tellsTensorsApart } from "./conditions.ts";
import type { Choice } from "./mixes.ts";
import type { Prepared, Shaped } from "./prepared.ts";
import { bytesOf, count, isCounted, type Recipe, recipeOf, typeIn, withFileType } from "./recipe.ts";
import type { Role } from "./roles.ts";

/** Tensors of a model that differ in their layer alone, in the quantizer's order. */
export interface TensorGroup {
  /** its first tensor, which stands for all of them */
  readonly first: Prepared;
  readonly members: readonly Member[];
  /** places of its first and its last tensor in the list that was given */
  readonly firstAt: number;
  readonly lastAt: number;
}

interface Member {
  readonly tensor: Prepared;
  /** how many tensors of the role come before, where the quantizer counts them */
  readonly counted: number;
}

/** So many tensors of a group that a file type gives the same type. */
export interface TypedGroup {
  readonly group: TensorGroup;
  readonly type: string;
  /** of one tensor */
  readonly bytes: number;
  readonly members: readonly Member[];
  /** places of the first and the last of these in the list */
  readonly firstAt: number;
  readonly lastAt: number;
}

/** All groups of one model. */
export interface TensorGroups {
  readonly list: readonly TensorGroup[];
  /** by their place in the list, those that have one type in all file types of blocks */
  readonly fixed: readonly (TypedGroup | undefined)[];
  readonly recipe: Recipe;
}

/**
 * A model's tensors in groups, for many file types: hundreds of tensors are a few dozen groups, and most of these have one type
 * in a file. `apart` tells tensors apart that the asker does not want in one group.
 */
export function tensorGroups(
  geometry: Geometry,
  tensors: readonly Shaped[],
  apart: (tensor: Prepared) => string | number,
): TensorGroups {
  // counting is the same for all types that have blocks
  const recipe = recipeOf(geometry, tensors, "Q8_0");
  const counters = new Map<Role, number>();
  const groups: Member[][] = [];
  const known = new Map<string | number, Member[][]>();
  for (const tensor of recipe.ordered) {
    const member = { tensor, counted: isCounted(recipe, tensor) ? count(counters, tensor.role) : 0 };
    const key = apart(tensor);
    const byKind = known.get(key) ?? [];
    if (byKind.length === 0) known.set(key, byKind);
    const members = byKind[tensor.kind];
    if (members !== undefined) {
      members.push(member);
      continue;
    }
    groups.push((byKind[tensor.kind] = [member]));
  }
  const list = groups.map((members): TensorGroup => ({ first: members[0]!.tensor, members, ...span(members) }));
  // what the quantizer does not count it chooses no type for
  const fixed = list.map((group) =>
    isCounted(recipe, group.first) ? undefined : typedAs(group, typeIn(recipe, group.first, 0)),
  );
  return { list, fixed, recipe };
}

/** Types and bytes of all groups for a file type: what `quantized` says tensor by tensor. */
export function quantizedGroups(groups: TensorGroups, fileType: string): TypedGroup[] {
  const recipe = withFileType(groups.recipe, fileType);
  const all: TypedGroup[] = [];
  groups.list.forEach((group, index) => {
    const fixed = recipe.blocks ? groups.fixed[index] : undefined;
    if (fixed !== undefined) {
      all.push(fixed);
      return;
    }
    const { first, members } = group;
    const conditional = first.role !== undefined && recipe.mix.roles?.[first.role]?.some(isOwn);
    if (!conditional) {
      all.push(typedAs(group, typeIn(recipe, first, members[0]!.counted)));
      return;
    }
    const byType = new Map<string, Member[]>();
    for (let at = 0; at < members.length; at++) {
      const member = members[at]!;
      const type = typeIn(recipe, member.tensor, member.counted);
      const list = byType.get(type);
      if (list === undefined) byType.set(type, [member]);
      else list.push(member);
    }
    for (const [type, some] of byType) {
      all.push({ group, type, bytes: bytesOf(type, first.elements), members: some, ...span(some) });
    }
  });
  return all;
}

function isOwn([, when]: Choice): boolean {
  return when !== undefined && tellsTensorsApart(when);
}

/** All of a group under one type. */
function typedAs(group: TensorGroup, type: string): TypedGroup {
  const { first, members, firstAt, lastAt } = group;
  return { group, type, bytes: bytesOf(type, first.elements), members, firstAt, lastAt };
}

/** Smallest and largest place in the list. */
function span(members: readonly Member[]): { firstAt: number; lastAt: number } {
  let firstAt = Infinity;
  let lastAt = -1;
  for (const { tensor } of members) {
    firstAt = Math.min(firstAt, tensor.at);
    lastAt = Math.max(lastAt, tensor.at);
  }
  return { firstAt, lastAt };
}
