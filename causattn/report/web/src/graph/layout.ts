// Where nodes and edges go: dagre's layers, causes above effects (or left of them, where that
// fits the page better).
//
// dagre's time grows with the edges that cross many layers, and a dense graph has so many layers
// that nothing can be read. A large graph keeps the order, causes above effects, in fewer layers,
// within which springs (d3-force) place the nodes; its edges are drawn as plain curves.

import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY } from "d3-force";
import dagre from "@dagrejs/dagre";

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export type Point = [number, number];

export interface Layout {
  width: number;
  height: number;
  boxes: Box[];
  /** Bends between both ends, by edge; none is drawn as a plain curve. */
  bends: Point[][];
  horizontal: boolean;
}

const MANY = 250;
const MARGIN = 8;
const GAP = 14;

/** Rows above this many stand closer together. */
const TALL = 12;

/**
 * Lays out the parts that an edge joins in rows, the lowest level at the bottom, ordered by what they join; of the
 * other parts, which have no box of any width, there are too many to be drawn.
 */
export function inLevels(widths: number[], height: number, edges: [number, number][], levels: number[], room: { width: number }): Layout {
  const touched = new Set(edges.flat());
  const used = [...new Set([...touched].map((k) => levels[k]))].sort((a, b) => a - b);
  const rows: number[][] = used.map((level) => [...touched].filter((k) => levels[k] === level).sort((a, b) => a - b));
  const wide = Math.max(room.width, ...rows.map((row) => lengthOf(row, widths) + 2 * MARGIN));
  const at = new Float64Array(widths.length).fill(wide / 2);
  const near: number[][] = widths.map(() => []);
  for (const [i, j] of edges) {
    near[i].push(j);
    near[j].push(i);
  }
  // A few sweeps up and down: each row in the order of the middle of its neighbours.
  for (let sweep = 0; sweep < 4; sweep++) {
    for (const row of sweep % 2 ? [...rows].reverse() : rows) {
      const middle = (k: number) => (near[k].length ? near[k].reduce((sum, other) => sum + at[other], 0) / near[k].length : at[k]);
      row.sort((a, b) => middle(a) - middle(b) || a - b);
      const gap = (wide - 2 * MARGIN - lengthOf(row, widths)) / (row.length + 1);
      let left = MARGIN + gap;
      for (const k of row) {
        at[k] = left + widths[k] / 2;
        left += widths[k] + GAP + gap;
      }
    }
  }
  const step = height + (rows.length > TALL ? 1.5 : 3) * GAP;
  const tall = Math.max(rows.length, 1) * step + 2 * MARGIN;
  const row = new Map(used.map((level, place) => [level, place]));
  const boxes = widths.map((width, k) => {
    const place = touched.has(k) ? (row.get(levels[k]) ?? 0) : 0;
    return { x: at[k], y: tall - MARGIN - step / 2 - place * step, width: touched.has(k) ? width : 0, height };
  });
  return { width: wide, height: tall, boxes, bends: corridors(edges, boxes, rows, levels, row), horizontal: false };
}

/** Bends of the edges that would run through a part between their ends: up beside it, each on a line of its own. */
function corridors(edges: [number, number][], boxes: Box[], rows: number[][], levels: number[], row: Map<number, number>): Point[][] {
  const room = 12;
  const taken: { x: number; low: number; high: number }[] = [];
  return edges.map(([i, j]): Point[] => {
    const [low, high] = [i, j].map((k) => row.get(levels[k]) ?? 0).sort((a, b) => a - b);
    const between = rows.slice(low + 1, high).flat().map((k) => boxes[k]);
    const [from, to] = [boxes[i], boxes[j]];
    const along = (box: Box) => from.x + ((to.x - from.x) * (box.y - from.y)) / (to.y - from.y || 1);
    const covers = (box: Box, x: number) => Math.abs(x - box.x) < box.width / 2 + room;
    if (!between.some((box) => covers(box, along(box)))) return [];
    const middle = (from.x + to.x) / 2;
    const free = (x: number) => !between.some((box) => covers(box, x)) && !taken.some((one) => Math.abs(x - one.x) < room && one.low < high && low < one.high);
    const sides = between.flatMap((box) => [-1, 1].map((side) => box.x + side * (box.width / 2 + room)));
    const lines = sides.flatMap((x) => [0, 1, 2, 3, 4, 5].flatMap((k) => [x - k * room, x + k * room])).filter(free);
    if (!lines.length) return [];
    const x = lines.reduce((best, one) => (Math.abs(one - middle) < Math.abs(best - middle) ? one : best));
    taken.push({ x, low, high });
    const ys = between.map((box) => box.y);
    const [top, bottom] = [Math.min(...ys) - room, Math.max(...ys) + room];
    return from.y > to.y ? [[x, bottom], [x, top]] : [[x, top], [x, bottom]];
  });
}

