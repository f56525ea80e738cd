# Everything a person needs to run and to change vtp. `make help` explains each target.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# PYTHON=/path/to/python3 chooses the interpreter, INSTALLER=pip leaves uv out.
PYTHON ?= python3
export PYTHON INSTALLER
PY := .venv/bin/python
# Tests at a time, and more words for vtp serve, pytest or the benches.
WORKERS ?= 2
ARGS ?=

PYTEST := $(PY) -m pytest
COVERAGE := --cov --cov-report= --cov-fail-under=80
COMPILE := .cache/uv/bin/uv pip compile --quiet --generate-hashes --no-header --no-annotate \
	--universal --python-version 3.11

.PHONY: help
help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup:  ## only make the environment and the browser files (run does it by itself)
	@tools/bootstrap run

.PHONY: setup-dev
setup-dev:
	@tools/bootstrap dev

.PHONY: run
run: setup  ## set everything up and start it with demo data; ARGS="--dev" restarts on changes
	@exec $(PY) -m vtp serve --demo $(ARGS)

.PHONY: test
test: setup-dev browser  ## all quick tests, with coverage; ARGS="-k words" for some of them
	$(PYTEST) -n $(WORKERS) -m "not slow and not fuzz and not torture" --durations=20 $(if $(ARGS),,$(COVERAGE)) $(ARGS)
	$(if $(ARGS),,$(PY) tools/coverage_floor.py)

.PHONY: browser
browser:
	@tools/bootstrap apt chromium || echo "The browser tests will be skipped."

.PHONY: check
check: setup-dev  ## the fast laws: style, types, imports, and the tests of the house rules
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(PY) tools/build_web.py --check
	$(PYTEST) -m law

.PHONY: slow
slow: slow-walks slow-alone system-stores  ## the tests that take longer than 20 seconds

.PHONY: slow-walks
slow-walks: setup-dev browser
	$(PYTEST) -n $(WORKERS) -m "slow and not alone and not fuzz and not torture" \
	  --durations=20 --timeout=900 $(ARGS)

.PHONY: slow-alone
slow-alone: setup-dev browser
	$(PYTEST) -m "slow and alone and not fuzz and not torture" --durations=20 --timeout=900 $(ARGS)

# What stands on PostgreSQL once more, on the one of the system where there is one.
.PHONY: system-stores
system-stores: setup-dev
	$(if $(wildcard /usr/lib/postgresql/*/bin/postgres),VTP_TEST_PG=system $(PYTEST) \
	  -n $(WORKERS) -m "store and not slow and not fuzz" $(ARGS),@echo "No PostgreSQL of the system.")

.PHONY: torture
torture: setup-dev  ## a recorded class whose processes are killed a hundred times
	$(PYTEST) -m torture --timeout=3600 $(ARGS)

.PHONY: fuzz
fuzz: setup-dev  ## tests that try many inputs, for as long as they like
	$(PYTEST) -m fuzz --timeout=7200 $(ARGS)

.PHONY: peers
peers: setup-dev  ## install what some tests and benches compare with (Debian packages)
	@tools/bootstrap apt postgresql chromium firefox-esr coturn redis-server systemd nginx-light ffmpeg
	@command -v node >/dev/null || tools/bootstrap apt nodejs npm
	@$(PY) tools/build_loop.py --needed || { tools/bootstrap apt gcc libc6-dev python3-dev; \
	  $(PY) tools/build_loop.py --needed || echo "The tests of the compiled loop will be skipped."; }
	@if [ -x bench/peers/install ]; then bench/peers/install; fi
	@tools/bootstrap apart transcribe

.PHONY: bench
bench: setup-dev  ## measure; each file of bench/ answers one question
	@set -e; for file in bench/*.py; do name=$$(basename "$$file" .py); echo "== bench.$$name"; \
	  $(PY) -m "bench.$$name" $(ARGS); done

.PHONY: screenshots
screenshots: setup-dev browser  ## one picture of every page: phone and desk, light and dark
	$(PY) tools/screenshots.py $(ARGS)

.PHONY: wheel
wheel: setup-dev  ## the program as one file for pip, in dist/
	$(PY) -m build --wheel --no-isolation --outdir dist

.PHONY: lock
lock: setup-dev  ## pin requirements anew; ARGS=--upgrade takes the newest
	$(COMPILE) $(ARGS) pyproject.toml --output-file requirements/run.txt
	$(COMPILE) $(ARGS) pyproject.toml --extra dev --extra redis --output-file requirements/dev.txt
	for name in build node uv; do \
	  $(COMPILE) $(ARGS) requirements/$$name.in --output-file requirements/$$name.txt; done
	$(COMPILE) $(ARGS) --constraint requirements/run.txt --no-emit-package av \
	  requirements/transcribe.in --output-file requirements/transcribe.txt

.PHONY: audit
audit: setup-dev  ## look for known holes in the pinned requirements
	.venv/bin/pip-audit --require-hashes --disable-pip -r requirements/run.txt
	cd web && npm audit --omit=dev
