#include "index_tools/options/option_table.h"

#include <catch2/catch.hpp>

namespace irgan::option_table_test {

using Catch::Contains;
using Catch::Matchers::Message;

namespace {

enum class Colour { red, green };

struct Fixture {
  bool loud = false;
  std::string name = "nobody";
  std::vector<std::string> files;
  int whole = 3;
  unsigned natural = 4;
  std::size_t large = 5;
  double real = 0.5;
  std::vector<int> list{64, 32};
  std::vector<std::pair<std::string, std::string>> pairs;
  Colour colour = Colour::green;

  bool parse(const std::vector<std::string>& words, bool positional = true) {
    OptionTable table = filled(positional);
    return table.parse(words) == Request::work;
  }

  OptionTable filled(bool positional = true) {
    OptionTable table;
    table.flag("loud", loud, "makes noise");
    table.text("name", name, "a name", "WHO");
    table.texts("file", files, "files", "FILE");
    table.number("whole", whole, -5, 10, "a whole number");
    table.number("natural", natural, 0U, 10U, "a natural number");
    table.number("large", large, std::size_t{0}, std::size_t{1} << 62, "a large number");
    table.number("real", real, 0.0, 1.0, "a real number");
    table.numbers("list", list, 1, 100, "several numbers");
    table.pairs("pair", pairs, "two texts", "LEFT=RIGHT");
    table.choice<Colour>("colour", colour, {{"red", Colour::red}, {"green", Colour::green}}, "one of two");
    if (positional) table.positional("file");
    return table;
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a mistyped flag brings the one that was meant", "[index_tools][option_table]") {
  CHECK_THROWS_MATCHES(parse({"--colur", "red"}), ConfigError,
                       Message("there is no option '--colur'; did you mean --colour?"));
  CHECK_THROWS_MATCHES(parse({"--banana"}), ConfigError, Message("there is no option '--banana'"));
  CHECK_THROWS_MATCHES(parse({"loud"}, false), ConfigError,
                       Message("'loud' belongs to no option; did you mean --loud?"));
}

TEST_CASE_METHOD(Fixture, "options fill the members that they are bound to", "[index_tools][option_table]") {
  CHECK(parse({"--loud",   "--name",  "me",     "--file",      "a",        "b",
               "--file=c", "--whole", "7",      "--natural=0", "--large",  "4611686018427387904",
               "--real",   "1e-3",    "--list", "1,2,100",     "--pair",   "a=b",
               "--pair",   "c=d=e",   "--pair", "f=",          "--colour", "red"}));
  CHECK(loud);
  CHECK(name == "me");
  CHECK(files == std::vector<std::string>{"a", "b", "c"});
  CHECK(whole == 7);
  CHECK(natural == 0);
  CHECK(large == std::size_t{1} << 62);
  CHECK(real == 1e-3);
  CHECK(list == std::vector<int>{1, 2, 100});
  CHECK(pairs == std::vector<std::pair<std::string, std::string>>{{"a", "b"}, {"c", "d=e"}, {"f", ""}});
  CHECK(colour == Colour::red);
}

TEST_CASE_METHOD(Fixture, "members that no option names keep their values", "[index_tools][option_table]") {
  CHECK(parse({}));
  CHECK_FALSE(loud);
  CHECK(name == "nobody");
  CHECK(files.empty());
  CHECK(whole == 3);
  CHECK(natural == 4);
  CHECK(large == 5);
  CHECK(real == 0.5);
  CHECK(list == std::vector<int>{64, 32});
  CHECK(pairs.empty());
  CHECK(colour == Colour::green);
}

TEST_CASE_METHOD(Fixture, "a number out of range is refused with flag, value and range",
                 "[index_tools][option_table]") {
  CHECK_THROWS_MATCHES(parse({"--whole", "11"}), ConfigError,
                       Message("--whole 11: must be a whole number from -5 to 10"));
  CHECK_THROWS_MATCHES(parse({"--whole=-6"}), ConfigError, Message("--whole -6: must be a whole number from -5 to 10"));
  CHECK_THROWS_MATCHES(parse({"--natural", "11"}), ConfigError,
                       Message("--natural 11: must be a whole number from 0 to 10"));
  CHECK_THROWS_MATCHES(parse({"--real", "1.01"}), ConfigError, Message("--real 1.01: must be a number from 0 to 1"));
  CHECK_THROWS_MATCHES(parse({"--list", "1,101"}), ConfigError,
                       Message("--list 101: must be a whole number from 1 to 100"));
  CHECK(whole == 3);
  CHECK(real == 0.5);
}

TEST_CASE_METHOD(Fixture, "what is no number is refused, and so is what only begins like one",
                 "[index_tools][option_table]") {
  for (const char* text : {"x", "", "3x", "3.5", "1e1", " 3", "3 ", "0x3", "99999999999999999999"}) {
    CAPTURE(text);
    CHECK_THROWS_MATCHES(parse({"--whole", text}), ConfigError,
                         Message("--whole " + std::string(text) + ": must be a whole number from -5 to 10"));
  }
  for (const char* text : {"nan", "inf", "1,5", "0.5.5", "1e400"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse({"--real", text}), ConfigError);
  }
  for (const char* text : {"", ",", "1,", ",1", "1,,2", "1 2", "1;2"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse({"--list", text}), ConfigError);
  }
}

// Boost's own reading of unsigned numbers makes 18446744073709551615 of it.
TEST_CASE_METHOD(Fixture, "a negative number is not taken for a large one", "[index_tools][option_table]") {
  CHECK_THROWS_MATCHES(parse({"--natural=-1"}), ConfigError,
                       Message("--natural -1: must be a whole number from 0 to 10"));
  CHECK_THROWS_WITH(parse({"--large=-18446744073709551611"}), Contains("--large -18446744073709551611: must be"));
}

TEST_CASE_METHOD(Fixture, "unknown and shortened flags are refused by name", "[index_tools][option_table]") {
  CHECK_THROWS_WITH(parse({"--volume", "3"}), Contains("--volume"));
  CHECK_THROWS_WITH(parse({"--who", "3"}), Contains("--who'"));
  CHECK_THROWS_WITH(parse({"-x"}), Contains("-x"));
}

TEST_CASE_METHOD(Fixture, "a flag without its value, or given twice, is refused by name",
                 "[index_tools][option_table]") {
  CHECK_THROWS_WITH(parse({"--name"}), Contains("--name"));
  CHECK_THROWS_WITH(parse({"--name", "a", "--name", "b"}), Contains("--name"));
  CHECK_THROWS_WITH(parse({"--loud=yes"}), Contains("--loud"));
}

TEST_CASE_METHOD(Fixture, "a pair needs a name and an equals sign", "[index_tools][option_table]") {
  CHECK_THROWS_MATCHES(parse({"--pair", "a"}), ConfigError, Message("--pair a: must be LEFT=RIGHT"));
  CHECK_THROWS_MATCHES(parse({"--pair", "=a"}), ConfigError, Message("--pair =a: must be LEFT=RIGHT"));
}

TEST_CASE_METHOD(Fixture, "a choice names what there is to choose", "[index_tools][option_table]") {
  CHECK_THROWS_MATCHES(parse({"--colour", "blue"}), ConfigError, Message("--colour blue: must be one of red|green"));
  CHECK_THROWS_AS(parse({"--colour", "RED"}), ConfigError);
}

TEST_CASE_METHOD(Fixture, "words without a flag go where the table says, or are refused by name",
                 "[index_tools][option_table]") {
  CHECK(parse({"a", "--loud", "-", "--", "--name"}));
  CHECK(files == std::vector<std::string>{"a", "-", "--name"});
  CHECK_THROWS_MATCHES(parse({"--loud", "stray"}, false), ConfigError, Message("'stray' belongs to no option"));
}

TEST_CASE_METHOD(Fixture,
                 "flags that need each other, or exclude each other, are told by the first rule that is broken",
                 "[index_tools][option_table]") {
  OptionTable table;
  table.exclude("name", "loud", "whispers");  // before either is added
  table.flag("loud", loud, "makes noise");
  table.text("name", name, "a name", "WHO");
  table.number("real", real, 0.0, 1.0, "a real number");
  table.number("whole", whole, -5, 10, "a whole number");
  table.needs("real", {"loud", "name"});
  table.needs("whole", {"real"}, "it is a part");
  CHECK(table.parse({"--loud", "--real", ".5"}) == Request::work);
  CHECK(table.parse({"--name", "x"}) == Request::work);
  CHECK_THROWS_MATCHES(table.parse({"--loud", "--name", "x", "--whole", "3"}), ConfigError,
                       Message("--name and --loud exclude each other: whispers"));
  CHECK_THROWS_MATCHES(table.parse({"--real", ".5"}), ConfigError, Message("--real needs --loud or --name"));
  // The default's value, when given, is given.
  CHECK_THROWS_MATCHES(table.parse({"--whole", "3"}), ConfigError, Message("--whole needs --real: it is a part"));
}

TEST_CASE_METHOD(Fixture, "--help anywhere asks for help and changes nothing", "[index_tools][option_table]") {
  CHECK(filled().parse({"--whole", "99", "--help"}) == Request::help);
  CHECK(filled().parse({"-h"}) == Request::help);
  CHECK(filled().parse({"--help-all", "--whole", "99", "--help"}) == Request::help_all);
  CHECK(whole == 3);
}

TEST_CASE_METHOD(Fixture, "the help shows each flag with its form, range and default", "[index_tools][option_table]") {
  const std::string help = filled().help(80);
  CHECK_THAT(help, Contains("--loud") && Contains("--name WHO") && Contains("a name (default nobody)"));
  CHECK_THAT(help, Contains("--file FILE") && Contains("(-5 to 10; default 3)") && Contains("(0 to 1; default 0.5)"));
  CHECK_THAT(help, Contains("--pair LEFT=RIGHT") && Contains("--colour red|green") && Contains("(default green)"));
  CHECK_THAT(help, Contains("--list N,N...") && Contains("64,32)"));
}

TEST_CASE_METHOD(Fixture, "the short help shows the everyday options in the order of their list",
                 "[index_tools][option_table]") {
  OptionTable table = filled();
  CHECK(table.num_hidden() == 0);
  CHECK(table.help(80) == table.help_all(80));
  table.everyday({"real", "loud"});
  CHECK(table.num_hidden() == 8);
  CHECK(table.help(80) ==
        "Options:\n"
        "  --real N                a real number (0 to 1; default 0.5)\n"
        "  --loud                  makes noise\n");
  CHECK(table.help_all(80) == filled().help_all(80));
}

TEST_CASE("the long help shows options by group, a group that is begun twice as one", "[index_tools][option_table]") {
  bool one = false, two = false, three = false;
  OptionTable table;
  table.group("Odd");
  table.flag("one", one, "first");
  table.group("Even");
  table.flag("two", two, "second");
  table.group("Odd");
  table.flag("three", three, "third");
  CHECK(table.help_all(80) ==
        "Odd:\n"
        "  --one                   first\n"
        "  --three                 third\n"
        "\n"
        "Even:\n"
        "  --two                   second\n");
}

TEST_CASE("the help breaks texts and long forms at the width", "[index_tools][option_table]") {
  std::string file;
  OptionTable table;
  table.text("one-of-many-files", file, "a file whose text goes on over the end of the line", "FIRST|SECOND|THIRD");
  CHECK(table.help(60) ==
        "Options:\n"
        "  --one-of-many-files FIRST|SECOND|THIRD\n"
        "                          a file whose text goes on over the\n"
        "                          end of the line\n");
  CHECK(table.help(30) ==
        "Options:\n"
        "  --one-of-many-files\n"
        "      FIRST|SECOND|THIRD\n"
        "      a file whose text goes\n"
        "      on over the end of the\n"
        "      line\n");
}

TEST_CASE_METHOD(Fixture, "what an option is the basis of, options that are given change, before it or after it",
                 "[index_tools][option_table]") {
  OptionTable table = filled();
  table.basis("name", [&](const std::string& value) {
    whole = 9;
    real = static_cast<double>(value.size()) / 10.0;
  });
  CHECK(table.parse({"--whole", "7", "--name", "me"}) == Request::work);
  CHECK(name == "me");
  CHECK(whole == 7);
  CHECK(real == 0.2);
}

}  // namespace irgan::option_table_test
