"""What is made of a layer's weights: numbers from feature to feature, and their sums.

Each step from a layer's weights to a corpus's sums has one way that is general and one that is
faster where it holds; both give the same but for rounding, and each choice is made in one place:

=============================== ================================== =============================
step                            chosen in                          by
=============================== ================================== =============================
tokens to features              ``between.between_features``       device and number format
a batch into the sums           ``accumulate.Accumulator.add``     have all documents the same
                                                                   features?
all pairs, or those that occur  ``corpus_sum.sizes.kept_pairs``    memory and how many occur
shards into the total           ``corpus_sum.totals.Totals.add``   how the shards kept theirs
=============================== ================================== =============================
"""
