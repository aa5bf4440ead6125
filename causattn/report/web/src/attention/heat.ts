// One heat map: labels that stay readable at any size, a colour scale, and the cell under the mouse
// or the arrow keys read out with its row and column.

import { interpolateRgb } from "d3-interpolate";

import { element } from "../dom";
import { number, signed } from "../numbers";
import { colour, onTheme } from "../theme";
import { drawHeat, largest, resize } from "./canvas";

export interface Heat {
  root: HTMLElement;
  /** Draw values, row after row, shaded up to `most` (their largest by default). */
  draw(values: ArrayLike<number>, most?: number): void;
  title(words: string, small?: string): void;
  zoom(factor: number): void;
}

export interface HeatOptions {
  rows: string[];
  columns: string[];
  /** Pixels for the cells of the longer side, before zooming. */
  room: number;
  /** Values of either sign, as a difference has them. */
  signed?: boolean;
  label?: string;
}

const LEAST = 9; // pixels between two labels
const LARGEST = 11.5; // pixels of their letters
const FONT = "system-ui, sans-serif";

export function heatMap({ rows, columns, room, signed: either = false, label = "Heat map" }: HeatOptions): Heat {
  const margin = Math.min(120, 12 + widest([...rows, ...columns]));
  const wide = Math.min(room, Math.max(120, innerWidth - 60 - margin));
  const whole = Math.min(26, wide / Math.max(rows.length, columns.length, 1));
  let cell = whole;
  let values: ArrayLike<number> = [];
  let top = 0;
  let at: [number, number] | null = null;

  const made = element("canvas", { role: "img", tabindex: 0, "aria-label": `${label}; arrow keys read it out` });
  const heading = element("h4", {});
  const read = element("p", { class: "readout", role: "status" }, "\u00a0");
  const ramp = element("span", { class: either ? "scale-bar signed" : "scale-bar", "aria-hidden": "true" });
  const [low, high] = [element("span", {}), element("span", {})];
  const root = element("figure", { class: "matrix" }, heading, element("div", { class: "scroll" }, made), element("p", { class: "colours" }, low, ramp, high), read);

  function draw(): void {
    const pen = resize(made, margin + cell * columns.length + 2, margin + cell * rows.length + 2);
    const gap = cell > 9 ? 1 : 0;
    if (either) diverging(pen, gap);
    else drawHeat(pen, values, columns.length, { width: cell, height: cell }, top, margin, margin, gap);
    names(pen);
    if (at) cross(pen, at);
    low.textContent = either ? `${signed(-top)} ` : "0 ";
    high.textContent = either ? ` ${signed(top)}` : ` ${number(top)}`;
  }

  function diverging(pen: CanvasRenderingContext2D, gap: number): void {
    for (let k = 0; k < values.length; k++) {
      shade(pen, top > 0 ? values[k] / top : 0);
      pen.fillRect(margin + (k % columns.length) * cell, margin + Math.floor(k / columns.length) * cell, cell - gap, cell - gap);
    }
  }

  function shade(pen: CanvasRenderingContext2D, share: number): void {
    const strong = colour(share < 0 ? "ramp-negative" : "ramp-high");
    pen.fillStyle = interpolateRgb(colour("heat-none"), strong)(Math.sqrt(Math.min(1, Math.abs(share))));
  }

  /** Every name, or every so many where they would overlap; zooming brings the others. */
  function names(pen: CanvasRenderingContext2D): void {
    const every = Math.max(1, Math.ceil(LEAST / cell));
    pen.fillStyle = colour(every > 1 ? "muted" : "ink");
    pen.font = `${Math.min(LARGEST, Math.max(LEAST, cell * 0.9))}px ${FONT}`;
    pen.textBaseline = "middle";
    rows.forEach((name, k) => k % every || row(pen, name, k));
    columns.forEach((name, k) => k % every || column(pen, name, k));
  }

  function row(pen: CanvasRenderingContext2D, name: string, k: number): void {
    pen.textAlign = "right";
    pen.fillText(clipped(name), margin - 4, margin + (k + 0.5) * cell, margin - 6);
  }

  function column(pen: CanvasRenderingContext2D, name: string, k: number): void {
    pen.save();
    pen.translate(margin + (k + 0.5) * cell, margin - 4);
    if ([...name].length === 1) { // a letter stands upright
      pen.textAlign = "center";
      pen.fillText(name, 0, -5);
      return pen.restore();
    }
    pen.textAlign = "left";
    pen.rotate(-Math.PI / 2);
    pen.fillText(clipped(name), 0, 0, margin - 6);
    pen.restore();
  }

  /** The cell that is read out: its row's and its column's name over all others. */
  function cross(pen: CanvasRenderingContext2D, [q, k]: [number, number]): void {
    pen.strokeStyle = pen.fillStyle = colour("ink");
    pen.lineWidth = 1;
    pen.strokeRect(margin + k * cell - 0.5, margin + q * cell - 0.5, cell + 1, cell + 1);
    if (cell >= LEAST) return;
    pen.font = `600 11.5px ${FONT}`;
    for (const draws of ["back", "front"]) {
      pen.fillStyle = colour(draws === "back" ? "paper" : "ink");
      if (draws === "back") {
        pen.fillRect(0, margin + (q + 0.5) * cell - 8, margin - 2, 16);
        pen.fillRect(margin + (k + 0.5) * cell - 8, 0, 16, margin - 2);
      } else {
        row(pen, rows[q], q);
        column(pen, columns[k], k);
      }
    }
  }

  function point(q: number, k: number): void {
    const inside = k >= 0 && q >= 0 && k < columns.length && q < rows.length;
    at = inside ? [q, k] : null;
    draw();
    if (!inside) return read.replaceChildren("\u00a0");
    const value = values[q * columns.length + k];
    read.replaceChildren(element("bdi", {}, rows[q] || "∅"), " → ", element("bdi", {}, columns[k] || "∅"), ` ${either ? signed(value) : number(value)}`);
  }

  made.addEventListener("mousemove", (event) => point(Math.floor((event.offsetY - margin) / cell), Math.floor((event.offsetX - margin) / cell)));
  made.addEventListener("mouseleave", () => point(-1, -1));
  made.addEventListener("keydown", (event) => {
    const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
    if (!step) return;
    event.preventDefault();
    const [q, k] = at ?? [0, -step[1]];
    point(Math.min(rows.length - 1, Math.max(0, q + (at ? step[0] : 0))), Math.min(columns.length - 1, Math.max(0, k + step[1])));
  });
  onTheme(() => values.length && draw());

  return {
    root,
    draw: (given, most) => {
      values = given;
      top = most ?? (either ? Array.from(given).reduce((size, value) => Math.max(size, Math.abs(value)), 1e-9) : largest(given));
      draw();
    },
    title: (words, small) => heading.replaceChildren(words, small ? element("small", {}, ` ${small}`) : ""),
    zoom: (factor) => {
      cell = whole * factor;
      if (values.length) draw();
    },
  };
}

/** A slider that makes heat maps larger; each then scrolls in its own frame. */
export function zoomed(maps: () => Heat[]): HTMLElement {
  const slide = element("input", { type: "range", min: 1, max: 6, step: 0.25, value: 1, "aria-label": "Size of the heat maps" });
  slide.addEventListener("input", () => maps().forEach((map) => map.zoom(Number(slide.value))));
  return element("label", { class: "control" }, element("span", {}, "zoom"), slide);
}

/** Pixels of the longest name as it is written, whatever its script. */
function widest(names: string[]): number {
  const pen = document.createElement("canvas").getContext("2d");
  if (pen) pen.font = `${LARGEST}px ${FONT}`;
  return names.reduce((most, name) => Math.max(most, pen?.measureText(clipped(name)).width ?? 0), 8);
}

function clipped(name: string): string {
  const characters = [...(name || "∅")];
  return characters.length > 17 ? `${characters.slice(0, 16).join("")}…` : name || "∅";
}