/** Lays out a graph; variables without an edge stand in rows beneath it. */
export function layOut(
  widths: number[],
  height: number,
  edges: [number, number][],
  room: { width: number; height: number },
): Layout {
  const touched = new Set(edges.flat());
  const loose = [...widths.keys()].filter((k) => !touched.has(k));
  if (!loose.length) return joined(widths, height, edges, room);
  const inner = [...widths.keys()].filter((k) => touched.has(k));
  const at = new Map(inner.map((k, place) => [k, place]));
  const own = edges.map(([i, j]): [number, number] => [at.get(i) ?? 0, at.get(j) ?? 0]);
  const core = inner.length
    ? joined(inner.map((k) => widths[k]), height, own, room)
    : { width: 0, height: 0, boxes: [], bends: [], horizontal: false };
  const rows = wrapped(loose, widths, Math.max(core.width, room.width * 0.9));
  const across = Math.max(core.width, ...rows.map((row) => lengthOf(row, widths) + 2 * MARGIN));
  const shift = (across - core.width) / 2;
  const boxes: Box[] = [];
  core.boxes.forEach((box, place) => (boxes[inner[place]] = { ...box, x: box.x + shift }));
  let top = core.height ? core.height + 2 * GAP : MARGIN;
  for (const row of rows) {
    let left = (across - lengthOf(row, widths)) / 2;
    for (const k of row) {
      boxes[k] = { x: left + widths[k] / 2, y: top + height / 2, width: widths[k], height };
      left += widths[k] + GAP;
    }
    top += height + GAP;
  }
  const bends = core.bends.map((points) => points.map(([x, y]): Point => [x + shift, y]));
  return { width: across, height: top - GAP + MARGIN, boxes, bends, horizontal: core.horizontal };
}

function lengthOf(row: number[], widths: number[]): number {
  return row.reduce((sum, k) => sum + widths[k] + GAP, -GAP);
}

function wrapped(nodes: number[], widths: number[], most: number): number[][] {
  const rows: number[][] = [[]];
  for (const k of nodes) {
    const last = rows[rows.length - 1];
    if (last.length && lengthOf([...last, k], widths) + 2 * MARGIN > most) rows.push([k]);
    else last.push(k);
  }
  return rows;
}

function joined(
  widths: number[],
  height: number,
  edges: [number, number][],
  room: { width: number; height: number },
): Layout {
  if (edges.length > MANY) return springs(widths, height, edges, room);
  const vertical = place(widths, height, edges, false);
  if (fit(vertical, room) >= 1) return vertical;
  const horizontal = place(widths, height, edges, true);
  return fit(horizontal, room) > fit(vertical, room) * 1.15 ? horizontal : vertical;
}

function fit(layout: Layout, room: { width: number; height: number }): number {
  return Math.min(room.width / layout.width, room.height / layout.height);
}

