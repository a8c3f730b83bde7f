# The first two commands of the README are `make demo` and `make test`. VENV names the virtual environment to use.
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
# Tests run in one process for each core: make test WORKERS=1 has one. A worker that is done takes over what another has not begun.
WORKERS ?= logical
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal
# Python keeps what it has compiled, where the environment says not to as well: the tests start it some hundred times.
unexport PYTHONDONTWRITEBYTECODE
DEMO_REPORT := seeds/reports/002_bc99a5d9c6142de8.txt

.PHONY: help demo test test-python check lint format wheels pins bench bench-accuracy bench-formats bench-converter bench-pages bench-ofd bench-readers bench-load bench-find bench-qualcoder bench-spark mutate same walks fuzz torture sanitize messages font screenshots model clean

help: ## say what each of these does
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 18

demo: $(or $(wildcard $(VENV)/ready),$(VENV)/used) ## install, train on all reports but one with tracking, tag the one that was left out
	$(BIN)/pipeline train --quick --exclude $(DEMO_REPORT) --set model.name=demo
	$(BIN)/pipeline tag $(DEMO_REPORT) --model demo --format table

test: $(VENV)/ready ## run every test
	$(PYTEST)

test-python: $(VENV)/ready ## run the tests of the rooms that have a compiled part on the Python code that stands in for it
	MISSION_THEMES_IMPLEMENTATION=python $(PYTEST) -m "not slow" tests/code/model tests/code/preprocess tests/code/read/test_pdf*.py tests/code/training

check: $(VENV)/ready lint ## lint and the quick tests, in less than a minute: before each commit
	$(PYTEST) -m quick

lint: $(VENV)/ready ## style, docstrings, annotations, complexity, types, one-way imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/ready ## put the code into its one format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

