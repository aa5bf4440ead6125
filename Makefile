# make run    set up once, then run the default study
# make test   set up once, then pass the tests
# make check  lint, format, types, layers
# make slow   the longer proofs, by hand
# make lock   resolve requirements.lock anew
# make wheel  build a wheel into dist/

PYTHON ?= python3
WORKERS ?= 2
ENV := .venv
BIN := $(ENV)/bin
READY := $(ENV)/.ready
ARGS ?=

export OMP_NUM_THREADS ?= 1

.PHONY: run test slow check lock wheel clean
run: $(READY)
	$(BIN)/causattn run $(ARGS)

test: $(READY)
	$(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

slow: $(READY)
	$(BIN)/python -m pytest -n $(WORKERS) -m slow $(ARGS)

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "causattn needs Python 3.11 to 3.13; set it with make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(ENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# CUDA's own packages are left out of the lock: torch pins them itself where its build needs them.
lock: $(READY)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	  --all-extras --group dev --no-annotate --no-header \
	  | grep -vE '^(nvidia|cuda|triton)' > requirements.new
	mv requirements.new requirements.lock

wheel: $(READY)
	$(BIN)/python -m build --wheel --no-isolation

clean:
	rm -rf $(ENV) dist build
