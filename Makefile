# make run    set up once, then run the default study
# make test   set up once, then pass the tests
# make check  lint, format, types, rooms
# make slow   the longer proofs, by hand
# make lock   resolve requirements.lock again
# make conf   write the files of conf/ from the settings that they show
# make models fetch a real decoder (SmolLM2, 93 MB) and convert it, once
# make wheel  build a wheel into dist/
# make docs   build the site into build/site; a warning is an error
# make web    build the report's page from its TypeScript (needs node)

PYTHON ?= python3
WORKERS ?= 2
ENV := .venv
BIN := $(ENV)/bin
READY := $(ENV)/.ready
ARGS ?=

export OMP_NUM_THREADS ?= 1

.PHONY: run test slow check conf lock models wheel docs web clean
run: $(READY)
	$(BIN)/causattn run $(ARGS)

test: $(READY)
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

slow: $(READY)
	$(BIN)/python -m pytest -n $(WORKERS) -m slow $(ARGS)

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m causattn.cli.options --check

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "causattn needs Python 3.11 to 3.13; set it with make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(ENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# What is locked stays as it is where it can: `rm requirements.lock` first to move everything on.
# CUDA's own packages are left out: torch pins them itself where its build needs them. The systems
# that the lock is for (tool.uv in pyproject.toml) need not be repeated on every line.
SYSTEMS := ; python_full_version < '3.14' and \(\(platform_machine == 'arm64' and sys_platform == 'darwin'\) or sys_platform == 'linux'\)$$
lock: $(READY)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	  --all-extras --group dev --no-annotate --no-header --output-file requirements.lock
	sed -i.old -E -e "s/ $(SYSTEMS)//" -e '/^(nvidia|cuda|triton)/d' requirements.lock
	rm requirements.lock.old

conf: $(READY)
	$(BIN)/python -m causattn.cli.options

models: $(READY)
	$(BIN)/python -m causattn.models.packaged

wheel: $(READY)
	$(BIN)/python -m build --wheel --no-isolation

docs: $(READY)
	$(BIN)/python -m sphinx -W --keep-going -q -c docs $(ARGS) . build/site

web:
	cd causattn/report/web && npm ci && npm run build && npm run check

clean:
	rm -rf $(ENV) dist build
