"""Sequences of tokens of which a program says what stands at every place."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from causattn.base import ConfigError, above_zero, choose, generator
from causattn.corpora.contract import CorpusSource
from causattn.corpora.corpus import Corpus, Mentions
from causattn.corpora.programs import PROGRAMS


@dataclass(frozen=True)
class ProgramSettings:
    """Which program, and on what sequences.

    Parameters
    ----------
    program
        Its name, such as reverse, sort, histogram, induction or dyck2; a wrong one lists all.
    documents
        How many sequences to draw.
    length
        Tokens of a sequence; null is the program's own.
    shortest
        Tokens of the shortest sequence, every length up to `length` equally often; null is
        `length`, so that all are of one length.
    """

    program: str = "reverse"
    documents: int = 200
    length: int | None = None
    shortest: int | None = None

    def __post_init__(self) -> None:
        above_zero(self, "corpus", "documents")
        own = choose(self.program, PROGRAMS, "corpus.program")
        longest = own.length if self.length is None else self.length
        shortest = longest if self.shortest is None else self.shortest
        if longest < 2:
            raise ConfigError(f"corpus.length={longest} must be at least 2; raise it.")
        if not 1 <= shortest <= longest:
            raise ConfigError(
                f"corpus.shortest={shortest} must lie between 1 and {longest}; change it."
            )


class ProgramCorpus(CorpusSource):
    """Sequences of tokens of which a program says what stands at every place."""

    name = "program"
    settings = ProgramSettings
    paper = "Weiss, Goldberg and Yahav (2021), Thinking like transformers"

    def load(self, settings: ProgramSettings, seed: int) -> Corpus:
        """Draw the sequences."""
        program = PROGRAMS[settings.program]
        longest = settings.length or program.length
        shortest = settings.shortest or longest
        rng = generator(seed, "corpora", "program")
        lengths = rng.integers(shortest, longest + 1, settings.documents)
        drawn = [program.sample(rng, int(length)) for length in lengths]
        codes = np.full((len(drawn), longest), np.nan)
        rows: list[tuple[int, int, int, int]] = []
        for document, sequence in enumerate(drawn):
            start = 0
            for place, token in enumerate(sequence):
                codes[document, place] = program.vocabulary.index(token)
                rows.append((document, place, start, start + len(token)))
                start += len(token) + 1
        names = tuple(f"place_{place}" for place in range(longest))
        return Corpus(
            name=f"program {settings.program}",
            texts=[" ".join(sequence) for sequence in drawn],
            variables=names,
            values=codes,
            categories=(program.vocabulary,) * longest,
            mentions=Mentions(*np.array(rows, dtype=np.int64).T),
            value_texts=(program.vocabulary,) * longest,
            metadata=pd.DataFrame(
                {"output": [" ".join(program.answer(sequence)) for sequence in drawn]}
            ),
            about={"kind": self.name, **asdict(settings), "length": longest},
        )


CORPUS = ProgramCorpus()
