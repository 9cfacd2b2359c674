# What a learner and a maintainer run. `make help` lists it.
# Another Python, another environment: make test PYTHON=python3.12 VENV=.venv-3.12

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Not by the command in $(BIN): in it stands the path where it was made, and a folder may be moved or renamed.
COURSE := $(BIN)/python -m backproplab
PIP := $(BIN)/python -m pip --disable-pip-version-check
# An npm package, which checks the types that JavaScript names in its comments. It goes into the environment, as the
# Node that runs it does; a lock file would name the host that it came from, so the version is exact here.
TYPESCRIPT_VERSION := 7.0.2
TYPESCRIPT := $(VENV)/.typescript-$(TYPESCRIPT_VERSION)

# Notebooks that are committed with outputs. Those of exercises/ have none to compare; tests/test_exercises.py runs them.
# The later ones take longest and begin first: one of those begun last would keep one worker busy and let the other wait.
NOTEBOOKS := $(shell ls notebooks/*.ipynb solutions/*.ipynb 2>/dev/null | sort -r -t/ -k2)
BY_FILE := --dist loadfile --no-loadscope-reorder
NBVAL := --nbval --nbval-current-env --nbval-cell-timeout=300 --nbval-sanitize-with=tests/nbval_sanitize.cfg
WORKERS ?= 2

FIRST := notebooks/00-start-here.ipynb
LAB_ARGS ?=
PORT ?=
LAB_PORT := $(if $(PORT),--port $(PORT))
# What `backproplab lab` knows by itself: the course's own settings; JupyterLab refuses root unless told, and without a
# screen it prints its address instead of opening a browser. The path is the shell's, which minds no apostrophe in it.
LAB_SETTINGS := --LabApp.app_settings_dir="$$PWD/backproplab/widgets/lab"
SCREEN := $(or $(DISPLAY),$(WAYLAND_DISPLAY),$(filter Darwin,$(shell uname -s)))
LAB_FLAGS := $(if $(filter 0,$(shell id -u)),--allow-root) $(if $(SCREEN),,--no-browser) $(LAB_ARGS)

# Two workers share two cores: a BLAS with threads of its own would make all of them wait.
unit unit-elsewhere browser firefox soak check release release-check nbval notebook notebooks export site: export OPENBLAS_NUM_THREADS = 1
# They start Python a thousand times, which would compile the package a thousand times.
unit unit-elsewhere browser release-check nbval bench: export PYTHONDONTWRITEBYTECODE =
# What they start finds the package here, also where this folder is not what it was called when it was installed.
edit soak check notebook notebooks export site release release-check: export PYTHONPATH := $(CURDIR)
# A hundred pictures of pages, for a person to look at, are left to `make browser`.
test: export BACKPROPLAB_NO_PICTURES = 1
unit: export PATH := $(CURDIR)/$(BIN):$(PATH) # nbgrader calls its helpers by name

.DEFAULT_GOAL := help
.PHONY: help lab course edit test lint check format unit unit-elsewhere release-check nbval browser firefox soak notebook notebooks export site release frameworks install-test bench clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

lab: $(VENV)/.lab ## open your copy of the course in JupyterLab, up to date (PORT=8890; LAB_ARGS=… goes to jupyter lab)
	$(COURSE) lab $(LAB_PORT) -- $(LAB_ARGS)

course: $(VENV)/.lab ## make your copy, mycourse/, or bring it up to date (FRESH=notebooks/03-….ipynb begins that one again)
	$(COURSE) course $(FRESH:%=--fresh %)

edit: $(VENV)/.lab ## open the repository itself in JupyterLab, to change lessons
	$(BIN)/python -m jupyterlab --ServerApp.root_dir="$$PWD" $(LAB_PORT) --LabApp.default_url=/lab/tree/$(FIRST) $(LAB_SETTINGS) $(LAB_FLAGS)

# None of these keeps two cores busy by itself: a browser or a process's end is waited for, and one long notebook or
# one long file is left over. So two run at once, the longest first, and each fills what the other leaves idle.
# What one of them says comes in one piece when it is done (where make can do that); all run, whichever fails.
IN_ONE_PIECE := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)
test: install-test $(TYPESCRIPT) ## all of these, two at a time: browser, unit, lint, release-check, nbval
	$(MAKE) --no-print-directory --keep-going -j2 $(IN_ONE_PIECE) browser unit lint release-check nbval

lint: install-test $(TYPESCRIPT) ## ruff and mypy over Python, biome and TypeScript over JavaScript
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/python -m mypy
	$(BIN)/biome check --error-on-warnings backproplab site
	$(BIN)/python $(BIN)/node $(VENV)/node_modules/typescript/bin/tsc --project tsconfig.json

check: install-test ## what concerns one lesson or set, in a minute or two: NB=04, or NB=capstone-2
	@$(BIN)/python tests/check_one.py '$(NB)'

format: install-test ## let ruff and biome mend what they can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/biome check --write backproplab site

# They run beside the browser's, so that a test run builds the site once.
SITE_TESTS := tests/publishing/test_site.py
unit: install-test ## tests, doctests and house rules
	$(BIN)/python -m pytest -q -n $(WORKERS) --ignore=tests/browser --ignore=tests/lessons --ignore=tests/soak --ignore=$(SITE_TESTS)

# What runs on a learner's computer, which may be one with Windows: there, Python lacks some names.
LEARNERS := check course door widgets plots datasets training costs tuning diagnosis parallel publishing spreadsheet marking
# Firefox has a target of its own, which fetches what drives it.
soak: install-test ## what `make unit` tries with a few random cases, with very many: it takes a while (CASES=100 of each planted fault)
	$(BIN)/python -m pytest -q -n $(WORKERS) --ignore=tests/soak/test_firefox.py tests/soak
	$(BIN)/python -m pytest -q -n $(WORKERS) -m soak tests
	$(BIN)/python tests/gradient_faults_kit.py $(CASES)
	$(COURSE) release --check
	$(BIN)/python -m mypy --platform win32 $(LEARNERS:%=-p backproplab.%)

# What another Python could do otherwise: arithmetic, formats, one kernel, the examples in docstrings.
ELSEWHERE := arrays files losses network optimizers published scalar scalar_micrograd summary targets
ELSEWHERE := $(wildcard $(ELSEWHERE:%=tests/test_%.py) tests/check tests/datasets tests/layers/test_layers.py \
  tests/marking tests/training tests/authoring/test_cells.py tests/authoring/test_notebooks.py tests/sandbox/test_wire.py tests/spreadsheet) backproplab
unit-elsewhere: $(VENV)/.elsewhere ## the tests that another Python might fail: PYTHON=python3.13 VENV=.venv-3.13
	$(BIN)/python -m pytest -q -n $(WORKERS) --ignore=backproplab/grading/cluster $(ELSEWHERE) # that needs Dask

# The checks are proven with 20 other seeds when exercises are made (and in make soak); here with those that are recorded.
release-check: install-test ## are the exercises what release makes of the solutions?
	$(COURSE) release --check --other-seeds 0

release: install-test ## make the exercises anew from the solutions
	$(COURSE) release solutions/*.ipynb

nbval: install-test ## run every notebook and compare its outputs with the committed ones
ifeq ($(NOTEBOOKS),)
	@echo "There are no notebooks yet."
else
	$(BIN)/python -m pytest -q -n $(WORKERS) $(BY_FILE) $(NBVAL) $(NOTEBOOKS)
endif

browser: install-test ## the site; widgets and lessons in Chromium, on a page and in JupyterLab; pictures in build/screenshots
	$(BIN)/python -m pytest -q -n $(WORKERS) $(BY_FILE) tests/lessons tests/browser $(SITE_TESTS)

# Beside TypeScript, and like it without a lock file: the version is exact here.
PUPPETEER_VERSION := 25.16.0
PUPPETEER := $(VENV)/node_modules/puppeteer-core/package.json

firefox: install-test $(TYPESCRIPT) $(PUPPETEER) ## a pass over each widget in Firefox, where there is one; pictures in build/screenshots
	$(BIN)/python -m pytest -q -rs tests/soak/test_firefox.py

# Both packages are named: npm takes out of a folder without a list what it is not told of.
$(PUPPETEER): Makefile | $(VENV)/.test
	$(BIN)/python $(BIN)/npm install --loglevel=error --no-audit --no-fund --no-save --no-package-lock --prefix $(VENV) \
	  puppeteer-core@$(PUPPETEER_VERSION) typescript@$(TYPESCRIPT_VERSION)
	@touch $@

CASES ?= 100
notebook: install-test ## run one lesson again, in place: NB=10 or NB=notebooks/10-….ipynb
	@found='$(if $(NB),$(or $(wildcard $(NB)),$(wildcard notebooks/$(NB)*.ipynb)))'; \
	test -n "$$found" || { echo "No lesson matches NB='$(NB)'. Say for instance: make notebook NB=10"; exit 2; }; \
	$(COURSE) run $$found

notebooks: install-test ## run all lessons again, in place
	$(COURSE) run $(wildcard notebooks/*.ipynb)

export: $(VENV)/.lab ## lessons as pages that need no Python and no network, in build/export: all, or NB=03
	@found='$(wildcard $(if $(NB),$(NB) notebooks/$(NB)*.ipynb,notebooks/*.ipynb))'; \
	test -n "$$found" || { echo "No lesson matches NB='$(NB)'. Say for instance: make export NB=03"; exit 2; }; \
	$(COURSE) export $$found

site: $(VENV)/.site ## the course as a site, in build/site: lessons, exercises, reference, search (URL=https://… writes a sitemap)
	$(COURSE) site $(if $(URL),--url '$(URL)')

BENCH ?= .venv-bench
PEERS := torch scikit-learn micrograd nbgrader distributed
bench: $(BENCH)/.bench ## measure every headline figure: ONLY=value for a part, ROUNDS=1 for a quick look
	BENCH_ROUNDS=$(ROUNDS) $(BENCH)/bin/python benchmarks/run.py $(ONLY)

# On Linux, pip may find a PyTorch of several GB with CUDA; an index of CPU builds in pip's settings spares that.
$(BENCH)/.bench: pyproject.toml constraints.txt benchmarks/peers.txt
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/pip install --quiet -c constraints.txt -c benchmarks/peers.txt --editable '.[grade]' threadpoolctl
	@touch $@; for peer in $(PEERS); do \
	  $(BENCH)/bin/pip install --quiet -c constraints.txt -c benchmarks/peers.txt $$peer || { rm -f $@; \
	  echo "Could not install $$peer: the page will lack its figures, and the next run tries again."; }; \
	done

# None of the three is a requirement. They are some 3 GB, so they have an environment of their own beside the numpy of
# constraints.txt. On Linux, pip may find a PyTorch of several GB with CUDA; an index of CPU builds spares that.
# Most of their modules are never imported here: so Python compiles those that are, and pip compiles none.
FRAMEWORKS := .venv-frameworks
frameworks: $(FRAMEWORKS)/.frameworks ## do PyTorch, TensorFlow and JAX answer as lesson 23 has recorded? (WRITE=1 records anew)
	$(FRAMEWORKS)/bin/python -m backproplab record-frameworks $(if $(WRITE),,--check)

$(FRAMEWORKS)/.frameworks: pyproject.toml constraints.txt backproplab/frameworks/requirements.txt
	$(PYTHON) -m venv $(FRAMEWORKS)
	$(FRAMEWORKS)/bin/python -m pip install --quiet --no-compile -c constraints.txt -r backproplab/frameworks/requirements.txt --editable .
	@touch $@

install-test: $(VENV)/.test

# One stamp for each set of extras: a second run installs nothing until a requirement changes.
$(VENV)/.lab: EXTRAS := lab,sheet
$(VENV)/.site: EXTRAS := site
$(VENV)/.elsewhere: EXTRAS := elsewhere
$(VENV)/.test: EXTRAS := test
$(VENV)/.lab $(VENV)/.site $(VENV)/.elsewhere $(VENV)/.test: pyproject.toml constraints.txt | $(BIN)/python
	@$(PIP) --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip
	$(PIP) install --quiet --constraint constraints.txt --editable '.[$(EXTRAS)]'
	@touch $@

$(TYPESCRIPT): | $(VENV)/.test
	$(BIN)/python $(BIN)/npm install --loglevel=error --no-audit --no-fund --no-save --no-package-lock --prefix $(VENV) \
	  typescript@$(TYPESCRIPT_VERSION)
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "backproplab needs Python 3.11 or newer, and '$(PYTHON)' is not. Name another: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 2; }

clean: ## remove the environment and the caches; mycourse/ stays
	rm -rf $(VENV) $(BENCH) $(FRAMEWORKS) build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
