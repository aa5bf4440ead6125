"""Report: a run as figures, as one offline page, and as a table in the terminal."""

from typing import TYPE_CHECKING

from causattn.base import on_demand

if TYPE_CHECKING:
    from causattn.report._comparison import headlines as comparison_headlines
    from causattn.report._comparison import write_comparison
    from causattn.report._comparison_page import write_run_comparison
    from causattn.report._figures import draw_figures
    from causattn.report._page import write_report
    from causattn.report._record import Material, record_attention
    from causattn.report._settings import page_settings
    from causattn.report._shown_run import ShownRun, show_run
    from causattn.report._surrogate_figure import surrogate_figure
    from causattn.report._sweep_page import write_sweep_report
    from causattn.report._terminal import print_run
    from causattn.report._views import View, show_counterfactual, show_document, show_graph

__all__ = [
    "Material",
    "ShownRun",
    "View",
    "comparison_headlines",
    "draw_figures",
    "page_settings",
    "print_run",
    "record_attention",
    "show_counterfactual",
    "show_document",
    "show_graph",
    "show_run",
    "surrogate_figure",
    "write_comparison",
    "write_report",
    "write_run_comparison",
    "write_sweep_report",
]

__getattr__ = on_demand(__name__, __file__)
