# make            release binary build/docker-flow
# make VARIANT=san|debug|cov   the same with sanitizers, without optimisation, with coverage
# make quick      build, unit tests, style and floors: what every commit passes
# make test       everything; installs what it needs
# make mutants    seeded breaks, and whether the nearest tests notice them
# make long       what would make `make test` too long: all of tests/engine on both engines, mutants, regressions, the sweep on both engines, hostile inputs, fuzzing by the hour
# make itself predefines CC as cc
ifeq ($(origin CC),default)
CC      := gcc
endif
VARIANT ?= release
VERSION := $(shell cat VERSION)
O       := $(if $(filter release,$(VARIANT)),build,build/$(VARIANT))

CSTD   := -std=gnu11 -D_GNU_SOURCE -I. -DFLOW_VERSION='"$(VERSION)"'
WARN   := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 -Wpointer-arith \
	  -Wno-missing-field-initializers
HARDEN := -fstack-protector-strong -fPIE -fno-strict-aliasing -fcf-protection
LINK   := -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed
OPT_release := -O2 -g -D_FORTIFY_SOURCE=2
OPT_clang   := $(OPT_release)
OPT_debug   := -Og -g3
OPT_san     := -O1 -g3 -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
OPT_cov     := -O0 -g3 --coverage
OPT_fuzz    := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
CFLAGS  += $(CSTD) $(WARN) $(HARDEN) $(OPT_$(VARIANT))
LINK_san := -fsanitize=address,undefined
LINK_cov := --coverage
LINK_fuzz := -fsanitize=address,undefined
LDFLAGS += $(LINK) $(LINK_$(VARIANT))
# The small parsers are linked statically: the binary starts for every plugin command and each shared library costs.
# libc first: where most symbols are is looked at first.
# libcurl and libarchive are opened on first use (engine/http/curl_lib.c, engine/archive/archive_lib.c).
LIBS    := -Wl,-Bstatic -lcyaml -lyaml -lmd -lpcre2-8 -Wl,-Bdynamic -lc -ldl -lm

# engine/probe/helper is a program of its own, without a C library.
SRC  := $(sort $(shell find base compose graph engine cmd plugin-manifest -name '*.c' ! -path 'engine/probe/helper/*'))
OBJ  := $(SRC:%.c=$O/%.o)
CORE := $(filter-out $O/cmd/main.o,$(OBJ))
UNIT := $(patsubst tests/unit/%.c,$O/unit/%,$(wildcard tests/unit/test_*.c))

all: $O/docker-flow

$O/docker-flow: $(OBJ)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$O/%.o: %.c VERSION
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

# What unit tests and fuzzers link from: only what each needs.
$O/core.a: $(CORE)
	rm -f $@
	ar rcs $@ $^

$O/unit/%: tests/unit/%.c $O/core.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -MF $@.d $(LDFLAGS) -o $@ $< $O/core.a $(LIBS) -lcjson -lcmocka

# The program a probe runs within a container's network namespace: static, without a C library, a few KiB; packed
# as the image that engine/probe/helper_image.c embeds. The same bytes for every variant.
PROBE_FLAGS := -std=gnu11 -I. -Wall -Wextra -Werror -Os -static -nostdlib -ffreestanding -fno-builtin -fno-stack-protector \
	-fno-asynchronous-unwind-tables -fno-pie -fcf-protection=none -Wl,--build-id=none -Wl,-z,norelro -Wl,-z,noseparate-code -s

$O/probe_helper.tar: engine/probe/helper/helper.c engine/probe/helper/sys.h engine/probe/probe_wire.c engine/probe/probe_wire.h
	@mkdir -p $(@D)/probe_helper
	$(CC) $(PROBE_FLAGS) -o $(@D)/probe_helper/probe $(filter %.c,$^)
	tar -C $(@D)/probe_helper --format=ustar --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=755 -cf $@ probe

$O/engine/probe/helper_image.o: $O/probe_helper.tar
$O/engine/probe/helper_image.o: CFLAGS += -Wa,-I$O

# Stands between the binary and an engine and spoils requests.
$O/tests/faultproxy: $O/tests/faultproxy.o $O/tests/faultproxy_http.o
	$(CC) $(LDFLAGS) -o $@ $^

unit: $(UNIT)
	tests/unit.sh $(UNIT)

style:
	tests/style.sh
	tests/floors.sh

quick: all unit style

# Data folders under testdata/cases, run with the binary of this variant.
cases: all
	tests/case_run.sh $O/docker-flow

# Fuzzing: `make fuzz VARIANT=fuzz CC=clang FUZZ_SECONDS=30`; one program per file in tests/fuzz.
FUZZ := $(patsubst tests/fuzz/%.c,$O/fuzz/%,$(wildcard tests/fuzz/*.c))
FUZZ_SECONDS ?= 30

$O/fuzz/%: tests/fuzz/%.c $O/core.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -MF $@.d $(LDFLAGS) -fsanitize=fuzzer -o $@ $< $O/core.a $(LIBS)

fuzz: $(FUZZ)
	tests/fuzz.sh $(FUZZ_SECONDS) $(FUZZ)

# What an attribute, a command, an operation … touches: an example of each, applied to a copy, built and counted.
touches:
	tests/touches.sh

# Everything; ends with one line `N passed, N failed`.
test:
	tests/test.sh

# All that touches an engine, on both.
engines: all
	ENGINE_VERSION=20 bats tests/engine
	ENGINE_VERSION=28 bats tests/engine

# Every request of an `up` spoiled in every way, on both engines.
sweep: all $O/tests/faultproxy
	ENGINE_VERSION=20 tests/sweep.sh
	ENGINE_VERSION=28 tests/sweep.sh

# Odd files, wrong answers, closed descriptors, foreign text on a terminal: `make hostile HOSTILE_COUNT=10000 HOSTILE_SEED=7`.
HOSTILE_COUNT ?= 1500
HOSTILE_SEED  ?= 1
hostile:
	$(MAKE) -s VARIANT=san all
	python3 tests/hostile/hostile.py --count $(HOSTILE_COUNT) --seed $(HOSTILE_SEED) build/san/docker-flow

# Whether the tests that stand for a fault fail without its cure.
regressions:
	tests/regressions.sh

# Whether each option has a test that fails when it does nothing.
options: all
	tests/options.py

# Breaks the house on purpose: `tests/mutants.sh PATTERN…` for some files only.
mutants:
	tests/mutants.sh

LONG_FUZZ_SECONDS ?= 300
long: engines options mutants regressions sweep hostile
	$(MAKE) CC=clang VARIANT=fuzz FUZZ_SECONDS=$(LONG_FUZZ_SECONDS) fuzz

deps:
	tests/deps.sh build

clean:
	rm -rf build

include plugin-manifest/install.mk

-include $(OBJ:.o=.d) $(UNIT:%=%.d) $(FUZZ:%=%.d) $O/tests/faultproxy.d $O/tests/faultproxy_http.d
# The main job on a real stack, on the engine that is reachable or a private one.
demo:
	demo/demo.sh up
demo-down:
	demo/demo.sh down

# Ratios against docker compose and the engine's floor, into docs/benchmarks.md.
bench: all
	tests/bench/bench.sh

.PHONY: all unit style quick cases fuzz touches test engines sweep options mutants regressions hostile long bench demo demo-down deps clean
