#ifndef SCVIGOR_LONGTESTS_MUTATE_HPP
#define SCVIGOR_LONGTESTS_MUTATE_HPP

#include <random>
#include <string>

namespace fuzz {

using Random = std::mt19937;

inline std::size_t below(Random& random, std::size_t n) {
  return n == 0 ? 0 : random() % n;
}

// One of six ways to damage bytes.
inline std::string mutate(std::string bytes, Random& random) {
  const std::size_t n = bytes.size();
  const std::size_t at = below(random, n);
  switch (below(random, 6)) {
    case 0:  // cut off
      bytes.resize(at);
      break;
    case 1:  // a few bits flipped
      for (int k = 0; k < 8; ++k)
        bytes[below(random, n)] ^= static_cast<char>(1 << below(random, 8));
      break;
    case 2:  // a few bytes replaced
      for (int k = 0; k < 4; ++k)
        bytes[below(random, n)] = static_cast<char>(below(random, 256));
      break;
    case 3:  // a run of the largest byte: lengths and offsets
      bytes.replace(at, 8, 8, '\xff');
      break;
    case 4:  // a piece twice
      bytes.insert(at, bytes.substr(below(random, n), below(random, 64)));
      break;
    default:  // a piece removed
      bytes.erase(at, below(random, 64));
  }
  return bytes;
}

}  // namespace fuzz

#endif
