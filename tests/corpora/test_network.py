"""Networks against pgmpy: the same edges, the same probabilities, and impossible draws never."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causattn.base import ConfigError, DataError
from causattn.corpora import Network, bundled_networks, load_network, sample_intervened


@pytest.fixture(scope="module")
def pgmpy_model():
    import functools
    import gzip
    from importlib.resources import files

    from pgmpy.readwrite import BIFReader

    @functools.cache
    def read(name):
        packed = files("pgmpy").joinpath(f"utils/example_models/{name}.bif.gz").read_bytes()
        return BIFReader(string=gzip.decompress(packed).decode()).get_model()

    return read


@pytest.mark.parametrize("name", ["asia", "sachs", "alarm"])
def test_edges_are_pgmpys(name, pgmpy_model):
    truth = load_network(name).graph()
    assert truth.kind == "dag"
    assert {(edge.source, edge.target) for edge in truth.edges()} == set(pgmpy_model(name).edges())


@pytest.mark.parametrize("name", ["asia", "sachs"])
def test_tables_are_pgmpys(name, pgmpy_model):
    model, network = pgmpy_model(name), load_network(name)
    for child, variable in enumerate(network.variables):
        table = model.get_cpds(variable)
        above = [network.variables[parent] for parent in network.parents[child]]
        choices = [network.states[parent] for parent in network.parents[child]]
        for row, values in enumerate(itertools.product(*choices)):
            for code, state in enumerate(network.states[child]):
                known = dict(zip(above, values, strict=True))
                expected = table.get_value(**{variable: state, **known})
                assert network.tables[child][row, code] == pytest.approx(expected, abs=1e-6)


def test_asia_by_hand():
    network = load_network("asia")
    dyspnoea = network.variables.index("dysp")
    assert [network.variables[p] for p in network.parents[dyspnoea]] == ["bronc", "either"]
    # bronc/either: yes/yes, yes/no, no/yes, no/no
    assert network.tables[dyspnoea][:, 0] == pytest.approx([0.9, 0.8, 0.7, 0.1])


@pytest.mark.parametrize("name", ["asia", "sachs", "child"])
def test_margins_are_the_exact_ones(name, pgmpy_model):
    from pgmpy.inference import VariableElimination

    documents = 40_000
    model, network = pgmpy_model(name), load_network(name)
    codes = network.sample(documents, np.random.default_rng(1))
    exact = VariableElimination(model)
    for k, variable in enumerate(network.variables):
        margin = exact.query([variable], show_progress=False)
        for code, state in enumerate(network.states[k]):
            expected = margin.get_value(**{variable: state})
            error = np.sqrt(max(expected * (1 - expected), 1e-6) / documents)
            assert abs((codes[:, k] == code).mean() - expected) < 4.5 * error + 1e-6


def test_pairs_are_the_exact_ones(pgmpy_model):
    from pgmpy.inference import VariableElimination

    documents = 40_000
    network = load_network("asia")
    codes = network.sample(documents, np.random.default_rng(2))
    exact = VariableElimination(pgmpy_model("asia"))
    for one, two in itertools.combinations(range(8), 2):
        names = network.variables[one], network.variables[two]
        joint = exact.query(list(names), show_progress=False)
        for a, b in itertools.product(range(2), range(2)):
            cell = {names[0]: network.states[one][a], names[1]: network.states[two][b]}
            expected = joint.get_value(**cell)
            error = np.sqrt(max(expected * (1 - expected), 1e-6) / documents)
            found = ((codes[:, one] == a) & (codes[:, two] == b)).mean()
            assert abs(found - expected) < 4.5 * error + 1e-6


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.data())
def test_impossible_values_are_never_drawn(seed, data):
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(2):
        possible = data.draw(st.sets(st.integers(0, 3), min_size=1))
        row = np.where(np.isin(np.arange(4), list(possible)), rng.random(4) + 0.1, 0)
        rows.append(row / row.sum())
    network = Network(
        "drawn",
        ("a", "b"),
        (("x", "y"), ("0", "1", "2", "3")),
        ((), (0,)),
        (np.array([[0.5, 0.5]]), np.array(rows)),
    )
    codes = network.sample(500, rng)
    assert np.all(np.array(rows)[codes[:, 0], codes[:, 1]] > 0)


class _AlwaysHighest:
    """A stand-in for a generator whose every draw is the highest below 1."""

    def spawn(self, count):
        return [self] * count

    def random(self, count):
        return np.full(count, np.nextafter(1.0, 0.0))


def test_rounding_draws_no_impossible_value():
    table = np.array([[0.1] * 10 + [0.0]])  # whose sum is below 1 by rounding
    assert table.cumsum()[-1] < 1
    states = tuple(str(k) for k in range(11))
    network = Network("tenths", ("a",), (states,), ((),), (table,))
    assert network.sample(3, _AlwaysHighest()).tolist() == [[9], [9], [9]]


def test_intervention_is_a_mutilated_network(pgmpy_model):
    documents = 40_000
    network = load_network("asia")
    index = {name: k for k, name in enumerate(network.variables)}
    codes = sample_intervened(network, {"either": "yes"}, documents, np.random.default_rng(3))
    assert np.all(codes[:, index["either"]] == 0)
    # Causes keep their margins, effects answer: P(xray=yes | do(either=yes)) is .98 by the table.
    assert (codes[:, index["smoke"]] == 0).mean() == pytest.approx(0.5, abs=0.011)
    assert (codes[:, index["lung"]] == 0).mean() == pytest.approx(0.055, abs=0.005)
    assert (codes[:, index["xray"]] == 0).mean() == pytest.approx(0.98, abs=0.004)


def test_exact_effect_of_smoking(pgmpy_model):
    # P(dysp=yes | do(smoke=yes)) by pgmpy's do-calculus on the whole network.
    from pgmpy.inference import CausalInference

    expected = CausalInference(pgmpy_model("asia")).query(["dysp"], do={"smoke": "yes"})
    network = load_network("asia")
    codes = sample_intervened("asia", {"smoke": "yes"}, 40_000, np.random.default_rng(4))
    found = (codes[:, network.variables.index("dysp")] == 0).mean()
    assert found == pytest.approx(expected.get_value(dysp="yes"), abs=0.011)


def test_equal_seeds_share_their_noise():
    network = load_network("asia")
    free = network.sample(300, np.random.default_rng(5))
    again = network.sample(300, np.random.default_rng(5))
    forced = sample_intervened(network, {"xray": "yes"}, 300, np.random.default_rng(5))
    assert np.array_equal(free, again)
    others = [k for k, name in enumerate(network.variables) if name != "xray"]
    assert np.array_equal(free[:, others], forced[:, others])  # xray has no effects
    assert not np.array_equal(free, network.sample(300, np.random.default_rng(6)))


def test_a_file_is_a_network_too(tmp_path):
    path = tmp_path / "own.bif"
    path.write_text(
        "network unknown {\n}\n"
        "variable rain {\n  type discrete [ 2 ] { yes, no };\n}\n"
        "variable wet {\n  type discrete [ 2 ] { yes, no };\n}\n"
        "probability ( rain ) {\n  table 0.2, 0.8;\n}\n"
        "probability ( wet | rain ) {\n  (yes) 0.9, 0.1;\n  (no) 0.1, 0.9;\n}\n"
    )
    network = load_network(str(path))
    assert network.name == "own"
    assert network.variables == ("rain", "wet")
    assert network.tables[1] == pytest.approx(np.array([[0.9, 0.1], [0.1, 0.9]]))


def test_unknown_names_are_told_with_those_there_are(tmp_path):
    with pytest.raises(ConfigError, match=r"did you mean alarm\?.*asia.*win95pts"):
        load_network("alram")
    with pytest.raises(DataError, match=r"no network file .*nowhere.bif"):
        load_network(str(tmp_path / "nowhere.bif"))
    (tmp_path / "broken.bif").write_text("not a network")
    with pytest.raises(DataError, match="has no variables"):
        load_network(str(tmp_path / "broken.bif"))
    (tmp_path / "cut.bif").write_text("variable a {\n  type discrete [ 2 ] { x, y };\n}\n")
    with pytest.raises(DataError, match="no probabilities for a"):
        load_network(str(tmp_path / "cut.bif"))
    (tmp_path / "bytes.bif").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(DataError, match="no readable BIF file"):
        load_network(str(tmp_path / "bytes.bif"))
    with pytest.raises(ConfigError, match=r"variable=smoked is not known; did you mean smoke\?"):
        load_network("asia").intervened({"smoked": "yes"})
    with pytest.raises(ConfigError, match="choose one of yes, no"):
        load_network("asia").intervened({"smoke": "often"})


@pytest.mark.slow
@pytest.mark.parametrize("name", bundled_networks())
def test_every_bundled_network_can_be_drawn(name, pgmpy_model):
    network = load_network(name)
    assert {(edge.source, edge.target) for edge in network.graph().edges()} == set(
        pgmpy_model(name).edges()
    )
    for table in network.tables:
        assert table.sum(axis=1) == pytest.approx(np.ones(len(table)))
    codes = network.sample(20, np.random.default_rng(0))
    for k, states in enumerate(network.states):
        assert 0 <= codes[:, k].min() <= codes[:, k].max() < len(states)


def test_what_is_bundled():
    names = bundled_networks()
    assert {"asia", "alarm", "sachs", "insurance", "child", "hailfinder", "hepar2"} <= set(names)
    assert len(names) >= 20


@pytest.mark.parametrize("name", ["asia", "cancer", "survey", "sachs"])
def test_marginals_are_pgmpys(name, pgmpy_model):
    from pgmpy.inference import VariableElimination

    model, network = pgmpy_model(name), load_network(name)
    inference = VariableElimination(model)
    for variable, states in zip(network.variables, network.states, strict=True):
        found = inference.query([variable], show_progress=False)
        expected = [found.get_value(**{variable: state}) for state in states]
        np.testing.assert_allclose(network.marginal(variable), expected, atol=1e-7)  # BIF rounds


@pytest.mark.parametrize(("source", "target"), [("smoke", "dysp"), ("lung", "xray")])
def test_interventional_marginals_are_those_of_the_mutilated_joint(source, target):
    network = load_network("asia").intervened({source: "yes"})
    sizes = [len(states) for states in network.states]
    joint = np.ones(sizes)
    for node, parents in enumerate(network.parents):
        axes = [*parents, node]
        table = network.tables[node].reshape([sizes[axis] for axis in axes])
        ascending = np.transpose(table, np.argsort(axes))
        joint = joint * ascending.reshape([sizes[k] if k in axes else 1 for k in range(len(sizes))])
    others = tuple(k for k, name in enumerate(network.variables) if name != target)
    np.testing.assert_allclose(network.marginal(target), joint.sum(others), atol=1e-12)
    assert (
        network.marginal(source)[network.states[network.variables.index(source)].index("yes")] == 1
    )


def test_marginal_of_a_large_network_is_what_sampling_says():
    network = load_network("alarm").intervened({"HYPOVOLEMIA": "TRUE"})
    drawn = network.sample(40_000, np.random.default_rng(0))
    for target in ("BP", "CO"):
        place = network.variables.index(target)
        share = np.bincount(drawn[:, place], minlength=len(network.states[place])) / len(drawn)
        np.testing.assert_allclose(network.marginal(target), share, atol=0.01)


def test_marginal_of_an_unknown_variable_is_a_sentence():
    with pytest.raises(ConfigError, match="did you mean smoke"):
        load_network("asia").marginal("smok")
