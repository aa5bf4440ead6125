// Head view: tokens joined by lines, a colour a head; heads are toggled, hovering isolates a token.

import { element, labelled, select, slider } from "../dom";
import { number } from "../numbers";
import { onTheme } from "../theme";
import { headColour, inHeadColour, resize } from "./canvas";
import { type Maps, headMap } from "./maps";
import type { Place } from "./place";

interface Spot {
  side: "query" | "key";
  index: number;
}

const LINE = 21;
const WIDTH = innerWidth < 560 ? 110 : 250;

export function headView(mount: Element, maps: Maps, place: Place): void {
  let layer = Math.min(place.layer, maps.layers - 1);
  // One head to begin with, the sharpest: all of them at once are a tangle.
  const on = new Set([place.head ?? sharpest(maps, layer)]);
  let least = maps.keys > 24 ? 0.05 : 0;
  let over: Spot | null = null;
  let held: Spot | null = null;

  const lines = element("canvas", { class: "lines" });
  const queries = column(maps.attending, "query");
  const keys = column(maps.tokens, "key");
  const read = element("output", {}, number(least));
  const detail = element("p", { class: "hint", role: "status" });
  const chips = element("div", { class: "chips", role: "group", "aria-label": "Heads" });
  const boxes = Array.from({ length: maps.heads }, (_, head) => {
    const chip = element("button", { type: "button", class: "chip", "aria-pressed": String(on.has(head)), title: `Head ${head}; double-click for this one alone` }, String(head));
    inHeadColour(chip, head);
    chip.addEventListener("click", () => {
      if (!on.delete(head)) on.add(head);
      draw();
    });
    chip.addEventListener("dblclick", () => {
      on.clear();
      on.add(head);
      draw();
    });
    return chip;
  });
  chips.append(...boxes);
  const everyHead = element("button", { type: "button", click: () => {
    const all = on.size === maps.heads;
    on.clear();
    if (!all) boxes.forEach((_, head) => on.add(head));
    draw();
  } }, "all / none");

  mount.append(
    element(
      "div",
      { class: "controls" },
      labelled("Layer", select(indices(maps.layers), String(layer), (value) => {
        layer = place.layer = Number(value);
        draw();
      })),
      element("span", { class: "control" }, element("span", {}, "Heads"), chips, everyHead),
      element("label", { class: "control" }, element("span", {}, "weights from"), slider(0, 0.5, least, (value) => {
        least = value;
        read.textContent = number(value);
        draw();
      }), read),
    ),
    element("div", { class: "head-view" }, queries.root, lines, keys.root),
    detail,
  );

  function column(tokens: string[], side: "query" | "key") {
    const cells = tokens.map((token, index) => {
      const cell = element("div", { class: "token", tabindex: 0, "data-side": side, "data-index": index }, element("bdi", {}, token || "∅"));
      const enter = () => {
        over = { side, index };
        draw();
      };
      const leave = () => {
        over = null;
        draw();
      };
      cell.addEventListener("mouseenter", enter);
      cell.addEventListener("focus", enter);
      cell.addEventListener("mouseleave", leave);
      cell.addEventListener("blur", leave);
      cell.addEventListener("click", () => {
        const same = held !== null && held.side === side && held.index === index;
        held = same ? null : { side, index };
        draw();
      });
      return cell;
    });
    return { root: element("div", { class: `tokens ${side}` }, ...cells), cells };
  }

  function draw(): void {
    const focus = over ?? held;
    boxes.forEach((chip, head) => chip.setAttribute("aria-pressed", String(on.has(head))));
    const height = Math.max(maps.queries, maps.keys) * LINE;
    const pen = resize(lines, WIDTH, height);
    pen.lineWidth = maps.keys > 60 || on.size > 4 ? 1.2 : 1.8;
    const fromQuery = new Float32Array(maps.keys);
    const fromKey = new Float32Array(maps.queries);
    // Heads run side by side, so that none hides another.
    const chosen = [...on].sort((a, b) => a - b);
    const gap = Math.min(2, 14 / chosen.length);
    for (const [rank, head] of chosen.entries()) {
      const shift = (rank - (chosen.length - 1) / 2) * gap;
      const map = headMap(maps, layer, head);
      pen.strokeStyle = headColour(head);
      for (let q = 0; q < maps.queries; q++) {
        if (focus?.side === "query" && focus.index !== q) continue;
        for (let k = 0; k < maps.keys; k++) {
          if (focus?.side === "key" && focus.index !== k) continue;
          const weight = map[q * maps.keys + k];
          fromQuery[k] += weight;
          fromKey[q] += weight;
          if (weight < Math.max(least, 0.004)) continue;
          pen.globalAlpha = Math.min(1, focus ? weight * 1.1 + 0.03 : weight * (on.size > 1 ? 0.8 : 1));
          pen.beginPath();
          const y0 = q * LINE + LINE / 2 + shift;
          const y1 = k * LINE + LINE / 2 + shift;
          pen.moveTo(2, y0);
          pen.bezierCurveTo(WIDTH * 0.4, y0, WIDTH * 0.6, y1, WIDTH - 2, y1);
          pen.stroke();
        }
      }
    }
    shade(queries.cells, focus?.side === "key" ? fromKey : null, focus?.side === "query" ? focus.index : -1);
    shade(keys.cells, focus?.side === "query" ? fromQuery : null, focus?.side === "key" ? focus.index : -1);
    detail.replaceChildren(...(focus ? says(focus, fromQuery, fromKey) : ["A line goes from the token that attends (left) to the one attended to (right). Hover or focus a token to isolate it, click to hold it."]));
  }

  function shade(cells: HTMLElement[], sums: Float32Array | null, chosen: number): void {
    cells.forEach((cell, k) => {
      cell.classList.toggle("chosen", k === chosen);
      const share = sums && on.size ? sums[k] / on.size : 0;
      cell.style.setProperty("--share", share.toFixed(3));
    });
  }

  function says(focus: { side: string; index: number }, fromQuery: Float32Array, fromKey: Float32Array): Node[] {
    const query = focus.side === "query";
    const sums = query ? fromQuery : fromKey;
    const others = query ? maps.tokens : maps.attending;
    const order = [...sums.keys()].sort((a, b) => sums[b] - sums[a]).slice(0, 4);
    const token = (query ? maps.attending : maps.tokens)[focus.index];
    const parts: Node[] = [element("bdi", {}, token || "∅"), document.createTextNode(query ? " attends to " : " is attended to by ")];
    order.forEach((k, place) => {
      if (place) parts.push(document.createTextNode(", "));
      parts.push(element("bdi", {}, others[k] || "∅"), document.createTextNode(` ${number(sums[k] / (on.size || 1), 2)}`));
    });
    parts.push(document.createTextNode(on.size > 1 ? ` (mean of ${on.size} heads)` : ""));
    return parts;
  }

  draw();
  onTheme(draw);
}

function sharpest(maps: Maps, layer: number): number {
  const entropy = maps.statistics.entropy?.[layer] ?? [];
  return entropy.length === maps.heads ? entropy.indexOf(Math.min(...entropy)) : 0;
}

export function indices(count: number): { value: string; words: string }[] {
  return Array.from({ length: count }, (_, k) => ({ value: String(k), words: String(k) }));
}
