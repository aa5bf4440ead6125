// The graph as SVG: nodes that can be dragged and pinned, edges that can be chosen.

import { drag } from "d3-drag";
import { select } from "d3-selection";
import { type ZoomTransform, zoom, zoomIdentity } from "d3-zoom";

import { svg } from "../dom";
import type { Claim } from "./claims";
import type { Stroke } from "./kinds";
import { type Box, type Layout, type Point, inLevels, layOut } from "./layout";
import { course } from "./marks";

const HEIGHT = 26;
const WIDEST = 168;
const FONT = "500 12.5px system-ui, sans-serif";

interface Drawn {
  edge: Claim;
  group: SVGGElement;
  line: SVGPathElement;
  hit: SVGPathElement;
  marks: [SVGPathElement, SVGPathElement];
  bends: Point[];
}

export interface Handlers {
  edge(edge: Claim): void;
  node(index: number): void;
}

export class Drawing {
  readonly root: SVGSVGElement;
  private readonly stage = svg("g", {});
  private readonly layout: Layout;
  private readonly home: Box[];
  private readonly drawn: Drawn[] = [];
  private readonly nodes: SVGGElement[] = [];
  private readonly pinned = new Set<number>();
  private readonly zooming = zoom<SVGSVGElement, unknown>();

  constructor(
    names: string[],
    edges: Claim[],
    room: { width: number; height: number },
    private readonly handlers: Handlers,
    levels?: number[],
    private readonly outcomes: number[] = [],
  ) {
    const shown = shortened(names);
    const widths = shown.map((entry) => entry.width);
    this.layout = levels ? inLevels(widths, HEIGHT, directed(edges), levels, room) : layOut(widths, HEIGHT, directed(edges), room);
    this.home = this.layout.boxes.map((box) => ({ ...box }));
    const { width, height } = this.layout;
    const share = Math.min(1.35, room.width / width, room.height / height);
    const tall = Math.max(160, height * share);
    this.root = svg("svg", {
      class: edges.length > 150 ? "graph dense" : "graph",
      viewBox: `${-(room.width / share - width) / 2} ${-(tall / share - height) / 2} ${room.width / share} ${tall / share}`,
      role: "group",
      "aria-label": `Graph of ${names.length} variables and ${edges.length} edges`,
    });
    this.root.style.height = `${tall}px`;
    this.root.append(this.stage);
    edges.forEach((edge, k) => this.addEdge(edge, this.layout.bends[k], names));
    shown.forEach((entry, k) => this.addNode(k, entry.text, names[k]));
    this.zooming
      .scaleExtent([0.5, 12])
      .filter((event: WheelEvent | MouseEvent) => event.type !== "wheel" || event.ctrlKey || event.metaKey)
      .on("zoom", ({ transform }: { transform: ZoomTransform }) => {
        this.stage.setAttribute("transform", transform.toString());
      });
    select(this.root).call(this.zooming).on("dblclick.zoom", null);
  }

  /** Colour the edges; `hidden` ones stay faintly visible. */
  paint(stroke: (edge: Claim) => Stroke, state: (edge: Claim) => "shown" | "faint" | "gone"): void {
    for (const { edge, group, line, marks } of this.drawn) {
      const style = stroke(edge);
      const now = state(edge);
      group.setAttribute("class", `edge ${now}`);
      line.style.stroke = style.colour;
      line.style.strokeDasharray = style.dashes;
      for (const [k, mark] of marks.entries()) {
        mark.style.stroke = style.colour;
        mark.style.fill = edge.symbol[k === 0 ? 0 : 2] === "o" ? "var(--paper)" : style.colour;
      }
    }
  }

  /** How many nodes have no place in the drawing. */
  get leftOut(): number {
    return this.home.filter((box) => !box.width).length;
  }

  paintNodes(state: (index: number) => string): void {
    this.nodes.forEach((node, k) => {
      node.setAttribute("class", `node ${state(k)}${this.outcomes.includes(k) ? " outcome" : ""}${this.pinned.has(k) ? " pinned" : ""}`);
    });
  }

  mark(key: string | null): void {
    for (const { edge, group } of this.drawn) group.classList.toggle("chosen", edge.key === key);
  }

  zoomBy(factor: number): void {
    this.zooming.scaleBy(select(this.root), factor);
  }

  reset(): void {
    this.pinned.clear();
    this.layout.boxes.forEach((box, k) => Object.assign(box, this.home[k]));
    this.drawn.forEach((drawn, k) => (drawn.bends = this.layout.bends[k]));
    this.nodes.forEach((node, k) => {
      node.classList.remove("pinned");
      this.move(k);
    });
    this.zooming.transform(select(this.root), zoomIdentity);
  }

