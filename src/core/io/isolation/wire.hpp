#ifndef SCVIGOR_CORE_IO_ISOLATION_WIRE_HPP
#define SCVIGOR_CORE_IO_ISOLATION_WIRE_HPP

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace scvigor {

// Values as bytes between a process and its child: no byte order, no
// versions. What is put must be got in the same order, with the same types.
class WireWriter {
 public:
  using Send = std::function<void(const char*, std::size_t)>;
  explicit WireWriter(Send send) : send_(std::move(send)) {}

  void put_bytes(const void* bytes, std::size_t n);
  void flush();

  template <class T>
  std::enable_if_t<std::is_trivially_copyable_v<T>> put(const T& value) {
    put_bytes(&value, sizeof value);
  }
  void put(const std::string& text) {
    put(text.size());
    put_bytes(text.data(), text.size());
  }
  template <class T>
  void put(const std::vector<T>& values) {
    put(values.size());
    if constexpr (std::is_trivially_copyable_v<T>)
      put_bytes(values.data(), values.size() * sizeof(T));
    else
      for (const T& value : values) put(value);
  }

 private:
  Send send_;
  std::string pending_;
};

class WireReader {
 public:
  // Fills all n bytes or throws.
  using Receive = std::function<void(char*, std::size_t)>;
  explicit WireReader(Receive receive) : receive_(std::move(receive)) {}

  void get_bytes(void* bytes, std::size_t n) {
    if (n) receive_(static_cast<char*>(bytes), n);
  }
  template <class T>
  std::enable_if_t<std::is_trivially_copyable_v<T>> get(T& value) {
    get_bytes(&value, sizeof value);
  }
  void get(std::string& text) { get_flat(text); }
  template <class T>
  void get(std::vector<T>& values) {
    if constexpr (std::is_trivially_copyable_v<T>) {
      get_flat(values);
    } else {
      values.clear();
      std::size_t n = 0;
      for (get(n); values.size() < n;) {
        values.emplace_back();
        get(values.back());
      }
    }
  }

 private:
  // The sender may be damaged: memory is taken as values arrive.
  template <class Container>
  void get_flat(Container& values) {
    using T = typename Container::value_type;
    constexpr std::size_t kStep = (1 << 20) / sizeof(T);
    values.clear();
    std::size_t n = 0;
    get(n);
    while (values.size() < n) {
      const std::size_t have = values.size();
      values.resize(have + std::min(kStep, n - have));
      get_bytes(values.data() + have, (values.size() - have) * sizeof(T));
    }
  }

  Receive receive_;
};

}  // namespace scvigor

#endif
