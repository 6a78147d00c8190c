// Puts large allocations on huge pages where the kernel offers them, and keeps a few that were given back for the next
// to ask: a backtest writes some hundred megabytes once, and to get them from the kernel, which clears them first,
// costs as much as the work. What is kept is the kernel's to take back whenever memory runs short. Replaces the global
// operators of the program.
#include <malloc.h>
#include <sys/mman.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <new>

namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kLarge = 2 * kHugePage;
constexpr std::size_t kKeptMax = std::size_t{64} << 20;

/// Blocks that nobody uses. A slot is emptied and filled by one exchange, so threads need no lock.
std::array<std::atomic<void*>, 8> kept_blocks;

/// A kept block of at least `size` bytes and at most twice as many; null where there is none.
void* take_kept(std::size_t size) {
  for (auto& slot : kept_blocks) {
    void* block = slot.exchange(nullptr);
    if (block == nullptr) continue;
    const std::size_t available = malloc_usable_size(block);
    if (available >= size && available / 2 <= size) return block;
    // Not of use here: back to its slot, unless another thread has filled it meanwhile.
    if (void* none = nullptr; !slot.compare_exchange_strong(none, block)) std::free(block);
  }
  return nullptr;
}

void* allocate(std::size_t size) {
  if (size < kLarge) return std::malloc(size == 0 ? 1 : size);
  if (void* block = take_kept(size)) return block;
  void* memory = std::aligned_alloc(kHugePage, (size + kHugePage - 1) / kHugePage * kHugePage);
  // Advice only: without huge pages the memory is as good, and slower.
  if (memory != nullptr) (void)madvise(memory, size, MADV_HUGEPAGE);
  return memory;
}

void release(void* memory) {
  if (memory == nullptr) return;
  const std::size_t size = malloc_usable_size(memory);
  if (size >= kLarge && size <= kKeptMax) {
    // Whole pages only; their content may vanish from here on.
    (void)madvise(memory, size / kHugePage * kHugePage, MADV_FREE);
    for (auto& slot : kept_blocks) {
      if (void* none = nullptr; slot.compare_exchange_strong(none, memory)) return;
    }
  }
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) {
  void* memory = allocate(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void* operator new[](std::size_t size) { return operator new(size); }
void operator delete(void* memory) noexcept { release(memory); }
void operator delete[](void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete[](void* memory, std::size_t) noexcept { release(memory); }
