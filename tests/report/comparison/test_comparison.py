import json
import re
import shutil
import subprocess
from pathlib import Path

import matplotlib.image
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from causattn.base import ArtefactError
from causattn.report import comparison_headlines, write_comparison
from causattn.report.comparison.numbers import short
from causattn.report.comparison.profile_figure import profile_figure
from causattn.report.comparison.rank_figure import rank_figure
from causattn.report.comparison.style import Style, styles
from causattn.report.comparison.tables import Cell, TableRows, latex
from causattn.results import compare_runs, rank
from tests.results import comparing

PLACE = {"pc": 1, "ges": 0, "boss": 0, "empty": 5}


def result(kind: str, network: str, size: int, seed: int) -> dict:
    if kind == "boss" and network == "alarm":
        return {"reason": "boss was ended after 60 s (timeout_s); give it | more <time>."}
    shd = PLACE[kind] + (10 if network == "alarm" else 0) + seed * (kind != "empty")
    return {
        "graph.shd": float(shd),
        "graph.adjacency_f1": 1 / (1 + shd),
        "search.seconds": 0.01 * (1 + PLACE[kind]) * size / 500,
        "graph.algorithm": f"{kind} (alpha_1)",
        "features.sortability.r2_sortability": 0.625,
    }


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    path = comparing.table(tmp_path_factory.mktemp("runs") / "runs.parquet", result, PLACE)
    return compare_runs(path)


@pytest.fixture(scope="module")
def place(comparison, tmp_path_factory):
    folder = tmp_path_factory.mktemp("comparison")
    write_comparison(comparison, folder, command="causattn compare sweep")
    return folder


def test_every_file_is_there_and_in_the_manifest(place: Path) -> None:
    there = {path.name for path in place.iterdir()}
    for slug in ("shd", "adjacency_f1"):
        for stem in ("means", "ranks", "differences", "front"):
            assert {f"{stem}_{slug}.png", f"{stem}_{slug}.svg"} <= there
        assert {f"means_{slug}.csv", f"means_{slug}.tex", f"differences_{slug}.csv"} <= there
    assert {"README.md", "jobs.csv", "runtime.png", "failures.tex", "data_sets.csv"} <= there
    files = json.loads((place / "manifest.json").read_text())["files"]
    assert set(files) == there - {"manifest.json"}


def test_the_same_runs_give_the_same_bytes(comparison, place: Path, tmp_path: Path) -> None:
    write_comparison(comparison, tmp_path, command="causattn compare sweep")
    for path in place.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


def test_files_of_an_earlier_comparison_go_and_others_stay(comparison, tmp_path: Path) -> None:
    write_comparison(comparison, tmp_path)
    (tmp_path / "mine.csv").write_text("mine")
    only = compare_runs_of(comparison, tmp_path)
    write_comparison(only, tmp_path)
    there = {path.name for path in tmp_path.iterdir()}
    assert "mine.csv" in there
    assert "means_adjacency_f1.csv" not in there
    assert "means_shd.csv" in there


def compare_runs_of(comparison, place: Path):
    path = place.parent / "again.csv"
    comparison.jobs.to_csv(path, index=False)
    return compare_runs(path, metrics=["shd"])


def test_a_comparison_can_be_made_again_from_its_own_table(comparison, tmp_path: Path) -> None:
    again = compare_runs_of(comparison, tmp_path)
    pd.testing.assert_frame_equal(
        again.metrics["graph.shd"].means, comparison.metrics["graph.shd"].means
    )


def test_the_page_says_who_made_it_and_who_wins(place: Path) -> None:
    page = (place / "README.md").read_text()
    assert page.startswith("# 4 contestants on 4 data sets, 48 jobs\n")
    assert "causattn compare sweep" in page
    assert re.search(r"SHA-256 `[0-9a-f]{64}`", page)
    assert "(0, 1 and 2)" in page
    assert "causattn 0.1.0" in page
    assert "**SHD**: ges ranks first" in page
    assert "empty (baseline)" in page
    assert "timed out" in page
    assert "r2 sortability" in page
    assert "nan" not in page.lower().replace("finance", "")
    assert str(place) not in page
    for target in re.findall(r"\]\(([\w.]+)\)", page):
        assert (place / target).is_file(), target


def test_the_best_of_a_row_is_bold_and_the_late_are_named(place: Path) -> None:
    lines = (place / "README.md").read_text().splitlines()
    header = next(line for line in lines if line.startswith("| data set | pc |"))
    assert header == "| data set | pc | boss | ges | empty |"
    rows = [line for line in lines if line.startswith("| alarm, n = 500 |")]
    cells = [cell.strip() for cell in rows[1].split("|")[1:-1]]
    assert cells[3].startswith("**11.0 \\[")
    assert cells[2] == "timed out"
    assert cells[4] == "15.0"


def test_the_leaderboard_is_of_contestants(comparison, place: Path) -> None:
    board = comparison.metrics["graph.shd"].leaderboard.set_index("contestant")
    assert list(board.index) == ["ges", "pc", "boss", "empty"]
    assert board.loc["ges", ["mean", "rank", "wins", "draws"]].tolist() == [6.0, 1.25, 12, 12]
    assert board.loc["boss", "values"] == 6
    assert np.isnan(board.loc["boss", ["mean", "seconds"]].astype(float)).all()
    assert board["wins"].drop("ges").tolist() == [0, 6, 0]  # a tie is a win of each
    assert board.loc["pc", "seconds"] > board.loc["ges", "seconds"] > 0
    lines = (place / "README.md").read_text().splitlines()
    start = lines.index("| contestant | SHD | mean rank | wins | seconds | draws |")
    assert lines[start + 2].startswith("| ges | **6.00 \\[")
    assert lines[start + 4].endswith("| 6 | – | 6 of 12 |")


