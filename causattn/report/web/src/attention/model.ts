// Model view: every layer and head as a small picture; a click opens the head.

import { choice, element } from "../dom";
import { onTheme } from "../theme";
import { drawHeat, headColour, largest, resize } from "./canvas";
import { type Maps, headMap } from "./maps";
import type { Place } from "./place";

type Way = "lines" | "heat";

export function modelView(mount: Element, maps: Maps, place: Place): void {
  let way: Way = maps.keys <= 32 ? "lines" : "heat";
  const wide = Math.max(44, Math.min(120, Math.floor(900 / maps.heads) - 8));
  const tall = maps.keys <= 32 ? Math.max(44, Math.min(120, maps.keys * 7)) : wide;
  const cells: { made: HTMLCanvasElement; layer: number; head: number }[] = [];
  const grid = element("div", { class: "model-view", role: "group", "aria-label": "All layers and heads" });
  grid.style.gridTemplateColumns = `auto repeat(${maps.heads}, ${wide}px)`;
  grid.append(element("span", {}), ...Array.from({ length: maps.heads }, (_, head) => element("span", { class: "index" }, `head ${head}`)));
  for (let layer = 0; layer < maps.layers; layer++) {
    grid.append(element("span", { class: "index" }, `layer ${layer}`));
    for (let head = 0; head < maps.heads; head++) {
      const made = element("canvas", {});
      const open = () => place.open(layer, head);
      grid.append(element("button", { type: "button", class: "thumb", "aria-label": `Open layer ${layer}, head ${head}`, click: open }, made));
      cells.push({ made, layer, head });
    }
  }
  mount.append(
    element("div", { class: "controls" }, choice<Way>("Drawn as", [{ value: "lines", words: "Lines" }, { value: "heat", words: "Heat" }], way, (value) => {
      way = value;
      draw();
    })),
    element("div", { class: "scroll" }, grid),
    element("p", { class: "hint" }, "Rows are layers from the input up, columns are heads. Click one to enlarge it."),
  );

  function draw(): void {
    for (const { made, layer, head } of cells) {
      const pen = resize(made, wide, tall);
      const map = headMap(maps, layer, head);
      if (way === "heat") {
        drawHeat(pen, map, maps.keys, { width: wide / maps.keys, height: tall / maps.queries }, largest(map));
      } else {
        lines(pen, map, headColour(head));
      }
    }
  }

  function lines(pen: CanvasRenderingContext2D, map: Float32Array, hue: string): void {
    pen.strokeStyle = hue;
    pen.lineWidth = 1;
    const y = (k: number, count: number) => ((k + 0.5) / count) * tall;
    for (let q = 0; q < maps.queries; q++) {
      for (let k = 0; k < maps.keys; k++) {
        const weight = map[q * maps.keys + k];
        if (weight < 0.02) continue;
        pen.globalAlpha = Math.min(1, weight);
        pen.beginPath();
        pen.moveTo(4, y(q, maps.queries));
        pen.lineTo(wide - 4, y(k, maps.keys));
        pen.stroke();
      }
    }
  }

  draw();
  onTheme(draw);
}
