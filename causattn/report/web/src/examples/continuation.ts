// How a causal model goes on: choose a drawn token to see what it owes to the tokens before it.

import type { ContinuationData } from "../data";
import { element, named } from "../dom";
import { number, signed } from "../numbers";

export function continuationView(data: ContinuationData): HTMLElement {
  const { drawn = 0, owed = [], probability = [] } = data;
  const tokens = (data.tokens ?? []).map((token) => token.trim() || "␣");
  if (data.reason) return element("p", { class: "hint" }, named(data.reason));
  if (!drawn) return element("p", { class: "hint" }, data.ended ? "The model ends the text here." : "The model adds nothing that its tokenizer would read back.");
  const first = tokens.length - drawn;
  const says = element("p", { class: "hint", role: "status" });
  const spans = tokens.map((token, k) =>
    k < first
      ? element("span", { class: "piece" }, element("bdi", {}, token))
      : element("button", { type: "button", class: "piece drawn", click: () => choose(k) }, element("bdi", {}, token)),
  );
  const text = element("p", { class: "document continuation", dir: "auto" });
  spans.forEach((span) => text.append(span, " "));

  function choose(chosen: number): void {
    const scores = owed[chosen - first] ?? [];
    const most = Math.max(...scores.map(Math.abs), 1e-9);
    spans.forEach((span, k) => {
      const score = k < scores.length ? scores[k] : 0;
      span.classList.toggle("chosen", k === chosen);
      span.classList.toggle("negative", score < 0);
      span.style.setProperty("--share", String(Math.abs(score) / most));
      span.title = k < scores.length ? signed(score) : "";
    });
    const order = scores.map((score, k) => [score, k]).sort((a, b) => Math.abs(b[0]) - Math.abs(a[0])).slice(0, 3).filter(([score]) => score !== 0);
    says.replaceChildren(
      named(tokens[chosen]),
      ` had probability ${number(probability[chosen - first])}`,
      ...(order.length ? ["; it owes most to "] : []),
      ...order.flatMap(([score, k], place) => [place ? ", " : "", named(tokens[k]), ` (${signed(score)})`]),
      order.length ? ", in log-probability lost where that token is replaced." : ".",
    );
  }
  choose(first);
  const how = `Underlined is what the model wrote${data.ended ? ", up to the end that it set" : ""}; choose a token to see what it owes to those before it.`;
  return element("div", {}, text, says, element("p", { class: "hint" }, how));
}
