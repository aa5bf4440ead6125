import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from causattn.report import draw_figures
from causattn.report.figures.circuit import circuit_figure
from causattn.report.figures.effects import effect_figure
from causattn.results import Run

HOSTILE = (
    "<script>alert(1)</script>",
    "$\\frac{1}{0}$",
    "${HOME}",
    "a & b \"c\" 'd'",
    "\x1b[31mred\x00",
    "名前",
    "\u202eesrever",
    "%s{0}\\n",
)


@pytest.mark.parametrize("use_dot", [True, False])
def test_all_figures_are_drawn(made_run: Callable[..., Run], use_dot: bool) -> None:
    run = made_run()
    drawn = draw_figures(run, use_dot=use_dot)
    assert list(drawn) == ["graph", "attention", "candidates", "effects"]
    assert run.figures == {name: drawn[name] for name in sorted(drawn)}
    for path in drawn.values():
        with Image.open(path) as picture:
            assert min(picture.size) > 300
            assert np.asarray(picture.convert("L")).std() > 5
        assert path.with_suffix(".svg").read_text().startswith("<?xml")


def test_drawing_twice_gives_the_same_bytes(made_run: Callable[..., Run]) -> None:
    run = made_run()
    draw_figures(run)
    files = sorted((run.folder / "figures").iterdir())
    before = [path.read_bytes() for path in files]
    draw_figures(run)
    assert sorted((run.folder / "figures").iterdir()) == files
    assert [path.read_bytes() for path in files] == before


def test_without_a_truth(made_run: Callable[..., Run]) -> None:
    assert list(draw_figures(made_run(with_truth=False))) == ["graph", "attention", "effects"]


def test_without_edges_and_with_two_features(made_run: Callable[..., Run]) -> None:
    assert list(draw_figures(made_run(names=("a", "b"), edges=()))) == ["graph", "attention"]


def test_hostile_names_are_only_text(
    made_run: Callable[..., Run], capfd: pytest.CaptureFixture[str]
) -> None:
    run = made_run(names=HOSTILE)
    for path in draw_figures(run).values():
        svg = path.with_suffix(".svg").read_text()
        assert "<script" not in svg
        assert "\x1b" not in svg
        assert not re.search(r"(href|src)=\"(?!#|data:image/png;)", svg)


def test_characters_without_a_font_are_named(
    made_run: Callable[..., Run],
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("causattn.report.figures.fonts._installed", list)
    draw_figures(made_run(names=("食物", "服务", "a"), edges=((0, 1), (1, 2))))
    said = capfd.readouterr().err
    assert "No installed font has the characters 务 服 物 食" in said
    assert "fonts-noto-cjk" in said


def test_a_font_that_has_the_characters_is_found(capfd: pytest.CaptureFixture[str]) -> None:
    from matplotlib import font_manager

    from causattn.report.figures.fonts import font_families

    families = font_families(["食物"])
    if len(families) == 1:
        assert "No installed font" in capfd.readouterr().err
        pytest.skip("no font for Chinese is installed here")
    path = font_manager.findfont(families[1])
    assert ord("食") in font_manager.get_font(path).get_charmap()


def test_the_map_of_many_features_is_no_larger_than_that_of_few(
    made_run: Callable[..., Run],
) -> None:
    names = [f"feature {k}" for k in range(160)]
    run = made_run(names=names, edges=[(k, k + 1) for k in range(0, 158, 2)])
    drawn = draw_figures(run)
    for name, path in drawn.items():
        with Image.open(path) as image:
            assert max(image.size) <= 22.1 * 160, name


def test_the_curves_of_a_graph_of_heads_are_those_of_its_tables() -> None:
    curves = pd.DataFrame(
        {
            "screen": ["attribution", "attribution", "random", "random", "graph"],
            "paths": [1, 10, 1, 10, 5],
            "faithfulness": [0.1, 0.6, 0.0, 0.1, 0.5],
            "completeness": [0.2, 0.9, 0.0, 0.2, 0.8],
        }
    )
    paths = pd.DataFrame({"kept": [True, False, True], "lost": [0.1, np.nan, 0.4]})
    kept, without, least = circuit_figure(curves, paths).axes
    for axes, column in ((kept, "faithfulness"), (without, "completeness")):
        drawn = {line.get_label(): line.get_ydata() for line in axes.lines}
        assert list(drawn["attribution"]) == curves[column][:2].tolist()
        assert list(drawn["random"]) == curves[column][2:4].tolist()
        assert list(drawn["the graph"]) == [curves[column][4]]
    assert list(least.lines[0].get_ydata()) == [0.4, 0.1]


def test_effects_are_named_with_level_and_direction_whatever_the_script() -> None:
    row = {
        "source": "\u05d0",
        "target": "\u05d1",
        "discovery_directed": True,
        "data_outcome": "P(\u05d1 = \u597d)",
        "data_from": "no",
        "data_to": "yes",
        "data_estimate": 0.2,
        "data_low": 0.1,
        "data_high": 0.3,
    }
    figure = effect_figure(pd.DataFrame([row]))
    assert figure is not None
    (label,) = figure.axes[0].get_yticklabels()
    assert label.get_text() == (
        "\u2068\u05d0\u2069 \u2192 \u2068\u05d1\u2069\nP(\u2068\u05d1\u2069 = \u597d), no to yes"
    )
    long = effect_figure(pd.DataFrame([row | {"data_to": "y" * 22}]))
    assert long is not None
    assert long.get_figwidth() > figure.get_figwidth() + 1
