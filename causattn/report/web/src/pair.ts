// A counterfactual pair of documents: output and attention before, after, and their difference.

import { drawHeat, resize } from "./attention/canvas";
import { headMap, layerMean, mapsOf, type Maps } from "./attention/maps";
import type { PairData } from "./data";
import { element, labelled, select } from "./dom";
import { number } from "./numbers";
import { colour, onTheme } from "./theme";

const SIZE = 260;

export function pairSection(mount: Element, pairs: PairData[]): void {
  if (!pairs.length) return;
  const body = element("div", {});
  const chosen = select(pairs.map((pair, k) => ({ value: String(k), words: pair.title })), "0", (value) => show(pairs[Number(value)]));
  mount.append(element("div", { class: "controls" }, labelled("Pair", chosen)), body);

  async function show(pair: PairData): Promise<void> {
    const [before, after] = await Promise.all([mapsOf(pair.before), mapsOf(pair.after)]);
    body.replaceChildren(texts(pair), ...(pair.output ? [outputs(pair.output)] : []), maps(before, after));
  }
  show(pairs[0]);
}

function texts({ before, after }: PairData): HTMLElement {
  const line = (title: string, tokens: string[], others: string[]) => {
    const text = element("p", { class: "document", dir: "auto" });
    tokens.forEach((token, k) => text.append(token === others[k] ? `${token} ` : element("mark", { class: "target" }, token), " "));
    return element("div", {}, element("h4", {}, title), text);
  };
  return element("div", { class: "two" }, line("Before", before.tokens, after.tokens), line("After", after.tokens, before.tokens));
}

function outputs(output: NonNullable<PairData["output"]>): HTMLElement {
  const rows = output.labels.map((label, k) => {
    const change = output.after[k] - output.before[k];
    return element("tr", {}, element("th", { scope: "row" }, element("bdi", {}, label)), ...[output.before[k], output.after[k]].map((value) => {
      const cell = element("td", { class: "number" }, number(value));
      cell.style.setProperty("--share", String(Math.max(0, Math.min(1, value))));
      return cell;
    }), element("td", { class: `number ${change < 0 ? "negative" : "positive"}` }, `${change > 0 ? "+" : ""}${number(change)}`));
  });
  const head = element("tr", {}, ...["output", "before", "after", "difference"].map((words, k) => element("th", { class: k ? "number" : undefined }, words)));
  return element("table", { class: "output heads" }, element("thead", {}, head), element("tbody", {}, ...rows));
}

function maps(before: Maps, after: Maps): HTMLElement {
  let layer = before.layers - 1;
  let head = "mean";
  const aligned = before.keys === after.keys && before.queries === after.queries;
  const canvases = ["Before", "After", ...(aligned ? ["Difference"] : [])].map((title) => {
    const made = element("canvas", { role: "img", "aria-label": `Attention, ${title}` });
    return { made, root: element("figure", { class: "matrix" }, element("h4", {}, title), made) };
  });
  const of = (each: Maps) => (head === "mean" ? layerMean(each, layer) : headMap(each, layer, Number(head)));

  function draw(): void {
    const [first, second] = [of(before), of(after)];
    const most = Math.max(...first, ...second);
    paint(canvases[0].made, first, before, most);
    paint(canvases[1].made, second, after, most);
    if (aligned) difference(canvases[2].made, first, second, before);
  }

  const options = (count: number) => Array.from({ length: count }, (_, k) => ({ value: String(k), words: String(k) }));
  const controls = element(
    "div",
    { class: "controls" },
    labelled("Layer", select(options(before.layers), String(layer), (value) => {
      layer = Number(value);
      draw();
    })),
    labelled("Head", select([{ value: "mean", words: "mean of all" }, ...options(before.heads)], head, (value) => {
      head = value;
      draw();
    })),
  );
  draw();
  onTheme(draw);
  return element("div", {}, controls, element("div", { class: "matrices" }, ...canvases.map(({ root }) => root)),
    element("p", { class: "hint" }, aligned ? "A row attends, a column is attended to; blue gained attention, red lost it." : "The documents differ in length, so that no difference is drawn."));
}

function paint(made: HTMLCanvasElement, values: Float32Array, { keys, queries }: Maps, most: number): void {
  const cell = SIZE / Math.max(keys, queries);
  drawHeat(resize(made, cell * keys, cell * queries), values, keys, { width: cell, height: cell }, most, 0, 0, cell > 9 ? 1 : 0);
}

function difference(made: HTMLCanvasElement, before: Float32Array, after: Float32Array, { keys, queries }: Maps): void {
  const cell = SIZE / Math.max(keys, queries);
  const pen = resize(made, cell * keys, cell * queries);
  const change = after.map((value, k) => value - before[k]);
  const most = change.reduce((top, value) => Math.max(top, Math.abs(value)), 1e-9);
  const gap = cell > 9 ? 1 : 0;
  pen.fillStyle = colour("heat-none");
  pen.fillRect(0, 0, cell * keys, cell * queries);
  change.forEach((value, k) => {
    pen.globalAlpha = Math.sqrt(Math.abs(value) / most);
    pen.fillStyle = colour(value < 0 ? "ramp-negative" : "ramp-high");
    pen.fillRect((k % keys) * cell, Math.floor(k / keys) * cell, cell - gap, cell - gap);
  });
}
