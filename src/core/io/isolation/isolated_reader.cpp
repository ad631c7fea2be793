#include "io/isolation/isolated_reader.hpp"

#include <cstring>
#include <exception>

#include "io/isolation/child_process.hpp"
#include "scvigor/error.hpp"

namespace scvigor {

namespace {

// What the copy sends is cut into frames: a kind, a length, the bytes.
constexpr char kData = 'd', kError = 'e', kDone = 'z';
constexpr std::uint64_t kMaxMessageLength = 1 << 16;

void send_frame(ChildProcess& copy, char kind, const char* bytes,
                std::uint64_t n) {
  copy.write(&kind, 1);
  copy.write(reinterpret_cast<const char*>(&n), sizeof n);
  copy.write(bytes, n);
}

void work_in_child(const std::function<void(WireWriter&)>& work,
                   ChildProcess& copy) {
  std::string error = "An unknown error occurred.";
  try {
    WireWriter writer([&](const char* bytes, std::size_t n) {
      send_frame(copy, kData, bytes, n);
    });
    work(writer);
    writer.flush();
    send_frame(copy, kDone, nullptr, 0);
    return;
  } catch (const std::bad_alloc&) {
    error = "The file is damaged, or needs more memory than there is.";
  } catch (const std::exception& e) {
    error = std::string(e.what()).substr(0, kMaxMessageLength);
  } catch (...) {
  }
  send_frame(copy, kError, error.data(), error.size());
}

class FrameReader {
 public:
  FrameReader(ChildProcess& copy, const IsolatedReader& apart)
      : copy_(copy), apart_(apart) {}

  void read(char* out, std::size_t n) {
    while (n > 0) {
      while (left_ == 0)
        if (!next_frame()) crashed();
      const auto part =
          static_cast<std::size_t>(std::min<std::uint64_t>(left_, n));
      read_raw(out, part);
      out += part;
      n -= part;
      left_ -= part;
    }
  }

  void expect_done() {
    if (left_ != 0 || next_frame()) crashed();
  }

 private:
  void read_raw(char* out, std::size_t n) {
    if (!copy_.read(out, n, apart_.poll)) crashed();
  }

  // False at the end.
  bool next_frame() {
    char kind = kDone;
    read_raw(&kind, 1);
    read_raw(reinterpret_cast<char*>(&left_), sizeof left_);
    if (kind == kData) return true;
    if (kind == kDone) return false;
    if (kind != kError || left_ > kMaxMessageLength) crashed();
    std::string message(static_cast<std::size_t>(left_), '\0');
    read_raw(message.data(), message.size());
    throw FileError(message);
  }

  [[noreturn]] void crashed() const {
    throw FileError("\"" + apart_.file +
                    "\" is damaged: reading it fails without a reason.");
  }

  ChildProcess& copy_;
  const IsolatedReader& apart_;
  std::uint64_t left_ = 0;
};

void run_here(const std::function<void(WireWriter&)>& work,
              const std::function<void(WireReader&)>& receive) {
  std::string bytes;
  WireWriter writer(
      [&](const char* data, std::size_t n) { bytes.append(data, n); });
  work(writer);
  writer.flush();
  std::size_t at = 0;
  WireReader reader([&](char* out, std::size_t n) {
    std::memcpy(out, bytes.data() + at, n);
    at += n;
  });
  receive(reader);
}

}  // namespace

void IsolatedReader::run(
    const std::function<void(WireWriter&)>& work,
    const std::function<void(WireReader&)>& receive) const {
  ChildProcess copy(file_bytes, patience,
                    [&](ChildProcess& c) { work_in_child(work, c); });
  if (!copy.exists()) return run_here(work, receive);
  FrameReader frames(copy, *this);
  WireReader reader([&](char* out, std::size_t n) { frames.read(out, n); });
  receive(reader);
  frames.expect_done();
}

}  // namespace scvigor
