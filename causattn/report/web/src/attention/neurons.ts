// Neuron view: how a head's query and key, entry by entry, multiply into a weight.

import { element, labelled, select } from "../dom";
import { number } from "../numbers";
import { colour, onTheme } from "../theme";
import { resize } from "./canvas";
import { type Maps, headMap } from "./maps";
import type { Place } from "./place";

const LINE = 20;
const STRIP = 190;
const ADDED = 64;

export function neuronView(mount: Element, maps: Maps, place: Place): void {
  const { vectors } = maps;
  if (!vectors) {
    mount.append(element("p", { class: "hint" }, maps.vectorsReason ?? "No query and key vectors were kept."));
    return;
  }
  const flat = (layer: number, head: number) => layer * maps.heads + head;
  const wanted = flat(Math.min(place.layer, maps.layers - 1), place.head ?? 0);
  let slot = Math.max(0, vectors.heads.indexOf(wanted));
  let query = Math.min(1, maps.queries - 1);
  const [, length, width] = vectors.query.shape;

  const top = element("canvas", { role: "img", "aria-label": "Query vector" });
  const body = element("canvas", { role: "img", "aria-label": "Key vectors, products and weights" });
  const tokens = element("div", { class: "tokens key" }, ...maps.tokens.map((token) => element("div", { class: "token" }, element("bdi", {}, token || "∅"))));
  const asking = select(maps.attending.map((token, k) => ({ value: String(k), words: `${k}: ${token || "∅"}` })), String(query), (value) => {
    query = Number(value);
    draw();
  });
  const heads = select(
    vectors.heads.map((entry, k) => ({ value: String(k), words: `layer ${Math.floor(entry / maps.heads)}, head ${entry % maps.heads}` })),
    String(slot),
    (value) => {
      slot = Number(value);
      place.layer = Math.floor(vectors.heads[slot] / maps.heads);
      place.head = vectors.heads[slot] % maps.heads;
      draw();
    },
  );
  const left = maps.layers * maps.heads - vectors.heads.length;
  const { added } = vectors;
  const shift = added ? ADDED : 0;
  const columns = ["token attended to", "key", "query × key", "product", ...(added ? ["added"] : []), "weight"];
  const labels = element("div", { class: added ? "neuron-labels with-added" : "neuron-labels" }, ...columns.map((words) => element("span", {}, words)));
  mount.append(
    element("div", { class: "controls" }, labelled("Head", heads), labelled("Query", asking)),
    element("div", { class: "neuron-query" }, element("span", {}, "query"), top),
    element("div", { class: "scroll" }, labels, element("div", { class: "neuron-view" }, tokens, body)),
    element("p", { class: "hint" },
      `Blue is positive, red negative. The product is the sum over query × key times ${number(vectors.scaling[0])}; `,
      added
        ? "the model adds to it what its positions or its mask say, and the weight is the softmax of both. "
        : "the model adds nothing to it, and the weight is its softmax. ",
      "Vectors are drawn to a hundredth of their largest entry.",
      left ? ` Vectors of the ${vectors.heads.length} sharpest heads are in this page, those of ${left} others are not.` : ""),
  );

  function strip(pen: CanvasRenderingContext2D, x: number, y: number, values: Float32Array, most: number): void {
    const wide = STRIP / width;
    for (let d = 0; d < width; d++) {
      const share = Math.min(1, Math.abs(values[d]) / most);
      pen.globalAlpha = Math.sqrt(share);
      pen.fillStyle = colour(values[d] < 0 ? "ramp-negative" : "ramp-high");
      pen.fillRect(x + d * wide, y + 3, wide + 0.3, LINE - 6);
    }
    pen.globalAlpha = 1;
  }

  function draw(): void {
    if (!vectors) return;
    const head = vectors.heads[slot];
    const layer = Math.floor(head / maps.heads);
    const start = slot * length * width;
    const q = vectors.query.data.subarray(start + query * width, start + (query + 1) * width);
    const most = Math.max(peak(vectors.query.data), peak(vectors.key.data));
    strip(resize(top, STRIP, LINE), 0, 0, q, most);
    const pen = resize(body, 2 * STRIP + 230 + shift, maps.keys * LINE);
    const rest = added?.data.subarray((slot * maps.queries + query) * maps.keys, (slot * maps.queries + query + 1) * maps.keys);
    const weights = headMap(maps, layer, head % maps.heads).subarray(query * maps.keys, (query + 1) * maps.keys);
    const products = maps.tokens.map((_, k) => {
      const key = vectors.key.data.subarray(start + k * width, start + (k + 1) * width);
      return { key, product: key.map((value, d) => value * q[d]) };
    });
    const scores = products.map(({ product }) => product.reduce((sum, value) => sum + value, 0) * vectors.scaling[layer]);
    const biggest = Math.max(...products.map(({ product }) => product.reduce((top, v) => Math.max(top, Math.abs(v)), 0)), 1e-9);
    const highest = Math.max(...scores.map(Math.abs), 1e-9);
    products.forEach(({ key, product }, k) => {
      const y = k * LINE;
      strip(pen, 8, y, key, most);
      strip(pen, STRIP + 20, y, product, biggest);
      const middle = 2 * STRIP + 70;
      pen.fillStyle = colour(scores[k] < 0 ? "ramp-negative" : "ramp-high");
      pen.fillRect(middle, y + 5, (scores[k] / highest) * 36, LINE - 10);
      pen.fillStyle = colour("ramp-high");
      pen.fillRect(2 * STRIP + 124 + shift, y + 5, weights[k] * 50, LINE - 10);
      pen.fillStyle = colour("ink");
      pen.font = "11px system-ui, sans-serif";
      pen.textBaseline = "middle";
      pen.fillText(weights[k].toFixed(3), 2 * STRIP + 180 + shift, y + LINE / 2);
      if (rest) pen.fillText(rest[k] === -Infinity ? "hidden" : rest[k].toFixed(2), 2 * STRIP + 124, y + LINE / 2);
    });
  }

  draw();
  onTheme(draw);
}

function peak(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
}
