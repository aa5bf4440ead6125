// The course of an edge between two boxes, and the mark at each end: arrow, circle or tail.

import { curveBasis, line } from "d3-shape";

import type { Box, Point } from "./layout";

export interface Course {
  path: string;
  /** Marks of source and target as paths; "" for a tail. */
  marks: [string, string];
  hollow: [boolean, boolean];
}

const GAP = 2.5;
const ARROW = 9;
const CIRCLE = 3.6;
const smooth = line<Point>().curve(curveBasis);

export function course(from: Box, to: Box, bends: Point[], symbol: string, horizontal: boolean): Course {
  const inner = bends.length ? bends : plainBends(from, to, horizontal);
  const start = border(from, inner[0]);
  const end = border(to, inner[inner.length - 1]);
  const first = ending(symbol[0]);
  const last = ending(symbol[2]);
  const toward = direction(start, inner[0]);
  const arrive = direction(end, inner[inner.length - 1]);
  const points: Point[] = [
    moved(start, toward, first.length),
    ...inner,
    moved(end, arrive, last.length),
  ];
  return {
    path: smooth(points) ?? "",
    marks: [first.draw(start, toward), last.draw(end, arrive)],
    hollow: [symbol[0] === "o", symbol[2] === "o"],
  };
}

function plainBends(from: Box, to: Box, horizontal: boolean): Point[] {
  const third = (share: number): Point => {
    const along = from.x + (to.x - from.x) * share;
    const down = from.y + (to.y - from.y) * share;
    const side = share < 0.5 ? from : to;
    return horizontal ? [along, (down + side.y) / 2] : [(along + side.x) / 2, down];
  };
  return [third(1 / 3), third(2 / 3)];
}

/** Where the line from a box's centre to a point leaves the box. */
function border(box: Box, point: Point): Point {
  const dx = point[0] - box.x;
  const dy = point[1] - box.y;
  if (dx === 0 && dy === 0) return [box.x, box.y];
  const scale = 1 / Math.max(Math.abs(dx) / (box.width / 2 + GAP), Math.abs(dy) / (box.height / 2 + GAP));
  return [box.x + dx * Math.min(scale, 1), box.y + dy * Math.min(scale, 1)];
}

function direction(from: Point, to: Point): Point {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]) || 1;
  return [(to[0] - from[0]) / length, (to[1] - from[1]) / length];
}

function moved([x, y]: Point, [dx, dy]: Point, by: number): Point {
  return [x + dx * by, y + dy * by];
}

function ending(character: string): { length: number; draw: (at: Point, along: Point) => string } {
  if (character === "<" || character === ">") return { length: ARROW * 0.8, draw: arrow };
  if (character === "o") return { length: CIRCLE * 2, draw: circle };
  return { length: 0, draw: () => "" };
}

function arrow([x, y]: Point, [dx, dy]: Point): string {
  const half = ARROW * 0.38;
  const back: Point = [x + dx * ARROW, y + dy * ARROW];
  const notch: Point = [x + dx * ARROW * 0.75, y + dy * ARROW * 0.75];
  return `M${x},${y}L${back[0] - dy * half},${back[1] + dx * half}L${notch}L${back[0] + dy * half},${back[1] - dx * half}Z`;
}

function circle([x, y]: Point, [dx, dy]: Point): string {
  const cx = x + dx * CIRCLE;
  const cy = y + dy * CIRCLE;
  return `M${cx - CIRCLE},${cy}a${CIRCLE},${CIRCLE} 0 1 0 ${2 * CIRCLE},0a${CIRCLE},${CIRCLE} 0 1 0 ${-2 * CIRCLE},0Z`;
}
