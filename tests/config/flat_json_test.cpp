#include "config/flat_json.hpp"

#include "config/flat_json_reader.hpp"

namespace bellwether {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

using Kind = FlatJson::Kind;

/// All values of a document in their order, as "key:text".
std::vector<std::string> values_of(std::string_view text) {
  const auto document = FlatJson::parse(text, "test");
  EXPECT_TRUE(document);
  std::vector<std::string> values;
  for (std::uint32_t i = 0; i < document->node(0).after; ++i) {
    const FlatJson::Node& node = document->node(i);
    values.push_back(std::string(document->key(node)) + ":" + std::string(document->text(node)));
  }
  return values;
}

TEST(FlatJson, KeepsValuesInTheirOrderWithKeysAndTexts) {
  EXPECT_THAT(values_of(R"({"a":"x","b":[1,-2.50],"c":{"d":null}})"),
              ElementsAre(":", "a:x", "b:", ":1", ":-2.50", "c:", "d:"));
}

TEST(FlatJson, ReadsEscapesAndCharactersOfSeveralBytes) {
  EXPECT_THAT(values_of("[\"a\\\"b\\u00e9\xc3\xa9\"]"), ElementsAre(":", ":a\"b\xc3\xa9\xc3\xa9"));
}

TEST(FlatJson, TellsKindsAndWholeNumbers) {
  const auto document = FlatJson::parse(R"([true,false,null,7,18446744073709551615,7.0,7e2,"7"])", "test");
  ASSERT_TRUE(document);
  EXPECT_EQ(document->node(0).children, 8U);
  EXPECT_TRUE(document->node(1).boolean);
  EXPECT_FALSE(document->node(2).boolean);
  EXPECT_EQ(document->node(2).kind, Kind::Boolean);
  EXPECT_EQ(document->node(3).kind, Kind::Null);
  EXPECT_TRUE(document->node(4).is_whole);
  EXPECT_EQ(document->text(document->node(5)), "18446744073709551615");
  EXPECT_FALSE(document->node(6).is_whole);
  EXPECT_FALSE(document->node(7).is_whole);
  EXPECT_EQ(document->node(8).kind, Kind::Text);
}

TEST(FlatJson, TellsWhereAValueEnds) {
  const auto document = FlatJson::parse(R"([[1,[2]],3])", "test");
  ASSERT_TRUE(document);
  EXPECT_EQ(document->node(1).after, 5U);
  EXPECT_EQ(document->text(document->node(5)), "3");
}

TEST(FlatJson, SaysWhereTheTextIsNoJson) {
  EXPECT_THAT(FlatJson::parse("{\n\"a\": tru }", "state").error().text(), StartsWith("state: line 2, column "));
  EXPECT_EQ(FlatJson::parse(std::string(33, '['), "state").error().text(), "state: is nested more than 32 levels deep");
  EXPECT_FALSE(FlatJson::parse("[\"\xff\"]", "state"));
  EXPECT_FALSE(FlatJson::parse("[1e999]", "state"));
}

TEST(FlatJsonReader, SaysTheWayToAFault) {
  const auto document = FlatJson::parse(R"({"a":[{"b":"1"},{"b":2}]})", "test");
  ASSERT_TRUE(document);
  JsonFault fault;
  JsonObject root(JsonPlace(*document), fault);
  std::vector<std::string> read;
  root.list("a", [&](const JsonPlace& at) {
    JsonObject item(at, fault);
    read.push_back(item.text("b"));
  });
  EXPECT_THAT(read, ElementsAre("1", ""));
  ASSERT_TRUE(fault.any());
  EXPECT_EQ(fault.error().text(), "a[1].b: must be a text");
}

TEST(FlatJsonReader, KeepsTheFirstFault) {
  JsonFault fault;
  fault.add("a", "is missing");
  fault.add("b", "is missing");
  EXPECT_EQ(fault.error().field, "a");
}

}  // namespace
}  // namespace bellwether
