"""The lines that say what the verdicts come to."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from causattn.effects import EvidenceTable
from causattn.graphs import CausalGraph, Mark
from causattn.report.words.evidence import edge_rows, effect_on
from causattn.report.words.verdicts import verdict_lines


def row(source: str, target: str, **more) -> dict:
    return {
        "source": source,
        "target": target,
        "discovery_edge": "-->",
        "discovery_directed": True,
        "verdict": "drawn",
        "data_rows": "seen",
        **more,
    }


HELD = {
    "data_rows": "unseen",
    "data_low": 0.1,
    "data_high": 0.3,
    "data_joint_low": 0.05,
    "data_joint_high": 0.35,
}


def lines(*rows: dict) -> list[str]:
    run = SimpleNamespace(
        evidence=EvidenceTable.from_rows(rows).frame, summary={"features": {"rows": 2000}}
    )
    return list(verdict_lines(run))


def test_documents_model_and_split_have_a_line_each() -> None:
    said = lines(
        row("a", "b", verdict="robust", model_verdict="used", **HELD),
        row("b", "c", verdict="consistent", model_verdict="unused", **HELD),
        row("a", "c"),
        *(
            row(x, y, verdict="open", discovery_edge="---", discovery_directed=False)
            for x, y in ("de", "ed")
        ),
        row("c", "a", verdict="absent", discovery_edge=None, discovery_directed=False),
        # The other direction of an arrow, against a known order.
        row("b", "a", verdict="refuted", discovery_edge="<--", discovery_directed=False),
    )
    assert said[0] == (
        "About the documents: 1 arrow robust, 1 consistent, 1 drawn, 1 pair without a direction"
    )
    assert said[1] == "About the model: 1 used, 1 unused (ordered pairs, read at its output)"
    assert "2 of 3 arrows" in said[2]
    assert "half of 2000" in said[2].replace("\u202f", "")
    assert "do not draw the other;" in said[2]
    assert "1.5 times as wide" in said[2]


def test_a_hidden_common_cause_is_an_answer() -> None:
    def pair(x: str, y: str, edge: str, back: str, verdicts: tuple[str, str]) -> list[dict]:
        free = {"discovery_directed": False}
        return [
            row(x, y, discovery_edge=edge, verdict=verdicts[0], **free),
            row(y, x, discovery_edge=back, verdict=verdicts[1], **free),
        ]

    rows = [
        row("a", "b"),
        *pair("b", "c", "<->", "<->", ("absent", "absent")),
        *pair("c", "d", "o->", "<-o", ("open", "absent")),
        *pair("d", "e", "o-o", "o-o", ("open", "open")),
        *pair("e", "f", "---", "---", ("open", "open")),
    ]
    assert lines(*rows)[0] == (
        "About the documents: 1 arrow drawn, 1 pair joined by a hidden common cause, 2 pairs that "
        "may be confounded, 1 pair without a direction"
    )
    names = tuple("abcdef")
    marks = np.zeros((6, 6), dtype=np.int8)
    for x, y, near, far in (
        ("a", "b", Mark.TAIL, Mark.ARROW),
        ("b", "c", Mark.ARROW, Mark.ARROW),
        ("c", "d", Mark.CIRCLE, Mark.ARROW),
    ):
        marks[names.index(y), names.index(x)] = near
        marks[names.index(x), names.index(y)] = far
    run = SimpleNamespace(
        evidence=EvidenceTable.from_rows(rows).frame,
        truth=None,
        graph=CausalGraph(names, marks, kind="pag"),
    )
    assert [(each.source, each.target, each.verdict) for each in edge_rows(run)] == [
        ("a", "b", "drawn"),
        ("b", "c", "confounded"),
        ("c", "d", "may be confounded"),
    ]


def test_a_conditional_is_no_intervention() -> None:
    said = lines(row("a", "b", conditional_estimate=0.4))
    assert said[1].startswith("About the model: nothing;")
    assert "none can be more than drawn" in said[2]


def test_older_runs_have_none_of_it() -> None:
    assert list(verdict_lines(SimpleNamespace(evidence=pd.DataFrame({"source": ["a"]})))) == []


def test_an_effect_names_its_outcome_and_its_levels() -> None:
    row = {"data_outcome": "P(stars = 5)", "data_from": "bad", "data_to": "good"}
    assert effect_on(row, "data") == "P(stars = 5), bad to good"
    assert effect_on({"data_outcome": "stars"}, "data") == "mean stars (in its units)"
    assert effect_on(row | {"model_outcome": "stars"}, "model") == "mean stars (in its units)"
    assert effect_on({"data_outcome": float("nan")}, "data") == ""