def test_no_label_of_mean_ranks_is_cut() -> None:
    long = "a_very_long_name_of_a_contestant_with_all_its_settings"
    names = (long, "pc", long + "_2")
    ranks = rank(np.array([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]]), names, ("a", "b"))
    looks = {name: Style(name, "#000", "o", (), False) for name in names}
    figure = rank_figure(ranks, looks, "Mean ranks by something with a long name " * 3)
    renderer = FigureCanvasAgg(figure).get_renderer()
    width, height = figure.bbox.width, figure.bbox.height
    texts = [*figure.texts, *figure.axes[0].texts]
    assert len(texts) == 3 + 3 + 2  # names, whole ranks, the critical difference and the title
    for text in texts:
        box = text.get_window_extent(renderer)
        assert 0 <= box.x0 < box.x1 <= width, text
        assert 0 <= box.y0 < box.y1 <= height, text


def test_data_sets_without_an_order_are_not_joined(comparison, tmp_path: Path) -> None:
    def strokes(shown) -> set[str]:
        found = shown.metrics["graph.shd"]
        axes = profile_figure(shown, found, styles(shown)).axes
        return {line.get_linestyle() for each in axes for line in each.lines}

    assert "None" not in strokes(comparison)
    path = comparing.table(tmp_path / "runs.parquet", result, ("pc", "ges"), sizes=(500,))
    assert strokes(compare_runs(path)) == {"None"}


def test_hostile_reasons_are_text(place: Path) -> None:
    page = (place / "README.md").read_text()
    assert "give it \\| more &lt;time>" in page
    assert r"more $<$time$>$" in (place / "failures.tex").read_text()


def test_headlines(comparison) -> None:
    first, _ = comparison_headlines(comparison)
    assert first.startswith("**SHD**: ges ranks first (mean rank 1.25 over 2 networks, 4 data sets")
    assert first.endswith(".")


def test_figures_are_pictures_without_a_date(place: Path) -> None:
    for path in place.glob("*.png"):
        picture = matplotlib.image.imread(path)
        assert min(picture.shape[:2]) > 150
        assert np.ptp(picture[..., :3]) > 0.5
    for path in place.glob("*.svg"):
        text = path.read_text()
        assert "<dc:date>" not in text
        assert "mathdefault" not in text


def test_a_comparison_of_one_data_set(tmp_path: Path) -> None:
    path = comparing.table(
        tmp_path / "runs.parquet", result, ("pc", "ges"), ("asia",), (500,), seeds=(0,)
    )
    page = write_comparison(compare_runs(path), tmp_path / "out").read_text()
    assert "Ranks take 3 contestants or more" in page
    assert "one seed a data set" in page.lower()
    assert not (tmp_path / "out" / "ranks_shd.png").exists()
    assert not (tmp_path / "out" / "runtime.png").exists()


def test_paths_are_drawn(tmp_path: Path) -> None:
    path = comparing.table(tmp_path / "runs.parquet", result, ("pc",), seeds=(0, 1))
    frames = [
        pd.read_parquet(path).assign(
            **{
                "config.discovery.alpha": alpha,
                "graph.edges": edges,
                "graph.shd": edges,
            }
        )
        for alpha, edges in ((0.001, 5), (0.05, 8), (0.2, 12))
    ]
    pd.concat(frames, ignore_index=True).to_parquet(path)
    comparison = compare_runs(path)
    write_comparison(comparison, tmp_path / "out")
    assert (tmp_path / "out" / "paths.png").is_file()
    assert "paths.csv" in {p.name for p in (tmp_path / "out").iterdir()}


def test_a_folder_that_cannot_be_written(comparison, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ArtefactError, match="cannot be written into"):
        write_comparison(comparison, tmp_path / "file" / "out")


def test_latex_has_every_special_character_escaped() -> None:
    assert latex("a_b & 50% #1 {x} ~ ^ \\ $") == (
        r"a\_b \& 50\% \#1 \{x\} \textasciitilde{} \textasciicircum{} \textbackslash{} \$"
    )


def test_a_latex_table_has_booktabs_rules() -> None:
    table = TableRows(
        "a_b", "All.", ["x", "y"], [[Cell("p"), Cell("1", True)], [Cell("q")] * 2], [1]
    )
    text = table.latex()
    for rule in ("toprule", "bottomrule"):
        assert text.count(f"\\{rule}") == 1
    assert text.count("\\midrule") == 2
    assert r"p & \textbf{1} \\" in text
    assert r"\label{tab:a-b}" in text


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_latex_compiles(place: Path, tmp_path: Path) -> None:
    inputs = "\n".join(f"\\input{{{path}}}" for path in sorted(place.glob("*.tex")))
    document = "\\documentclass{article}\\usepackage{booktabs}\\begin{document}"
    (tmp_path / "a.tex").write_text(f"{document}{inputs}\\end{{document}}")
    command = ["pdflatex", "-halt-on-error", "a.tex"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-1.5, "−1.50"),
        (0.12345, "0.123"),
        (12.34, "12.3"),
        (123.4, "123"),
        (1e-5, "0.000"),
        (float("nan"), "–"),
    ],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert short(value) == text
