# sealkit: one non-recursive Makefile. Sources are found by folder; own flags
# are in SEAL_CFLAGS, the user's CFLAGS and LDFLAGS come last.

VERSION  := 0.1.0
BUILD    ?= build
PREFIX   ?= /usr/local
BINDIR   ?= $(PREFIX)/bin
SBINDIR  ?= $(PREFIX)/sbin
INCDIR   ?= $(PREFIX)/include
COMPDIR  ?= $(PREFIX)/share/bash-completion/completions
MANDIR   ?= $(PREFIX)/share/man
DATADIR  ?= $(PREFIX)/share/sealkit
PKGS     := libcrypto libssl libsodium libargon2 sqlite3 jansson ykpiv libpcsclite libfido2 libcbor libevent libconfig libcurl libseccomp
TESTPKGS := cmocka jansson

ifeq ($(origin CC),default)
CC := gcc
endif
CFLAGS ?= -O2 -g

WARN := -Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wcast-qual -Wmissing-prototypes \
        -Wvla -Wformat=2 -Wswitch-enum -Werror
HARD := -fstack-protector-strong -fstack-clash-protection -fPIE
IS_GCC := $(if $(findstring clang,$(CC)),,yes)
ifdef IS_GCC
HARD += -fzero-call-used-regs=used-gpr -ftrivial-auto-var-init=zero
endif
ifndef SANITIZE
HARD += -D_FORTIFY_SOURCE=3
else
SAN := -fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=all -DSEAL_SANITIZED=1
endif

SEAL_CFLAGS = -std=gnu11 -D_GNU_SOURCE -DSEAL_VERSION='"$(VERSION)"' -DSEAL_DATADIR='"$(DATADIR)"' -Iinclude -Ilib -MMD -MP \
              $(WARN) $(HARD) $(SAN) $(shell pkg-config --cflags $(PKGS))
SEAL_LDFLAGS = -pie -Wl,--as-needed -Wl,-z,relro -Wl,-z,now $(SAN)

libs = $(shell pkg-config --libs $(PKGS)) -lpthread

