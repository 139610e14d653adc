# Everything a person does with Dunlin starts here: `make help`.
# Written for GNU make 3.81, which macOS ships, and a POSIX shell.

.DEFAULT_GOAL := help
.SUFFIXES:
.DELETE_ON_ERROR:

# The Lambda runtime, as the template's parameter of the same name.
PythonRuntime ?= python3.13
export PythonRuntime

# `make setup UV=` installs with plain pip, `PYTHON=/path` with an interpreter of your choice.
UV ?= uv
PYTHON ?=
VENV := .venv
# Test files run beside each other, so many at once; `make test JOBS=` runs one after the other.
JOBS ?= 2
READY := $(VENV)/.ready
BIN := $(VENV)/bin
DUNLIN := $(BIN)/python -m infra.local
# What ops run against one installation: STACK= names it; without, the one of `make up`.
OPS = $(BIN)/python -m tools.ops $(if $(STACK),--stack "$(STACK)")

TEMPLATES = template.yaml $(filter-out %.asl.yaml,$(wildcard infra/*.yaml))
WORKFLOWS = $(wildcard infra/*.asl.yaml)

help: ## list what can be made
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z%-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

##@ See it run (nothing to install first, no AWS account)

demo: $(READY) ## live through 60 days: a real ERP, reminders, payments, a hand-over  [PORT=]
	@$(DUNLIN) demo $(if $(PORT),--port $(PORT))

up: $(READY) ## start the embedded stack and leave it running  [PORT=, UNTIL=2026-04-20]
	@$(DUNLIN) up $(if $(PORT),--port $(PORT)) $(if $(UNTIL),--until $(UNTIL))

down: $(READY) ## stop the stack that `up` started  [PORT=]
	@$(DUNLIN) down $(if $(PORT),--port $(PORT))

replay: $(READY) ## run the same job over a file of invoices and their payments: INPUT=file  [PORT=]
	@[ -n "$(INPUT)" ] || { echo "Say which file: make replay INPUT=path/to/invoices.csv" >&2; exit 2; }
	@$(DUNLIN) replay --input "$(INPUT)" $(if $(PORT),--port $(PORT))

##@ Work on it

setup: $(READY) ## make the environment (every other target does so by itself)
	@echo "$(VENV) is ready"

test: lint types ## everything that must pass: lint, types, all tests  [ARGS=, JOBS=]
	@$(BIN)/python -m pytest $(if $(JOBS),-n $(JOBS) --dist loadfile) $(ARGS)

lint: $(READY) lint-asl ## style and format of the code, templates, workflow definitions
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/cfn-lint $(TEMPLATES)

types: $(READY) ## strict types
	@$(BIN)/mypy

format: $(READY) ## let ruff write the format and the fixes that are safe
	@$(BIN)/ruff check --fix --quiet
	@$(BIN)/ruff format --quiet

test-pages: $(READY) ## the pages in a real Chromium: first hour, keyboard, no scripts, axe  [ARGS=]
	@PAGES=1 $(BIN)/python -m pytest tests/browser $(ARGS)

pictures: $(READY) ## docs/pictures of what `make up UNTIL=2026-04-28` started; look at them
	@$(BIN)/python -m tests.browser.pictures

fuzz: $(READY) ## hunt with fresh random examples: tests/fuzz  [FUZZ_SECONDS=, TARGET=]
	@$(BIN)/python -m tests.fuzz --seconds $(or $(FUZZ_SECONDS),60) $(if $(TARGET),--target $(TARGET))

properties: $(READY) ## the property tests with fresh random examples  [ARGS=]
	@$(BIN)/python -m pytest --hypothesis-profile=default -m hypothesis $(ARGS)

simulate: $(READY) ## live through seeds of debtors, books, bank, partner and faults  [SEEDS=, FIRST=]
	@$(BIN)/python -m tests.simulation --seeds $(or $(SEEDS),100) --first $(or $(FIRST),1)

coverage: $(READY) ## branches of shared/domain that the tests of the domain and the stories do not take
	@mkdir -p build
	@$(BIN)/python -m coverage run -m pytest -q tests/domain tests/scenarios tests/golden
	@$(BIN)/python -m coverage report

bench: $(READY) bench-peers ## measure, each figure beside its reference: a table and out/bench.json  [KEEP=1]
	@$(DUNLIN) bench $(if $(KEEP),--keep)

##@ Ship it

build: build/$(PythonRuntime)/function.built build/$(PythonRuntime)/layer.built ## function code and layer, as SAM packs them, without SAM or docker
	@du -sh build/$(PythonRuntime)/function build/$(PythonRuntime)/layer

build-check: build build/$(PythonRuntime)/check.built ## import every handler from the built files alone; sizes; bytecode
	@set -e; python=$$(sh infra/layer/find-python $(PythonRuntime)); \
	"$$python" -I infra/layer/check.py build/$(PythonRuntime)

sbom: $(READY) ## build/sbom.json: what ships, with every hash (CycloneDX)
	@$(BIN)/python -m tools.supply sbom

audit: $(READY) ## known weaknesses of every pinned version, asked of OSV
	@$(BIN)/python -m tools.supply audit

lint-deploy: .venv-sam/.ready ## what `sam validate` says of the templates (installs the SAM CLI beside)
	@for template in $(TEMPLATES); do \
		SAM_CLI_TELEMETRY=0 .venv-sam/bin/sam validate --lint --region eu-north-1 \
			--template $$template || exit 1; \
	done

lock: ## choose the newest versions that pyproject.toml allows, with hashes (needs uv)
	@$(UV) --version >/dev/null 2>&1 || { echo "make lock needs uv: 'pip install uv'" >&2; exit 1; }
	$(LOCK) --all-extras pyproject.toml -o constraints.txt
	$(LOCK) --group sam -o constraints-sam.txt
	$(LOCK) --group bench -o constraints-bench.txt
	$(LOCK) --group tryton -o infra/local/erp/requirements.txt
	$(LOCK) pyproject.toml -c constraints.txt -o infra/layer/requirements.txt \
		$(foreach package,$(PROVIDED),--no-emit-package $(package))
	echo boto3 | $(LOCK) - -c constraints.txt -o infra/layer/provided.txt

clean: ## remove what was built and the tools' caches
	rm -rf build .aws-sam .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find functions connectors shared infra tests tools -name __pycache__ -prune -exec rm -rf {} +

distclean: clean ## as clean, and the environments and all output
	rm -rf .venv .venv-sam .venv-bench out

##@ Look after an installation (STACK= names it; without, the one of `make up`)

smoke: $(READY) ## a deployed hub lives a day of an invented creditor, sends nothing, and cleans up  [STACK=]
	@$(OPS) smoke

doctor: $(READY) ## what is unset, wrong, about to run out, or to be asked of AWS  [STACK=]
	@$(OPS) doctor

redrive: $(READY) ## dead letters by queue, or sent again: QUEUE=Book, QUEUE=all  [STACK=]
	@$(OPS) redrive $(if $(filter all,$(QUEUE)),--all,$(QUEUE))

rebuild: $(READY) ## the index of cases made again from their events  [STACK=]
	@$(OPS) rebuild

restored: $(READY) ## after a restore, keep in what left since: SINCE=2026-03-02T09:00+00:00  [STACK=]
	@[ -n "$(SINCE)" ] || { echo "Say the restored point: make restored SINCE=2026-03-02T09:00+00:00" >&2; exit 2; }
	@$(OPS) restored --since "$(SINCE)"

# ---------------------------------------------------------------------------------------------
# Environments. A stamp says which constraints one holds; `python` is any that is new enough.

$(READY): constraints.txt
	$(call environment,$(VENV),constraints.txt)

.venv-sam/.ready: constraints-sam.txt
	$(call environment,.venv-sam,constraints-sam.txt)

# The libraries that `make bench` stands beside; without them it says so and goes on.
bench-peers:
	@$(MAKE) -s .venv-bench/.ready || echo "The bench goes on without the libraries beside it."

.venv-bench/.ready: constraints-bench.txt
	$(call environment,.venv-bench,constraints-bench.txt)

define environment
@set -e; \
if ! $(1)/bin/python -c '' >/dev/null 2>&1; then \
	found=; \
	for candidate in $(PYTHON) python3.13 python3.12 python3.11 python3 python; do \
		if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
		then found=$$candidate; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "Dunlin needs Python 3.11 or newer, and none was found. Install one, or name it: PYTHON=/path/to/python3" >&2; \
		exit 1; \
	fi; \
	found=$$("$$found" -c 'import sys; print(sys.executable)'); \
	rm -rf $(1); \
	echo "Making $(1) with $$found"; \
	if $(UV) --version >/dev/null 2>&1; then $(UV) venv --quiet --python "$$found" $(1); \
	elif ! "$$found" -m venv $(1); then \
		rm -rf $(1); \
		echo "This Python cannot make an environment. Install its venv module (Debian: apt install python3-venv) or uv." >&2; \
		exit 1; \
	fi; \
fi; \
echo "Installing $(2)"; \
if $(UV) --version >/dev/null 2>&1; then \
	$(UV) pip install --quiet --python $(1)/bin/python --require-hashes -r $(2); \
else \
	$(1)/bin/python -m pip --version >/dev/null 2>&1 || $(1)/bin/python -m ensurepip >/dev/null; \
	$(1)/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r $(2); \
fi; \
touch $(1)/.ready
endef

# What each pinned list is made with: for every platform and Python that pyproject.toml admits, and
# without a word about where packages come from.
LOCK = $(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header
# In the Lambda runtime already, and 33 MB: not in the layer.
PROVIDED = boto3 botocore s3transfer python-dateutil six

# ---------------------------------------------------------------------------------------------
# The linter of workflow definitions is a Node program: it runs where npm is there.

lint-asl:
	@if npm --version >/dev/null 2>&1; then \
		$(MAKE) -s build/lint/.ready || exit 1; \
		said=$$(build/lint/node_modules/.bin/asl-validator $(WORKFLOWS:%=--yaml-path %) 2>&1) || \
			{ echo "$$said" >&2; exit 1; }; \
	else \
		echo "npm was not found: the workflow definitions are not linted (the tests still check their shape)."; \
	fi

build/lint/.ready: infra/lint/package.json infra/lint/package-lock.json
	@rm -rf build/lint && mkdir -p build/lint && cp infra/lint/package*.json build/lint/
	@cd build/lint && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

# ---------------------------------------------------------------------------------------------
# Building. Every function is the same three packages, so SAM uploads one zip for all of them.

# Folders too: one is newer when a file in it is gone.
SOURCES := $(shell find functions connectors shared -name __pycache__ -prune -o -print)
LAYER := $(wildcard infra/layer/*)

# SAM calls this once for each function, with ARTIFACTS_DIR.
build-%: build/$(PythonRuntime)/function.built
	@[ -n "$(ARTIFACTS_DIR)" ] || { echo "make $@ is called by SAM, with ARTIFACTS_DIR; use make build" >&2; exit 2; }
	@mkdir -p "$(ARTIFACTS_DIR)" && cp -R build/$(PythonRuntime)/function/. "$(ARTIFACTS_DIR)"

build/$(PythonRuntime)/function.built: $(SOURCES) Makefile infra/layer/find-python
	@set -e; python=$$(sh infra/layer/find-python $(PythonRuntime)); \
	rm -rf $(@D)/function; mkdir -p $(@D)/function; \
	COPYFILE_DISABLE=1 tar -cf - --exclude __pycache__ functions connectors shared \
		| tar -xf - -C $(@D)/function; \
	PYTHONHASHSEED=0 "$$python" -m compileall -q -f --invalidation-mode unchecked-hash \
		-s $(@D)/function -p /var/task $(@D)/function; \
	touch $@

build/$(PythonRuntime)/layer.built: $(LAYER)
	@$(MAKE) --no-print-directory -C infra/layer build-Dependencies ARTIFACTS_DIR=$(CURDIR)/$(@D)/layer
	@touch $@

# What stands in for Lambda when handlers are imported here: the layer as this machine's own wheels
# and the packages that the runtime brings.
build/$(PythonRuntime)/check.built: $(LAYER)
	@$(MAKE) --no-print-directory -C infra/layer build-Dependencies WHEELS= \
		ARTIFACTS_DIR=$(CURDIR)/$(@D)/check/layer
	@$(MAKE) --no-print-directory -C infra/layer build-Dependencies WHEELS= \
		REQUIREMENTS=provided.txt ARTIFACTS_DIR=$(CURDIR)/$(@D)/check/provided
	@touch $@

.PHONY: help demo up down replay setup test test-pages pictures lint types format fuzz properties simulate coverage bench bench-peers build build-check \
	lint-deploy lint-asl lock clean distclean smoke doctor redrive rebuild restored sbom audit
