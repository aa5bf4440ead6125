"""Report: a run as figures, as one offline page, and as a table in the terminal."""

from typing import TYPE_CHECKING

from causattn.base import on_demand

if TYPE_CHECKING:
    from causattn.report.comparison import headlines as comparison_headlines
    from causattn.report.comparison import write_comparison
    from causattn.report.figures.fonts import font_families
    from causattn.report.figures.run_figures import draw_figures
    from causattn.report.figures.surrogate import surrogate_figure
    from causattn.report.look.gather import DEFAULT_EXPLAINERS, LookChoices, look_at
    from causattn.report.look.page import PARTS, look_page
    from causattn.report.look.questions import Swap
    from causattn.report.page.presented import present_run
    from causattn.report.page.rendering import write_page
    from causattn.report.page.run_page import write_report
    from causattn.report.page.shown_run import ShownRun, show_run
    from causattn.report.page.sweep_page import write_sweep_report
    from causattn.report.page.two_runs import write_run_comparison
    from causattn.report.page.views import View, show_counterfactual, show_document, show_graph
    from causattn.report.record.attention import Material, record_attention
    from causattn.report.record.settings import page_settings
    from causattn.report.words.latex import evidence_latex
    from causattn.report.words.terminal import print_run

__all__ = [
    "DEFAULT_EXPLAINERS",
    "PARTS",
    "LookChoices",
    "Material",
    "ShownRun",
    "Swap",
    "View",
    "comparison_headlines",
    "draw_figures",
    "evidence_latex",
    "font_families",
    "look_at",
    "look_page",
    "page_settings",
    "present_run",
    "print_run",
    "record_attention",
    "show_counterfactual",
    "show_document",
    "show_graph",
    "show_run",
    "surrogate_figure",
    "write_comparison",
    "write_page",
    "write_report",
    "write_run_comparison",
    "write_sweep_report",
]

__getattr__ = on_demand(__name__, __file__)
