"""How attention was read, each as one line."""

from __future__ import annotations

from causattn.base import listed, visible
from causattn.results import Run

_WAYS = {
    "registered attention function": "a function registered in place of the model's own",
    "step by step": "following the decoder step by step",
    "hooks on eager modules": "hooks on the model's own attention modules",
    "output_attentions": "what the model returns (output_attentions)",
}


def attention_lines(run: Run) -> list[str]:
    """Return all lines on how attention was read; empty ones where there is nothing to say."""
    lines = (
        capture_line,
        query_line,
        reading_line,
        layers_line,
        measures_line,
        sink_line,
        share_line,
    )
    return [line(run) for line in lines]


def capture_line(run: Run) -> str:
    """Say how attention was captured, where, and of how many documents; empty where unknown."""
    about = run.summary.get("attention", {})
    way, device, documents = (about.get(name) for name in ("capture", "device", "documents"))
    if not isinstance(way, str) or not isinstance(device, str) or not isinstance(documents, int):
        return ""
    said = _WAYS.get(way, visible(way))
    return f"Attention read by {said} on {visible(device)}, {documents} documents"


def query_line(run: Run) -> str:
    """Say what else a model that reads from left to right could be asked; empty where it was."""
    about = run.summary.get("attention", {})
    if about.get("query") != "observed" or run.summary.get("model", {}).get("task") != "causal":
        return ""
    return (
        "Read as the documents stand: what a word's own position attends to, where this model, "
        "which reads from left to right, has the word before it; attention=next reads where it "
        "predicts the word"
    )


def reading_line(run: Run) -> str:
    """Warn where documents were cut at the model's length; empty where none was."""
    about = run.summary.get("attention", {})
    cut, documents = about.get("documents_truncated"), about.get("documents")
    if not isinstance(cut, int) or not cut:
        return ""
    lost = about.get("mentions_without_token")
    unread = f", and {lost} occurrences of features were not read" if lost else ""
    return (
        f"Cut: {cut} of {documents} documents are longer than the model takes and were read only "
        f"up to there{unread}; split them into shorter documents to read all"
    )


def sink_line(run: Run) -> str:
    """Say how much attention goes to sinks and whether it was taken out; empty where unknown."""
    about = run.summary.get("attention", {})
    share = about.get("sink_attention")
    if not isinstance(share, float):
        return ""
    done = "was taken out" if about.get("sinks") == "remove" else "was left (attention.sinks=keep)"
    return f"Sinks: {share:.0%} of attention goes to the first token and special ones, and {done}"


def share_line(run: Run) -> str:
    """Say what the model's own sinks take, which are no tokens; empty where it has none."""
    shares = run.summary.get("attention", {}).get("sink_shares")
    if not isinstance(shares, list) or not all(isinstance(share, float) for share in shares):
        return ""
    if not shares:
        return ""
    return (
        f"The model's own sinks, which are no tokens, take {min(shares):.0%} to {max(shares):.0%} "
        "of a layer's attention"
    )


def layers_line(run: Run) -> str:
    """Say which layers have no attention; empty where all have."""
    missing = run.summary.get("attention", {}).get("layers_without_attention")
    if not isinstance(missing, list) or not missing:
        return ""
    return f"Layers without attention: {listed(missing)}; rollout and flow go past them"


def measures_line(run: Run) -> str:
    """Say which measures were left out; empty where none was."""
    names = run.summary.get("attention", {}).get("measures_left_out")
    if not isinstance(names, list) or not names:
        return ""
    return (
        f"Left out: {listed(names)}, which follows the tokens of one stack, where this attention "
        "goes from decoder to encoder"
    )
