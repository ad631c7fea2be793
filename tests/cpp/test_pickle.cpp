// Pickles: what they hold, and what they must not do.

#include "../../longtests/cpp/hostile_pickles.hpp"
#include "catch.hpp"
#include "error_from.hpp"
#include "io/python/numpy_array.hpp"
#include "io/python/pickle_reader.hpp"
#include "io/python/pickle_view.hpp"
#include "io/python/pickle_writer.hpp"
#include "scvigor/error.hpp"

using namespace scvigor;
using pickle::Kind;
using pickle::Value;

namespace {

// Keeps the values of the pickles that a test reads.
class Reader {
 public:
  const Value& read(const std::string& bytes) {
    pickle::Input input(bytes);
    return *pickle::read(input, values_);
  }
  std::string error(const std::string& bytes) {
    return support::error_from([&] { read(bytes); });
  }

 private:
  pickle::Values values_;
};

std::string numpy_array(const std::string& dtype, const std::string& order,
                        const std::string& data) {
  std::string text = "X";
  for (int shift = 0; shift < 32; shift += 8)
    text += static_cast<char>(data.size() >> shift & 0xff);
  return "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\n"
         "tR(I1\n(I9\ntcnumpy\ndtype\n(S'" +
         dtype + "'\nI00\nI01\ntR(I3\nS'" + order +
         "'\nNNNI-1\nI-1\nI0\ntbI00\nc_codecs\nencode\n(" + text + data +
         "S'latin1'\ntRtb.";
}

}  // namespace

TEST_CASE("Pickle: numbers and texts of every protocol", "[pickle]") {
  Reader reader;
  const auto whole = [&](const std::string& bytes) {
    const Value& value = reader.read(bytes);
    REQUIRE(value.kind == Kind::kInt);
    return value.integer;
  };
  CHECK(whole("I-12\n.") == -12);
  CHECK(whole("L34L\n.") == 34);
  CHECK(whole("K\xff.") == 255);
  CHECK(whole(std::string("M\x01\x02.", 4)) == 513);
  CHECK(whole("J\xff\xff\xff\xff.") == -1);
  CHECK(whole(std::string("\x8a\x02\x00\x80.", 5)) == -32768);
  CHECK(whole(std::string("\x8a\x00.", 3)) == 0);
  CHECK(reader.read("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.").kind ==
        Kind::kLong);
  CHECK(reader.read("I01\n.").kind == Kind::kBool);
  CHECK(reader.read("\x88.").integer == 1);
  CHECK(reader.read("F1.5\n.").real == 1.5);
  CHECK(reader.read(std::string("G\x3f\xf8\0\0\0\0\0\0.", 10)).real == 1.5);
  CHECK(reader.read("N.").kind == Kind::kNone);
  for (const std::string text : {"S'abc'\n.", "Vabc\n.",
                                 "U\x03"
                                 "abc.",
                                 "\x8c\x03"
                                 "abc."})
    CHECK(reader.read(text).text == "abc");
  CHECK(reader.read(std::string("X\x03\0\0\0abc.", 9)).text == "abc");
  CHECK(reader
            .read("C\x02"
                  "ab.")
            .kind == Kind::kBytes);
}

TEST_CASE("Pickle: containers and the memo", "[pickle]") {
  Reader reader;
  CHECK(reader.read("(I1\nI2\nt.").items.size() == 2);
  CHECK(reader.read("]I1\na(I2\nI3\ne.").items.size() == 3);
  CHECK(reader.read("I1\nI2\n\x86.").items[1]->integer == 2);
  CHECK(reader.read("\x8f(I1\n\x90.").kind == Kind::kSet);
  const Value& dict = reader.read("(dS'a'\nI1\nsS'b'\nI2\nsS'a'\nI3\ns.");
  CHECK(pickle::find(&dict, "b")->integer == 2);
  CHECK(pickle::find(&dict, "a")->integer == 3);  // the last one, as in Python
  CHECK(pickle::find(&dict, "c") == nullptr);
  const Value& twice = reader.read("]q\x07(h\x07h\x07t.");
  CHECK(twice.items[0] == twice.items[1]);
  CHECK(reader
            .read(std::string("\x80\x04\x95\x05\0\0\0\0\0\0\0K\x05\x94h\0\x86.",
                              18))
            .items[1]
            ->integer == 5);
}

