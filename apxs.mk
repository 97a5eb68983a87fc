# Builds the modules with apxs's settings. `make help` lists the targets.
#
#   CC      the compiler
#   MODE    "" | asan | fuzz | fallback: what is built
#   OUT     where it is built
#   V=1     shows the commands
#   HIREDIS "", yes or tls: whether there is a Redis store, and with TLS
#   LAYERS  narrows libmcp.a to some folders, as in
#           `make unit LAYERS="base jose" UNIT=jose_`

ifeq ($(origin CC),default)
CC := gcc
endif
APXS ?= $(firstword $(shell command -v apxs apxs2 2>/dev/null) apxs)
MODE ?=
OUT ?= build
SRC := mod_mcp_oauth
say = $(if $(V),,@echo "  $(1)	$@";)
LAYERS ?= base net jose store live idp oauth mcp tool page
# what mcpctl is linked with: layers 0 to 3, and nothing of httpd
CTL_LAYERS := base net jose store live idp oauth

# -- flags -------------------------------------------------------------------

apxs = $(shell $(APXS) -q $(1) 2>/dev/null)
APR_INCLUDES := $(addprefix -isystem ,$(sort $(call apxs,APR_INCLUDEDIR) \
    $(call apxs,APU_INCLUDEDIR)))
HTTPD_INCLUDES := -isystem $(call apxs,INCLUDEDIR)
APR_LIBS = $(shell apr-1-config --link-ld --libs; apu-1-config --link-ld)
# What the compiler finds: headers of hiredis, and of its TLS.
has = $(shell echo | $(CC) $(CPPFLAGS) -E -include $(1) - >/dev/null 2>&1 \
    && echo $(2))
HIREDIS ?= $(or $(call has,hiredis/hiredis_ssl.h,tls), \
    $(call has,hiredis/hiredis.h,yes))
HIREDIS := $(HIREDIS)
HIREDIS_LIBS := $(if $(filter tls,$(HIREDIS)),-lhiredis_ssl -lssl) \
    $(if $(HIREDIS),-lhiredis)
LIBS := -ljansson -lcjose $(HIREDIS_LIBS) -lcrypto -lsqlite3 -lpcre2-8 -lm \
    $(if $(wildcard $(SRC)/net/curl.c),-lcurl)

# What an initialiser leaves out is 0 or NULL (C11 6.7.9): members that are
# told to be optional are left out.
WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes \
    -Wmissing-prototypes -Wpointer-arith -Wwrite-strings -Wformat=2 \
    -Wno-unused-parameter -Wno-missing-field-initializers
HARDEN := -O2 -fstack-protector-strong -D_FORTIFY_SOURCE=2
SAN :=
ifeq ($(MODE),asan)
SAN := -fsanitize=address,undefined -fno-sanitize-recover=undefined
endif
ifeq ($(MODE),fuzz)
SAN := -fsanitize=fuzzer-no-link,address,undefined \
    -fno-sanitize-recover=undefined
endif
ifneq ($(SAN),)
# the sanitizers replace what _FORTIFY_SOURCE would wrap
HARDEN := -O1 -fno-omit-frame-pointer
endif
ifeq ($(MODE),fallback)
MODE_CPPFLAGS := -DMCP_STREAMS_FALLBACK
endif

ALL_CPPFLAGS = $(call apxs,EXTRA_CPPFLAGS) -I$(SRC) $(APR_INCLUDES) \
    $(MODE_CPPFLAGS) $(if $(filter tls,$(HIREDIS)),-DMCP_HIREDIS_TLS) \
    $(CPPFLAGS)
# all is bound when a module is loaded (-z now): no detour over a table of jumps
ALL_CFLAGS = -std=gnu99 -g -fPIC -fno-plt $(HARDEN) $(SAN) $(WARNINGS) $(CFLAGS)
LINK = $(CC) -shared $(SAN) -Wl,--as-needed -Wl,-z,relro -Wl,-z,now \
    -Wl,--version-script=build/exports.map $(LDFLAGS)

