// All that is known of one edge: the verdict in a sentence, each kind of evidence, the documents.

import { circuitExamples } from "../circuit/edge";
import type { CircuitData, ExampleData, ExplainedData } from "../data";
import { clear, element, isolated, listed, named, styled } from "../dom";
import { edgeExamples } from "../examples/edge";
import { featureExamples } from "../examples/feature";
import { ARROWS, interval, number } from "../numbers";
import { type Claim, type Claims, type Row, effectOn, numeric } from "./claims";

const GROUPS: [string, string][] = [
  ["candidate_", "Candidate"],
  ["discovery_", "Discovery"],
  ["data_", "Effect in the data"],
  ["direct_", "Its direct part"],
  ["placebo_", "Refuters"],
  ["random_common_cause_", "Refuters"],
  ["data_subset_", "Refuters"],
  ["bootstrap_", "Refuters"],
  ["dummy_outcome_", "Refuters"],
  ["sensitivity_", "Sensitivity to a hidden cause"],
  ["robust_", "Other searches, and a hidden cause"],
  ["independent_", "Evidence that no search has seen"],
  ["conditional_", "The model's conditional at the hidden slot"],
  ["path_", "Path"],
  ["model_", "Intervention on the model"],
  ["tau_", "High against low attention (tau)"],
  ["knock_out_", "Attention cut"],
  ["truth_", "Truth"],
];
const REFUTERS = ["placebo", "random_common_cause", "data_subset", "bootstrap", "dummy_outcome"];

/** What the graph's view needs of whatever stands beside it. */
export interface PanelLike {
  root: HTMLElement;
  rest(): void;
  show(source: number, target: number): void;
  showNode?(index: number): void;
}

export class Panel implements PanelLike {
  readonly root = element("aside", { class: "panel", "aria-live": "polite" });

  constructor(
    private readonly claims: Claims,
    private readonly examples: ExampleData | null,
    private readonly explained: ExplainedData | null,
    private readonly circuit: CircuitData | null = null,
  ) {
    this.rest();
  }

  rest(): void {
    clear(
      this.root,
      element("p", { class: "hint" }, "Choose an edge to see all its evidence, or a variable to see its neighbourhood."),
      element("p", { class: "hint" }, "Drag a variable to pin it, double-click it to let it go. Ctrl and the wheel zoom."),
    );
  }

  showNode(index: number): void {
    const examples = this.explained && featureExamples(this.explained, index);
    if (examples) clear(this.root, element("h3", {}, named(this.claims.name(index))), ...examples);
    else this.rest();
  }

  show(source: number, target: number): void {
    const claim = this.claims.find(source, target);
    const forward = claim ?? null;
    const rows = this.rows(source, target);
    clear(
      this.root,
      this.heading(source, target, forward),
      ...(rows.length ? rows.flatMap((row) => this.evidence(row, rows.length > 1)) : [
        element("p", { class: "hint" }, "The run holds no evidence on this pair."),
      ]),
      this.documents(source, target),
      this.explained && edgeExamples(this.explained, this.claims, source, target),
      this.circuit && circuitExamples(this.circuit, this.claims, source, target),
    );
  }

  /** The row on the direction asked for, and the other one where the edge is not directed. */
  private rows(source: number, target: number): Row[] {
    const all = this.claims.all();
    const find = (a: number, b: number) => all.find((row) => row.source === a && row.target === b);
    const claim = this.claims.find(source, target);
    const oneWay = claim?.symbol === "-->";
    const found = [find(source, target), oneWay ? undefined : find(target, source)];
    return found.filter((row): row is Row => row !== undefined);
  }

  private heading(source: number, target: number, claim: Claim | null): HTMLElement {
    const turned = claim !== null && claim.source !== source;
    const [a, b] = turned && claim ? [claim.source, claim.target] : [source, target];
    const arrow = claim && claim.fate !== "missing" ? (ARROWS[claim.symbol] ?? claim.symbol) : "·";
    return element(
      "h3",
      {},
      named(this.claims.name(a)),
      ` ${arrow} `,
      named(this.claims.name(b)),
      claim?.fate ? element("span", { class: `mark ${claim.fate}` }, claim.fate) : null,
    );
  }

  private evidence(row: Row, both: boolean): HTMLElement[] {
    const parts: HTMLElement[] = [];
    if (both) {
      parts.push(element("h4", { class: "way" }, named(this.claims.name(row.source as number)), " → ", named(this.claims.name(row.target as number))));
    }
    const said = (about: string, word: unknown, why: unknown) =>
      word &&
      parts.push(
        element(
          "p",
          { class: "verdict" },
          `${about}: `,
          element("span", { class: `mark ${styled(String(word))}` }, String(word)),
          " ",
          element("span", { dir: "ltr" }, String(why ?? "")),
        ),
      );
    said("About the documents", row.verdict, row.verdict_reason);
    said("About the model", row.model_verdict, row.model_verdict_reason);
    parts.push(this.gist(row));
    const details = element("details", {}, element("summary", {}, "Every number"));
    const seen = new Map<string, HTMLElement>();
    for (const [prefix, title] of GROUPS) {
      const entries = Object.entries(row).filter(([name, value]) => name.startsWith(prefix) && value !== null && value !== undefined);
      if (!entries.length) continue;
      let list = seen.get(title);
      if (!list) {
        list = element("dl", { class: "metrics" });
        seen.set(title, list);
        details.append(element("h4", {}, title), list);
      }
      for (const [name, value] of entries) {
        const words = title === "Refuters" ? name : name.slice(prefix.length);
        list.append(
          element("dt", { title: this.claims.meaning.get(name) ?? "" }, words.replaceAll("_", " ")),
          element("dd", {}, named(shown(value))),
        );
      }
    }
    parts.push(details);
    return parts;
  }

