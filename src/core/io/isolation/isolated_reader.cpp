#include "io/isolation/isolated_reader.hpp"

#include <csignal>
#include <cstring>
#include <exception>
#include <new>

#include "io/hdf5/h5_demand.hpp"
#include "io/isolation/child_process.hpp"
#include "io/isolation/process_limits.hpp"
#include "scvigor/error.hpp"

namespace scvigor {

namespace {

// What the child sends is cut into frames: a kind, a length, the bytes.
constexpr char kData = 'd', kError = 'e', kDone = 'z';
constexpr std::uint64_t kMaxMessageLength = 1 << 16;

void send_frame(ChildProcess& child, char kind, const char* bytes,
                std::uint64_t n) {
  child.write(&kind, 1);
  child.write(reinterpret_cast<const char*>(&n), sizeof n);
  child.write(bytes, n);
}

std::string lack_of_memory(const std::string& file) {
  return "Reading \"" + file +
         "\" takes more memory than this machine has left, or than the sizes "
         "that the file declares can need (" +
         describe_memory_limit() + ").";
}

// Why a child ended before it was done.
std::string explain(const ChildEnd& end, const IsolatedReader& reader) {
  const std::string child =
      "The child process that reads \"" + reader.file + "\" ";
  if (end.is_signal(SIGXCPU))
    return child +
           "took more processor time than the sizes that the file "
           "declares can need, and was stopped: the file is probably damaged.";
  if (end.is_signal(SIGKILL))
    return child +
           "was killed (signal 9). That happens when the memory of "
           "the machine, or of the job, runs out.";
  for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT})
    if (end.is_signal(signal))
      return child + "crashed (signal " + std::to_string(signal) + ", " +
             strsignal(signal) + "): the file is probably damaged.";
  if (end.kind == ChildEnd::Kind::kSignal)
    return child + "was ended by signal " + std::to_string(end.number) + " (" +
           strsignal(end.number) + ").";
  if (end.kind == ChildEnd::Kind::kExit && end.number == ChildProcess::kStalled)
    return child + "waited for " + std::to_string(reader.patience) +
           " seconds without computing anything, and was stopped: the file is "
           "probably damaged, or its storage does not answer.";
  return child + "ended early" +
         (end.kind == ChildEnd::Kind::kExit
              ? " (exit status " + std::to_string(end.number) + ")."
              : ", for a reason that the system does not give.");
}

void work_in_child(const std::function<void(WireWriter&)>& work,
                   const std::string& file, ChildProcess& child) {
  std::string error = "An unknown error occurred.";
  try {
    h5::listen_to_demands([](const h5::Demand& demand) {
      raise_limits(demand.memory_bytes, demand.work_bytes);
    });
    WireWriter writer([&](const char* bytes, std::size_t n) {
      send_frame(child, kData, bytes, n);
    });
    work(writer);
    writer.flush();
    send_frame(child, kDone, nullptr, 0);
    return;
  } catch (const std::bad_alloc&) {
    error = lack_of_memory(file);
  } catch (const std::exception& e) {
    error = std::string(e.what()).substr(0, kMaxMessageLength);
  } catch (...) {
  }
  send_frame(child, kError, error.data(), error.size());
}

class FrameReader {
 public:
  FrameReader(ChildProcess& child, const IsolatedReader& reader)
      : child_(child), reader_(reader) {}

  void read(char* out, std::size_t n) {
    while (n > 0) {
      while (left_ == 0)
        if (!next_frame()) fail_senseless();
      const auto part =
          static_cast<std::size_t>(std::min<std::uint64_t>(left_, n));
      read_raw(out, part);
      out += part;
      n -= part;
      left_ -= part;
    }
  }

  void expect_done() {
    if (left_ != 0 || next_frame()) fail_senseless();
  }

 private:
  void read_raw(char* out, std::size_t n) {
    if (!child_.read(out, n, reader_.poll))
      throw FileError(explain(child_.wait(), reader_));
  }

  // False at the end.
  bool next_frame() {
    char kind = kDone;
    read_raw(&kind, 1);
    read_raw(reinterpret_cast<char*>(&left_), sizeof left_);
    if (kind == kData) return true;
    if (kind == kDone) return false;
    if (kind != kError || left_ > kMaxMessageLength) fail_senseless();
    std::string message(static_cast<std::size_t>(left_), '\0');
    read_raw(message.data(), message.size());
    throw FileError(message);
  }

  // The library has overwritten the child's memory.
  [[noreturn]] void fail_senseless() const {
    throw FileError("The child process that reads \"" + reader_.file +
                    "\" sent what makes no sense: the file is probably "
                    "damaged.");
  }

  ChildProcess& child_;
  const IsolatedReader& reader_;
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
  ChildProcess child(file_bytes, patience,
                     [&](ChildProcess& c) { work_in_child(work, file, c); });
  if (!child.exists()) return run_here(work, receive);
  FrameReader frames(child, *this);
  WireReader reader([&](char* out, std::size_t n) { frames.read(out, n); });
  receive(reader);
  frames.expect_done();
}

}  // namespace scvigor
