// What an edge of a graph of heads does in single prompts: where it carries, the weights of the head
// that reads it, and the likeliest tokens before and after its patch.

import type { CircuitData, EdgeInDocument, HeadMaps } from "../data";
import { element, named } from "../dom";
import type { Claims } from "../graph/claims";
import { number } from "../numbers";

export function circuitExamples(data: CircuitData, claims: Claims, source: number, target: number): HTMLElement | null {
  const edge = data.edges.find((each) => each.source === source && each.target === target);
  if (!edge) {
    if (!data.without || !claims.find(source, target)) return null;
    return element("p", { class: "hint" }, data.without);
  }
  const box = element("div", { class: "documents circuit" }, element("h4", {}, "In single prompts"));
  edge.documents.forEach((found, k) => {
    const { number: place, tokens, read_at } = data.documents[k];
    box.append(
      element("h5", {}, `document ${place}`),
      inDocument(tokens, read_at ?? tokens.length - 1, found, data.heads[claims.name(target)]?.[k] ?? null),
    );
  });
  return box;
}

function inDocument(tokens: string[], readAt: number, found: EdgeInDocument, maps: HeadMaps | null): HTMLElement {
  const most = Math.max(...found.at.map(Math.abs), 1e-9);
  const strongest = found.at.reduce((best, value, k) => (Math.abs(value) > Math.abs(found.at[best]) ? k : best), 0);
  const looks = element("div", { role: "status" });
  const spans = tokens.map((token, k) => {
    const piece = element("button", { type: "button", class: "piece drawn", title: `patched, to first order: ${number(found.at[k])}`, click: () => choose(k) }, element("bdi", {}, token.trim() || "␣"));
    piece.style.setProperty("--share", String(Math.abs(found.at[k]) / most));
    piece.classList.toggle("negative", found.at[k] < 0);
    return piece;
  });
  const text = element("p", { class: "document continuation", dir: "auto" });
  for (const span of spans) text.append(span, " ");

  function choose(chosen: number): void {
    spans.forEach((span, k) => span.classList.toggle("chosen", k === chosen));
    looks.replaceChildren(...attended(tokens, chosen, maps));
  }
  choose(maps ? readAt : strongest);
  const [before, after] = found.read;
  return element(
    "div",
    {},
    text,
    looks,
    element("p", {}, `The answer's lead is ${number(before)}; patched it is ${number(after)} (${after >= before ? "+" : "−"}${number(Math.abs(after - before))}).`),
    nextTokens(found.next),
    element("p", { class: "hint" }, "Shaded: at which tokens patching the edge changes the answer, to first order."),
  );
}

/** What the head looks at from a token: weight, and query times key. */
function attended(tokens: string[], from: number, maps: HeadMaps | null): HTMLElement[] {
  if (!maps) return [];
  const weights = maps.weights[from];
  const order = weights.map((_, k) => k).sort((a, b) => weights[b] - weights[a]).slice(0, 4);
  const rows = order.map((k) =>
    element("tr", {}, element("td", {}, named(tokens[k].trim() || "␣"), element("small", {}, ` ${k}`)), element("td", { class: "number" }, number(weights[k])), element("td", { class: "number" }, maps.products ? number(maps.products[from][k]) : "–")),
  );
  const head = element("tr", {}, element("th", {}, "looks at"), element("th", { class: "number" }, "weight"), element("th", { class: "number" }, "query · key"));
  return [
    element("p", { class: "hint" }, "What the head looks at from ", named(tokens[from].trim() || "␣"), ":"),
    element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows)),
  ];
}

function nextTokens(next: EdgeInDocument["next"]): HTMLElement {
  const rows = next.map(([token, before, after]) =>
    element("tr", {}, element("td", {}, named(token.trim() || "␣")), element("td", { class: "number" }, number(before)), element("td", { class: "number" }, number(after)), element("td", { class: "number" }, `${after >= before ? "+" : "−"}${number(Math.abs(after - before))}`)),
  );
  const head = element("tr", {}, ...["token there", "before", "after", "difference"].map((words, k) => element("th", k ? { class: "number" } : {}, words)));
  return element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows));
}
