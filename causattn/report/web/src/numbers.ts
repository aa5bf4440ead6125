// Numbers for a person; a dash where nothing is known.

export function number(value: unknown, digits = 3): string {
  if (typeof value !== "number" || !Number.isFinite(value)) return "–";
  if (Number.isInteger(value) && Math.abs(value) < 1e15) {
    return Math.abs(value) >= 1e4 ? value.toLocaleString("en").replaceAll(",", "\u202f").replace("-", "\u2212") : String(value).replace("-", "\u2212");
  }
  if (Math.abs(value) >= 10 ** (digits - 1)) return value.toFixed(0).replace("-", "\u2212");
  const size = Math.abs(value);
  if (size < 1e-4) return value.toExponential(1).replace("-", "\u2212").replace("e\u2212", "e-");
  return Number(value.toPrecision(digits)).toString().replace("-", "\u2212");
}

/** A number with its sign. */
export function signed(value: number, digits = 3): string {
  return `${value > 0 ? "+" : ""}${number(value, digits)}`;
}

export function interval(estimate: unknown, low: unknown, high: unknown): string {
  if (typeof estimate !== "number") return "–";
  if (typeof low !== "number" || typeof high !== "number") return number(estimate);
  return `${number(estimate)} [${number(low)}, ${number(high)}]`;
}

export const ARROWS: Record<string, string> = {
  "-->": "→", "<--": "←", "---": "—", "<->": "↔", "o->": "o→", "<-o": "←o", "o-o": "o–o", "o--": "o–", "--o": "–o",
};
