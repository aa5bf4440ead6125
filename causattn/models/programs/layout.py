"""Which part of a transformer does which step, and where in the stream its value stands.

A step goes into the first layer after all that it reads. A value has directions of the stream of
its own: one for every value of its domain, of which one is 1 (all are 0 for None), or a single one
that holds the number of a head. One more direction is 1 at the token that begins a document.
"""

from __future__ import annotations

from dataclasses import dataclass

from causattn.corpora import ProgramDomain, ProgramSelect, ProgramStep, program_domains
from causattn.models.programs.selects import SelectScores, scores_of

EMBEDDING, OUTPUT = "embedding", "output"
BEGINNING = 0
"""The direction that is 1 at a document's first token, which no step has a value at."""


@dataclass(frozen=True)
class Place:
    """Where a step is done and where its value stands.

    Parameters
    ----------
    part
        ``"embedding"``, ``"LAYER.HEAD"`` or ``"LAYER.mlp"``.
    layer, head
        The same as numbers; -1 where there is none.
    first, size
        Its directions of the stream.
    """

    part: str
    layer: int
    head: int
    first: int
    size: int


@dataclass(frozen=True)
class ProgramLayout:
    """A program laid out.

    Parameters
    ----------
    output
        Its last step.
    places
        Of every step, decoys last.
    domains
        Of every step.
    decoys
        Heads that see what another head sees and whose value nobody reads.
    layers, heads, width
        Of the transformer.
    length
        The most tokens of a sequence.
    """

    output: ProgramStep
    places: dict[ProgramStep, Place]
    domains: dict[ProgramStep, ProgramDomain]
    decoys: tuple[ProgramStep, ...]
    layers: int
    heads: int
    width: int
    length: int

    def scores(self, select: ProgramSelect) -> SelectScores:
        """Return a select as a table of classes of keys and of queries."""
        return scores_of(select, self.domains[select.keys], self.domains[select.queries])


def lay_out(
    output: ProgramStep, vocabulary: tuple[str, ...], length: int, decoys: int
) -> ProgramLayout:
    """Lay out a program.

    Parameters
    ----------
    output
        Its last step.
    vocabulary, length
        Of its sequences.
    decoys
        How many heads beside the program's own there are in every layer that has one.
    """
    known = program_domains(output, vocabulary, length)
    times = {step: 0 for step in known if not step.reads}
    for step in known:
        if step.reads:
            ready = max(times[each] for each in step.reads)
            # Heads work at odd times 1, 3, ..., feed-forward networks at even ones.
            times[step] = ready + 1 + (ready % 2 == (0 if step.kind == "map" else 1))
    layers = (max(times.values()) + 1) // 2
    own = [[s for s, time in times.items() if time == 2 * k + 1] for k in range(layers)]
    copies: dict[ProgramStep, int] = {}
    (tokens,) = [step for step in known if step.kind == "tokens"] or [ProgramStep("tokens")]
    known.setdefault(tokens, ProgramDomain(vocabulary))
    times.setdefault(tokens, 0)
    for layer, some in enumerate(own):
        for number in range(decoys if some else 0):
            select = some[number % len(some)].select
            copies[ProgramStep("gather", (tokens,), None, select)] = layer
    places: dict[ProgramStep, Place] = {}
    filled = [0] * layers
    end = BEGINNING + 1
    for step in (*times, *copies):
        domain = known.setdefault(step, ProgramDomain(vocabulary, nothing=True))
        size = 1 if domain.number else len(domain.values)
        layer = copies[step] if step in copies else (times[step] + 1) // 2 - 1
        head = -1
        if step.select is not None:
            head, filled[layer] = filled[layer], filled[layer] + 1
        part = EMBEDDING if layer < 0 else f"{layer}.mlp" if head < 0 else f"{layer}.{head}"
        places[step] = Place(part, layer, head, end, size)
        end += size
    heads = max(1, *filled)
    return ProgramLayout(output, places, known, tuple(copies), layers, heads, end, length)
