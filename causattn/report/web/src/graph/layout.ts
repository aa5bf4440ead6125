// Where nodes and edges go: dagre's layers, causes above effects (or left of them, where that
// fits the page better).
//
// dagre's time grows with the edges that cross many layers. A large graph keeps dagre's layers and
// order from the edges that join neighbouring layers; its other edges are drawn as plain curves.

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

export function layOut(
  widths: number[],
  height: number,
  edges: [number, number][],
  room: { width: number; height: number },
): Layout {
  const plain = edges.length > MANY;
  const used = plain ? neighbouring(widths.length, edges) : edges.map(() => true);
  const vertical = place(widths, height, edges, used, false);
  if (plain || fit(vertical, room) >= 1) return vertical;
  const horizontal = place(widths, height, edges, used, true);
  return fit(horizontal, room) > fit(vertical, room) * 1.15 ? horizontal : vertical;
}

function fit(layout: Layout, room: { width: number; height: number }): number {
  return Math.min(room.width / layout.width, room.height / layout.height);
}

function place(
  widths: number[],
  height: number,
  edges: [number, number][],
  used: boolean[],
  horizontal: boolean,
): Layout {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({
    rankdir: horizontal ? "LR" : "TB",
    nodesep: horizontal ? 12 : 18,
    edgesep: 10,
    ranksep: horizontal ? 56 : 40,
    ranker: edges.length > MANY ? "longest-path" : "network-simplex",
    marginx: 8,
    marginy: 8,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  widths.forEach((width, k) => graph.setNode(String(k), { width, height }));
  edges.forEach(([i, j], k) => {
    if (used[k]) graph.setEdge(String(i), String(j), {}, String(k));
  });
  dagre.layout(graph);
  const boxes = widths.map((_, k) => {
    const { x, y, width, height: tall } = graph.node(String(k));
    return { x, y, width, height: tall };
  });
  const bends = edges.map(([i, j], k): Point[] => {
    if (!used[k]) return [];
    const points = graph.edge(String(i), String(j), String(k)).points ?? [];
    return points.slice(1, -1).map(({ x, y }: { x: number; y: number }): Point => [x, y]);
  });
  const size = graph.graph();
  return { width: size.width ?? 1, height: size.height ?? 1, boxes, bends, horizontal };
}

/** Tell which edges join neighbouring layers, after longest paths; cycles are cut as met. */
function neighbouring(size: number, edges: [number, number][]): boolean[] {
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
  return edges.map(([i, j]) => rank[j] - rank[i] === 1);
}
