// Heat maps: one head, the mean of a layer's heads, and rollout and flow beside them.

import { element, labelled, select } from "../dom";
import { number } from "../numbers";
import { colour, onTheme } from "../theme";
import { drawHeat, largest, resize } from "./canvas";
import { indices } from "./heads";
import { type Maps, headMap, layerMean } from "./maps";
import type { Place } from "./place";

const MEAN = "mean";

export function matrixView(mount: Element, maps: Maps, place: Place): void {
  let layer = Math.min(place.layer, maps.layers - 1);
  let head = place.head === null ? MEAN : String(Math.min(place.head, maps.heads - 1));
  const heads = [{ value: MEAN, words: "mean of all" }, ...indices(maps.heads)];
  const others = [
    maps.rollout && ({ title: "Rollout, all layers", values: maps.rollout.data } as const),
    maps.flow && ({ title: "Flow, all layers", values: maps.flow.data } as const),
  ].filter((each) => each !== null);
  const count = 1 + others.length;
  const first = picture(maps, count);
  const rest = others.map(({ title, values }) => {
    const made = picture(maps, count);
    made.title.textContent = title;
    return { made, values };
  });

  mount.append(
    element(
      "div",
      { class: "controls" },
      labelled("Layer", select(indices(maps.layers), String(layer), (value) => {
        layer = place.layer = Number(value);
        draw();
      })),
      labelled("Head", select(heads, head, (value) => {
        head = value;
        place.head = value === MEAN ? null : Number(value);
        draw();
      })),
    ),
    element("div", { class: "matrices" }, first.root, ...rest.map(({ made }) => made.root)),
    element("p", { class: "hint" }, "A row attends, a column is attended to; each picture is shaded up to its own largest value.", others.length && !maps.flow ? " Flow is computed for documents of up to 40 tokens." : ""),
  );

  function draw(): void {
    first.title.textContent = head === MEAN ? `Attention, layer ${layer}, mean of heads` : `Attention, layer ${layer}, head ${head}`;
    first.draw(head === MEAN ? layerMean(maps, layer) : headMap(maps, layer, Number(head)));
    for (const { made, values } of rest) made.draw(values);
  }

  draw();
  onTheme(draw);
}

/** One heat map with its tokens along the edges, as far as they can be read, and a read-out. */
function picture(maps: Maps, count: number) {
  const size = Math.min(count > 1 ? 380 : 620, Math.max(220, maps.keys * 26));
  const cell = size / Math.max(maps.keys, maps.queries);
  const shown = cell >= 9;
  const margin = shown ? Math.min(110, 10 + longest(maps) * 6.2) : 4;
  const made = element("canvas", { role: "img" });
  const title = element("h4", {});
  const read = element("p", { class: "readout" }, "\u00a0");
  let current: ArrayLike<number> = [];

  function draw(values: ArrayLike<number>): void {
    current = values;
    const width = margin + cell * maps.keys;
    const height = margin + cell * maps.queries;
    const pen = resize(made, width, height);
    drawHeat(pen, values, maps.keys, { width: cell, height: cell }, largest(values), margin, margin, cell > 12 ? 1 : 0);
    if (!shown) return;
    pen.fillStyle = colour("ink");
    pen.font = `${Math.min(11.5, cell * 0.9)}px system-ui, sans-serif`;
    pen.textBaseline = "middle";
    pen.textAlign = "right";
    maps.attending.forEach((token, k) => pen.fillText(clipped(token), margin - 4, margin + (k + 0.5) * cell, margin - 6));
    pen.textAlign = "left";
    maps.tokens.forEach((token, k) => {
      pen.save();
      pen.translate(margin + (k + 0.5) * cell, margin - 4);
      pen.rotate(-Math.PI / 2);
      pen.fillText(clipped(token), 0, 0, margin - 6);
      pen.restore();
    });
  }

  made.addEventListener("mousemove", (event) => {
    const k = Math.floor((event.offsetX - margin) / cell);
    const q = Math.floor((event.offsetY - margin) / cell);
    const inside = k >= 0 && q >= 0 && k < maps.keys && q < maps.queries;
    if (!inside) return read.replaceChildren("\u00a0");
    read.replaceChildren(element("bdi", {}, maps.attending[q] || "∅"), " → ", element("bdi", {}, maps.tokens[k] || "∅"), ` ${number(current[q * maps.keys + k])}`);
  });
  return { root: element("figure", { class: "matrix" }, title, made, read), title, draw };
}

function longest(maps: Maps): number {
  return [...maps.tokens, ...maps.attending].reduce((most, token) => Math.max(most, [...token].length), 0);
}

function clipped(token: string): string {
  const characters = [...(token || "∅")];
  return characters.length > 17 ? `${characters.slice(0, 16).join("")}…` : token || "∅";
}
