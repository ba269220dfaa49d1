# Warnings, hardening and sanitizers.
# The release flags follow the OpenSSF compiler hardening guide as far as g++ 12 has them.
set(DARKROOM_SANITIZE "" CACHE STRING "value for -fsanitize=, empty for none")

add_compile_options(-Wall -Wextra -Wformat=2 -Wimplicit-fallthrough -Wnon-virtual-dtor -Woverloaded-virtual
                    -Wconversion -Wsign-conversion -Werror=format-security -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-Wtrampolines -Wbidi-chars=any -Wno-interference-size)
endif()
# Everywhere, so that the precompiled header fits every folder: it is unusable where -pthread differs.
add_compile_options(-pthread)
if(DARKROOM_WERROR)
  add_compile_options(-Werror)
endif()
# Neither the binary nor a log line tells where the tree stood when it was built.
add_compile_options("-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=")

# ccache sees through the precompiled header only with these two settings.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} ${CCACHE})
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-fpch-preprocess)
endif()

# What the sanitizers say of libraries is not ours to mend: tests that load them run with this environment.
set(DARKROOM_SANITIZER_ENVIRONMENT
    "LSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/e2e/lsan.supp:print_suppressions=0"
    "TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/e2e/tsan.supp:print_suppressions=0")
if(DARKROOM_SANITIZE)
  # Fortify stays off: it hides from the sanitizers what they are there to see.
  add_compile_options(-fsanitize=${DARKROOM_SANITIZE} -fno-sanitize-recover=all -O1 -g1 -D_GLIBCXX_ASSERTIONS)
  add_link_options(-fsanitize=${DARKROOM_SANITIZE})
else()
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -D_GLIBCXX_ASSERTIONS -fstack-clash-protection
                      -fstack-protector-strong -fcf-protection=full -ftrivial-auto-var-init=zero
                      -fno-delete-null-pointer-checks -fno-strict-overflow -fno-strict-aliasing -fPIE)
  add_link_options(-pie -Wl,-z,nodlopen,-z,noexecstack,-z,relro,-z,now -Wl,--as-needed -Wl,--no-copy-dt-needed-entries)
endif()