TEST_CASE("Pickle: calls are noted, never made", "[pickle]") {
  Reader reader;
  const Value& made = reader.read("c__builtin__\nset\n(](I1\nI2\netR.");
  CHECK(pickle::is_object(&made, "builtins.set"));
  CHECK(pickle::argument(&made, 0)->items.size() == 2);
  const Value& ordered =
      reader.read("ccollections\nOrderedDict\n)R(S'a'\nI1\nu}S'm'\nI0\nsb.");
  CHECK(pickle::find(&ordered, "a")->integer == 1);
  CHECK(ordered.state->kind == Kind::kDict);
  CHECK(pickle::is_global(&reader.read("c__builtin__\ngetattr\n(ctorch._C\n"
                                       "_VariableFunctionsClass\nS'exp'\ntR."),
                          "torch.exp"));
}

TEST_CASE("Pickle: numpy's arrays and scalars", "[pickle]") {
  Reader reader;
  using Numbers = std::vector<double>;
  const auto numbers = [&](const std::string& bytes) {
    return pickle::read_numbers(&reader.read(bytes), "x");
  };
  CHECK(numbers(numpy_array("i2", "<", std::string("\x01\0\x02\0", 4))) ==
        Numbers{1, 2});
  CHECK(numbers(numpy_array("i2", ">", std::string("\0\x01\0\x02", 4))) ==
        Numbers{1, 2});
  CHECK(numbers(numpy_array("f2", "<", std::string("\0<", 2))) == Numbers{1});
  CHECK(numbers("(I1\nF2.5\nI01\nt.") == Numbers{1, 2.5, 1});
  const auto texts = pickle::read_texts(
      &reader.read(numpy_array("U2", "<",
                               std::string("a\0\0\0b\0\0\0", 8) +
                                   std::string("c\0\0\0\0\0\0\0", 8))),
      "x");
  CHECK(texts == std::vector<std::string>{"ab", "c"});
  CHECK_THROWS_WITH(numbers(numpy_array("f8", "<", "abc")),
                    contains("cut off"));
  CHECK_THROWS_WITH(numbers(numpy_array("c16", "<", "")), contains("\"c16\""));
  CHECK_THROWS_WITH(numbers("(I1\nS'a'\nt."), contains("like the others"));
  CHECK_THROWS_WITH(numbers("I1\n."), contains("not an array"));
}

TEST_CASE("Pickle: what is written is read", "[pickle]") {
  pickle::Writer out;
  out.dict([&] {
    out.integer_entry("small", -5);
    out.integer_entry("large", std::int64_t{1} << 40);
    out.entry("real", [&] { out.real(-0.1); });
    out.entry("texts", [&] { out.texts({"a", "\xC3\xBC"}); });
  });
  Reader reader;
  const Value& value = reader.read(out.finish());
  CHECK(pickle::find(&value, "small")->integer == -5);
  CHECK(pickle::find(&value, "large")->integer == std::int64_t{1} << 40);
  CHECK(pickle::find(&value, "real")->real == -0.1);
  CHECK(pickle::read_texts(pickle::find(&value, "texts"), "x") ==
        std::vector<std::string>{"a", "\xC3\xBC"});
}

TEST_CASE("Pickle: hostile ones are refused, by name", "[pickle]") {
  Reader reader;
  for (const char* call :
       {"cos\nsystem\n(S'touch x'\ntR.", "(S'touch x'\nios\nsystem\n.",
        "c__builtin__\ngetattr\n(cos\nsystem\nS'x'\ntR."}) {
    const std::string error = reader.error(call);
    INFO(error);
    const bool named = error.find("os.system") != std::string::npos ||
                       error.find("opcode") != std::string::npos;
    CHECK(named);
  }
  CHECK_THAT(reader.error("cbuiltins\neval\n."),
             contains("builtins.eval") && contains("Nothing of the file"));
  CHECK_THAT(reader.error("}]I1\ns."), contains("a list as a key"));
  CHECK_THAT(reader.error("]}b."), contains("the state of a list"));
  CHECK_THAT(reader.error("I1\n)R."), contains("calls a whole number"));
  CHECK_THAT(reader.error("X\xff\xff\xff\x7f"), contains("cut off"));
  CHECK_THAT(reader.error("h\x05."), contains("recalls"));
  CHECK_THAT(reader.error(std::string(3000000, ']')), contains("2000000"));
  // Those that are not an error by themselves are harmless.
  for (const auto& bytes : fuzz::hostile_pickles())
    CHECK_FALSE(Reader().error(bytes).empty());
}
