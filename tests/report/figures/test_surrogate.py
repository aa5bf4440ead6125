"""Surrogates drawn: every question, leaf and coefficient is there, in any script."""

import warnings

import numpy as np
import pytest

from causattn.attribution import fit_surrogate
from causattn.corpora import Mentions
from causattn.features import FeatureKind, FeatureTable
from causattn.report import surrogate_figure


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    return FeatureTable(
        names=("汤", "soup <b>", *(f"word{k}" for k in range(28))),
        kinds=(FeatureKind.SLOT,) * 30,
        values=rng.integers(0, 2, (400, 30)).astype(float),
        categories=(("难喝", "新鲜"), *((("no", "yes"),) * 29)),
        carriers=Mentions.empty(),
        documents=np.arange(400),
    )


@pytest.fixture(scope="module")
def outputs(table):
    first, second = table.values[:, 0], table.values[:, 1]
    return np.where(first != second, 2.0, -2.0) + first


def _texts(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_tree(table, outputs, tmp_path):
    tree = fit_surrogate("tree", table, outputs, output="log-odds of class 好", leaves=4)
    figure = surrogate_figure(tree)
    texts = _texts(figure)
    assert {"汤 = 新鲜?", "soup <b> = yes?"} <= set(texts)
    leaves = [text for text in texts if text.endswith("doc.")]
    assert sorted(text.split("\n")[0] for text in leaves) == ["+2.00", "+3.00", "-1.00", "-2.00"]
    assert sum(int(text.split("\n")[1].split()[0]) for text in leaves) == 280
    assert texts.count("yes") == texts.count("no") == 3
    assert "R² 1.00" in figure.axes[0].get_title()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        for ending in ("svg", "png"):
            figure.savefig(tmp_path / f"tree.{ending}")
            assert (tmp_path / f"tree.{ending}").stat().st_size > 2000


def test_the_side_where_it_is_so_stands_left(table, outputs):
    figure = surrogate_figure(fit_surrogate("tree", table, outputs, leaves=4))
    place = {text.get_text(): text.get_position() for text in figure.axes[0].texts}
    leaves = sorted(
        (text.get_position()[0], text.get_text().split("\n")[0])
        for text in figure.axes[0].texts
        if text.get_text().endswith("doc.")
    )
    root = max((y, name) for name, (_, y) in place.items())[1]
    # The output is 2 where one of both holds, -2 elsewhere, and 1 more where the first does.
    expected = {
        "汤 = 新鲜?": ["-1.00", "+3.00", "+2.00", "-2.00"],
        "soup <b> = yes?": ["-1.00", "+2.00", "+3.00", "-2.00"],
    }
    assert [value for _, value in leaves] == expected[root]


def test_linear(table, outputs):
    figure = surrogate_figure(fit_surrogate("linear", table, outputs))
    axes = figure.axes[0]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert len(labels) == 25
    widths = [abs(bar.get_width()) for bar in axes.patches]
    assert widths == sorted(widths)
    assert labels[-1] == "汤 = 新鲜"
    assert "5 smaller coefficients not drawn" in figure.get_supxlabel()
