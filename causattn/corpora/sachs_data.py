"""Corpora of kind ``sachs_data``: protein signalling as measured, with its consensus network.

Sachs, Perez, Pe'er, Lauffenburger and Nolan (2005), "Causal protein-signaling networks derived
from multiparameter single-cell data", Science 308. These are the 902 observational cells,
logarithms, standardised, and the consensus network of 17 edges, as benchpress ships them; they are
no part of this project. ``corpus=sachs`` draws from a network that was fitted to such cells.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated

from causattn.base import Bounds, DataError, configured, file_sha256
from causattn.corpora.contract import CorpusSource
from causattn.corpora.corpus import Corpus

CELLS, TRUTH = "cd3cd28icam2_log_std.csv", "consensus_17_edges.csv"
SOURCE = "felixleopoldo/benchpress, resources"
SHA256 = {
    CELLS: "ba6b79285f22a97f90245d2352c79ce6d7b05083742061665e587d9ca97b5c0a",
    TRUTH: "ed9b5d5fb2b7310620d5d24dbc7dbe33ff1ffa52cf36a0808ef29a18cf53785c",
}


@dataclass(frozen=True)
class SachsDataSettings:
    """Where the cells and the consensus network are.

    felixleopoldo/benchpress, resources. Goes with experiment=discovery, which asks for no model.

    Parameters
    ----------
    folder
        Holds cd3cd28icam2_log_std.csv and consensus_17_edges.csv, as published.
    documents
        Most cells to take, drawn with the run's seed; None for all 902.
    """

    folder: str = configured("${paths.data}/sachs", default="data/sachs")
    documents: Annotated[int, Bounds(least=2)] | None = None


class SachsData(CorpusSource):
    """Measured protein signalling of 902 cells, with the consensus network; no text is needed."""

    name = "sachs_data"
    settings = SachsDataSettings
    paper = "Sachs et al. (2005), Causal protein-signaling networks derived from single-cell data"

    def check(self, settings: SachsDataSettings) -> None:
        """Raise where a file is missing or another one."""
        for path in self.files(settings):
            if not path.is_file():
                raise DataError(
                    f"There is no {path}; put {path.name} of {SOURCE} there, or set paths.data, "
                    "CAUSATTN_DATA or corpus.folder."
                )
            if (found := file_sha256(path)) != SHA256[path.name]:
                raise DataError(
                    f"{path} has checksum {found[:12]}..., not {SHA256[path.name][:12]}...; take "
                    f"{path.name} of {SOURCE}."
                )

    def files(self, settings: SachsDataSettings) -> list[Path]:
        """Return the cells and the network."""
        return [Path(settings.folder).expanduser() / name for name in (CELLS, TRUTH)]

    def load(self, settings: SachsDataSettings, seed: int) -> Corpus:
        """Read the cells.

        Raises
        ------
        DataError
            Where a file is missing or another one.
        """
        # Not above: a study of other documents reads no table.
        from causattn.corpora.table import OwnTable, TableSettings

        self.check(settings)
        cells, truth = map(str, self.files(settings))
        corpus = OwnTable().load(TableSettings(cells, truth, settings.documents), seed)
        about = {"kind": self.name, "source": SOURCE, **asdict(settings)}
        return replace(corpus, name="sachs_data", about=about)


CORPUS = SachsData()
