"""Searches over DAGs by a score: hill climbing, max-min hill climbing, the best DAG of all."""
