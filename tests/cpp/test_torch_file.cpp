// Zip archives and tensors of torch.save().

#include <zlib.h>

#include "catch.hpp"
#include "error_from.hpp"
#include "io/python/pickle_view.hpp"
#include "io/python/torch_file.hpp"
#include "io/python/zip_reader.hpp"
#include "io/python/zip_writer.hpp"
#include "scvi_tools_samples.hpp"
#include "scvigor/error.hpp"

using namespace scvigor;

namespace {

std::string two_entries() {
  ZipWriter zip;
  zip.add("a/one", "first content");
  zip.add("a/two", std::string(1000, 'x'));
  return zip.finish();
}

// The archive with one entry, compressed.
std::string deflated(const std::string& name, const std::string& content) {
  std::string packed(content.size() + 100, '\0');
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  ZipWriter zip;
  zip.add(name, packed);
  std::string archive = zip.finish();
  const auto put = [&](std::size_t at, std::uint64_t value, int n) {
    for (int k = 0; k < n; ++k)
      archive[at + static_cast<std::size_t>(k)] =
          static_cast<char>(value >> (8 * k) & 0xff);
  };
  const std::size_t entry = archive.rfind(std::string("PK\x01\x02", 4));
  put(entry + 10, 8, 2);
  put(entry + 16,
      crc32(0, reinterpret_cast<const Bytef*>(content.data()),
            static_cast<uInt>(content.size())),
      4);
  put(entry + 24, content.size(), 4);
  return archive;
}

// A file with the tensor that `arguments` (of protocol 0) describe.
std::string tensor_file(const std::string& storage, const std::string& rest,
                        const std::string& bytes) {
  ZipWriter zip;
  zip.add("m/data.pkl",
          "ctorch._utils\n_rebuild_tensor_v2\n((S'storage'\n"
          "ctorch\n" +
              storage + "tQ" + rest + "tR.");
  zip.add("m/data/0", bytes);
  return zip.finish();
}

StateTensor read_tensor(const std::string& bytes) {
  TorchFile file(bytes);
  return file.tensors().read("w", file.content());
}

std::string error_of(const std::string& bytes) {
  return support::error_from([&] { read_tensor(bytes); });
}

std::string floats(const std::vector<float>& values) {
  return std::string(reinterpret_cast<const char*>(values.data()),
                     values.size() * sizeof(float));
}

}  // namespace

TEST_CASE("Zip: what is written is read", "[torch_file]") {
  const std::string archive = two_entries();
  ZipReader zip(archive);
  CHECK(ZipReader::recognizes(archive));
  CHECK(zip.names() == std::vector<std::string>{"a/one", "a/two"});
  CHECK(zip.read("a/one") == "first content");
  CHECK(zip.read("a/two") == std::string(1000, 'x'));
  CHECK_THROWS_WITH(zip.read("a/three"), contains("a/three"));
  const std::string content(50000, 'y');
  const std::string packed = deflated("p", content);
  CHECK(packed.size() < 1000);
  CHECK(ZipReader(packed).read("p") == content);
}

TEST_CASE("Zip: damage is told", "[torch_file]") {
  const std::string archive = two_entries();
  std::string changed = archive;
  changed[changed.find("first")] = 'F';
  CHECK_THROWS_WITH(ZipReader(changed).read("a/one"), contains("checksum"));
  for (const std::size_t n : {0, 10, 100, 1000})
    CHECK_THROWS_AS(ZipReader(archive.substr(0, n)), FileError);
  // An entry that would unpack to more than any model has
  std::string bomb = deflated("p", std::string(100000, '\0'));
  const std::size_t entry = bomb.rfind(std::string("PK\x01\x02", 4));
  bomb.replace(entry + 24, 4, "\xff\xff\xff\x7f");
  CHECK_THROWS_WITH(ZipReader(bomb).read("p"), contains("MiB"));
  bomb.replace(entry + 24, 4, std::string("\x10\0\0\0", 4));
  CHECK_THROWS_WITH(ZipReader(bomb).read("p"), contains("unpacked"));
}