function place(
  widths: number[],
  height: number,
  edges: [number, number][],
  horizontal: boolean,
): Layout {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({
    rankdir: horizontal ? "LR" : "TB",
    nodesep: horizontal ? 12 : 18,
    edgesep: 10,
    ranksep: horizontal ? 56 : 40,
    marginx: 8,
    marginy: 8,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  widths.forEach((width, k) => graph.setNode(String(k), { width, height }));
  edges.forEach(([i, j], k) => {
    graph.setEdge(String(i), String(j), {}, String(k));
  });
  dagre.layout(graph);
  const boxes = widths.map((_, k) => {
    const { x, y, width, height: tall } = graph.node(String(k));
    return { x, y, width, height: tall };
  });
  const bends = edges.map(([i, j], k): Point[] => {
    const points = graph.edge(String(i), String(j), String(k)).points ?? [];
    return points.slice(1, -1).map(({ x, y }: { x: number; y: number }): Point => [x, y]);
  });
  const size = graph.graph();
  return { width: size.width ?? 1, height: size.height ?? 1, boxes, bends, horizontal };
}

/** Springs within layers; the page is filled, whatever the number of nodes. */
function springs(
  widths: number[],
  height: number,
  edges: [number, number][],
  room: { width: number; height: number },
): Layout {
  const share = ranks(widths.length, edges);
  const area = widths.reduce((sum, width) => sum + (width + 22) * (height + 30), 0) * 1.5;
  const aspect = room.width / room.height;
  const tall = Math.sqrt(area / aspect);
  const wide = tall * aspect;
  const nodes = widths.map((width, index) => ({
    index,
    radius: width / 2 + 4,
    x: ((index * 0.618034) % 1) * wide,
    y: share[index] * tall,
  }));
  type Node = (typeof nodes)[number];
  forceSimulation<Node>(nodes)
    .force("link", forceLink<Node, { source: number; target: number }>(edges.map(([source, target]) => ({ source, target }))).strength(0.03).distance(tall / 8))
    .force("charge", forceManyBody().strength(-60))
    .force("collide", forceCollide<Node>((node) => node.radius))
    .force("x", forceX<Node>(wide / 2).strength(0.03))
    .force("y", forceY<Node>((node) => share[node.index] * tall).strength(0.9))
    .stop()
    .tick(120);
  const left = Math.min(...nodes.map(({ x, radius }) => x - radius)) - 8;
  const top = Math.min(...nodes.map(({ y }) => y)) - height / 2 - 8;
  const boxes = nodes.map(({ x, y, index }) => ({ x: x - left, y: y - top, width: widths[index], height }));
  return {
    width: Math.max(...boxes.map(({ x, width }) => x + width / 2)) + 8,
    height: Math.max(...boxes.map(({ y }) => y)) + height / 2 + 8,
    boxes,
    bends: edges.map(() => []),
    horizontal: false,
  };
}

/** How far down a node stands, from 0 to 1: its longest path from above, cycles cut as met. */
function ranks(size: number, edges: [number, number][]): number[] {
  const out: number[][] = Array.from({ length: size }, () => []);
  for (const [i, j] of edges) out[i].push(j);
  const state = new Uint8Array(size);
  const order: number[] = [];
  const visit = (start: number) => {
    const stack: [number, number][] = [[start, 0]];
    state[start] = 1;
    while (stack.length) {
      const top = stack[stack.length - 1];
      const next = out[top[0]][top[1]++];
      if (next === undefined) {
        state[top[0]] = 2;
        order.push(top[0]);
        stack.pop();
      } else if (state[next] === 0) {
        state[next] = 1;
        stack.push([next, 0]);
      }
    }
  };
  for (let k = 0; k < size; k++) if (state[k] === 0) visit(k);
  const position = new Int32Array(size);
  order.reverse().forEach((node, k) => (position[node] = k));
  const rank = new Int32Array(size);
  for (const node of order) {
    for (const next of out[node]) {
      if (position[next] > position[node]) rank[next] = Math.max(rank[next], rank[node] + 1);
    }
  }
  const deepest = Math.max(1, ...rank);
  return Array.from(rank, (depth) => depth / deepest);
}
