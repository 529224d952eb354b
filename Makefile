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
	sh scripts/open_xml_sdk.sh
	sh scripts/office_js.sh
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

pictures: .venv/ready-test demo
	sh scripts/system_packages.sh
	WORKBENCH_LANG=zh $(PYTHON) -m workbench report register --register $(DEMO_DIR)/register.sqlite \
		--as-of 2026-09-30 --language zh --out $(DEMO_DIR)/Register.zh.xlsx
	$(PYTHON) scripts/make_pictures.py $(DEMO_DIR)/Register.xlsx docs/images Today=register-today --dpi 95 --max-height 1200
	$(PYTHON) scripts/make_pictures.py $(DEMO_DIR)/Register.xlsx docs/images Orders=register-orders --dpi 95 --max-height 500
	$(PYTHON) scripts/make_pictures.py $(DEMO_DIR)/Register.zh.xlsx docs/images 今日=register-today.zh --dpi 95 --max-height 1200
	$(PYTHON) scripts/make_pictures.py $(DEMO_DIR)/Register.zh.xlsx docs/images 订单=register-orders.zh 匹配=register-matches.zh \
		--dpi 95 --max-height 500
	sh scripts/office_js.sh
	$(PYTHON) scripts/pane_pictures.py $(DEMO_DIR)/register.sqlite docs/images

firm: .venv/ready-test
	$(PYTHON) workbooks/make_demo_firm.py

.venv/ready-run .venv/ready-test .venv/ready-bench: .venv/ready-%: pyproject.toml constraints.txt
	sh scripts/setup.sh $*
	touch $@

clean:
	rm -rf .venv demo build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
