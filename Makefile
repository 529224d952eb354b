# Two commands do everything, each with its own set-up:
#   make demo   the main job on the sample firm: old sheets and bank statements become demo/Register.xlsx
#   make test   lint, types and the whole test suite
# Further: make bench, make lock, make messages, make pictures, make clean

PYTHON := .venv/bin/python
DEMO_DIR := demo
PYTEST_ARGS ?=

.PHONY: demo test lint types bench lock messages pictures firm clean

demo: .venv/ready-run
	$(PYTHON) -m workbench demo $(DEMO_DIR)

test: .venv/ready-test
	sh scripts/system_packages.sh
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	$(PYTHON) -m pytest -n 2 --dist loadgroup $(PYTEST_ARGS)

lint: .venv/ready-test
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .

types: .venv/ready-test
	$(PYTHON) -m mypy

bench: .venv/ready-bench
	$(PYTHON) benchmarks/run_all.py

# The versions that everybody installs; run after changing dependencies in pyproject.toml.
lock: .venv/ready-bench
	$(PYTHON) scripts/lock.py

messages: .venv/ready-test
	$(PYTHON) scripts/messages.py

pictures: demo
	$(PYTHON) scripts/make_pictures.py $(DEMO_DIR)/Register.xlsx docs/images

firm: .venv/ready-test
	$(PYTHON) workbooks/make_demo_firm.py

.venv/ready-run .venv/ready-test .venv/ready-bench: .venv/ready-%: pyproject.toml constraints.txt
	sh scripts/setup.sh $*
	touch $@

clean:
	rm -rf .venv demo build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
