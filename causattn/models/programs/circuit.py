"""The circuit that a compiled program is: who reads whom, and which place sees which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from causattn.corpora import PROGRAMS, Program, ProgramStep, ProgramTrace
from causattn.models.programs.layout import EMBEDDING, OUTPUT, ProgramLayout, lay_out


@dataclass(frozen=True)
class ProgramCircuit:
    """Which parts of a compiled program read which.

    Names are those of `causattn.attention.HeadPaths`.

    Parameters
    ----------
    edges
        Sender and receiver of every path that can carry a difference to the output.
    constant
        Paths that are read and always say the same: where the document begins. They carry no
        difference between documents, and break the program where they are cut.
    decoys
        Heads that attend as one of the program's does and whose value nobody reads.
    """

    edges: tuple[tuple[str, str], ...]
    constant: tuple[tuple[str, str], ...]
    decoys: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as lists."""
        return {key: [_plain(each) for each in own] for key, own in asdict(self).items()}

    @classmethod
    def from_json(cls, known: Mapping[str, Any]) -> ProgramCircuit:
        """Return what `to_json` gave."""
        edges, constant = (
            tuple((sender, receiver) for sender, receiver in known[key])
            for key in ("edges", "constant")
        )
        return cls(edges, constant, tuple(known["decoys"]))


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def program_circuit(layout: ProgramLayout) -> ProgramCircuit:
    """Return the circuit of a layout."""
    edges: dict[tuple[str, str], None] = {}
    constant: dict[tuple[str, str], None] = {}
    for step, place in layout.places.items():
        if step in layout.decoys:
            continue
        if step.kind == "map":
            numbers = [layout.domains[each].number for each in step.inputs]
            empty = all(layout.domains[each].nothing for each in step.inputs)
            for each in step.inputs:
                edges[layout.places[each].part, place.part] = None
            if any(numbers) or empty:
                constant[EMBEDDING, place.part] = None
        elif step.select is not None:
            scores = layout.scores(step.select)
            ends = {"q": (scores.reads_query, step.select.queries)}
            ends["k"] = scores.reads_key, step.select.keys
            ends["v"] = step.kind != "width", (step.inputs or (step,))[0]
            for channel, (reads, source) in ends.items():
                if reads:
                    edges[layout.places[source].part, f"{place.part}.{channel}"] = None
                else:
                    constant[EMBEDDING, f"{place.part}.{channel}"] = None
    edges[layout.places[layout.output].part, OUTPUT] = None
    return ProgramCircuit(
        tuple(edges),
        tuple(path for path in constant if path not in edges),
        tuple(layout.places[step].part for step in layout.decoys),
    )


def program_attention(
    program: str, tokens: Sequence[str], length: int | None = None, decoys: int = 0
) -> dict[str, np.ndarray]:
    """Return what each head of a compiled program pays on a sequence, by head.

    Parameters
    ----------
    program
        Its name.
    tokens
        The sequence.
    length, decoys
        What it was compiled with.

    Returns
    -------
    dict
        Of float64 [T + 1, T + 1], **from query (row) to key (column)**, where the first place is
        the beginning of the document. Heads that do nothing are left out.
    """
    own: Program = PROGRAMS[program]
    layout = lay_out(own.output, own.vocabulary, length or own.length, decoys)
    trace = ProgramTrace(tokens)
    return {
        place.part: _paid(trace, step)
        for step, place in layout.places.items()
        if step.select is not None
    }


def _paid(trace: ProgramTrace, step: ProgramStep) -> np.ndarray:
    assert step.select is not None
    seen = trace.seen(step.select).astype(float)
    length = len(seen)
    paid = np.zeros((length + 1, length + 1))
    paid[1:, 1:] = seen
    # The beginning is seen where nothing else is, and always where places are counted.
    paid[:, 0] = 1.0 if step.kind == "width" else paid.sum(1) == 0
    return paid / paid.sum(1, keepdims=True)
