"""SHD from a true DAG to the farthest DAG of the estimate's class."""

from __future__ import annotations

from causattn.graphs.metrics.of_members import MemberMetric


class WorstMemberShd(MemberMetric):
    """SHD from a true DAG to the farthest DAG of the estimate's class."""

    name = "shd_worst_member"
    title = "SHD of the worst member"
    place = 71
    paper = "Tsamardinos, Brown and Aliferis (2006), The max-min hill-climbing algorithm"


METRIC = WorstMemberShd()
