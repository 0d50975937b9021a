/** A box in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function overlap(one: Box, other: Box): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  );
}

export function inside(box: Box, frame: Box): boolean {
  return (
    box.x >= frame.x &&
    box.y >= frame.y &&
    box.x + box.width <= frame.x + frame.width &&
    box.y + box.height <= frame.y + frame.height
  );
}

/**
 * Places along a line, at least `gap` apart, in the order of where they want to be and between `low` and `high`: those that
 * crowd move apart around their common middle. Where there is no room for all the last ones are left out (undefined).
 */
export function spread(
  wanted: readonly number[],
  gap: number,
  low: number,
  high: number,
): readonly (number | undefined)[] {
  const most = Math.max(0, Math.floor((high - low) / gap + 1e-9) + 1);
  const order = wanted.map((at, index) => ({ at, index })).slice(0, most);
  order.sort((one, other) => one.at - other.at || one.index - other.index);
  // neighbours closer than the gap are one block, placed around the mean of what they want
  const blocks: { members: number[]; sum: number }[] = [];
  const startOf = ({ members, sum }: (typeof blocks)[number]) => {
    const middle = sum / members.length;
    const half = ((members.length - 1) * gap) / 2;
    return Math.min(Math.max(middle - half, low), high - 2 * half);
  };
  for (const { at, index } of order) {
    blocks.push({ members: [index], sum: at });
    for (;;) {
      const [before, last] = [blocks.at(-2), blocks.at(-1)];
      if (!before || !last || startOf(before) + before.members.length * gap <= startOf(last) + 1e-9) break;
      blocks.splice(-2, 2, { members: [...before.members, ...last.members], sum: before.sum + last.sum });
    }
  }
  const places: (number | undefined)[] = wanted.map(() => undefined);
  for (const block of blocks) {
    const start = startOf(block);
    block.members.forEach((index, nth) => (places[index] = start + nth * gap));
  }
  return places;
}

export interface Wanted {
  /** the point that is labelled */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** pixels between point and label */
  readonly away: number;
}

/** Sides in the order in which they are tried: where the label's box lies from its point. */
const SIDES: readonly (readonly [x: number, y: number])[] = [
  [1, -0.6],
  [1, 0],
  [1, 0.6],
  [0, -1],
  [0, 1],
  [-1, -0.6],
  [-1, 0],
  [-1, 0.6],
];

/** A box for each label that touches none of the others, nothing `taken`, and not the frame; undefined where there is none. */
export function placed(labels: readonly Wanted[], taken: readonly Box[], frame: Box): readonly (Box | undefined)[] {
  const used = [...taken];
  return labels.map((label) => {
    for (const distance of [1, 2.5]) {
      for (const side of SIDES) {
        const box = beside(label, side, label.away * distance);
        if (inside(box, frame) && !used.some((other) => overlap(box, other))) {
          used.push(box);
          return box;
        }
      }
    }
    return undefined;
  });
}

function beside({ x, y, width, height }: Wanted, [right, down]: readonly [number, number], away: number): Box {
  const left = right === 0 ? x - width / 2 : right > 0 ? x + away : x - away - width;
  const top = y - height / 2 + (right === 0 ? down * (away + height / 2) : down * height);
  return { x: left, y: top, width, height };
}
