"""Head, model and neuron view, heat maps and statistics, in a real browser."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from transformers import DebertaV2Config, DebertaV2Model

from causattn.attention import document_attention
from causattn.report import ShownRun, show_document, write_report
from causattn.report.record import recorded

VIEW = "#attention .choice button"
# How many points of a canvas are drawn on; read from a copy, as reading slows the canvas itself.
INK = (
    "(() => {{ const c = document.querySelector({0!r});"
    "const p = new OffscreenCanvas(c.width, c.height)"
    ".getContext('2d', {{willReadFrequently: true}}); p.drawImage(c, 0, 0);"
    "const d = p.getImageData(0, 0, c.width, c.height).data; let n = 0;"
    "for (let k = 3; k < d.length; k += 4) if (d[k] > 0) n++; return n }})()"
)


@pytest.fixture
def run(recorded_run: Callable[..., ShownRun]) -> ShownRun:
    return recorded_run(documents=2, sample=12)


@pytest.fixture
def page(run: ShownRun) -> Path:
    return write_report(run)


def show(browser, subject: str, view: str) -> None:
    browser.click_text(VIEW, subject)
    browser.click_text(VIEW, view)
    browser.until(f"document.querySelector('.attention-view').dataset.view === {view.lower()!r}")
    browser.until("document.querySelector('.attention-view').childElementCount > 0")


def test_a_model_of_one_head_shows_the_corpus_too(look, causal_run) -> None:
    browser = look(write_report(causal_run(documents=1, continuation=0, heads=1)))
    show(browser, "Corpus", "Matrix")
    said = browser.run("document.querySelector('#attention .hint').innerText")
    assert "read where the feature that attends is predicted" in said
    assert browser.run(INK.format(".attention-view canvas")) > 200
    show(browser, "Document 0", "Matrix")
    said = browser.run("document.querySelector('#attention .hint').innerText")
    assert "1 layer;" in said
    assert "one position before it" in said


@pytest.mark.parametrize("subject", ["Corpus", "Document 0"])
@pytest.mark.parametrize("view", ["Heads", "Model", "Matrix"])
def test_each_view_draws_something(look, page: Path, subject: str, view: str) -> None:
    browser = look(page)
    show(browser, subject, view)
    assert browser.run(INK.format(".attention-view canvas")) > 200


def test_heads_are_toggled_and_hovering_isolates(look, page: Path, run: ShownRun) -> None:
    browser = look(page)
    show(browser, "Document 0", "Heads")
    kept = recorded(run)
    assert kept is not None
    document = kept.documents[0]
    tokens = browser.run(
        "[...document.querySelectorAll('.tokens.query .token')].map(t => t.textContent)"
    )
    assert tokens == document.words["attending"]
    # One head to begin with, the sharpest of its layer.
    pressed = "[...document.querySelectorAll('.chip')].map(c => c.getAttribute('aria-pressed'))"
    first = int(document.arrays["statistics.entropy"][0].argmin())
    assert browser.run(pressed) == ["true" if head == first else "false" for head in range(2)]
    browser.click_text(".attention-view button", "all / none")
    whole = browser.run(INK.format("canvas.lines"))
    x, y = browser.middle(".tokens.query .token", 2)
    browser.mouse("mouseMoved", x, y)
    assert 0 < browser.run(INK.format("canvas.lines")) < whole
    said = browser.run("document.querySelector('.attention-view [role=status]').innerText")
    mean = document.arrays["weights"][0].mean(0)[2]
    found = re.match(rf"{tokens[2]} attends to (\S+) ([\d.]+), ", said)
    assert found is not None
    # The page's maps are coarse: of two weights that are nearly the same either may come first.
    assert mean[document.words["tokens"].index(found[1])] > mean.max() - 0.01
    assert float(found[2]) == pytest.approx(mean.max(), abs=0.01)
    assert "mean of 2 heads" in said
    browser.mouse("mouseMoved", 5, 5)
    browser.click(".chip", 0)
    assert browser.run("document.querySelectorAll('.chip[aria-pressed=true]').length") == 1


def test_the_model_view_opens_a_head(look, page: Path) -> None:
    browser = look(page)
    show(browser, "Document 1", "Model")
    assert browser.run("document.querySelectorAll('.thumb').length") == 4
    browser.click(".thumb", 3)
    browser.until("document.querySelector('.attention-view').dataset.view === 'heads'")
    pressed = "[...document.querySelectorAll('.chip')].map(c => c.getAttribute('aria-pressed'))"
    assert browser.run(pressed) == ["false", "true"]
    assert browser.run("document.querySelector('.attention-view select').value") == "1"


def test_the_neuron_view_multiplies(look, page: Path) -> None:
    browser = look(page)
    show(browser, "Document 0", "Neurons")
    assert browser.run(INK.format(".neuron-view canvas")) > 200
    before = browser.run("document.querySelector('.neuron-view canvas').toDataURL()")
    browser.run(
        "(() => { const s = document.querySelectorAll('.attention-view select')[1];"
        "s.value = '4'; s.dispatchEvent(new Event('change')) })()"
    )
    assert browser.run("document.querySelector('.neuron-view canvas').toDataURL()") != before


def test_the_neuron_view_shows_what_is_added_to_the_products(
    look, run: ShownRun, tmp_path: Path
) -> None:
    model = run.material.model  # type: ignore[attr-defined]
    small = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = DebertaV2Config(
        vocab_size=len(model.tokenizer), relative_attention=True, pos_att_type=["c2p"], **small
    )
    relative = replace(model, network=DebertaV2Model(config).eval(), task="encoder")
    text = run.material.corpus.texts[0]  # type: ignore[attr-defined]
    with_positions = document_attention(relative, text, vectors=True)
    columns = "[...document.querySelectorAll('.neuron-labels span')].map(s => s.textContent)"
    for document, added in (
        (with_positions, True),
        (document_attention(model, text, vectors=True), False),
    ):
        page = show_document(document, "neurons").write(tmp_path / "view.html")
        browser = look(page)
        browser.until("document.querySelector('.neuron-view canvas')")
        assert ("added" in browser.run(columns)) == added


def test_rollout_and_flow_stand_beside_the_raw_map(look, page: Path) -> None:
    browser = look(page)
    show(browser, "Document 0", "Matrix")
    titles = browser.run("[...document.querySelectorAll('.matrix h4')].map(h => h.textContent)")
    assert [title.split(",")[0] for title in titles] == ["Attention", "Rollout", "Flow"]
    x, y = browser.middle(".matrix canvas")
    browser.mouse("mouseMoved", x, y)
    assert "→" in browser.run("document.querySelector('.readout').textContent")
    assert re.match(r"0 .*\d", browser.run("document.querySelector('.colours').textContent"))
    wide = "document.querySelector('.matrix canvas').width"
    whole = browser.run(wide)
    browser.run(
        "(() => { const made = document.querySelector('.attention-view [type=range]');"
        "made.value = 2; made.dispatchEvent(new Event('input')) })()"
    )
    assert browser.run(wide) > 1.5 * whole


def test_statistics_are_the_numbers_that_were_computed(look, page: Path, run: ShownRun) -> None:
    browser = look(page)
    kept = recorded(run)
    assert kept is not None
    for subject, arrays in (("Corpus", kept.corpus), ("Document 0", kept.documents[0].arrays)):
        show(browser, subject, "Statistics")
        cells = browser.run(
            "[...document.querySelector('.statistics table').querySelectorAll('td')]"
            ".map(c => Number(c.textContent))"
        )
        np.testing.assert_allclose(cells, arrays["statistics.entropy"].ravel(), atol=0.006)


def test_arrow_keys_go_from_view_to_view(look, page: Path) -> None:
    browser = look(page)
    show(browser, "Document 0", "Heads")
    browser.run(
        "document.querySelectorAll('#attention .choice')[1].querySelector('button').focus()"
    )
    browser.key("ArrowRight")
    browser.until("document.querySelector('.attention-view').dataset.view === 'model'")
    # The bar of buttons was drawn again: the keyboard stays where it was.
    assert browser.run("document.activeElement.dataset.value") == "model"
