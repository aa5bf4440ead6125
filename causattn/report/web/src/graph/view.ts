// The graph with its controls: kind of evidence, threshold, search, neighbourhood, truth.

import type { CircuitData, ExampleData, ExplainedData } from "../data";
import { choice, element, named, slider } from "../dom";
import { number } from "../numbers";
import { onTheme } from "../theme";
import type { Claim, Claims, Selection } from "./claims";
import { Drawing } from "./drawing";
import { type Kind, type Stroke, kinds } from "./kinds";
import { Panel, type PanelLike } from "./panel";

export interface GraphOptions {
  /** Kinds of evidence to choose among; those of a run by default. */
  kinds?: Kind[];
  examples?: ExampleData | null;
  explained?: ExplainedData | null;
  /** What stands beside the graph; the panel of an edge's evidence by default. */
  panel?: PanelLike;
  selection: Selection;
  height?: number;
  /** Of a graph of heads. */
  circuit?: CircuitData | null;
}

export function graphView(mount: Element, claims: Claims, options: GraphOptions): void {
  const panel = options.panel ?? new Panel(claims, options.examples ?? null, options.explained ?? null, options.circuit ?? null);
  const all = options.kinds ?? kinds(claims);
  let kind = all.find((each) => !each.off) ?? all[0];
  let threshold = 0;
  let search = "";
  let focus: number | null = null;
  let overlay = false;
  const hasMissing = claims.edges.some((edge) => edge.fate === "missing");

  const stage = element("div", { class: "stage" });
  mount.append(element("div", { class: "graph-view" }, stage, panel.root));
  const room = { width: Math.max(320, stage.clientWidth || 760), height: options.height ?? 620 };
  const drawing = new Drawing(claims.graph.names, claims.edges, room, {
    edge: (edge) => options.selection.choose(edge.source, edge.target),
    node: (index) => {
      focus = focus === index ? null : index;
      if (focus === null) panel.rest();
      else panel.showNode?.(focus);
      paint();
    },
  }, options.circuit?.levels, claims.graph.outcomes);

  options.selection.onChange((source, target) => {
    panel.show(source, target);
    drawing.mark(claims.find(source, target)?.key ?? null);
  });

  const legend = element("ul", { class: "legend" });
  const count = element("span", { class: "count", role: "status" });
  const read = element("output", {});
  const sizeWords = element("span", {});
  const strength = slider(0, 1, 0, (value) => {
    threshold = value;
    paint();
  });
  const find = element("input", { type: "search", placeholder: "Find a variable", "aria-label": "Find a variable", dir: "auto" });
  find.addEventListener("input", () => {
    search = find.value.trim().toLocaleLowerCase();
    paint();
  });
  const reset = element("button", { type: "button", click: () => {
    focus = null;
    find.value = search = "";
    strength.value = "0";
    threshold = 0;
    drawing.reset();
    drawing.mark(null);
    panel.rest();
    paint();
  } }, "Reset");
  const truth = element("input", { type: "checkbox" });
  truth.addEventListener("change", () => {
    overlay = truth.checked;
    paint();
  });
  const zoomIn = element("button", { type: "button", "aria-label": "Zoom in", click: () => drawing.zoomBy(1.3) }, "+");
  const zoomOut = element("button", { type: "button", "aria-label": "Zoom out", click: () => drawing.zoomBy(1 / 1.3) }, "−");

  const controls = element(
    "div",
    { class: "controls" },
    all.length > 1 && choice("Colour by", all.map(({ value, words, off }) => ({ value, words, off })), kind.value, (value) => {
      kind = all.find((each) => each.value === value) ?? kind;
      if (kind.value === "truth") overlay = truth.checked = true;
      scale();
      paint();
    }),
  );
  const second = element(
    "div",
    { class: "controls" },
    all.some((each) => each.sizeWords) && element("label", { class: "control" }, sizeWords, strength, read),
    find,
    hasMissing ? element("label", { class: "control" }, truth, element("span", {}, "missing edges of the truth")) : null,
    count,
  );
  const below = element("div", { class: "below" }, legend, element("div", { class: "corner" }, zoomOut, zoomIn, reset));
  stage.append(controls, second, drawing.root, below);

  function scale(): void {
    const most = claims.edges.reduce((top, edge) => Math.max(top, kind.size(edge) ?? 0), 0);
    strength.max = String(most || 1);
    strength.step = String((most || 1) / 200);
    strength.value = "0";
    strength.disabled = most === 0;
    threshold = 0;
    sizeWords.textContent = kind.sizeWords;
  }

  function matches(index: number): boolean {
    return search !== "" && claims.name(index).toLocaleLowerCase().includes(search);
  }

  function near(index: number): boolean {
    if (focus === null) return true;
    if (index === focus) return true;
    return claims.edges.some((edge) => visible(edge) && touches(edge, focus as number) && touches(edge, index));
  }

  function visible(edge: Claim): boolean {
    return overlay || edge.fate !== "missing";
  }

  function state(edge: Claim): "shown" | "faint" | "gone" {
    if (!visible(edge)) return "gone";
    if (threshold > 0 && (kind.size(edge) ?? 0) < threshold) return "faint";
    if (focus !== null && !touches(edge, focus)) return "faint";
    if (search && !matches(edge.source) && !matches(edge.target)) return "faint";
    return "shown";
  }

  function paint(): void {
    drawing.paint((edge) => kind.stroke(edge), state);
    drawing.paintNodes((index) => {
      if (focus === index) return "focus";
      if (search) return matches(index) ? "found" : "faint";
      return near(index) ? "" : "faint";
    });
    read.textContent = number(threshold);
    const shown = claims.edges.filter((edge) => state(edge) === "shown").length;
    count.replaceChildren(`${shown} of ${claims.edges.length} edges`);
    if (drawing.leftOut) count.append(`, ${drawing.leftOut} parts without one left out`);
    if (focus !== null) count.append(", neighbourhood of ", named(claims.name(focus)));
    legend.replaceChildren(...kind.legend().map(key), ...(claims.graph.outcomes.length ? [outcomeKey()] : []));
  }

  scale();
  paint();
  onTheme(paint);
}

function touches(edge: Claim, index: number): boolean {
  return edge.source === index || edge.target === index;
}

export function key(stroke: Stroke): HTMLElement {
  const swatch = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  swatch.setAttribute("viewBox", "0 0 28 8");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", "M1 4H27");
  line.style.stroke = stroke.colour;
  line.style.strokeDasharray = stroke.dashes;
  swatch.append(line);
  return element("li", {}, swatch, stroke.words);
}


/** What a node with a double frame is. */
function outcomeKey(): HTMLElement {
  return element("li", {}, element("span", { class: "outcome-key", "aria-hidden": "true" }), "outcome");
}
