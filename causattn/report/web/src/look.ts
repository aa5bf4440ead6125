// Single texts: what the model says, the words that made it say so, its attention, and a swap.

import { documentViews } from "./attention/section";
import type { View } from "./attention/subjects";
import type { ExplainedSide, ExplainedWords, LookData, LookedText, TauData } from "./data";
import { direction, element, labelled, named, select } from "./dom";
import { number, signed } from "./numbers";
import { outputs, pairSection } from "./pair";

const VIEWS: View[] = ["heads", "model", "neurons", "matrix", "statistics"];

export function lookPage(data: LookData, place: (name: string) => HTMLElement | null): void {
  const mount = place("look");
  if (!mount) return;
  const body = element("div", {});
  const show = (text: LookedText) => body.replaceChildren(...sections(text, data.part));
  if (data.standsFor.length && shown(data.part, "typical")) mount.append(typical(data));
  if (data.texts.length > 1 && !["typical", "tree"].includes(data.part ?? "")) {
    const options = data.texts.map((text, k) => ({ value: String(k), words: `${k + 1}: ${text.title}` }));
    mount.append(element("div", { class: "controls" }, labelled("Text", select(options, "0", (value) => show(data.texts[Number(value)])))));
  }
  mount.append(body);
  show(data.texts[0]);
  if (data.tree && shown(data.part, "tree")) {
    mount.append(element("section", { id: "surrogate" }, element("h2", {}, "Surrogate tree"),
      element("p", { class: "note" }, named(data.tree.says)), element("figure", {}, element("img", { src: data.tree.image, alt: "Surrogate tree" }))));
  }
}

/** Is a part of the page shown, where it is shown whole or one part alone? */
function shown(only: string | null, ...parts: string[]): boolean {
  return only === null || parts.includes(only);
}

function sections(text: LookedText, only: string | null): HTMLElement[] {
  const found: HTMLElement[] = [];
  if (only === null) found.push(section("The text", ...text.texts.map((each) => element("p", { class: "document", dir: "auto" }, each))));
  if (text.reason && only === null) found.push(element("p", { class: "note" }, named(text.reason)));
  if (text.answers && shown(only, "words")) found.push(section(`What the model says: ${text.answers.question}`, outputs(text.answers.labels, text.answers.values)));
  if (text.explained.length && shown(only, "words")) found.push(section("Its words, coloured by what they add to that", ...text.explained.map(explanation), scale()));
  if (shown(only, ...VIEWS)) {
    const attention = element("div", {});
    documentViews(attention, text.documents, VIEWS.find((view) => view === only) ?? "heads");
    found.push(section("Attention", attention));
  }
  if (text.pair && shown(only, "swap")) {
    const pair = element("div", {});
    pairSection(pair, [text.pair]);
    found.push(section("Before and after the swap", pair));
  }
  if (text.tau && shown(only, "tau")) found.push(highLow(text.tau));
  return found;
}

function typical(data: LookData): HTMLElement {
  const items = data.texts.map((text, k) => element("li", {}, element("p", { class: "document", dir: "auto" }, text.texts[0]),
    element("p", { class: "hint" }, `stands for ${data.standsFor[k]} text${data.standsFor[k] === 1 ? "" : "s"}`)));
  return element("section", {}, element("h2", {}, "Typical examples"),
    element("p", { class: "note" }, "The medoids of all texts in the model's representation: no other choice lies nearer to the rest."),
    element("ul", { class: "examples" }, ...items));
}

/** The most and the least attended words, and what replacing each does. */
function highLow(tau: TauData): HTMLElement {
  const made = section("High against low attention");
  if (tau.reason) made.append(element("p", { class: "note" }, named(tau.reason)));
  for (const [k, side] of tau.sides.entries()) {
    const top = (at: 1 | 2) => Math.max(...side.words.map((word) => Math.abs(word[at])), 1e-12);
    const [paid, moved] = [top(1), top(2)];
    const rows = side.words.map(([word, attention, effect, error, which]) => {
      const cell = (value: number, most: number, text: string) => {
        const made = element("td", { class: value < 0 ? "number bar negative" : "number bar" }, text);
        made.style.setProperty("--share", (Math.abs(value) / most).toFixed(3));
        return made;
      };
      return element("tr", {}, element("th", { scope: "row" }, element("bdi", {}, word)), element("td", {}, which),
        cell(attention, paid, number(attention)), cell(effect, moved, `${signed(effect)} ± ${number(error, 2)}`));
    });
    const head = ["word", "attention", "paid", "effect of replacing it"].map((words, at) => element("th", { class: at > 1 ? "number" : undefined, scope: "col" }, words));
    if (tau.sides.length > 1) made.append(element("h4", {}, k ? "After the swap" : "Before the swap"));
    made.append(element("p", {}, named(side.says)), element("div", { class: "scroll" },
      element("table", { class: "tau" }, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...rows))));
  }
  if (tau.sides.length) made.append(element("p", { class: "hint" }, "Each word is replaced by words drawn from the texts; an effect is the output on the text less its mean on those. Tau and Kendall's tau take effects by size, since attention has no sign."));
  return made;
}

function section(title: string, ...children: HTMLElement[]): HTMLElement {
  return element("section", {}, element("h2", {}, title), ...children);
}

function explanation(words: ExplainedWords): HTMLElement {
  const title = element("h4", { title: words.paper || undefined }, words.method.replaceAll("_", " "));
  if (words.reason) return element("div", { class: "explanation" }, title, element("p", { class: "hint" }, named(words.reason)));
  const most = Math.max(...words.sides.flatMap((side) => side.pieces.map(([, score]) => Math.abs(score ?? 0))), 1e-12);
  return element("div", { class: "explanation" }, title, ...words.sides.map((side, k) => coloured(side, most, words.sides.length > 1 ? ["before: ", "after: "][k] : "")));
}

function coloured(side: ExplainedSide, most: number, when: string): HTMLElement {
  const text = element("p", { class: "document directed", dir: direction(side.pieces.map(([piece]) => piece).join("")) });
  for (const [piece, score, error] of side.pieces) {
    if (score === null) {
      text.append(piece);
      continue;
    }
    const span = element("span", { class: score < 0 ? "piece negative" : "piece", title: `${piece}: ${signed(score)}${error === null ? "" : ` ± ${number(error, 2)}`}`, tabindex: 0 }, element("bdi", {}, piece));
    span.style.setProperty("--share", (Math.abs(score) / most).toFixed(3));
    text.append(span);
  }
  const order = side.pieces.filter(([, score]) => score).sort((a, b) => Math.abs(b[1] ?? 0) - Math.abs(a[1] ?? 0)).slice(0, 3);
  const strongest = order.flatMap(([piece, score], k) => [k ? ", " : "; most: ", named(piece), ` ${signed(score ?? 0)}`]);
  const value = side.output === null ? "" : ` ${number(side.output)}, ${number(side.baseline ?? 0)} without its words`;
  return element("div", {}, text, element("p", { class: "hint" }, when, named(side.target), value, ...strongest));
}

function scale(): HTMLElement {
  return element("p", { class: "hint scale" }, "lowers it ", element("span", { class: "ramp", "aria-hidden": "true" }), " raises it; each explainer is shaded up to its own largest score. Hover or focus a word for its number.");
}
