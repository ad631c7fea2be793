#include "io/isolation/isolated_stream.hpp"

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

}  // namespace

// The child, or, where the system does not let this process have one, what
// `work` made here.
class IsolatedStream::Impl {
 public:
  Impl(const IsolatedReader& reader,
       const std::function<void(WireWriter&)>& work)
      : reader_(reader),
        child_(reader.file_bytes, reader.patience,
               [&](ChildProcess& c) { work_in_child(work, reader.file, c); }),
        frames_(child_, reader_) {
    if (!child_.exists()) work_here(work);
  }

  void read(char* out, std::size_t n) {
    if (child_.exists()) return frames_.read(out, n);
    std::memcpy(out, bytes_.data() + at_, n);
    at_ += n;
  }
  void expect_done() {
    if (child_.exists()) frames_.expect_done();
  }

 private:
  void work_here(const std::function<void(WireWriter&)>& work) {
    WireWriter writer(
        [&](const char* data, std::size_t n) { bytes_.append(data, n); });
    work(writer);
    writer.flush();
  }

  IsolatedReader reader_;
  ChildProcess child_;
  FrameReader frames_;
  std::string bytes_;
  std::size_t at_ = 0;
};

IsolatedStream::IsolatedStream(const IsolatedReader& reader,
                               const std::function<void(WireWriter&)>& work)
    : impl_(std::make_unique<Impl>(reader, work)),
      reader_([impl = impl_.get()](char* out, std::size_t n) {
        impl->read(out, n);
      }) {}
IsolatedStream::~IsolatedStream() = default;

void IsolatedStream::expect_done() { impl_->expect_done(); }

}  // namespace scvigor
