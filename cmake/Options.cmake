# Compiler options that every target shares.

# The compiler's cache (~/.cache/ccache, or CCACHE_DIR) is outside of the checkout, and one for all checkouts and build
# types: paths inside of the checkout count relative to it, the compiler by its content, and headers, precompiled ones
# too, by theirs. Nothing that the compiler is given may hold the checkout's path, or the file misses the cache.
find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 CCACHE_COMPILERCHECK=content
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_library(bellwether_options INTERFACE)
target_compile_options(bellwether_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -fpch-preprocess -ffp-contract=off)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND (BELLWETHER_SANITIZE OR CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 13))
  # Debian 12's g++, without sanitizers, is the judge. Later ones, and what sanitizers add to the code, warn of
  # out-of-bounds and uninitialised reads inside of the standard library's own headers that are none; later ones also of
  # a std::move that version 12 needs. These stay warnings.
  foreach(warning array-bounds free-nonheap-object maybe-uninitialized null-dereference pessimizing-move
                  redundant-move restrict stringop-overflow stringop-overread)
    target_compile_options(bellwether_options INTERFACE -Wno-error=${warning})
  endforeach()
  if(CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 13)
    target_compile_options(bellwether_options INTERFACE -Wno-error=dangling-reference)  # Version 12 knows no such.
  endif()
endif()
target_include_directories(bellwether_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_definitions(bellwether_options INTERFACE BELLWETHER_VERSION="${PROJECT_VERSION}")
if(BELLWETHER_SANITIZE)
  add_compile_options(-fsanitize=${BELLWETHER_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -O1 -g1)
  add_link_options(-fsanitize=${BELLWETHER_SANITIZE})
  # What the sanitizers add to the code makes g++ see uses of uninitialised values that are none.
  target_compile_options(bellwether_options INTERFACE -Wno-maybe-uninitialized)
  if(BELLWETHER_SANITIZE MATCHES thread AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    add_compile_options(-Wno-tsan)  # Asio's fences, which the sanitizer does not model; its locks order what they order.
  endif()
endif()
