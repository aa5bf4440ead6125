// A counterfactual pair of texts: output and attention before, after, and their difference.

import { inHeadColour, largest } from "./attention/canvas";
import { type Heat, heatMap, zoomed } from "./attention/heat";
import { headGrid } from "./attention/statistics";
import { type PairData, type PairSide, type Values, unpack } from "./data";
import { choice, direction, element, labelled, select } from "./dom";
import { number, signed } from "./numbers";

const SIZE = 280;

export function pairSection(mount: Element, pairs: PairData[]): void {
  if (!pairs.length) return;
  const body = element("div", { class: "pair" });
  const chosen = choice("Pair", pairs.map((pair, k) => ({ value: String(k), words: pair.title })), "0", (value) => show(pairs[Number(value)]));
  if (pairs.length > 1) mount.append(element("div", { class: "controls" }, chosen));
  mount.append(body);

  async function show(pair: PairData): Promise<void> {
    const [before, after] = await Promise.all([unpack(pair.before.weights), unpack(pair.after.weights)]);
    body.replaceChildren(
      texts(pair),
      element(
        "div",
        { class: "columns" },
        element("div", {}, element("h4", {}, "What the model says"), outputs(pair.output.labels, [pair.output.before, pair.output.after]), headGrid(pair.by_head, "Moved by head", "total variation, mean over tokens")),
        movers(pair),
      ),
      maps(pair, before, after),
    );
  }
  show(pairs[0]);
}

function texts({ before, after, aligned, swapped }: PairData): HTMLElement {
  const kept = (side: 0 | 1) => {
    const changed = new Set(swapped.map((row) => aligned[row][side]));
    const known = new Set(aligned.map((row) => row[side]));
    return (position: number) => known.has(position) && !changed.has(position);
  };
  const line = (title: string, { tokens }: PairSide, same: (position: number) => boolean) => {
    const words = tokens.filter((token) => !/^[[<].*[\]>]$/.test(token)).join("");
    const text = element("p", { class: "document directed", dir: direction(words) });
    tokens.forEach((token, k) => text.append(same(k) ? element("bdi", {}, token) : element("mark", { class: "target" }, element("bdi", {}, token)), " "));
    return element("div", {}, element("h4", {}, title), text);
  };
  return element("div", { class: "two" }, line("Before", before, kept(0)), line("After", after, kept(1)));
}

/** What a model says, a column a text; of two texts their difference beside them. */
export function outputs(labels: string[], values: number[][]): HTMLElement {
  const two = values.length > 1;
  const rows = labels.map((label, k) => {
    const cells = values.map((row) => {
      const cell = element("td", { class: "number" }, number(row[k]));
      cell.style.setProperty("--share", String(Math.max(0, Math.min(1, row[k]))));
      return cell;
    });
    const change = two ? values[1][k] - values[0][k] : 0;
    return element("tr", {}, element("th", { scope: "row" }, element("bdi", {}, label)), ...cells,
      two && element("td", { class: `number ${change < 0 ? "negative" : "positive"}` }, signed(change)));
  });
  const names = two ? ["", "before", "after", "difference"] : ["", "value"];
  const head = element("tr", {}, ...names.map((words, k) => element("th", { class: k ? "number" : undefined }, words)));
  return element("table", { class: "output heads" }, element("thead", {}, head), element("tbody", {}, ...rows));
}

/** A token that both texts have, or the one with what stands in its place. */
function token({ aligned, before, after }: PairData, row: number): string {
  const [first, second] = [before.tokens[aligned[row][0]], after.tokens[aligned[row][1]]].map((text) => text || "∅");
  return first === second ? first : `${first}/${second}`;
}

