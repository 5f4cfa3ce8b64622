# The portal from a fresh clone: Python 3.11 or newer, Node 18 or newer and make are all it asks for.
# What is installed lies in .venv and node_modules, and is installed again when a lock file changes.

.DEFAULT_GOAL := demo
.PHONY: demo run test check bench screenshots
.NOTPARALLEL:
.DELETE_ON_ERROR:

BIN := .venv/bin
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
PACKAGES := .venv/.installed
ASSETS := static/vendor/.gathered
export PIP_DISABLE_PIP_VERSION_CHECK := 1

demo: $(PACKAGES) $(ASSETS)  ## the portal with its demonstration organisation
	@OPSPORTAL_TRIAL=true OPSPORTAL_DEMO=true exec $(BIN)/python manage.py run_portal --demo

run: $(PACKAGES) $(ASSETS)  ## the portal, empty
	@OPSPORTAL_TRIAL=true exec $(BIN)/python manage.py run_portal

test: $(PACKAGES) $(ASSETS)  ## every test, on servers of its own; ARGS go to pytest
	@$(BIN)/pytest -n 2 --dist worksteal $(ARGS)

# Deployment is checked as production has it: servers and secret key given, no debugging.
PRODUCTION := PUBLIC_URL=https://portal.example DATABASE_URL=postgres://portal@localhost/portal \
	REDIS_URL=redis://localhost \
	SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))')

check: $(PACKAGES) $(ASSETS)  ## style, types, floors of the house, templates, migrations, deployment
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint templates --check --quiet
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/python manage.py makemigrations --check --dry-run
	@$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

bench: $(PACKAGES) $(ASSETS)  ## measures, prints its table and writes it to docs/performance.md
	@$(BIN)/python -m tests.bench

screenshots: $(PACKAGES) $(ASSETS)  ## pictures of the pages, in screenshots/
	@$(BIN)/python -m tests.screenshots

$(PACKAGES): requirements.txt requirements-dev.txt constraints.txt
	@test -n "$(PYTHON)" || { echo "The portal needs Python 3.11 or newer; none was found. Name one with PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -m venv .venv >&2 || { echo "Python cannot make .venv; on Debian and Ubuntu, install python3-venv." >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet -r requirements-dev.txt -c constraints.txt >&2
	@touch $@

node_modules/.installed: package.json package-lock.json
	@node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' 2>/dev/null || \
		{ echo "The portal needs Node 18 or newer for its browser files; found: $$(node --version 2>/dev/null || echo none)." >&2; exit 1; }
	@npm ci --silent >&2
	@touch $@

$(ASSETS): node_modules/.installed $(PACKAGES) package-lock.json
	@$(BIN)/python manage.py gather_assets >&2
	@touch $@
