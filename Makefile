# Everything that is done with this checkout. `make` lists it; nothing needs to be done before any of it.

SHELL := /bin/bash
PYTHON := .venv/bin/python
# conntrack, nft and others lie where a user's PATH does not lead
export PATH := $(PATH):/usr/local/sbin:/usr/sbin:/sbin
# the user's own Python packages are none of ours; root leaves no files in the user's checkout
export PYTHONNOUSERSITE := 1
export PYTHONDONTWRITEBYTECODE := 1

MADE = .venv build qnet.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis \
	$(shell find qnet_gui packaging tests resources -name __pycache__ -type d)

ROLE ?=
DESTDIR ?=
ARGS ?=
TIMES ?= 3

# what is fast is told by the fixtures of each test, see tests/conftest.py
FAST = $(PYTHON) -m pytest -n 2 -p no:cacheprovider -m

.DEFAULT_GOAL := help
.PHONY: help setup test test-fast coverage test-loaded soak test-plasma test-packages lint format docs translations release-check pictures kept-pictures demo bench e2e-xen
.PHONY: xen-shell install uninstall deb rpm clean

help: ## list what there is
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: ## install the Debian packages and the Python environment that all of this needs, but for the demo (less)
	@.ci/setup

test: setup ## run the tests (as root, with sudo when needed); ARGS='tests/lab -k dns -n0' for some, one after the other
	@.ci/as-root $(PYTHON) -m pytest -n 2 --dist loadfile $(ARGS)

test-fast: setup ## what needs neither root nor a lab, in a minute, as nobody in particular; ARGS as for test
	@QNET_TEST_EXAMPLES=25 .ci/as-user $(FAST) 'not root and not screen and not programs' $(ARGS)

coverage: setup ## the same with whole programs, and how much of each room it covers; fails below the floors of tests/coverage_floors.toml
	@.ci/as-user $(FAST) 'not root and not screen' --cov --cov-report= $(ARGS)

test-loaded: setup ## run the tests TIMES=3 times, each beside two busy loops a core; ARGS as for test
	@.ci/loaded $(TIMES) .ci/as-root $(PYTHON) -m pytest -n 2 --dist loadfile $(ARGS)

soak: setup ## ten minutes of ordinary and bad days in a lab, after which all is as it was; QNET_SOAK_MINUTES, QNET_SOAK_SEED
	@.ci/as-root $(PYTHON) -m pytest -s tests/lab/soak.py $(ARGS)

test-plasma: setup ## install a Plasma, and run tests/plasma in it, without a screen; ARGS as for test
	@.ci/setup-plasma
	@.ci/as-root $(PYTHON) -m pytest -c tests/plasma/pytest.ini tests/plasma $(ARGS)

test-packages: setup ## make a Debian, boot it with systemd in namespaces, and install, upgrade, remove the packages there; ARGS as for test
	@.ci/setup-packages
	@.ci/as-root $(PYTHON) -m pytest -c tests/packages/pytest.ini tests/packages -n 2 $(ARGS)

lint: setup ## ruff and mypy --strict
	@$(PYTHON) -m ruff check
	@$(PYTHON) -m ruff format --check
	@$(PYTHON) -m mypy

translations: setup ## collect the texts for translators, and make what the tray reads of what they have done
	@.ci/setup-translations
	@$(PYTHON) resources/make_translations.py

pictures: setup ## take pictures of every page in every look, into build/pictures; ARGS='light' for some looks
	@$(PYTHON) resources/make_pictures.py $(ARGS)

kept-pictures: setup ## take those anew that tests compare; look at what git says of them before you keep them
	@$(PYTHON) tests/tray/kept_pictures.py tests/tray/pictures

release-check: setup ## what a release must pass beside the tests: every text is translated
	@$(PYTHON) resources/make_translations.py --finished

docs: setup ## write what of docs/ is made from the declarations
	@$(PYTHON) -m qnet_gui.dom0.document docs/dbus.md
	@$(PYTHON) -m qnet_gui.store.document docs/xenstore.md
	@$(PYTHON) -m qnet_gui.doctor.document docs/doctor.md

demo: ## a whole machine on this one: it boots, a domain fetches a page, the netvm roams, the tray shows it
	@.ci/demo $(ARGS)

bench: setup ## measure what README.md states
	@.ci/as-root $(PYTHON) tests/bench/run.py $(ARGS)

e2e-xen: setup ## boot a real Xen under QEMU, with dom0, a netvm and a domain, and run tests/xen in it
	@.ci/setup-xen
	@.ci/as-root $(PYTHON) -m pytest -c tests/xen/pytest.ini tests/xen -n 2 --dist worksteal $(ARGS)

xen-shell: setup ## the same Xen, and a shell in any of its domains
	@.ci/setup-xen
	@.ci/as-root $(PYTHON) tests/xen/shell.py

install: ## install for ROLE=dom0|netvm|guest, below DESTDIR if given; needs nothing but Python and make
	@/usr/bin/python3 -B -m qnet_gui.install $(ROLE) --destdir '$(DESTDIR)'

uninstall: ## take away what install has put there; ROLE and DESTDIR as for install
	@/usr/bin/python3 -B -m qnet_gui.uninstall $(ROLE) --destdir '$(DESTDIR)'

deb: ## build Debian's packages into build/deb; needs nothing but Python, dpkg and make
	@PYTHONPATH=.:packaging /usr/bin/python3 -B -m qnet_packaging deb

rpm: setup ## build Fedora's packages into build/rpm, with rpmbuild and, for python3-pyxs, pip; PYTHON_OF=3.13 for a Fedora with that Python
	@PYTHONPATH=.:packaging $(PYTHON) -B -m qnet_packaging rpm $(if $(PYTHON_OF),--python $(PYTHON_OF))

format: setup ## have ruff format everything
	@$(PYTHON) -m ruff format
	@$(PYTHON) -m ruff check --fix

clean: ## remove what was made here; the Debian packages stay
	@rm -rf $(MADE) 2>/dev/null || .ci/as-root rm -rf $(MADE)