function movers(pair: PairData): HTMLElement {
  const rows = pair.movers.map(([layer, head, attending, attended, from, to]) =>
    element("tr", {}, inHeadColour(element("td", { class: "number in-head" }, `${layer}.${head}`), head),
      element("td", {}, element("bdi", {}, token(pair, attending)), " → ", element("bdi", {}, token(pair, attended))),
      element("td", { class: "number" }, number(from, 2)), element("td", { class: "number" }, number(to, 2)),
      element("td", { class: `number ${to < from ? "negative" : "positive"}` }, signed(to - from, 2))),
  );
  const head = element("tr", {}, ...["head", "attention", "before", "after", "difference"].map((words, k) => element("th", { class: k === 1 ? undefined : "number" }, words)));
  return element("figure", {}, element("h4", {}, "What moved most"), element("div", { class: "scroll" }, element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows))));
}

function maps(pair: PairData, before: Values, after: Values): HTMLElement {
  const [layers, heads] = before.shape;
  let layer = pair.movers[0]?.[0] ?? layers - 1;
  let head = pair.movers.length ? String(pair.movers[0][1]) : "mean";
  const sides = [pair.before, pair.after];
  const special = element("input", { type: "checkbox", checked: true });
  special.addEventListener("change", () => build());
  const holder = element("div", { class: "matrices" });
  let pictures: Heat[] = [];
  /** The positions that are shown of each text, and the rows of `aligned` that both show. */
  let kept: [number[], number[]] = [[], []];
  let shared: number[] = [];

  function build(): void {
    const shows = (side: 0 | 1) => (position: number) => special.checked || !sides[side].special[position];
    kept = [0, 1].map((side) => sides[side].tokens.map((_, k) => k).filter(shows(side as 0 | 1))) as [number[], number[]];
    shared = pair.aligned.map((_, row) => row).filter((row) => shows(0)(pair.aligned[row][0]) && shows(1)(pair.aligned[row][1]));
    const names = { Before: kept[0].map((k) => pair.before.tokens[k]), After: kept[1].map((k) => pair.after.tokens[k]), Difference: shared.map((row) => token(pair, row)) };
    pictures = Object.entries(names).map(([title, tokens]) => {
      const made = heatMap({ rows: tokens, columns: tokens, room: SIZE, signed: title === "Difference", label: `Attention, ${title}` });
      made.title(title);
      return made;
    });
    holder.replaceChildren(...pictures.map(({ root }) => root));
    draw();
    zoom.querySelector("input")?.dispatchEvent(new Event("input"));
  }

  function draw(): void {
    const [first, second] = [chosen(before), chosen(after)];
    const shown = [first, second].map((map, side) => kept[side].flatMap((q) => kept[side].map((k) => map[q * sides[side].tokens.length + k])));
    const most = Math.max(largest(shown[0]), largest(shown[1]));
    pictures[0].draw(shown[0], most);
    pictures[1].draw(shown[1], most);
    const rows = shared.map((row) => pair.aligned[row]);
    pictures[2].draw(rows.flatMap(([q, p]) => rows.map(([k, j]) => second[p * after.shape[3] + j] - first[q * before.shape[3] + k])));
  }

  function chosen(values: Values): Float32Array {
    const size = values.shape[2] * values.shape[3];
    const map = (k: number) => values.data.subarray((layer * heads + k) * size, (layer * heads + k + 1) * size);
    if (head !== "mean") return map(Number(head));
    const mean = new Float32Array(size);
    for (let k = 0; k < heads; k++) map(k).forEach((value, place) => (mean[place] += value / heads));
    return mean;
  }

  const options = (count: number) => Array.from({ length: count }, (_, k) => ({ value: String(k), words: String(k) }));
  const zoom = zoomed(() => pictures);
  const some = sides.some((side) => side.special.includes(1));
  const controls = element(
    "div",
    { class: "controls" },
    labelled("Layer", select(options(layers), String(layer), (value) => {
      layer = Number(value);
      draw();
    })),
    labelled("Head", select([{ value: "mean", words: "mean of all" }, ...options(heads)], head, (value) => {
      head = value;
      draw();
    })),
    zoom,
    some && element("label", { class: "control" }, special, element("span", {}, "special tokens")),
  );
  build();
  return element("div", {}, controls, holder,
    element("p", { class: "hint" }, "A row attends, a column is attended to. The difference is over the tokens that both texts have; blue gained attention, red lost it."));
}