  /** The few numbers that most readers want, one line a kind of evidence. */
  private gist(row: Row): HTMLElement {
    const list = element("dl", { class: "gist" });
    const add = (words: string, value: string, note = "") => {
      if (value === "–") return;
      list.append(element("dt", {}, words), element("dd", {}, element("b", { class: /^[−\d]/.test(value) && "whole" }, named(value)), note ? element("small", {}, " ", named(note)) : null));
    };
    const p = numeric(row, "candidate_p");
    add(this.claims.graph.screen, number(row.candidate_score), p === null ? "" : `p ${number(p)} under the null`);
    add("bootstrap", number(row.discovery_frequency), "of graphs direct it so");
    const separating = row.discovery_separating_set;
    if (Array.isArray(separating)) add("separated by", listed(separating));
    const adjustment = row.data_adjustment;
    const held = Array.isArray(adjustment) ? `given ${listed(adjustment)}` : "";
    const on = (side: string, more = "") => [effectOn(row, side) && `on ${effectOn(row, side)}`, more].filter(Boolean).join("; ");
    add("effect in data", interval(row.data_estimate, row.data_low, row.data_high), on("data", held));
    add("direct part", interval(row.direct_estimate, row.direct_low, row.direct_high), on("data"));
    const outcomes = REFUTERS.map((name) => [name, row[`${name}_outcome`]]).filter(([, v]) => v === "passed" || v === "failed");
    const failed = outcomes.filter(([, v]) => v === "failed").map(([name]) => String(name).replaceAll("_", " "));
    if (outcomes.length) {
      add("refuters", `${outcomes.length - failed.length} of ${outcomes.length} passed`, failed.length ? `not ${failed.join(", ")}` : "");
    }
    if (numeric(row, "data_joint_low") !== null) add("at once", interval(row.data_estimate, row.data_joint_low, row.data_joint_high), on("data", `over ${row.data_family ?? "all"} arrows, rows ${row.data_rows ?? "not known"}`));
    if (row.robust_benchmark) add("with a hidden cause", interval(row.direct_estimate ?? row.data_estimate, row.robust_low, row.robust_high), on("data", `as strong as ${isolated(String(row.robust_benchmark))}`));
    add("by majority", row.robust_majority === "" ? "no edge" : ARROWS[String(row.robust_majority)] ?? "–");
    add("by FCI", row.robust_fci === "" ? "no edge" : ARROWS[String(row.robust_fci)] ?? "–");
    add("conditional", interval(row.conditional_estimate, row.conditional_low, row.conditional_high), on("conditional", "of the model, at the hidden slot: no intervention"));
    add("effect on model", interval(row.model_estimate, row.model_low, row.model_high), on("model", String(row.model_kind ?? "")));
    add("tau", interval(row.tau_estimate, row.tau_low, row.tau_high), on("model", `from the value least attended to, ${row.tau_from}, to the one most attended to, ${row.tau_to}`));
    if (numeric(row, "path_phrased_low") !== null) add("over phrasings", interval(row.model_estimate, row.path_phrased_low, row.path_phrased_high), on("model"));
    add("read by", typeof row.path_through === "string" ? (row.path_through === "all" ? "all of the target" : `its ${row.path_through}`) : "–");
    const truth = row.truth_directed === 1 ? "directs it so" : row.truth_adjacent === 1 ? "joins the pair" : "does not join the pair";
    if (row.truth_adjacent !== null && row.truth_adjacent !== undefined) add("truth", truth);
    return list;
  }

  private documents(source: number, target: number): HTMLElement | null {
    if (!this.examples) return null;
    const low = Math.min(source, target);
    const high = Math.max(source, target);
    const entry = this.examples.pairs.find(([i, j]) => i === low && j === high);
    const box = element("div", { class: "documents" }, element("h4", {}, "Documents behind it"));
    if (!entry || !entry[2].length) {
      box.append(element("p", { class: "hint" }, "No document of the sample carries both."));
      return box;
    }
    for (const [numbered, attention] of entry[2]) {
      const { pieces, values } = this.examples.documents[String(numbered)];
      const text = element("p", { class: "document", dir: "auto" });
      for (const [piece, carried] of pieces) {
        const kind = carried.includes(source) ? "source" : carried.includes(target) ? "target" : "";
        text.append(kind ? element("mark", { class: kind }, piece) : piece);
      }
      const says = `document ${numbered}: ${isolated(this.claims.name(source))} = ${isolated(values[source])}, ${isolated(this.claims.name(target))} = ${isolated(values[target])}`;
      box.append(
        element("div", {}, text, element("p", { class: "hint" }, named(says), attention === null ? "" : `; attention ${number(attention)}`)),
      );
    }
    return box;
  }
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return listed(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "number" ? number(value, 4) : String(value);
}
