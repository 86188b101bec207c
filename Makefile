# mailroom: make help lists what can be made.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What was compiled once is kept: every start of the program would compile all of it again.
export PYTHONDONTWRITEBYTECODE :=
ARGS ?=
WORKERS ?= 4
PACKAGES := dovecot-imapd dovecot-lmtpd chromium poppler-utils strace isync softhsm2 libnss3-tools qpdf mupdf-tools libxml2-utils default-jdk-headless libjaxb-java libistack-commons-java libtxw2-java restic age tesseract-ocr tesseract-ocr-tha clamav-daemon

.PHONY: help demo test check format bench install lock docs clean

help: ## what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

demo: $(VENV)/.runtime ## the main job on embedded servers with a sample mailbox; opens the queue (ARGS=--exit to stop)
	@$(BIN)/python -m mailroom demo $(ARGS)

test: $(VENV)/.development .packages ## install what is missing, check everything, run all tests on real servers
	@$(MAKE) --no-print-directory check
	@$(BIN)/python -m pytest -W error -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(VENV)/.development ## format, lint, types, import contracts, generated documents
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m mailroom.reference --check docs/configuration.md

format: $(VENV)/.development ## put the source into its standard form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.development .packages ## measure against named peers and limits, in one run
	@$(BIN)/python -m bench.ingest
	@$(BIN)/python -m bench.signing
	@$(BIN)/python -m bench.webhook
	@$(BIN)/python -m bench.restore
	@$(BIN)/python -m bench.search
	@$(BIN)/python -m bench.classification
	@$(BIN)/python -m bench.learning

install: $(VENV)/.runtime ## the program in .venv, from pinned and hashed packages
	@echo "installed: $(BIN)/mailroom"

docs: $(VENV)/.development ## write the generated documents
	$(BIN)/python -m mailroom.reference docs/configuration.md

lock: ## renew the lock files (needs uv)
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --python-version 3.11 --group build pyproject.toml -o requirements.lock
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --python-version 3.11 --group dev pyproject.toml -o requirements-dev.lock

clean: ## remove what was built
	rm -rf $(VENV) demo-data bench-data .mypy_cache .ruff_cache .pytest_cache

# Debian ships venv apart from Python; a root user gets it installed, others are told what to ask for.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { \
	  if [ "$$(id -u)" = 0 ]; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null; \
	  else echo "python3-venv is missing; as root: apt-get install python3-venv" >&2; exit 1; fi; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "installing pinned packages …"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.development: requirements-dev.lock pyproject.toml | $(VENV)/bin/python
	@echo "installing pinned packages …"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.runtime

.PHONY: .packages
.packages:
	@missing=$$(dpkg-query -W -f='$${Package} $${Status}\n' $(PACKAGES) 2>/dev/null | awk '/install ok installed/{print $$1}' | sort | comm -13 - <(printf '%s\n' $(PACKAGES) | sort)); \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ]; then ./tests/install-packages $$missing; \
	  else echo "as root: apt-get install $$missing" >&2; exit 1; fi; fi