  private addEdge(edge: Claim, bends: Point[], names: string[]): void {
    const line = svg("path", { class: "line" });
    const hit = svg("path", { class: "hit" });
    const marks: [SVGPathElement, SVGPathElement] = [svg("path", { class: "mark" }), svg("path", { class: "mark" })];
    const label = `${names[edge.source]} ${edge.symbol} ${names[edge.target]}`;
    const group = svg(
      "g",
      { class: "edge shown", tabindex: 0, role: "button", "aria-label": label, "data-edge": edge.key },
      line,
      ...marks,
      hit,
    );
    const choose = () => this.handlers.edge(edge);
    group.addEventListener("click", choose);
    group.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      choose();
    });
    const drawn = { edge, group, line, hit, marks, bends };
    this.drawn.push(drawn);
    this.stage.append(group);
    this.course(drawn);
  }

  private addNode(index: number, text: string, name: string): void {
    const box = this.layout.boxes[index];
    const outcome = this.outcomes.includes(index);
    const frame = { x: -box.width / 2 - 3, y: -HEIGHT / 2 - 3, width: box.width + 6, height: HEIGHT + 6, rx: 6, class: "frame" };
    const node = svg(
      "g",
      { class: "node", tabindex: 0, role: "button", "aria-label": `${outcome ? "Outcome" : "Variable"} ${name}`, "data-node": index },
      svg("title", {}, name),
      outcome && svg("rect", frame),
      svg("rect", { x: -box.width / 2, y: -HEIGHT / 2, width: box.width, height: HEIGHT, rx: 4 }),
      svg("text", { "text-anchor": "middle", dy: "0.34em" }, text),
      svg("circle", { class: "pin", cx: box.width / 2 - 4, cy: -HEIGHT / 2 + 4, r: 2 }),
    );
    node.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        this.handlers.node(index);
      }
    });
    node.addEventListener("click", () => this.handlers.node(index));
    node.addEventListener("dblclick", () => this.unpin(index));
    select<SVGGElement, unknown>(node).call(
      drag<SVGGElement, unknown>()
        .container(() => this.stage)
        .clickDistance(4)
        .on("drag", (event: { dx: number; dy: number }) => {
          box.x += event.dx;
          box.y += event.dy;
          this.pinned.add(index);
          node.classList.add("pinned");
          this.loosen(index);
          this.move(index);
        }),
    );
    this.nodes.push(node);
    if (!box.width) return;
    this.stage.append(node);
    this.move(index);
  }

  private unpin(index: number): void {
    this.pinned.delete(index);
    this.nodes[index].classList.remove("pinned");
    Object.assign(this.layout.boxes[index], this.home[index]);
    this.move(index);
  }

  /** Forget the bends of the edges at a node that was moved. */
  private loosen(index: number): void {
    for (const drawn of this.drawn) {
      if (drawn.edge.source === index || drawn.edge.target === index) drawn.bends = [];
    }
  }

  private move(index: number): void {
    const { x, y } = this.layout.boxes[index];
    this.nodes[index].setAttribute("transform", `translate(${x},${y})`);
    for (const drawn of this.drawn) {
      if (drawn.edge.source === index || drawn.edge.target === index) this.course(drawn);
    }
  }

  private course({ edge, line, hit, marks, bends }: Drawn): void {
    const { boxes, horizontal } = this.layout;
    const found = course(boxes[edge.source], boxes[edge.target], bends, edge.symbol, horizontal);
    line.setAttribute("d", found.path);
    hit.setAttribute("d", found.path);
    marks.forEach((mark, k) => mark.setAttribute("d", found.marks[k]));
  }
}

/** Pairs in the direction that the layers follow. */
function directed(edges: Claim[]): [number, number][] {
  return edges.map((edge) => [edge.source, edge.target]);
}

function shortened(names: string[]): { text: string; width: number }[] {
  const pen = document.createElement("canvas").getContext("2d");
  const measure = (text: string) => {
    if (!pen) return text.length * 8;
    pen.font = FONT;
    return pen.measureText(text).width;
  };
  return names.map((name) => {
    const characters = [...name];
    let text = name;
    while (measure(text) > WIDEST && characters.length > 1) {
      characters.pop();
      text = `${characters.join("")}…`;
    }
    return { text, width: Math.max(34, measure(text) + 20) };
  });
}
