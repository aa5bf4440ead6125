"""A page as a picture is the whole page, or says where it ends."""

import base64
import io
import shutil
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from causattn.report.page.photograph import PROGRAMS, photograph


def page(height: int) -> str:
    """A page with a black line at its foot, which says how tall it is as ours do."""
    foot = f"position:absolute;top:{height - 40}px;left:9px;width:600px;height:9px;background:#000"
    return (
        f'<!doctype html><html data-height="{height}"><body style="margin:0;height:{height}px">'
        f'<p>begins</p><div style="{foot}"></div></body></html>'
    )


@pytest.mark.skipif(not any(map(shutil.which, PROGRAMS)), reason="there is no browser")
def test_it_is_the_whole_page_or_says_where_it_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Image.open(photograph(page(1500), tmp_path / "whole.png")) as picture:
        assert 1465 < picture.height <= 1500
        foot = np.asarray(picture.convert("L"))[1461:1468, 20:500]
        assert foot.max() < 40
    assert capsys.readouterr().err == ""
    svg = ElementTree.parse(photograph(page(300), tmp_path / "page.svg")).getroot()
    (image,) = svg
    kept = base64.b64decode(image.attrib["href"].partition(",")[2])
    with Image.open(io.BytesIO(kept)) as picture:
        assert picture.height == 2 * float(svg.attrib["height"])
        assert 265 < float(svg.attrib["height"]) <= 300
    monkeypatch.setattr("causattn.report.page.photograph._TALLEST", 1000)
    with Image.open(photograph(page(1500), tmp_path / "cut.png")) as picture:
        assert picture.height <= 1000
    assert "ends after 1,000 of the page's 1,500 pixels" in capsys.readouterr().err
