"""SID from a true DAG to the farthest DAG of the estimate's class."""

from __future__ import annotations

from causattn.graphs.metrics.of_members import MemberMetric


class WorstMemberSid(MemberMetric):
    """SID from a true DAG to the farthest DAG of the estimate's class."""

    name = "sid_worst_member"
    title = "SID of the worst member"
    place = 73
    paper = "Peters and Bühlmann (2015), Structural intervention distance"


METRIC = WorstMemberSid()