TEST_CASE("Tensors: strides, offsets and types", "[torch_file]") {
  using Values = std::vector<double>;
  const std::string bytes = floats({0, 1, 2, 3, 4, 5});
  const std::string storage = "FloatStorage\nS'0'\nS'cpu'\nI6\n";
  const auto values = [&](const std::string& rest) {
    return read_tensor(tensor_file(storage, rest, bytes)).values;
  };
  CHECK(values("I0\n(I2\nI3\nt(I3\nI1\nt") == Values{0, 1, 2, 3, 4, 5});
  CHECK(values("I0\n(I3\nI2\nt(I1\nI3\nt") == Values{0, 3, 1, 4, 2, 5});
  CHECK(values("I4\n(I2\nt(I1\nt") == Values{4, 5});
  CHECK(values("I2\n(t(t") == Values{2});
  CHECK(values("I0\n(I0\nt(I1\nt").empty());
  CHECK(values("I1\n(I3\nt(I0\nt") == Values{1, 1, 1});

  const auto typed = [&](const std::string& type, int n,
                         const std::string& content) {
    return read_tensor(tensor_file(type + "Storage\nS'0'\nS'cpu'\nI" +
                                       std::to_string(n) + "\n",
                                   "I0\n(I" + std::to_string(n) + "\nt(I1\nt",
                                   content))
        .values;
  };
  CHECK(typed("Half", 2, std::string("\0\x3c\0\xc0", 4)) == Values{1, -2});
  CHECK(typed("BFloat16", 1, std::string("\x80\x3f", 2)) == Values{1});
  CHECK(typed("Long", 1, std::string(8, '\xff')) == Values{-1});
  CHECK(typed("Char", 1, "\xff") == Values{-1});
  CHECK(typed("Byte", 1, "\xff") == Values{255});
  CHECK(typed("Bool", 2, std::string("\0\x01", 2)) == Values{0, 1});
}

TEST_CASE("Tensors: what reaches beyond the file is refused", "[torch_file]") {
  const std::string bytes = floats({0, 1, 2, 3});
  const auto error = [&](const std::string& n, const std::string& rest) {
    return error_of(
        tensor_file("FloatStorage\nS'0'\nS'cpu'\nI" + n + "\n", rest, bytes));
  };
  CHECK_THAT(error("5", "I0\n(I5\nt(I1\nt"), contains("beyond its storage"));
  CHECK_THAT(error("4", "I1\n(I4\nt(I1\nt"), contains("beyond its storage"));
  CHECK_THAT(error("4", "I0\n(I2\nt(I9223372036854775807\nt"),
             contains("beyond its storage"));
  CHECK_THAT(error("4", "I0\n(I4611686018427387904\nI4\nt(I0\nI0\nt"),
             contains("larger than its file"));
  CHECK_THAT(error("4", "I0\n(I100000000\nt(I0\nt"),
             contains("larger than its file"));
  CHECK_THAT(error("4", "I0\n(I-1\nt(I1\nt"), contains("negative"));
  CHECK_THAT(error("4", "I-1\n(I1\nt(I1\nt"), contains("offset"));
  CHECK_THAT(error("4", "I0\n(I1\nt(t"), contains("strides"));
  CHECK_THAT(error("-4", "I0\n(I1\nt(I1\nt"), contains("negative size"));
  CHECK_THAT(error_of(tensor_file("nnStorage\nS'0'\nS'cpu'\nI4\n", "", "")),
             contains("torch.nnStorage"));
  ZipWriter other;
  other.add("some/text", "x");
  CHECK_THAT(error_of(other.finish()), contains("not a file of torch.save()"));
  CHECK_THAT(error_of("I1\n."), contains("not a file of torch.save()"));
}

TEST_CASE("Tensors: the form before torch 1.6", "[torch_file]") {
  const State state{support::counting_tensor("a", {2, 3}, 0.5),
                    support::counting_tensor("b", {})};
  const std::string bytes = support::old_torch_file(state);
  TorchFile file(bytes);
  for (const auto& tensor : state) {
    const StateTensor read = file.tensors().read(
        tensor.name, pickle::find(file.content(), tensor.name));
    CHECK(read.shape == tensor.shape);
    CHECK(read.values == tensor.values);
  }
  CHECK_THROWS_AS(TorchFile(bytes.substr(0, bytes.size() - 5)), FileError);
}
