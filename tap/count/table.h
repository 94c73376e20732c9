// The two containers behind the engine's counts, laid out for tables far larger than the caches.
#ifndef FANOUT_TAP_COUNT_TABLE_H_
#define FANOUT_TAP_COUNT_TABLE_H_

// Every x86-64 has SSE2; MSVC does not say so.
#if defined(__SSE2__) || defined(_M_X64)
#define FANOUT_SSE2
#include <emmintrin.h>
#endif

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

#include "tap/system/system.h"

namespace fanout {

/// "No such record": no table grows to so many.
inline constexpr uint32_t kNone = 0xffffffff;

/// Mixes 64 bits (MurmurHash3's finaliser, A. Appleby, public domain): bijective.
constexpr uint64_t mix(uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdULL;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53ULL;
  return x ^ (x >> 33);
}

/// Starts to load a cache line.
inline void load_early([[maybe_unused]] const void* address) {
#ifdef __GNUC__
  __builtin_prefetch(address);
#elif defined(FANOUT_SSE2)
  _mm_prefetch(static_cast<const char*>(address), _MM_HINT_T0);
#endif
}

/// Allocates large tables on huge pages where the system has them: a random access then costs one
/// cache miss, and not another one for the page table.
template <typename T>
struct HugePages {
  using value_type = T;
  static constexpr size_t kPage = size_t{2} << 20;

  HugePages() = default;
  template <typename U>
  explicit(false) HugePages(const HugePages<U>&) {}

  T* allocate(size_t count) {
    const size_t bytes = count * sizeof(T);
    void* memory = ::operator new(bytes, alignment(bytes));
    if (bytes >= kPage) advise_huge_pages(memory, bytes);
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, size_t count) {
    ::operator delete(memory, alignment(count * sizeof(T)));
  }
  bool operator==(const HugePages&) const { return true; }

 private:
  static std::align_val_t alignment(size_t bytes) {
    return std::align_val_t{bytes < kPage ? alignof(T) : kPage};
  }
};

/// A growing array in blocks, so that it never moves what it holds nor needs twice its memory.
template <typename T>
class Blocks {
 public:
  T& operator[](uint32_t index) { return blocks_[index / kBlock][index % kBlock]; }
  const T& operator[](uint32_t index) const { return blocks_[index / kBlock][index % kBlock]; }
  uint32_t size() const { return size_; }
  size_t memory() const { return size_ * sizeof(T); }

  void push_back(const T& value) {
    if (size_ % kBlock == 0) {
      blocks_.emplace_back();
      blocks_.back().reserve(kBlock);
    }
    blocks_.back().push_back(value);
    ++size_;
  }

 private:
  static constexpr uint32_t kBlock = 1u << 16;
  std::vector<std::vector<T, HugePages<T>>> blocks_;
  uint32_t size_ = 0;
};

/// Finds the numbers of records by a 32-bit hash of their key; the caller keeps the records and
/// compares the keys.
///
/// A bucket is a cache line of eight hashes and eight numbers; what does not fit goes to the next
/// one. So a search mostly touches one line, whether it succeeds or fails, and compares without a
/// branch; growing reads no record, and goes by half: the table is between 5/9 and 5/6 full, at
/// 9.6 to 14.4 bytes a record.
class Index {
 public:
  Index() : buckets_(kLeast) {}

  /// The number of the record with this hash for which `is_it(number)` holds, or kNone. O(1).
  template <typename IsIt>
  uint32_t find(uint32_t hash, IsIt is_it) const {
    for (size_t i = home(hash);; i = next(i)) {
      const Bucket& bucket = buckets_[i];
      for (uint32_t found = bucket.matches(hash); found != 0; found &= found - 1) {
        const uint32_t number = bucket.numbers[std::countr_zero(found)] - 1;
        if (number != kNone && is_it(number)) return number;
      }
      if (!bucket.full()) return kNone;
    }
  }

  /// Adds a record that is not in yet. Amortised O(1).
  void add(uint32_t hash, uint32_t number) {
    if (size_ >= buckets_.size() * kSlots / 6 * 5) grow();
    insert(hash, number + 1);
    ++size_;
  }

  /// Forgets all records, and keeps the memory. O(buckets).
  void clear() {
    std::fill(buckets_.begin(), buckets_.end(), Bucket{});
    size_ = 0;
  }

  /// Starts to load the bucket where a search for this hash begins.
  void prefetch(uint32_t hash) const { load_early(&buckets_[home(hash)]); }

  size_t memory() const { return buckets_.size() * sizeof(Bucket); }

 private:
  static constexpr size_t kSlots = 8;
  static constexpr size_t kLeast = 12;

  struct alignas(64) Bucket {
    uint32_t hashes[kSlots];
    uint32_t numbers[kSlots];  // plus 1; 0: empty, and so are those behind it

    bool full() const { return numbers[kSlots - 1] != 0; }

    // A bit for each slot that holds this hash, or is empty.
    uint32_t matches(uint32_t hash) const {
#ifdef FANOUT_SSE2
      const __m128i wanted = _mm_set1_epi32(static_cast<int>(hash));
      const auto* line = reinterpret_cast<const __m128i*>(hashes);
      const __m128i low = _mm_cmpeq_epi32(_mm_load_si128(line), wanted);
      const __m128i high = _mm_cmpeq_epi32(_mm_load_si128(line + 1), wanted);
      return static_cast<uint32_t>(_mm_movemask_ps(_mm_castsi128_ps(low)) |
                                   _mm_movemask_ps(_mm_castsi128_ps(high)) << 4);
#else
      uint32_t bits = 0;
      for (size_t i = 0; i < kSlots; ++i) bits |= uint32_t{hashes[i] == hash} << i;
      return bits;
#endif
    }
  };
  static_assert(sizeof(Bucket) == 64);

  size_t home(uint32_t hash) const {
    return static_cast<size_t>(uint64_t{hash} * buckets_.size() >> 32);
  }
  size_t next(size_t i) const { return i + 1 == buckets_.size() ? 0 : i + 1; }

  void insert(uint32_t hash, uint32_t number) {
    size_t i = home(hash);
    while (buckets_[i].full()) i = next(i);
    Bucket& bucket = buckets_[i];
    size_t slot = 0;
    while (bucket.numbers[slot] != 0) ++slot;
    bucket.hashes[slot] = hash;
    bucket.numbers[slot] = number;
  }

  void grow() {
    std::vector<Bucket, HugePages<Bucket>> old(buckets_.size() + buckets_.size() / 2);
    old.swap(buckets_);
    for (const Bucket& bucket : old) {
      for (size_t i = 0; i < kSlots && bucket.numbers[i] != 0; ++i) {
        insert(bucket.hashes[i], bucket.numbers[i]);
      }
    }
  }

  size_t size_ = 0;
  std::vector<Bucket, HugePages<Bucket>> buckets_;
};

}  // namespace fanout

#endif  // FANOUT_TAP_COUNT_TABLE_H_
