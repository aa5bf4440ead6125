import numpy as np

from experiments.abcd.oracle import count_fci_tests, oracle_counts


def test_fci_on_independent_variables_asks_each_pair_once(capsys):
    assert count_fci_tests(4, lambda x, y, given: True) == (6,)
    assert capsys.readouterr().out == ""


def test_icd_asks_less_than_fci_on_average():
    table = oracle_counts(2, 0).set_index("algorithm")
    assert np.all(table.loc["ICD"] <= table.loc["FCI"])