LIB_SRC  := $(sort $(wildcard lib/*/*.c))
LIB_OBJ  := $(LIB_SRC:%.c=$(BUILD)/%.o)
LIB      := $(BUILD)/libsealkit.a
TOOLS    := $(notdir $(patsubst %/,%,$(wildcard cmd/*/)))
BINS     := $(TOOLS:%=$(BUILD)/bin/%)
UNIT     := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(sort $(wildcard tests/unit/test_*.c)))
CT       := $(patsubst tests/ct/%.c,$(BUILD)/tests/%,$(sort $(wildcard tests/ct/*.c)))
INTEROP  := $(patsubst tests/interop/%.c,$(BUILD)/tests/interop_%,$(sort $(wildcard tests/interop/*.c)))
BENCH    := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(sort $(wildcard tests/bench/bench_*.c)))
FUZZ     := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
VIRTUAL  := $(patsubst tests/virtual/%/main.c,$(BUILD)/tests/%,$(sort $(wildcard tests/virtual/*/main.c)))
SEALDS   := $(BUILD)/tests/seald-fake $(BUILD)/tests/seald-short $(BUILD)/tests/seald-hooked
MANS     := $(sort $(wildcard man/*.1 man/*.5 man/*.8))

all: $(LIB) $(BINS)
tests: all $(UNIT) $(CT) $(INTEROP) $(VIRTUAL) $(SEALDS) $(BENCH)

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(SEAL_CFLAGS) $(CFLAGS) -c -o $@ $<

$(LIB): $(LIB_OBJ)
	@rm -f $@
	ar rcs $@ $^

# What several tools share.
CMD := $(BUILD)/libcmd.a
$(CMD): $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard cmd/*.c)))
	@rm -f $@
	ar rcs $@ $^

define tool_rule
$(BUILD)/bin/$(1): $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard cmd/$(1)/*.c))) $(CMD) $(LIB)
	@mkdir -p $$(@D)
	$$(CC) $$(SEAL_LDFLAGS) $$(LDFLAGS) -o $$@ $$^ $$(libs)
endef
$(foreach t,$(TOOLS),$(eval $(call tool_rule,$(t))))

define virtual_rule
$(BUILD)/tests/$(1): $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard tests/virtual/$(1)/*.c)))
	@mkdir -p $$(@D)
	$$(CC) $$(SEAL_LDFLAGS) $$(LDFLAGS) -o $$@ $$^ -lcrypto -lcbor -lpthread
endef
$(foreach t,$(notdir $(VIRTUAL)),$(eval $(call virtual_rule,$(t))))

# The daemon with a core that misbehaves on request, with short limits, and with a gate that
# does what an attacker would (tests/seald); none is ever installed.
SEALD_OBJ := $(patsubst %.c,$(BUILD)/%.o,cmd/tool.c $(sort $(wildcard cmd/seald/*.c)))
$(BUILD)/tests/seald-fake: $(SEALD_OBJ) $(BUILD)/tests/seald/fake_core.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(SEAL_LDFLAGS) $(LDFLAGS) -o $@ $^ $(libs)
$(BUILD)/tests/seald-short: $(SEALD_OBJ) $(BUILD)/tests/seald/fake_core.o $(BUILD)/tests/seald/short_limits.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(SEAL_LDFLAGS) $(LDFLAGS) -o $@ $^ $(libs)
$(BUILD)/hooked/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(SEAL_CFLAGS) -DSEAL_TEST_GATE_HOOK=1 $(CFLAGS) -c -o $@ $<
$(BUILD)/tests/seald-hooked: $(SEALD_OBJ) $(BUILD)/hooked/lib/gate/conn.o $(BUILD)/tests/seald/gate_hook.o \
    $(BUILD)/tests/seald/fake_core.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(SEAL_LDFLAGS) $(LDFLAGS) -o $@ $^ $(libs)
$(BUILD)/tests/test_seald_config: $(BUILD)/cmd/seald/config.o
$(BUILD)/tests/test_seald_sandbox $(BUILD)/tests/test_seald_calls: $(BUILD)/cmd/seald/sandbox.o $(BUILD)/cmd/seald/landlock.o
$(BUILD)/tests/test_seald_%: $(BUILD)/tests/unit/test_seald_%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(SEAL_LDFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(LIB) $(libs) $(shell pkg-config --libs $(TESTPKGS))

$(BUILD)/tests/test_%: $(BUILD)/tests/unit/test_%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(SEAL_LDFLAGS) $(LDFLAGS) -o $@ $^ $(libs) $(shell pkg-config --libs $(TESTPKGS))

# One suite for all drivers of tokens.
$(BUILD)/tests/test_token_%: $(BUILD)/tests/unit/test_token_%.o $(BUILD)/tests/unit/token_conformance.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(SEAL_LDFLAGS) $(LDFLAGS) -o $@ $^ $(libs)

$(BUILD)/tests/interop_token_%: $(BUILD)/tests/interop/token_%.o $(BUILD)/tests/unit/token_conformance.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(SEAL_LDFLAGS) $(LDFLAGS) -o $@ $^ $(libs)

# Faults by name: tests/unit/faults.c has what takes the place of each call.
FAULTS := malloc calloc realloc strdup strndup asprintf __asprintf_chk mlock getrandom write fsync fdatasync linkat open
$(BUILD)/tests/test_fault_%: $(BUILD)/tests/unit/test_fault_%.o $(BUILD)/tests/unit/faults.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(SEAL_LDFLAGS) $(LDFLAGS) $(FAULTS:%=-Wl,--wrap=%) -o $@ $^ $(libs) $(shell pkg-config --libs $(TESTPKGS))
# Named, so that this rule is taken also where only the test's own object is there yet.
$(filter $(BUILD)/tests/test_fault_%,$(UNIT)): $(BUILD)/tests/unit/faults.o

$(BUILD)/tests/ct_%: $(BUILD)/tests/ct/ct_%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(SEAL_LDFLAGS) $(LDFLAGS) -o $@ $^ $(libs)

$(BUILD)/tests/interop_%: $(BUILD)/tests/interop/%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(SEAL_LDFLAGS) $(LDFLAGS) -o $@ $^ $(libs)

$(BUILD)/bench/%: $(BUILD)/tests/bench/%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(SEAL_LDFLAGS) $(LDFLAGS) -o $@ $^ $(libs) -lgfshare

# Fuzz harnesses link a library of their own, compiled by clang for libFuzzer and ASan.
FUZZ_CC := clang-14
FUZZ_FLAGS = -std=gnu11 -D_GNU_SOURCE -DSEAL_VERSION='"$(VERSION)"' -DSEAL_SANITIZED=1 -Iinclude -Ilib -MMD -MP \
             -O1 -g -fno-sanitize-recover=all $(shell pkg-config --cflags $(PKGS))
FUZZ_LIB := $(BUILD)/fuzz/libsealkit.a
$(BUILD)/fuzz/lib/%.o: lib/%.c Makefile
	@mkdir -p $(@D)
	$(FUZZ_CC) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link,address,undefined -c -o $@ $<

$(FUZZ_LIB): $(LIB_SRC:%.c=$(BUILD)/fuzz/%.o)
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/fuzz/tests/%.o: tests/fuzz/%.c Makefile
	@mkdir -p $(@D)
	$(FUZZ_CC) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link,address,undefined -c -o $@ $<

$(BUILD)/fuzz/fuzz_%: $(BUILD)/fuzz/tests/fuzz_%.o $(FUZZ_LIB)
	$(FUZZ_CC) -fsanitize=fuzzer,address,undefined -o $@ $^ $(libs)

# Seconds for each harness; new inputs go to the build folder, not to the tree.
FUZZ_SECONDS ?= 60
fuzz-build: $(FUZZ)
fuzz: $(FUZZ)
	@for f in $(notdir $(FUZZ)); do n=$${f#fuzz_}; mkdir -p $(BUILD)/fuzz/new/$$n tests/fuzz/corpus/$$n; \
	  $(BUILD)/fuzz/$$f -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 -verbosity=0 -print_final_stats=0 \
	    -artifact_prefix=$(BUILD)/fuzz/ $(BUILD)/fuzz/new/$$n tests/fuzz/corpus/$$n || exit 1; done

ONLY ?=
bench: all $(BENCH) $(BUILD)/tests/interop_make_card
	@BUILD=$(BUILD) ONLY=$(ONLY) tests/bench/run

check: tests
	BUILD=$(BUILD) tests/suite unit cli interop

units: $(LIB) $(UNIT)
check-asan:
	$(MAKE) BUILD=build-asan SANITIZE=address,undefined units
	BUILD=build-asan tests/suite unit

# The tools and the daemon, too: minutes, so not in tests/run. The sandbox is not in such a build.
check-asan-tools:
	$(MAKE) BUILD=build-asan SANITIZE=address,undefined tests
	BUILD=build-asan SEAL_SKIPS=tests/asan-skips.txt SEAL_TEST_TIMEOUT=1800 tests/suite cli

check-valgrind: tests
	BUILD=$(BUILD) SEAL_RUNNER='valgrind -q --error-exitcode=99 --leak-check=full' tests/suite unit

check-layers:
	tests/layers.sh

check-man: all
	tests/man-sync.sh $(BUILD)/bin

# cppcheck does not know the cleanup attribute: leaks are for ASan and valgrind.
# Checks and reasons are in .clang-tidy; shallow keeps the analyser's part short.
TIDY_FLAGS = -std=gnu11 -D_GNU_SOURCE -DSEAL_VERSION=\"x\" -DSEAL_DATADIR=\"x\" -Iinclude -Ilib $(shell pkg-config --cflags $(PKGS)) \
  -Xclang -analyzer-config -Xclang mode=shallow
lint:
	clang-format-14 --dry-run -Werror $(shell find include lib cmd tests -name '*.[ch]')
	cppcheck -q --std=c11 --error-exitcode=1 --inline-suppr --enable=warning,performance,portability \
	  --suppress=missingIncludeSystem --suppress=memleak --suppress=resourceLeak \
	  -Iinclude -Ilib lib $(wildcard cmd)
	printf '%s\n' $(LIB_SRC) $(wildcard cmd/*.c cmd/*/*.c) | xargs -P2 -n6 sh -c 'clang-tidy-14 --quiet "$$@" -- $(TIDY_FLAGS) 2>&1 | \
	  grep -v "^[0-9]* warnings\? \(generated\|treated\)" | grep . && exit 1 || exit 0' sh
	$(if $(MANS),mandoc -Tlint -W warning $(MANS))
	shellcheck -x $(shell find tests ceremony completions -name '*.sh' -o -name '*.bash') tests/run tests/suite tests/bench/run .ci/run ceremony/demo

# Which lines no unit test reaches. At -O0 the compiler does not see which texts are short.
coverage:
	$(MAKE) BUILD=build-coverage CFLAGS="-O0 -g --coverage -Wno-error=format-truncation" LDFLAGS=--coverage tests
	BUILD=build-coverage tests/suite unit
	gcovr --object-directory build-coverage -r . -f 'lib/' -s --txt build-coverage/coverage.txt
	tail -n 4 build-coverage/coverage.txt

# Thousands of seeded kills and of changed logs, and fuzzing, for as long as asked.
SOAK_KILLS ?= 2000
SOAK_MUTANTS ?= 10000
soak: tests fuzz-build
	SEAL_KILLS=$(SOAK_KILLS) SEAL_MUTANTS=$(SOAK_MUTANTS) SEAL_TEST_TIMEOUT=14400 BUILD=$(BUILD) tests/suite soak
	$(MAKE) check-asan-tools
	$(MAKE) fuzz

install: all
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(SBINDIR)
	install -m 755 $(filter-out %/seald,$(BINS)) $(DESTDIR)$(BINDIR)
	install -m 755 $(filter %/seald,$(BINS)) $(DESTDIR)$(SBINDIR)
	install -d $(DESTDIR)$(DATADIR)/attestation $(DESTDIR)$(INCDIR)/sealkit $(DESTDIR)$(COMPDIR)
	install -m 644 data/attestation/README.md $(DESTDIR)$(DATADIR)/attestation
	for k in piv fido2; do install -D -m 644 -t $(DESTDIR)$(DATADIR)/attestation/$$k data/attestation/$$k/*.pem; done
	install -m 644 $(wildcard include/sealkit/*.h) $(DESTDIR)$(INCDIR)/sealkit
	install -m 644 completions/sealkit.bash $(DESTDIR)$(COMPDIR)/seal-open
	for t in $(filter-out seal-open,$(TOOLS)); do ln -sf seal-open $(DESTDIR)$(COMPDIR)/$$t; done
	for m in $(MANS); do install -D -m 644 $$m $(DESTDIR)$(MANDIR)/man$${m##*.}/$${m##*/}; done

uninstall:
	for t in $(TOOLS); do rm -f $(DESTDIR)$(BINDIR)/$$t $(DESTDIR)$(SBINDIR)/$$t $(DESTDIR)$(COMPDIR)/$$t; done
	for m in $(MANS); do rm -f $(DESTDIR)$(MANDIR)/man$${m##*.}/$${m##*/}; done
	rm -rf $(DESTDIR)$(DATADIR)/attestation $(DESTDIR)$(INCDIR)/sealkit

clean:
	rm -rf $(BUILD) build-asan build-clang build-coverage

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

.PHONY: all tests units fuzz fuzz-build bench check check-asan check-asan-tools check-valgrind check-layers check-man lint coverage soak install uninstall clean
.SECONDARY:
