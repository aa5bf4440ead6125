// Canvases as sharp as the screen, and heat drawn into them.

import { interpolateRgb } from "d3-interpolate";

import { element } from "../dom";
import { colour, isDark } from "../theme";

export function canvas(width: number, height: number): { made: HTMLCanvasElement; pen: CanvasRenderingContext2D } {
  const made = element("canvas", {});
  const pen = resize(made, width, height);
  return { made, pen };
}

export function resize(made: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D {
  const sharp = Math.max(2, devicePixelRatio || 1);
  made.width = Math.round(width * sharp);
  made.height = Math.round(height * sharp);
  made.style.width = `${width}px`;
  made.style.height = `${height}px`;
  const pen = made.getContext("2d") as CanvasRenderingContext2D;
  pen.setTransform(sharp, 0, 0, sharp, 0, 0);
  return pen;
}

/** Colours from nothing to the largest, 256 of them, of the present theme. */
export function ramp(): string[] {
  const low = interpolateRgb(colour("heat-none"), colour("heat-middle"));
  const high = interpolateRgb(colour("heat-middle"), colour("heat-most"));
  return Array.from({ length: 256 }, (_, k) => (k < 128 ? low(k / 127) : high((k - 128) / 127)));
}

export function drawHeat(
  pen: CanvasRenderingContext2D,
  values: ArrayLike<number>,
  columns: number,
  cell: { width: number; height: number },
  most: number,
  left = 0,
  top = 0,
  gap = 0,
): void {
  const colours = ramp();
  for (let k = 0; k < values.length; k++) {
    const share = most > 0 ? Math.min(1, values[k] / most) : 0;
    pen.fillStyle = colours[Math.round(share * 255)];
    const x = left + (k % columns) * cell.width;
    const y = top + Math.floor(k / columns) * cell.height;
    pen.fillRect(x, y, cell.width - gap, cell.height - gap);
  }
}

const HUES = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c6bb1", "#a6761d", "#666f7a", "#1b9e9e", "#b2182b", "#4d9221"];

/** The colour of a head; the first dozen differ, and dark paper has lighter ones. */
export function headColour(head: number): string {
  const hue = HUES[head % HUES.length];
  return isDark() ? interpolateRgb(hue, "#ffffff")(0.3) : hue;
}

/** An element in a head's colour, which its style lightens on dark paper. */
export function inHeadColour(made: HTMLElement, head: number): HTMLElement {
  made.style.setProperty("--head", HUES[head % HUES.length]);
  return made;
}

export function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let k = 0; k < values.length; k++) if (values[k] > most) most = values[k];
  return most;
}
