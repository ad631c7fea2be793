#include "io/python/pickle_reader.hpp"

#include "io/python/pickle_globals.hpp"
#include "io/python/pickle_stack.hpp"
#include "scvigor/error.hpp"

namespace scvigor {
namespace pickle {

namespace {

bool is_hashable(const Value& value) {
  return value.kind != Kind::kList && value.kind != Kind::kDict &&
         value.kind != Kind::kSet;
}

bool is_dict(const Value& value) {
  return value.kind == Kind::kDict || value.kind == Kind::kObject;
}

// One method for each group of opcodes; false: it is not of that group. The
// opcodes and their codes are documented in Python's pickletools.
class Machine {
 public:
  Machine(Input& input, Values& values) : input_(input), stack_(values) {}

  const Value* run() {
    constexpr std::uint8_t kStop = '.';
    for (std::uint8_t code = input_.byte(); code != kStop;
         code = input_.byte()) {
      const bool known = number(code) || text(code) || memo(code) ||
                         sequence(code) || collection(code) || object(code) ||
                         other(code);
      if (!known) malformed("has the unknown opcode " + std::to_string(code));
    }
    return stack_.pop();
  }

 private:
  bool number(std::uint8_t code) {
    switch (code) {
      case 'N':
        stack_.push_new(Kind::kNone);
        return true;
      case 0x88:
        push_int(1)->kind = Kind::kBool;
        return true;
      case 0x89:
        push_int(0)->kind = Kind::kBool;
        return true;
      case 'J':
        push_int(input_.signed_number(4));
        return true;
      case 'K':
        push_int(input_.byte());
        return true;
      case 'M':
        push_int(static_cast<std::int64_t>(input_.unsigned_number(2)));
        return true;
      case 'I':
        push_int_line(input_.line());
        return true;
      case 'L':
        push_int_line(input_.line());
        return true;
      case 0x8a:
        push_long(input_.counted(1));
        return true;
      case 0x8b:
        push_long(input_.counted(4));
        return true;
      case 'F':
        push_real(parse_real(input_.line()));
        return true;
      case 'G':
        push_real(input_.real());
        return true;
      default:
        return false;
    }
  }

  bool text(std::uint8_t code) {
    switch (code) {
      case 'X':
        push_text(Kind::kText, input_.counted(4));
        return true;
      case 0x8c:
        push_text(Kind::kText, input_.counted(1));
        return true;
      case 0x8d:
        push_text(Kind::kText, input_.counted(8));
        return true;
      case 'V':
        push_text(Kind::kText, input_.line());
        return true;
      case 'S':
        push_quoted(input_.line());
        return true;
      case 'T':
        push_text(Kind::kText, input_.counted(4));
        return true;
      case 'U':
        push_text(Kind::kText, input_.counted(1));
        return true;
      case 'B':
        push_text(Kind::kBytes, input_.counted(4));
        return true;
      case 'C':
        push_text(Kind::kBytes, input_.counted(1));
        return true;
      case 0x8e:
        push_text(Kind::kBytes, input_.counted(8));
        return true;
      case 0x96:
        push_text(Kind::kBytes, input_.counted(8));
        return true;
      default:
        return false;
    }
  }

  bool memo(std::uint8_t code) {
    switch (code) {
      case 'p':
        stack_.remember(line_key());
        return true;
      case 'q':
        stack_.remember(input_.byte());
        return true;
      case 'r':
        stack_.remember(input_.unsigned_number(4));
        return true;
      case 0x94:
        stack_.remember_next();
        return true;
      case 'g':
        stack_.recall(line_key());
        return true;
      case 'h':
        stack_.recall(input_.byte());
        return true;
      case 'j':
        stack_.recall(input_.unsigned_number(4));
        return true;
      default:
        return false;
    }
  }

  bool sequence(std::uint8_t code) {
    switch (code) {
      case ')':
        stack_.push_new(Kind::kTuple);
        return true;
      case 0x85:
        push_tuple(1);
        return true;
      case 0x86:
        push_tuple(2);
        return true;
      case 0x87:
        push_tuple(3);
        return true;
      case 't':
        push_marked(Kind::kTuple);
        return true;
      case ']':
        stack_.push_new(Kind::kList);
        return true;
      case 'l':
        push_marked(Kind::kList);
        return true;
      case 'a': {
        const Value* item = stack_.pop();
        extendable(Kind::kList)->items.push_back(item);
        return true;
      }
      case 'e':
        extend(Kind::kList);
        return true;
      default:
        return false;
    }
  }

  bool collection(std::uint8_t code) {
    switch (code) {
      case '}':
        stack_.push_new(Kind::kDict);
        return true;
      case 'd': {
        const auto items = stack_.pop_to_mark();
        set_items(stack_.push_new(Kind::kDict), items);
        return true;
      }
      case 's': {
        Value* value = stack_.pop();
        Value* key = stack_.pop();
        set_items(stack_.top(), {key, value});
        return true;
      }
      case 'u': {
        const auto items = stack_.pop_to_mark();
        set_items(stack_.top(), items);
        return true;
      }
      case 0x8f:
        stack_.push_new(Kind::kSet);
        return true;
      case 0x90:
        extend(Kind::kSet);
        return true;
      case 0x91:
        push_marked(Kind::kSet);
        return true;
      default:
        return false;
    }
  }

