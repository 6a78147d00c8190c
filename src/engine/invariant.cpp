#include "engine/invariant.hpp"

#include <cstdio>
#include <cstdlib>

namespace bellwether {
namespace {

void abort_on_broken_invariant(const char* what, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: broken invariant: %s\n", file, line, what);  // purity: the last words of a process
  std::abort();
}

InvariantHandler current_handler = abort_on_broken_invariant;

}  // namespace

void set_invariant_handler(InvariantHandler handler) { current_handler = handler; }

void invariant_failed(const char* what, const char* file, int line) {
  current_handler(what, file, line);
  std::abort();
}

}  // namespace bellwether
