import re
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from causattn.report import draw_figures
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