  bool object(std::uint8_t code) {
    switch (code) {
      case 'c': {
        const std::string module = input_.line();
        push_global(module, input_.line());
        return true;
      }
      case 0x93: {
        const Value* name = stack_.pop();
        const Value* module = stack_.pop();
        if (name->kind != Kind::kText || module->kind != Kind::kText)
          malformed("names something by " + describe(*name));
        push_global(module->text, name->text);
        return true;
      }
      case 'R':
      case 0x81:
        call();
        return true;
      case 0x92:  // with keyword arguments, which no known class needs
        stack_.pop();
        call();
        return true;
      case 'b':
        build();
        return true;
      case 'Q': {
        const Value* id = stack_.pop();
        stack_.push_new(Kind::kPersistent)->arguments = id;
        return true;
      }
      default:
        return false;
    }
  }

  bool other(std::uint8_t code) {
    switch (code) {
      case '(':
        stack_.mark();
        return true;
      case '0':
        stack_.pop();
        return true;
      case '1':
        stack_.pop_to_mark();
        return true;
      case '2':
        stack_.push(stack_.top());
        return true;
      case 0x80: {
        const int protocol = input_.byte();
        if (protocol > 5)
          malformed("has the unknown protocol " + std::to_string(protocol));
        return true;
      }
      case 0x95:
        input_.take(8);
        return true;  // length of a frame: a hint
      default:
        return false;
    }
  }

  Value* push_int(std::int64_t value) {
    Value* pushed = stack_.push_new(Kind::kInt);
    pushed->integer = value;
    return pushed;
  }
  void push_int_line(const std::string& line) {
    const bool is_bool = line == "00" || line == "01";
    char* end = nullptr;
    Value* pushed = push_int(std::strtoll(line.c_str(), &end, 10));
    if (end == line.c_str()) malformed("has a number without digits");
    if (is_bool) pushed->kind = Kind::kBool;
  }
  void push_long(std::string_view bytes) {
    if (bytes.size() <= 8)
      push_int(signed_of(bytes));
    else
      push_text(Kind::kLong, bytes);
  }
  void push_real(double value) { stack_.push_new(Kind::kFloat)->real = value; }
  void push_text(Kind kind, std::string_view text) {
    stack_.push_new(kind)->text = text;
  }
  void push_quoted(const std::string& line) {
    if (line.size() < 2) malformed("has a text without quotes");
    push_text(Kind::kText, line.substr(1, line.size() - 2));
  }

  std::uint64_t line_key() {
    return std::strtoull(input_.line().c_str(), nullptr, 10);
  }

  void push_tuple(std::size_t n) {
    std::vector<const Value*> items(n);
    for (std::size_t i = n; i-- > 0;) items[i] = stack_.pop();
    stack_.push_new(Kind::kTuple)->items = std::move(items);
  }
  void push_marked(Kind kind) {
    const auto items = stack_.pop_to_mark();
    stack_.push_new(kind)->items.assign(items.begin(), items.end());
  }

  Value* extendable(Kind kind) {
    Value* target = stack_.top();
    if (target->kind != kind)
      malformed("adds elements to " + describe(*target));
    return target;
  }
  void extend(Kind kind) {
    const auto items = stack_.pop_to_mark();
    auto& into = extendable(kind)->items;
    into.insert(into.end(), items.begin(), items.end());
  }

  void set_items(Value* dict, const std::vector<Value*>& items) {
    if (!is_dict(*dict)) malformed("sets a key of " + describe(*dict));
    if (items.size() % 2 != 0) malformed("has a key without a value");
    for (std::size_t i = 0; i < items.size(); i += 2)
      if (!is_hashable(*items[i]))
        malformed("has " + describe(*items[i]) + " as a key");
    dict->items.insert(dict->items.end(), items.begin(), items.end());
  }

  void push_global(const std::string& module, const std::string& name) {
    push_text(Kind::kGlobal, known_global(module, name));
  }

  // The note of a call, instead of the call.
  void call() {
    const Value* arguments = stack_.pop();
    const Value* callable = stack_.pop();
    if (callable->kind != Kind::kGlobal)
      malformed("calls " + describe(*callable));
    if (arguments->kind != Kind::kTuple)
      malformed("calls " + callable->text + " with " + describe(*arguments));
    if (callable->text == "builtins.getattr") return push_attribute(*arguments);
    Value* made = stack_.push_new(Kind::kObject);
    made->callable = callable;
    made->arguments = arguments;
  }

  // How pickles spell the function torch.exp.
  void push_attribute(const Value& arguments) {
    const auto& items = arguments.items;
    const bool is_exp = items.size() == 2 && items[1]->text == "exp" &&
                        items[0]->text == "torch._C._VariableFunctionsClass";
    if (!is_exp)
      throw FileError(
          "holds builtins.getattr, which is not part of a saved "
          "model. Nothing of the file was run.");
    push_global("torch", "exp");
  }

  void build() {
    const Value* state = stack_.pop();
    Value* target = stack_.top();
    if (target->kind != Kind::kObject)
      malformed("sets the state of " + describe(*target));
    target->state = state;
  }

  Input& input_;
  Stack stack_;
};

}  // namespace

const Value* read(Input& input, Values& values) {
  return Machine(input, values).run();
}

}  // namespace pickle
}  // namespace scvigor
