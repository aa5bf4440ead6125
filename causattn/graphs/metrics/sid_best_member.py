"""SID from a true DAG to the nearest DAG of the estimate's class."""

from __future__ import annotations

from causattn.graphs.metrics.of_members import MemberMetric


class BestMemberSid(MemberMetric):
    """SID from a true DAG to the nearest DAG of the estimate's class."""

    name = "sid_best_member"
    title = "SID of the best member"
    place = 72
    paper = "Peters and Bühlmann (2015), Structural intervention distance"


METRIC = BestMemberSid()
