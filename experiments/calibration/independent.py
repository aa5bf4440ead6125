"""Write independent.bif: ten variables of many frequencies, and no edge."""

from pathlib import Path

MARGINS = {
    "half": (0.5, 0.5),
    "third": (0.33, 0.67),
    "fifth": (0.2, 0.8),
    "tenth": (0.1, 0.9),
    "twentieth": (0.05, 0.95),
    "fiftieth": (0.02, 0.98),
    "hundredth": (0.01, 0.99),
    "even": (0.34, 0.33, 0.33),
    "steep": (0.7, 0.2, 0.1),
    "many": (0.4, 0.3, 0.2, 0.05, 0.05),
}


def main() -> None:
    lines = ["network independent {", "}"]
    for name, margin in MARGINS.items():
        states = ", ".join(f"s{k}" for k in range(len(margin)))
        lines += [
            f"variable {name} {{",
            f"  type discrete [ {len(margin)} ] {{ {states} }};",
            "}",
        ]
    for name, margin in MARGINS.items():
        lines += [
            f"probability ( {name} ) {{",
            f"  table {', '.join(map(str, margin))};",
            "}",
        ]
    Path(__file__).with_name("independent.bif").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
