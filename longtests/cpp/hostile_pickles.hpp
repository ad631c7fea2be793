#ifndef SCVIGOR_LONGTESTS_HOSTILE_PICKLES_HPP
#define SCVIGOR_LONGTESTS_HOSTILE_PICKLES_HPP

#include <string>
#include <vector>

namespace fuzz {

// Pickles that would harm a reader that executes them: they run commands, nest
// or refer to themselves without end, or claim what they do not have. Each is
// refused with an error.
inline std::vector<std::string> hostile_pickles() {
  const auto repeated = [](const std::string& text, std::size_t n) {
    std::string out;
    for (std::size_t i = 0; i < n; ++i) out += text;
    return out;
  };
  using std::string;
  return {
      // os.system("touch ..."), in every way that pickle has
      "cos\nsystem\n(X\x05\0\0\0touchtR.",
      "\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x05touch\x85R.",
      "(S'touch'\nios\nsystem\n.",
      "(cos\nsystem\nS'touch'\no.",
      "cposix\nsystem\n(S'touch'\ntR.",
      "csubprocess\nPopen\n(S'touch'\ntR.",
      "c__builtin__\neval\n(S'1'\ntR.",
      "cbuiltins\nexec\n(S'1'\ntR.",
      "cbuiltins\n__import__\n(S'os'\ntR.",
      "c__builtin__\ngetattr\n(cos\nsystem\nS'x'\ntR.",
      "c__builtin__\ngetattr\n(ctorch._C\n_VariableFunctionsClass\nS'x'\ntR.",
      "ctorch.hub\nload\n(S'x'\ntR.",
      "cnumpy.testing._private.utils\nrunstring\n(S'x'\ntR.",
      "c__main__\nx\n.",
      // an extension registry, which stands for anything
      string("\x80\x02\x82\x01.", 5),
      // calls of values that are not functions, states of objects without any
      "I1\n)R.",
      "(lS'x'\n)\x81.",
      "]}b.",
      "I1\n}b.",
      "})R.",
      // keys that cannot be keys
      "}]I1\ns.",
      "}(}I1\nu.",
      "}(I1\nu.",
      // taking what was never put
      ".",
      "R",
      "0",
      "1",
      "2",
      "a",
      "e",
      "s",
      "u",
      "t",
      "b",
      "h\x05.",
      "g5\n.",
      string("j\xff\xff\xff\xff.", 6),
      // lengths far beyond the file
      string("X\xff\xff\xff\x7f", 5) + "abc",
      string("\x8d\xff\xff\xff\xff\xff\xff\xff\xff", 9),
      string("B\xff\xff\xff\xff", 5),
      string("\x8b\xff\xff\xff\x7f", 5),
      string("\x96\xff\xff\xff\xff\xff\xff\xff\x7f", 9),
      // deep nesting, lists in themselves, lists of lists of lists ...
      repeated("(", 3000000),
      repeated("]", 3000000),
      repeated("(", 100000) + repeated("t", 100000) + ".",
      "]q\x01h\x01"
      "a.",
      "]" + repeated("2a", 1000000) + ".",
      "]q\x01.",
      "(" + repeated("h\x01", 1000) + "t.",
      repeated("]2a", 1000000) + ".",
      // nothing, and nothing known
      "",
      "hello",
      string(1000, '\xff'),
      "\x80\x09N.",
  };
}

}  // namespace fuzz

#endif
