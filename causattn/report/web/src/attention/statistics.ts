// What each head does: how sharp, how far, how much on special tokens; how alike heads are.

import type { HeadTable, Statistics } from "../data";
import { element } from "../dom";
import { number } from "../numbers";
import { colour, onTheme } from "../theme";
import { headColour, largest, resize } from "./canvas";
import { heatMap } from "./heat";

const GRIDS: [keyof Statistics, string, string][] = [
  ["entropy", "Entropy", "nats; small is sharp"],
  ["concentration", "Largest weight", "of a token's attention, mean"],
  ["sink", "On special tokens", "share of the attention"],
  ["mean_distance", "Distance", "tokens, mean"],
];

export function statisticsView(mount: Element, statistics: Statistics): void {
  const box = element("div", { class: "statistics" });
  mount.append(box);
  for (const [name, title, unit] of GRIDS) {
    const values = statistics[name] as HeadTable | undefined;
    if (values) box.append(headGrid(values, title, unit));
  }
  if (statistics.distance) box.append(distances(statistics.distance));
  if (statistics.similarity) box.append(similarity(statistics.similarity, statistics.entropy?.length ?? 1));
}

export function headGrid(values: HeadTable, title: string, unit: string): HTMLElement {
  const most = largest(values.flat());
  const rows = values.map((row, layer) =>
    element("tr", {}, element("th", { scope: "row" }, String(layer)), ...row.map((value) => {
      const cell = element("td", {}, value.toFixed(most < 10 ? 2 : 1));
      cell.style.setProperty("--share", (most > 0 ? value / most : 0).toFixed(3));
      return cell;
    })),
  );
  const heads = element("tr", {}, element("th", {}, ""), ...values[0].map((_, head) => element("th", { scope: "col" }, String(head))));
  return element("figure", {}, element("h4", {}, title, element("small", {}, ` ${unit}`)), element("div", { class: "scroll" }, element("table", { class: "heads" }, element("thead", {}, heads), element("tbody", {}, ...rows))));
}

function distances(values: number[][][]): HTMLElement {
  const made = element("canvas", { role: "img", "aria-label": "Share of attention by distance" });
  const width = 330;
  const height = 150;
  const draw = () => {
    const pen = resize(made, width, height);
    const bins = values[0][0].length;
    const last = Math.max(...values.flat().map((row) => row.findLastIndex((share) => share > 1e-6)), 1);
    const most = largest(values.flat(2));
    const x = (bin: number) => 26 + (bin / last) * (width - 34);
    const y = (share: number) => height - 20 - (share / most) * (height - 30);
    pen.strokeStyle = colour("line");
    pen.fillStyle = colour("muted");
    pen.font = "10.5px system-ui, sans-serif";
    pen.beginPath();
    pen.moveTo(26, y(0));
    pen.lineTo(width - 8, y(0));
    pen.stroke();
    pen.fillText("0", 24, height - 6);
    pen.fillText(`${last}${last === bins - 1 ? " and more" : ""} tokens`, width - (last === bins - 1 ? 100 : 60), height - 6);
    pen.fillText(number(most, 2), 0, y(most) + 8);
    values.forEach((layer) => layer.forEach((row, head) => {
      pen.strokeStyle = headColour(head);
      pen.globalAlpha = 0.75;
      pen.lineWidth = 1.3;
      pen.beginPath();
      row.slice(0, last + 1).forEach((share, bin) => (bin ? pen.lineTo(x(bin), y(share)) : pen.moveTo(x(bin), y(share))));
      pen.stroke();
    }));
    pen.globalAlpha = 1;
  };
  draw();
  onTheme(draw);
  return element("figure", {}, element("h4", {}, "By distance", element("small", {}, " share of the attention, one line a head")), made);
}

function similarity(values: number[][], layers: number): HTMLElement {
  const heads = values.length / layers;
  const names = values.map((_, k) => `${Math.floor(k / heads)}.${k % heads}`);
  const made = heatMap({ rows: names, columns: names, room: Math.min(300, Math.max(140, values.length * 14)), label: "Similarity of heads" });
  made.title("Heads alike", "1 − Jensen-Shannon divergence, layer by layer");
  made.draw(values.flat(), 1);
  return made.root;
}
