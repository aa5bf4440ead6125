// Single texts: what the model says, the words that made it say so, its attention, and a swap.

import { documentViews } from "./attention/section";
import type { ExplainedSide, ExplainedWords, LookData, LookedText } from "./data";
import { element, labelled, named, select } from "./dom";
import { number, signed } from "./numbers";
import { outputs, pairSection } from "./pair";

export function lookPage(data: LookData, place: (name: string) => HTMLElement | null): void {
  const mount = place("look");
  if (!mount) return;
  const body = element("div", {});
  const show = (text: LookedText) => body.replaceChildren(...sections(text));
  if (data.texts.length > 1) {
    const options = data.texts.map((text, k) => ({ value: String(k), words: `${k + 1}: ${text.title}` }));
    mount.append(element("div", { class: "controls" }, labelled("Text", select(options, "0", (value) => show(data.texts[Number(value)])))));
  }
  mount.append(body);
  show(data.texts[0]);
}

function sections(text: LookedText): HTMLElement[] {
  const found = [section("The text", ...text.texts.map((each) => element("p", { class: "document", dir: "auto" }, each)))];
  if (text.reason) found.push(element("p", { class: "note" }, named(text.reason)));
  if (text.answers) found.push(section(`What the model says: ${text.answers.question}`, outputs(text.answers.labels, text.answers.values)));
  if (text.explained.length) found.push(section("Its words, coloured by what they add to that", ...text.explained.map(explanation), scale()));
  const attention = element("div", {});
  documentViews(attention, text.documents, "heads");
  found.push(section("Attention", attention));
  if (text.pair) {
    const pair = element("div", {});
    pairSection(pair, [text.pair]);
    found.push(section("Before and after the swap", pair));
  }
  return found;
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
  const text = element("p", { class: "document", dir: "auto" });
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
