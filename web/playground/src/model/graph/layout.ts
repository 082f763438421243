// Where the boxes of a graph are drawn: in layers, each below all that it reads, so that few lines cross.

/** A box to be placed, and those that it reads, by their places in the list, each before it. */
export interface Box {
  readonly width: number;
  readonly height: number;
  readonly reads: readonly number[];
}

export interface Placed {
  /** The middle of the box's upper side. */
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  readonly boxes: readonly Placed[];
  readonly lines: readonly { readonly from: number; readonly to: number; readonly points: readonly Placed[] }[];
  readonly width: number;
  readonly height: number;
}

const [columnGap, rowGap, laneWidth] = [24, 36, 12];
const sweeps = 8;

/** What has a place in a layer: a box, or where a line passes through. */
interface Slot {
  readonly box: number | undefined;
  readonly width: number;
  readonly above: Slot[];
  readonly below: Slot[];
  order: number;
  x: number;
}

export function layOut(boxes: readonly Box[]): Layout {
  const depths = depthsOf(boxes);
  const layers: Slot[][] = Array.from({ length: Math.max(-1, ...depths) + 1 }, () => []);
  const slots = boxes.map(({ width }, box) => add(layers, depths[box] as number, width, box));
  const routes: { from: number; to: number; through: Slot[] }[] = [];
  boxes.forEach(({ reads }, to) => {
    for (const from of new Set(reads)) routes.push({ from, to, through: route(layers, slots[from] as Slot, slots[to] as Slot, depths[from] as number, depths[to] as number) });
  });
  orderLayers(layers);
  placeLayers(layers);
  const heights = layers.map((layer) => Math.max(0, ...layer.map(({ box }) => (box === undefined ? 0 : (boxes[box]?.height ?? 0)))));
  const tops: number[] = [];
  let height = 0;
  for (const layer of heights) {
    tops.push(height);
    height += layer + rowGap;
  }
  const left = Math.min(Infinity, ...layers.flat().map(({ x, width }) => x - width / 2));
  const right = Math.max(-Infinity, ...layers.flat().map(({ x, width }) => x + width / 2));
  const at = (slot: Slot, y: number): Placed => ({ x: slot.x - left, y });
  return {
    boxes: slots.map((slot, box) => at(slot, tops[depths[box] as number] ?? 0)),
    lines: routes.map(({ from, to, through }) => ({
      from, to, points: [
        at(slots[from] as Slot, (tops[depths[from] as number] ?? 0) + (boxes[from]?.height ?? 0)),
        ...through.flatMap((slot, i) => { const layer = (depths[from] as number) + 1 + i; return [at(slot, tops[layer] ?? 0), at(slot, (tops[layer] ?? 0) + (heights[layer] ?? 0))]; }),
        at(slots[to] as Slot, tops[depths[to] as number] ?? 0),
      ],
    })),
    width: boxes.length === 0 ? 0 : right - left, height: Math.max(0, height - rowGap),
  };
}

/** Each box below the lowest that it reads; what reads nothing stands right above its first reader. */
function depthsOf(boxes: readonly Box[]): number[] {
  const depths: number[] = [];
  boxes.forEach(({ reads }) => depths.push(reads.reduce((most, from) => Math.max(most, (depths[from] ?? 0) + 1), 0)));
  const firstReader = boxes.map(() => Infinity);
  boxes.forEach(({ reads }, to) => { for (const from of reads) firstReader[from] = Math.min(firstReader[from] as number, depths[to] as number); });
  return depths.map((depth, box) => (boxes[box]?.reads.length === 0 && Number.isFinite(firstReader[box]) ? (firstReader[box] as number) - 1 : depth));
}

function add(layers: Slot[][], depth: number, width: number, box: number | undefined): Slot {
  const layer = layers[depth] as Slot[];
  const slot: Slot = { box, width, above: [], below: [], order: layer.length, x: 0 };
  layer.push(slot);
  return slot;
}

/** A line's way through the layers between two boxes. */
function route(layers: Slot[][], from: Slot, to: Slot, first: number, last: number): Slot[] {
  const through: Slot[] = [];
  let before = from;
  for (let depth = first + 1; depth <= last; depth++) {
    const next = depth === last ? to : add(layers, depth, laneWidth, undefined);
    before.below.push(next);
    next.above.push(before);
    if (next !== to) through.push(next);
    before = next;
  }
  return through;
}

/** Puts each slot near the middle of its neighbours', down and up again, which unties most crossings. */
function orderLayers(layers: readonly Slot[][]): void {
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const down = sweep % 2 === 0;
    for (const layer of down ? layers : layers.toReversed()) {
      const keys = new Map(layer.map((slot) => [slot, mean((down ? slot.above : slot.below).map(({ order }) => order)) ?? slot.order]));
      layer.sort((a, b) => (keys.get(a) as number) - (keys.get(b) as number) || a.order - b.order);
      layer.forEach((slot, order) => (slot.order = order));
    }
  }
}

/** Brings slots below their neighbours, as far as there is room. */
function placeLayers(layers: readonly Slot[][]): void {
  for (const layer of layers) spread(layer, layer.map(() => 0));
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const down = sweep % 2 === 0;
    for (const layer of down ? layers : layers.toReversed()) spread(layer, layer.map((slot) => mean((down ? slot.above : slot.below).map(({ x }) => x)) ?? slot.x));
  }
}

/** As near to where they want to be as their widths allow, in their order: those that would overlap share the distance. */
function spread(layer: readonly Slot[], wanted: readonly number[]): void {
  const groups: { first: number; last: number; offset: number; sum: number }[] = [];
  // Where each would be if the first were at 0.
  const starts: number[] = [];
  layer.forEach((slot, i) => starts.push(i === 0 ? 0 : (starts[i - 1] as number) + ((layer[i - 1] as Slot).width + slot.width) / 2 + columnGap));
  wanted.forEach((x, i) => {
    groups.push({ first: i, last: i, offset: x - (starts[i] as number), sum: x - (starts[i] as number) });
    for (let [before, group] = [groups.at(-2), groups.at(-1)]; before !== undefined && group !== undefined && before.offset > group.offset; [before, group] = [groups.at(-2), groups.at(-1)]) {
      groups.pop();
      before.sum += group.sum;
      before.last = group.last;
      before.offset = before.sum / (before.last - before.first + 1);
    }
  });
  for (const { first, last, offset } of groups) for (let i = first; i <= last; i++) (layer[i] as Slot).x = offset + (starts[i] as number);
}

const mean = (values: readonly number[]): number | undefined => (values.length === 0 ? undefined : values.reduce((a, b) => a + b, 0) / values.length);