# -- what there is -----------------------------------------------------------

OBJ := $(OUT)/obj
MODULES := $(OUT)/modules
LIB := $(OUT)/libmcp.a
PAGES := $(sort $(wildcard $(foreach e,html css svg,$(SRC)/page/*.$(e))))
EMBEDDED := $(if $(PAGES),$(OBJ)/page/embedded.o)

# The files of the Redis store, or the one that stands for them.
ABSENT := $(if $(HIREDIS),$(SRC)/store/redis_absent.c,$(filter-out \
    $(SRC)/store/redis_absent.c,$(wildcard $(SRC)/store/redis*.c)))
objects = $(patsubst $(SRC)/%.c,$(OBJ)/%.o,$(sort $(filter-out $(ABSENT), \
    $(wildcard $(1)))))
# Folders below httpd: compiled without its headers in reach (house rule 1).
LOW_OBJECTS := $(call objects,$(foreach l,$(LAYERS),$(SRC)/$(l)/*.c)) \
    $(if $(filter page,$(LAYERS)),$(EMBEDDED))
HTTPD_OBJECTS := $(call objects,$(SRC)/config/*.c $(SRC)/server/*.c)
CTL_OBJECTS := $(call objects,$(SRC)/ctl/*.c)
CTL := $(OUT)/mcpctl
RECORD_OBJECT := $(call objects,$(SRC)/mod_mcp_oauth.c)
DEMO_OBJECTS := $(call objects,$(SRC)/demo/*.c)
TEST_MODULES := $(patsubst t/c-modules/%/,$(MODULES)/mod_%.so, \
    $(wildcard t/c-modules/*/))
UNITS := $(patsubst t/unit/%.c,$(OUT)/unit/%,$(sort $(filter-out \
    $(if $(HIREDIS),,t/unit/store_redis%),$(wildcard t/unit/$(UNIT)*.c))))
PROPERTIES := $(patsubst t/property/%.c,$(OUT)/property/%,$(sort \
    $(wildcard t/property/*.c)))
FUZZERS := $(patsubst t/fuzz/%.c,%,$(filter-out t/fuzz/replay.c,$(sort \
    $(wildcard t/fuzz/*.c))))
SOURCES := $(sort $(shell find $(SRC) t -name '*.[ch]' 2>/dev/null))

ALL_MODULES := $(if $(RECORD_OBJECT),$(MODULES)/mod_mcp_oauth.so) \
    $(if $(DEMO_OBJECTS),$(MODULES)/mod_mcp_demo.so)
PROGRAMS := $(if $(CTL_OBJECTS),$(CTL))

# -- build -------------------------------------------------------------------

.PHONY: all test-modules lib install demo serve-conformance check unit \
    unit-programs property soak fuzz fuzz-replay fuzz-programs behaviour \
    bench bench-programs asan format check-format fallback clang doc clean \
    help house config deps install-test client browser ctl idp check-keycloak \
    conformance conformance-asan
.DELETE_ON_ERROR:
.SUFFIXES:

all: $(ALL_MODULES) $(PROGRAMS)
test-modules: $(TEST_MODULES)
lib: $(LIB)

$(MODULES)/mod_mcp_oauth.so: $(RECORD_OBJECT) $(HTTPD_OBJECTS) $(LOW_OBJECTS) \
    build/exports.map
	@mkdir -p $(@D)
	$(call say,LINK)$(LINK) -o $@ $(filter %.o,$^) $(LIBS)

# the demo reads and writes its file with jansson
$(MODULES)/mod_mcp_demo.so: $(DEMO_OBJECTS) build/exports.map
	@mkdir -p $(@D)
	$(call say,LINK)$(LINK) -o $@ $(filter %.o,$^) -ljansson -lm

# From an archive of these layers alone, which a name of a higher one is not
# found in.
$(CTL): $(CTL_OBJECTS) $(OBJ)/ctl/layers.a
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(SAN) -pie -Wl,--as-needed -Wl,-z,relro -Wl,-z,now \
	    $(LDFLAGS) -o $@ $^ $(LIBS) $(APR_LIBS)

$(OBJ)/ctl/layers.a: $(call objects,$(foreach l,$(CTL_LAYERS),$(SRC)/$(l)/*.c))
	@mkdir -p $(@D)
	@rm -f $@
	$(call say,AR)$(AR) rcs $@ $^

# The archive is made anew, so that an object that is gone is gone from it.
$(LIB): $(LOW_OBJECTS)
	@mkdir -p $(@D)
	@rm -f $@
	$(call say,AR)$(AR) rcs $@ $(LOW_OBJECTS)

# httpd's AP_MODULE_DECLARE_DATA says nothing of visibility: the file with the
# record is compiled with the default one and the version script does the rest.
$(RECORD_OBJECT) $(DEMO_OBJECTS): ALL_CPPFLAGS += $(HTTPD_INCLUDES)
$(HTTPD_OBJECTS): ALL_CPPFLAGS += $(HTTPD_INCLUDES)
$(HTTPD_OBJECTS) $(LOW_OBJECTS) $(CTL_OBJECTS): ALL_CFLAGS += -fvisibility=hidden

$(OBJ)/%.o: $(SRC)/%.c apxs.mk
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(OBJ)/page/embedded.c: $(PAGES) build/embed
	@mkdir -p $(@D)
	$(call say,EMBED)build/embed $(PAGES) > $@

$(OBJ)/page/embedded.o: $(OBJ)/page/embedded.c $(SRC)/page/embedded.h apxs.mk
	$(call say,CC)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# A test module is all the files of its folder.
define test_module
$(MODULES)/mod_$(1).so: $(patsubst t/c-modules/%.c,$(OBJ)/t/%.o, \
    $(wildcard t/c-modules/$(1)/*.c)) build/exports.map
	@mkdir -p $$(@D)
	$$(call say,LINK)$$(LINK) -o $$@ $$(filter %.o,$$^) -ljansson
endef
$(foreach m,$(TEST_MODULES),$(eval $(call \
    test_module,$(patsubst mod_%.so,%,$(notdir $(m))))))

$(OBJ)/t/%.o: t/c-modules/%.c apxs.mk
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(ALL_CPPFLAGS) $(HTTPD_INCLUDES) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

-include $(shell find $(OBJ) -name '*.d' 2>/dev/null)

install: all
	APXS=$(APXS) MODULES=$(MODULES) MCPCTL=$(CTL) build/install "$(DESTDIR)"

doc:
	build/manual

clean:
	rm -rf build/obj build/modules build/mcpctl build/libmcp.a build/unit \
	    build/property build/bench build/asan build/fuzz build/fallback \
	    build/clang build/log

deps:
	build/deps

# -- run ---------------------------------------------------------------------

demo:
	@build/serve demo

serve-conformance:
	@MCP_TARGET=serve-conformance MODE=$(MODE) OUT=$(OUT) build/serve conformance

# -- test --------------------------------------------------------------------

check:
	@build/check

# The programs may keep files in $$TMPDIR; they run in the source's root.
$(OUT)/unit/%: t/unit/%.c t/unit/tap.h $(LIB)
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -MF $(OBJ)/unit-$*.d -o $@ \
	    $< $(LIB) $(LIBS) $(APR_LIBS)

$(OUT)/property/%: t/property/%.c $(LIB)
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(ALL_CPPFLAGS) $(if $(HIREDIS),-DMCP_HIREDIS) $(ALL_CFLAGS) -MMD -MP -MF $(OBJ)/property-$*.d -o $@ \
	    $< $(LIB) $(LIBS) $(APR_LIBS)

# MCP_SEED and MCP_STEPS, as the seed is printed; STORES names the stores
STORES ?= sqlite redis
property: $(addprefix property-,$(STORES))
$(addprefix property-,$(STORES)): property-%: $(PROPERTIES)
	MCP_STORE=$* prove --exec "" $(PROVEFLAGS) $(PROPERTIES)

# in minutes
MINUTES ?= 10
soak: all test-modules $(PROPERTIES)
	build/soak $(MINUTES)

unit-programs: $(UNITS)
unit: unit-programs
	$(if $(HIREDIS),,@echo "no hiredis: the Redis store is not built or tested")
	$(if $(UNITS),prove --exec "" $(PROVEFLAGS) $(UNITS),@echo "no unit test")

house:
	prove $(PROVEFLAGS) t/house

# httpd -t on configurations
config: all
	prove $(PROVEFLAGS) t/config

install-test: all
	prove $(PROVEFLAGS) t/install

# the mcpctl command as the user who calls make; `make behaviour` has it as the
# one that httpd runs as
ctl: all
	prove -It/lib $(PROVEFLAGS) $(or $(TESTS),t/ctl)

client browser: all test-modules
	prove --exec "" $(PROVEFLAGS) t/$@/run

# the official suite against what `make serve-conformance` runs
conformance:
	MODE=$(MODE) OUT=$(OUT) prove --exec "" $(PROVEFLAGS) t/client/run :: conformance

conformance-asan:
	$(MAKE) MODE=asan OUT=build/asan conformance

# A real Keycloak, which Maven fetches; not a part of `make check`.
check-keycloak: all test-modules
	PROVEFLAGS="$(PROVEFLAGS)" t/keycloak/run $(TESTS)

# the identity providers that tests sign in at
idp: all test-modules
	prove --exec "" $(PROVEFLAGS) t/idp/run
	prove -It/lib $(PROVEFLAGS) t/idp/perl.t

# MPM=event, worker or prefork; TESTS narrows it to some files
behaviour: all test-modules
	OUT=$(OUT) build/behaviour $(or $(MPM),event) $(TESTS)

SECONDS ?= 20
FUZZ_LINK = $(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS)
ifeq ($(MODE),fuzz)
# a target under libFuzzer
$(OUT)/bin/%: t/fuzz/%.c $(LIB)
	@mkdir -p $(@D)
	$(call say,CC)$(FUZZ_LINK) -fsanitize=fuzzer -o $@ $< $(LIB) $(LIBS) $(APR_LIBS)
else
# a target that is fed the files named
$(OUT)/bin/%: t/fuzz/%.c t/fuzz/replay.c $(LIB)
	@mkdir -p $(@D)
	$(call say,CC)$(FUZZ_LINK) -o $@ $< t/fuzz/replay.c $(LIB) $(LIBS) $(APR_LIBS)
endif
fuzz-programs: $(addprefix $(OUT)/bin/,$(FUZZERS))

fuzz:
	$(MAKE) MODE=fuzz CC=clang OUT=build/fuzz fuzz-programs
	build/fuzz-run $(SECONDS) $(FUZZERS)

fuzz-replay:
	$(MAKE) MODE=asan OUT=build/asan fuzz-programs
	prove --exec "" $(PROVEFLAGS) build/fuzz-replay

asan:
	$(MAKE) MODE=asan OUT=build/asan all test-modules
	OUT=build/asan build/behaviour $(or $(MPM),event) $(TESTS)

$(OUT)/bench/%: t/bench/%.c $(LIB)
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -MF $(OBJ)/bench-$*.d -o $@ \
	    $< $(LIB) $(LIBS) $(APR_LIBS)
bench-programs: $(patsubst t/bench/%.c,$(OUT)/bench/%,$(wildcard t/bench/*.c))

# What cannot be installed is not measured next to us.
bench: all test-modules bench-programs
	-build/deps bench
	t/bench/run

fallback:
	$(MAKE) MODE=fallback OUT=build/fallback all lib

clang:
	$(MAKE) CC=clang OUT=build/clang all lib test-modules

format:
	clang-format -i $(SOURCES)

check-format:
	clang-format --dry-run -Werror $(SOURCES)

help:
	@echo "all install demo serve-conformance check unit property soak house config"
	@echo "behaviour install-test ctl client idp browser fuzz fuzz-replay asan bench fallback"
	@echo "conformance conformance-asan check-keycloak clang format check-format"
	@echo "doc deps clean"
