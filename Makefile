# `make run` is all it takes. Everything happens in scripts/launch.py; this only names it.

# The first Python that is new enough; else python3, which then says what is missing.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && exit; done; echo python3)

.DEFAULT_GOAL := run
.PHONY: run dev test check bench doctor clean migration

run dev test check bench doctor clean:
	@$(PYTHON) scripts/launch.py $@ $(ARGS)

migration:
	@.venv/bin/python scripts/new_migration.py $(name)
