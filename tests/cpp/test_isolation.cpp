// Work in a child process: what it hands over, and how its end is reported.

#include <hdf5.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <new>

#include "catch.hpp"
#include "error_from.hpp"
#include "io/hdf5/h5_demand.hpp"
#include "io/isolation/isolated_reader.hpp"
#include "io/isolation/sanitizer.hpp"
#include "scvigor/error.hpp"
#include "skipped.hpp"

using namespace scvigor;

namespace {

const IsolatedReader kReader{"name", 0, {}};

// The error of a child that is to send one integer.
std::string error_of(const std::function<void(WireWriter&)>& work,
                     const IsolatedReader& reader = kReader) {
  return support::error_from([&] {
    reader.run(work, [](WireReader& received) {
      int value = 0;
      received.get(value);
    });
  });
}

[[maybe_unused]] void take_memory(std::size_t bytes) {
  std::vector<char> memory(bytes, 'x');
  volatile char sum = 0;
  for (std::size_t i = 0; i < bytes; i += 4096) sum = sum + memory[i];
}

// Emulators of another processor do not.
[[maybe_unused]] bool memory_can_be_limited(std::size_t bytes) {
  rlimit before;
  getrlimit(RLIMIT_AS, &before);
  const rlimit none{0, before.rlim_max};
  setrlimit(RLIMIT_AS, &none);
  void* memory =
      mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  setrlimit(RLIMIT_AS, &before);
  if (memory == MAP_FAILED) return true;
  munmap(memory, bytes);
  return false;
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec);
}

}  // namespace

TEST_CASE("A child process hands over values and errors") {
  const std::vector<double> sent(300000, 1.5);
  const std::vector<std::string> words{"a", "", "c"};
  kReader.run(
      [&](WireWriter& writer) {
        writer.put(words);
        writer.put(sent);
      },
      [&](WireReader& reader) {
        std::vector<std::string> text;
        std::vector<double> values;
        reader.get(text);
        reader.get(values);
        CHECK(text == words);
        CHECK(values == sent);
      });
  CHECK(error_of([](WireWriter& w) { w.put(1); }) == "no error");
  CHECK(error_of([](WireWriter&) { throw FileError("wrong"); }) == "wrong");
  const std::string senseless =
      "The child process that reads \"name\" sent what makes no sense";
  CHECK_THAT(error_of([](WireWriter&) {}), contains(senseless));  // too little
  CHECK_THAT(error_of([](WireWriter& w) {
               w.put(1);
               w.put(2);
             }),
             contains(senseless));  // too much
}

TEST_CASE("A handler of HDF5's errors is not called in a child process") {
  H5E_auto2_t before = nullptr;
  void* data = nullptr;
  H5Eget_auto2(H5E_DEFAULT, &before, &data);
  int calls = 0;
  const auto count = [](hid_t, void* n) {
    ++*static_cast<int*>(n);
    return herr_t{0};
  };
  H5Eset_auto2(H5E_DEFAULT, count, &calls);
  const auto fail = [] { return H5Fopen("/", H5F_ACC_RDONLY, H5P_DEFAULT); };
  CHECK(fail() < 0);
  CHECK(calls == 1);
  kReader.run(
      [&](WireWriter& writer) {
        fail();
        writer.put(calls);
      },
      [](WireReader& reader) {
        int in_child = 0;
        reader.get(in_child);
        CHECK(in_child == 1);
      });
  H5Eset_auto2(H5E_DEFAULT, before, data);
}

TEST_CASE("A child process that crashes or is ended is reported as that") {
  const auto died_of = [](int signal) {
    return error_of([signal](WireWriter&) { raise(signal); });
  };
#if !SCVIGOR_ADDRESS_SANITIZER
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGABRT})
    CHECK_THAT(died_of(signal),
               contains("\"name\" crashed (signal " + std::to_string(signal)));
#endif
  CHECK_THAT(died_of(SIGKILL),
             contains("killed (signal 9)") && contains("memory"));
  CHECK_THAT(died_of(SIGXCPU), contains("more processor time"));
  CHECK_THAT(died_of(SIGTERM),
             contains("ended by signal 15") && !contains("damaged"));
  CHECK_THAT(error_of([](WireWriter&) { _exit(3); }),
             contains("exit status 3") && !contains("damaged"));
}

// R packages that have children of their own may ignore or reap all of them.
TEST_CASE("A child process is survived where SIGCHLD is ignored") {
  const auto before = std::signal(SIGCHLD, SIG_IGN);
  CHECK(error_of([](WireWriter& w) { w.put(1); }) == "no error");
  CHECK_THAT(error_of([](WireWriter&) { _exit(3); }), contains("ended early"));
  std::signal(SIGCHLD, before);
}

#if !SCVIGOR_ADDRESS_SANITIZER
TEST_CASE("The memory of a child process ends, unless the file needs more") {
  constexpr std::size_t kBytes = std::size_t{1} << 29;
  if (!memory_can_be_limited(kBytes))
    return support::skip_test("this system does not limit a process's memory");
  CHECK_THAT(error_of([](WireWriter& w) {
               take_memory(kBytes);
               w.put(1);
             }),
             contains("takes more memory") && !contains("damaged"));
  CHECK_THAT(error_of([](WireWriter&) { throw std::bad_alloc(); }),
             contains("takes more memory"));
  CHECK(error_of([](WireWriter& w) {
          h5::announce({static_cast<double>(kBytes), 0});
          take_memory(kBytes);
          w.put(1);
        }) == "no error");
}
#endif

TEST_CASE("The processor time of a child ends, unless the file needs more",
          "[.][slow]") {
  const auto compute = [](double seconds) {
    volatile double sum = 0;
    while (cpu_seconds() < seconds)
      for (int i = 0; i < 1000000; ++i) sum = sum + 1;
  };
  CHECK_THAT(error_of([&](WireWriter& w) {
               compute(20);
               w.put(1);
             }),
             contains("more processor time"));
  CHECK(error_of([&](WireWriter& w) {
          h5::announce({0, 1e9});
          compute(13);
          w.put(1);
        }) == "no error");
}

TEST_CASE("A child that only waits is ended, one that waits for us is not") {
  IsolatedReader impatient = kReader;
  impatient.patience = 1;
  const auto wait = [](WireWriter&) {
    for (;;) pause();
  };
  CHECK_THAT(error_of(wait, impatient), contains("waited for 1 seconds"));
  // more than the pipe holds
  const std::vector<double> sent(1 << 20, 1.5);
  impatient.run([&](WireWriter& writer) { writer.put(sent); },
                [&](WireReader& reader) {
                  sleep(3);
                  std::vector<double> values;
                  reader.get(values);
                  CHECK(values == sent);
                });
}
