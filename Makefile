# One configuration for the demo and the tests (debug), so that a fresh machine compiles once; `build` makes what is shipped.
SWIFT ?= swift
FLAGS := --explicit-target-dependency-import-check error
# lld packs the relative relocations (glibc 2.36 reads them): some 2 MiB less in memory than what gold makes.
RELEASE := -c release --static-swift-stdlib $(FLAGS) -Xswiftc -use-ld=lld -Xlinker -z -Xlinker pack-relative-relocs \
  -Xlinker --icf=safe
PREFIX ?= /usr/local
SOURCES := Package.swift Sources Tests

.PHONY: build demo test soak bench check format lint-format install bootstrap clean

build: bootstrap
	$(SWIFT) build $(RELEASE) --product playbook
	$(SWIFT) build $(RELEASE) --product playbook-world

demo: bootstrap
	$(SWIFT) build $(FLAGS) --product playbook
	$(SWIFT) build $(FLAGS) --product playbook-world
	scripts/demo

test: bootstrap
	$(SWIFT) build --build-tests $(FLAGS)
	scripts/run-tests
	.build/debug/playbook test --playbooks playbooks

# Kills a run KILLS times against real servers and goes on with it; ends with `kills N, lost 0, doubled 0`. Then FUZZ seconds
# of random statements against the SQL gate.
KILLS ?= 500
FUZZ ?= 600
soak: bootstrap
	@rm -f .build/soak.txt
	@PLAYBOOK_KILLS=$(KILLS) PLAYBOOK_SOAK_REPORT=$(CURDIR)/.build/soak.txt PLAYBOOK_REQUIRE_SERVICES=1 \
	  $(SWIFT) test --no-parallel $(FLAGS) --filter KillTests; code=$$?; cat .build/soak.txt; exit $$code
	PLAYBOOK_FUZZ_SECONDS=$(FUZZ) PLAYBOOK_REQUIRE_SERVICES=1 \
	  $(SWIFT) test --no-parallel $(FLAGS) --filter GateFuzzPromiseTests

check: lint-format test

# The drill's run beside a bash script that does the same, the start-up, the peak of memory; transcripts of long runs. Not a
# test.
bench: build
	scripts/bench
	scripts/bench-transcript

lint-format:
	$(SWIFT) format lint --strict --recursive --parallel $(SOURCES)

format:
	$(SWIFT) format --in-place --recursive --parallel $(SOURCES)

install: build
	install -D -m 0755 .build/release/playbook $(DESTDIR)$(PREFIX)/bin/playbook
	install -D -m 0755 .build/release/playbook-world $(DESTDIR)$(PREFIX)/bin/playbook-world

bootstrap:
	@scripts/bootstrap

clean:
	rm -rf .build
