"""SHD from a true DAG to the nearest DAG of the estimate's class."""

from __future__ import annotations

from causattn.graphs.metrics.of_members import MemberMetric


class BestMemberShd(MemberMetric):
    """SHD from a true DAG to the nearest DAG of the estimate's class."""

    name = "shd_best_member"
    title = "SHD of the best member"
    place = 70
    paper = "Tsamardinos, Brown and Aliferis (2006), The max-min hill-climbing algorithm"


METRIC = BestMemberShd()
