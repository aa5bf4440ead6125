import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from causattn.base import ArtefactError, read_json
from causattn.candidates import CandidateEdges
from causattn.effects import EvidenceTable
from causattn.graphs import CausalGraph
from causattn.results import Run, Status, load_run, matrix, run_in_folder, write_results

NAMES = ("a", "b", "<c>")


def graph(*edges: tuple[int, int]) -> CausalGraph:
    adjacency = np.zeros((3, 3))
    for i, j in edges:
        adjacency[i, j] = 1
    return CausalGraph.from_adjacency(adjacency, NAMES, direction="from row to column")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    score = np.array([[0, 1, 2], [3, 0, 4], [5, 6, 0]], dtype=float)
    edges = CandidateEdges(NAMES, score, score * np.nan, score > 2, "test")
    evidence = pd.DataFrame({"source": ["a"], "target": ["b"], "verdict": ["supported"]})
    summary = {"graph": {"shd": np.int64(1), "score": math.nan}, "list": (1, np.float64(2.5))}

    def work(folder: Path) -> None:
        write_results(
            folder,
            summary=summary,
            graph=graph((0, 1)),
            candidates=edges.frame(),
            evidence=evidence,
            truth=graph((0, 1), (1, 2)),
            screens={"mutual information": score + score.T},
        )

    run_in_folder(tmp_path / "run", {"seed": 0, "corpus": {"path": "評論.csv"}}, work)
    return load_run(tmp_path / "run")


def test_everything_is_read_back(run: Run) -> None:
    assert run.status is Status.FINISHED
    assert run.config == {"seed": 0, "corpus": {"path": "評論.csv"}}
    assert run.summary == {"graph": {"shd": 1, "score": None}, "list": [1, 2.5]}
    assert [tuple(edge) for edge in run.graph.edges()] == [("a", "b", "-->")]
    assert run.truth is not None
    assert run.truth.edge_count == 2
    assert run.evidence["verdict"].tolist() == ["supported"]
    assert len(run.candidates) == 6
    assert run.figures == {}


def test_columns_of_older_runs_have_todays_names(tmp_path: Path) -> None:
    older = {"source": ["a"], "target": ["b"], "attention_score": [0.5], "attention_p": [0.1]}
    kept = write_results(
        tmp_path,
        summary={},
        graph=graph((0, 1)),
        candidates=None,
        evidence=pd.DataFrame(older),
    )
    assert list(kept.evidence.columns) == ["source", "target", "candidate_score", "candidate_p"]


def test_an_evidence_table_keeps_its_schema(tmp_path: Path) -> None:
    evidence = EvidenceTable.from_rows([{"source": "a", "target": "b"}], {"seed": 3})
    score = np.ones((3, 3))
    edges = CandidateEdges(NAMES, score, score * np.nan, score > 2, "test")
    kept = write_results(
        tmp_path, summary={}, graph=graph((0, 1)), candidates=edges.frame(), evidence=evidence
    )
    assert EvidenceTable.read(tmp_path / "evidence.parquet").about == {"seed": 3}
    assert list(kept.evidence.columns) == list(evidence.frame.columns)


def test_screens_are_matrices_in_the_order_of_names(run: Run) -> None:
    assert list(run.screens) == ["mutual information"]
    assert run.screens["mutual information"].tolist() == [[0, 4, 7], [4, 0, 10], [7, 10, 0]]


def test_matrix_goes_from_row_to_column(run: Run) -> None:
    assert matrix(run.candidates, "score").tolist() == [[0, 1, 2], [3, 0, 4], [5, 6, 0]]


def test_repr_says_what_counts(run: Run) -> None:
    assert "3 features, 1 edges" in repr(run)
    assert "SHD 1" in repr(run)


def test_an_unfinished_run_says_so(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run_in_folder(tmp_path / "run", {"seed": 0}, _interrupt)
    run = load_run(tmp_path / "run")
    assert "unfinished" in repr(run)
    with pytest.raises(ArtefactError, match="the run is unfinished"):
        _ = run.graph


def test_a_folder_without_a_run(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="holds no run"):
        load_run(tmp_path)


def test_a_damaged_table_is_a_sentence(run: Run) -> None:
    (run.folder / "evidence.parquet").write_bytes(b"PAR1")
    with pytest.raises(ArtefactError, match="no readable Parquet"):
        _ = load_run(run.folder).evidence


def test_summary_is_plain_json(run: Run) -> None:
    assert read_json(run.folder / "summary.json")["graph"]["score"] is None


def test_what_differs_from_time_to_time_has_its_own_file(tmp_path: Path) -> None:
    folders = []
    for seconds in (1.0, 2.0):
        folder = tmp_path / str(seconds)
        folder.mkdir()
        details = {"seconds": seconds, "engine": "causattn"}
        graph = CausalGraph.from_adjacency(
            np.array([[0, 1], [0, 0]]), ("a", "b"), direction="from row to column"
        )
        frame = pd.DataFrame({"source": ["a", "b"], "target": ["b", "a"], "score": [1.0, 0.0]})
        write_results(
            folder,
            summary={
                "graph": {"shd": 1, "details": details},
                "timing": {"corpus_s": seconds},
                "reused": ["corpus"] if seconds == 2 else [],
            },
            graph=replace(graph, details=details),
            candidates=frame,
            evidence=frame,
        )
        folders.append(folder)
    first, second = ({path.name: path.read_bytes() for path in f.iterdir()} for f in folders)
    assert first.pop("timing.json") != second.pop("timing.json")
    assert first == second
    assert set(first) == {"graph.json", "candidates.parquet", "evidence.parquet", "summary.json"}
    summary = Run(folders[1]).summary
    assert summary["timing"] == {"corpus_s": 2.0}
    assert summary["reused"] == ["corpus"]
    assert summary["search"] == {"seconds": 2.0}
    assert summary["graph"]["details"] == Run(folders[1]).graph.details == {"engine": "causattn"}


def _interrupt(folder: Path) -> None:
    raise KeyboardInterrupt
