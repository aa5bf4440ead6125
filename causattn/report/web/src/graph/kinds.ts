// The kinds of evidence by which edges are coloured, each with its scale and its legend.

import { interpolateRgb } from "d3-interpolate";

import { styled } from "../dom";
import { colour } from "../theme";
import { type Claim, type Claims, either } from "./claims";

export interface Stroke {
  colour: string;
  dashes: string;
  words: string;
}

export interface Kind {
  value: string;
  words: string;
  /** Why it cannot be chosen in this run. */
  off?: string;
  /** What the threshold is compared with, and what it is called. */
  size(edge: Claim): number | null;
  sizeWords: string;
  stroke(edge: Claim): Stroke;
  legend(): Stroke[];
}

const DASHES: Record<string, string> = {
  right: "", unidentifiable: "", undecided: "5 3", open: "2 2", reversed: "7 3", extra: "4 3", missing: "1.5 3",
  supported: "", robust: "9 2", consistent: "6 2", drawn: "6 3", disputed: "7 3", refuted: "4 3",
  confounded: "9 3 2 3", "may be confounded": "2 2",
};
const WORDS: Record<string, string> = {
  unidentifiable: "right pair, direction unidentifiable", undecided: "right pair, direction undecided", open: "direction open",
};

function fated(name: string, words = WORDS[name] ?? name): Stroke {
  // An edge is never without a colour: it would not be seen.
  return { colour: colour(styled(name)) || colour("unknown"), dashes: DASHES[name] ?? "", words };
}

function unknown(words = "not known"): Stroke {
  return { colour: colour("unknown"), dashes: "1.5 4", words };
}

export function kinds(claims: Claims): Kind[] {
  const { screen } = claims.graph;
  const scored = claims.has("candidate_strength") ? "candidate_strength" : "candidate_score";
  const weak = { size: (edge: Claim) => either(edge, scored), sizeWords: `${screen} at least` };
  const none = (column: string, what: string) =>
    claims.has(column) ? undefined : `This run has no ${what}.`;
  const verdict: Kind = {
    value: "verdict",
    words: "About the documents",
    off: none("verdict", "verdicts"),
    ...weak,
    stroke: (edge) => fated(String(edge.row?.verdict ?? "drawn")),
    legend: () => [
      ...["supported", "robust", "consistent", "drawn", "disputed", "refuted"],
      ...(claims.graph.kind === "pag" ? ["confounded", "may be confounded"] : ["open"]),
    ].map((name) => fated(name)),
  };
  const truth: Kind = {
    value: "truth",
    words: "Truth",
    off: claims.graph.truth === null ? "The true graph is not known." : undefined,
    ...weak,
    stroke: (edge) => (edge.fate ? fated(edge.fate) : unknown()),
    legend: () => ["right", "unidentifiable", "undecided", "reversed", "extra", "missing"].map((name) => fated(name)),
  };
  const test: Kind = {
    value: "test",
    words: "Test",
    ...weak,
    stroke: (edge) => {
      if (edge.fate === "missing") return tested(edge);
      return edge.symbol === "-->" ? fated("supported", "joined and directed") : fated("open", "joined, direction open");
    },
    legend: () => [
      fated("supported", "joined and directed"),
      fated("open", "joined, direction open"),
      ...(claims.graph.truth === null ? [] : [fated("refuted", "separated by a test"), unknown("never tested")]),
    ],
  };
  return [
    verdict,
    truth,
    amount("attention", capital(screen), scored, screen, claims),
    test,
    amount("bootstrap", "Bootstrap", "discovery_frequency", "bootstrap frequency", claims),
    effect("dowhy", "DoWhy", "data", "effect in the data", claims),
    ...(claims.has("conditional_estimate") ? [effect("conditional", "Conditional", "conditional", "conditional of the model", claims)] : []),
    effect("intervention", "Intervention", "model", "effect on the model", claims),
  ];
}

function capital(words: string): string {
  return words.charAt(0).toLocaleUpperCase() + words.slice(1);
}

function tested(edge: Claim): Stroke {
  const row = edge.row ?? edge.back;
  const separated = row?.discovery_separating_set != null;
  return separated ? fated("refuted", "separated by a test") : unknown("never tested");
}

/** A size from 0 up, from faint to strong. */
function amount(value: string, words: string, column: string, what: string, claims: Claims): Kind {
  const size = (edge: Claim) => either(edge, column);
  const most = largest(claims, size);
  const shade = (share: number) => interpolateRgb(colour("ramp-low"), colour("ramp-high"))(share);
  return {
    value,
    words,
    off: claims.has(column) ? undefined : `This run has no ${what}.`,
    size,
    sizeWords: `${what} at least`,
    stroke: (edge) => {
      const known = size(edge);
      return known === null ? unknown() : { colour: shade(known / most), dashes: "", words: "" };
    },
    legend: () => [
      { colour: shade(0.08), dashes: "", words: "0" },
      { colour: shade(0.5), dashes: "", words: what },
      { colour: shade(1), dashes: "", words: most.toPrecision(2) },
      unknown(),
    ],
  };
}

/** An effect of either sign; dashed where a refuter failed or the interval holds 0. */
function effect(value: string, words: string, side: string, what: string, claims: Claims): Kind {
  const size = (edge: Claim) => {
    const known = either(edge, `${side}_estimate`);
    return known === null ? null : Math.abs(known);
  };
  const most = largest(claims, size);
  const shade = (share: number) =>
    interpolateRgb(colour("ramp-middle"), colour(share < 0 ? "ramp-negative" : "ramp-high"))(Math.abs(share));
  return {
    value,
    words,
    off: claims.has(`${side}_estimate`) ? undefined : `This run has no ${what}.`,
    size,
    sizeWords: "size at least",
    stroke: (edge) => {
      const known = either(edge, `${side}_estimate`);
      if (known === null) return unknown();
      return { colour: shade(known / most), dashes: shaky(edge, side) ? "6 3" : "", words: "" };
    },
    legend: () => [
      { colour: shade(-1), dashes: "", words: `−${most.toPrecision(2)}` },
      { colour: shade(0.02), dashes: "", words: "0" },
      { colour: shade(1), dashes: "", words: most.toPrecision(2) },
      { colour: shade(0.6), dashes: "6 3", words: side === "data" ? "holds 0, or a refuter failed" : "interval holds 0" },
      unknown(),
    ],
  };
}

function shaky(edge: Claim, side: string): boolean {
  const row = edge.row;
  if (!row) return false;
  const low = row[`${side}_low`];
  const high = row[`${side}_high`];
  const holdsZero = typeof low === "number" && typeof high === "number" && low <= 0 && high >= 0;
  const failed = side === "data" && Object.entries(row).some(([name, v]) => name.endsWith("_outcome") && v === "failed");
  return holdsZero || failed;
}

function largest(claims: Claims, size: (edge: Claim) => number | null): number {
  return claims.edges.reduce((most, edge) => Math.max(most, size(edge) ?? 0), 0) || 1;
}
