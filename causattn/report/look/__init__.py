"""Single texts looked at: what a model says, which words made it say so, where it attends."""
