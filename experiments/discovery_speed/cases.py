"""What is timed, against whom, and what is to be reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from .samples import Sample, binary, gaussian, network


@dataclass(frozen=True)
class Case:
    """One line of the benchmark.

    Parameters
    ----------
    name
        The case in words.
    algorithm
        ``"pc"`` or ``"ges"``.
    make
        Draws the data.
    options
        Arguments of `causattn.discovery.pc` or `ges`.
    others
        Runs of each other program.
    at_least
        The ratio to reach, by other program.
    at_most_s
        The seconds to stay under where no other program runs.
    candidates
        Number of candidate pairs; then the unrestricted search is the other program, and tests and
        time are to fall at least as the pairs do.
    cold
        Time the first call of a fresh process too, with an empty cache and with a filled one.
    cold_at_most_s
        The seconds to stay under then, import and compilation included.
    """

    name: str
    algorithm: str
    make: Callable[[], Sample]
    options: Mapping[str, Any] = field(default_factory=dict)
    others: Mapping[str, int] = field(default_factory=dict)
    at_least: Mapping[str, float] = field(default_factory=dict)
    at_most_s: float | None = None
    candidates: int | None = None
    cold: bool = False
    cold_at_most_s: float | None = None


def full() -> list[Case]:
    """Every case, the quick ones first."""
    cases = [
        Case("PC, asia, G-square, n = 1,000", "pc", partial(network, "asia", 1000),
             {"test": "g_square"}, {"causal-learn": 3}, cold=True, cold_at_most_s=3.0),
    ]  # fmt: skip
    for name in ("alarm", "insurance"):
        for test in ("chi_square", "g_square"):
            cases.append(
                Case(
                    f"PC, {name}, {test.replace('_', '-')}, n = 10,000",
                    "pc",
                    partial(network, name, 10_000),
                    {"test": test},
                    {"causal-learn": 3},
                    {"causal-learn": 100.0},
                    cold=(name, test) == ("alarm", "chi_square"),
                )
            )
    cases += _restricted()
    cases += [
        Case(f"PC, Gaussian, p = {size:,}, degree 3, n = 1,000", "pc",
             partial(gaussian, size, 3 * size // 2, 1000), {"test": "fisher_z"}, at_most_s=most)
        for size, most in ((1000, 10.0), (2000, None))
    ]  # fmt: skip
    cases += [
        Case(f"GES, BIC, p = {size:,}, degree {degree}, n = {rows:,}", "ges",
             partial(gaussian, size, degree * size // 2, rows), {"score": "bic"}, at_most_s=most)
        for size, degree, rows, most in (
            (200, 3, 1000, 0.5), (200, 6, 1000, 3.2), (500, 3, 1000, 4.8), (1000, 3, 1000, 40.0),
        )
    ]  # fmt: skip
    cases += [
        Case("GES, BIC, p = 20, 44 edges, n = 1,000", "ges", partial(gaussian, 20, 44, 1000),
             {"score": "bic"}, {"causal-learn": 1}),
        Case("PC, Gaussian, p = 200, degree 3, n = 1,000", "pc", partial(gaussian, 200, 300, 1000),
             {"test": "fisher_z"}, {"causal-learn": 1}, {"causal-learn": 5000.0}, cold=True),
        Case("GES, BIC, p = 40, 73 edges, n = 1,000", "ges", partial(gaussian, 40, 73, 1000),
             {"score": "bic"}, {"causal-learn": 1}, {"causal-learn": 5000.0}, cold=True),
        # causal-learn has no turning phase and goes through the phases once: here neither do we.
        Case("GES, forward and backward once, BIC, p = 40, 73 edges, n = 1,000", "ges",
             partial(gaussian, 40, 73, 1000), {"score": "bic", "turning": False},
             {"causal-learn": 1}, {"causal-learn": 5000.0}),
        Case("PC, binary, chi-square, p = 200, n = 200,000", "pc",
             partial(binary, 200, 200, 200_000), {"test": "chi_square"}, {"causal-learn": 1},
             {"causal-learn": 500.0}, cold=True),
    ]  # fmt: skip
    return cases + [
        Case(
            f"PC, {name}, {test.replace('_', '-')}, n = 10,000",
            "pc",
            partial(network, name, 10_000),
            {"test": test},
            {"pgmpy": 1},
            {"pgmpy": 20.0},
        )
        for name in ("alarm", "insurance")
        for test in ("chi_square", "g_square")
    ]


def _restricted() -> list[Case]:
    sparse = partial(gaussian, 200, 300, 1000)
    return [
        Case("PC, alarm, chi-square, n = 10,000, 92 candidates", "pc",
             partial(network, "alarm", 10_000), {"test": "chi_square"}, candidates=92),
        Case("PC, Gaussian, p = 200, n = 1,000, 400 candidates", "pc", sparse,
             {"test": "fisher_z"}, candidates=400),
        *(
            Case(f"PC, Gaussian, p = {size:,}, n = 1,000, {2 * size:,} candidates", "pc",
                 partial(gaussian, size, 3 * size // 2, 1000), {"test": "fisher_z"},
                 candidates=2 * size)
            for size in (1000, 2000)
        ),
        Case("GES, BIC, p = 200, n = 1,000, 400 candidates", "ges", sparse,
             {"score": "bic"}, candidates=400),
    ]  # fmt: skip


def quick() -> list[Case]:
    """A small version of each kind of case."""
    return [
        Case("PC, asia", "pc", partial(network, "asia", 500), {"test": "g_square"},
             {"causal-learn": 1}, cold=True, cold_at_most_s=3.0),
        Case("PC, Gaussian, p = 12", "pc", partial(gaussian, 12, 15, 300), {"test": "fisher_z"},
             {"causal-learn": 1}, {"causal-learn": 1.0}),
        Case("GES, p = 6", "ges", partial(gaussian, 6, 6, 300), {"score": "bic"},
             {"causal-learn": 1}),
        Case("GES alone, p = 8", "ges", partial(gaussian, 8, 9, 300), {"score": "bic"},
             at_most_s=10.0),
        Case("PC, Gaussian, p = 12, 20 candidates", "pc", partial(gaussian, 12, 15, 300),
             {"test": "fisher_z"}, candidates=20),
    ]  # fmt: skip


CASES = {"full": full, "quick": quick, "one": lambda: quick()[2:3]}