wheels: $(VENV)/ready ## build a wheel for every Linux of this processor and tag with it in a bare environment; into dist/
	rm -rf dist build/wheels
	$(BIN)/python hatch_build.py
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir build/wheels .
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/python -m auditwheel repair --wheel-dir dist build/wheels/*.whl
	WHEEL=$$(ls dist/*.whl) $(BIN)/python -m pytest tests/code/test_package.py

pins: ## raise constraints.txt and the bounds of pyproject.toml to the newest versions that fit together (docs/releasing.md)
	rm -rf build/pins
	$(PYTHON) -m venv build/pins
	build/pins/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,bench]'
	build/pins/bin/python -m pip freeze --exclude-editable | $(PYTHON) .ci/pins.py

bench: $(VENV)/ready ## measure speed beside what people use today and beside the segmenter alone; writes docs/performance.md (half an hour)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[bench]"
	$(BIN)/python tests/benchmarks/bench.py $(if $(TEXTS),--texts $(TEXTS)) $(if $(BEFORE),--before $(BEFORE))

bench-accuracy: $(VENV)/ready ## compare with what people use today, and without each ingredient; writes docs/comparison.md
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[bench]"
	$(BIN)/python tests/benchmarks/accuracy.py $(foreach file,$(GOLD),--gold $(file))

bench-formats: $(VENV)/ready ## wrap reports in every format by LibreOffice, Chromium and others, and compare their tags with those of the text
	$(BIN)/python tests/benchmarks/formats.py

bench-converter: $(VENV)/ready ## convert old Word files by one LibreOffice that is kept, and by a start for each
	$(BIN)/python tests/benchmarks/converter.py

# The peers without what they ask for: the pip of Python 3.11 fails at it (lxml[html-clean] named twice).
PEERS := readability-lxml==0.9 resiliparse==2.0.1 fastwarc==2.0.1 chardet==5.2.0 cssselect==1.3.0

bench-pages: $(VENV)/ready ## find the main text of 76 saved pages of offices, schools and news, beside three peers; PAGES names where they go
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps $(PEERS)
	$(BIN)/python tests/benchmarks/pages.py $(or $(PAGES),build/pages)

bench-ofd: $(VENV)/ready ## read 99 real OFD files of public repositories; OFDS names where these go
	$(BIN)/python tests/benchmarks/real_ofd.py $(or $(OFDS),build/ofd)

bench-readers: $(VENV)/ready ## what reading costs by format, in CPU time and memory, beside other libraries and LibreOffice
	$(BIN)/python tests/benchmarks/readers.py

bench-load: $(VENV)/ready ## hold 50 requests at once on the served page for two minutes
	$(BIN)/python tests/benchmarks/load.py

bench-qualcoder: $(VENV)/ready ## go through QualCoder and back: QUALCODER=its src folder, QT=a Python with PyQt6, SCHEMA=Project.xsd (docs/researchers.md)
	$(BIN)/python tests/benchmarks/qualcoder.py --source $(QUALCODER) --python $(QT) $(if $(SCHEMA),--schema $(SCHEMA))

bench-find: $(VENV)/ready ## search a million passages: the library, a plain scan and FTS5's own trigrams, in one run (ten minutes)
	$(BIN)/python tests/benchmarks/find.py

bench-spark: $(VENV)/ready ## tag 30,000 rows on Spark local[2] by this version and by an earlier one: EARLIER=its checkout, with its compiled part
	$(BIN)/python tests/benchmarks/spark_rows.py $(EARLIER)

mutate: $(VENV)/ready ## change the pure modules in small ways and count what the tests notice (docs/testing.md); SHARE of all changes, 0.05
	$(BIN)/python tests/benchmarks/mutate.py --share $(or $(SHARE),0.05)

same: $(VENV)/ready ## write every format with this version and with that of COMMIT, and compare byte for byte
	$(BIN)/python tests/benchmarks/same.py $(COMMIT)

walks: $(VENV)/ready ## count how often a run climbs back up the rooms: a tag, a training, a request of the page
	rm -rf build/walks && mkdir -p build/walks && $(BIN)/python tests/benchmarks/walks.py --folder build/walks

torture: $(VENV)/ready ## kill, stop, fill and move runs in every way, and look for what was lost or left behind (docs/robustness.md)
	$(BIN)/python tests/benchmarks/torture.py

fuzz: $(VENV)/ready ## read 20,000 mutated files of every format (docs/robustness.md)
	$(BIN)/python tests/benchmarks/fuzz.py --files 20000

sanitize: $(VENV)/ready ## run the tests of the compiled part with gcc's address and undefined-behaviour sanitizers
	CFLAGS="-fsanitize=address,undefined -fno-sanitize-recover=undefined" $(BIN)/python hatch_build.py
	LD_PRELOAD="$$(gcc -print-file-name=libasan.so) $$(gcc -print-file-name=libubsan.so)" ASAN_OPTIONS=detect_leaks=0 PYTHONMALLOC=malloc \
		$(BIN)/python -m pytest tests/code/model/test_kernels.py tests/code/preprocess/test_scans.py tests/code/read/test_glyphs.py tests/code/training/test_solver.py tests/code/training/test_terms.py; done=$$?; $(BIN)/python hatch_build.py; exit $$done

messages: $(VENV)/ready ## bring the Chinese catalogue up to the code, and compile it; names what has no translation yet
	$(BIN)/python .ci/messages.py

font: $(VENV)/ready ## make the font of the pictures again, from Noto Sans CJK
	$(BIN)/python tests/benchmarks/font.py

screenshots: $(VENV)/ready ## take the pictures of the README again
	SCREENSHOTS=docs/pictures $(BIN)/python -m pytest tests/code/track/test_ui.py tests/code/output tests/code/web/test_page.py

model: $(VENV)/ready ## train the shipped model, models/default, again
	$(BIN)/pipeline train --no-track

# What the demo and the commands of the manual need, and all that the tests need. For the demo Python compiles what is used when it is
# first loaded (--no-compile): of some 20,000 files these are few. The tests take warnings for errors, and compiling some packages warns.
$(VENV)/used: EXTRAS := serve,train
$(VENV)/ready: EXTRAS := dev
$(VENV)/used $(VENV)/ready: pyproject.toml constraints.txt hatch_build.py $(wildcard pipeline/*/*.pyx)
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; name one with: make PYTHON=python3.12") if sys.version_info < (3, 11) else 0'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check --constraint constraints.txt --editable '.[$(EXTRAS)]'
	$(if $(filter dev,$(EXTRAS)),$(BIN)/python -W ignore -m compileall -qq -j 0 $(VENV)/lib || true)
	touch $@

clean: ## remove what the commands above made, but not the shipped model
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis dist build
