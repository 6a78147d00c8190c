// Checking of strategy parameters against their declarations.
#include "engine/parameters.hpp"

namespace bellwether {
namespace {

using Given = std::vector<std::pair<std::string, ParameterValue>>;

const std::vector<ParameterSpec> kSpecs = {
    {"period", std::int64_t{14}, 2, 100, "bars"},
    {"level", 30.0, 0, 100, "level"},
    {"short", false, 0, 0, "goes short"},
    {"price", std::string("close"), 0, 0, "which price", {"open", "close"}},
};

Parameters good(const Given& given) { return std::get<Parameters>(Parameters::check(kSpecs, given)); }
std::vector<Error> bad(const Given& given) { return std::get<std::vector<Error>>(Parameters::check(kSpecs, given)); }

TEST(Parameters, FillInTheDefaultsInTheOrderOfDeclaration) {
  const Parameters parameters = good({});
  EXPECT_EQ(parameters.integer("period"), 14);
  EXPECT_EQ(parameters.real("level"), 30.0);
  EXPECT_FALSE(parameters.boolean("short"));
  EXPECT_EQ(parameters.text("price"), "close");
  ASSERT_EQ(parameters.values().size(), 4U);
  EXPECT_EQ(parameters.values()[3].first, "price");
}

TEST(Parameters, TakeGivenValuesUpToTheirBounds) {
  EXPECT_EQ(good({{"period", std::int64_t{2}}}).integer("period"), 2);
  EXPECT_EQ(good({{"period", std::int64_t{100}}}).integer("period"), 100);
  EXPECT_EQ(good({{"price", std::string("open")}}).text("price"), "open");
}

TEST(Parameters, TakeAWholeNumberForAReal) { EXPECT_EQ(good({{"level", std::int64_t{55}}}).real("level"), 55.0); }

TEST(Parameters, NameEveryViolationAtOnce) {
  const auto errors = bad({{"period", std::int64_t{1}},
                           {"level", std::string("high")},
                           {"short", std::int64_t{1}},
                           {"price", std::string("low")},
                           {"perod", std::int64_t{5}}});
  ASSERT_EQ(errors.size(), 5U);
  EXPECT_EQ(errors[0].text(), "period: found 1, allowed is a whole number from 2 to 100");
  EXPECT_EQ(errors[1].text(), "level: found high, allowed is a number from 0 to 100");
  EXPECT_EQ(errors[2].text(), "short: found 1, allowed is true or false");
  EXPECT_EQ(errors[3].text(), "price: found low, allowed is one of open, close");
  EXPECT_EQ(errors[4].text(), "perod: is not a parameter; there are period, level, short, price");
}

TEST(Parameters, RefuseARealForAnIntegerAndWhatIsNoNumber) {
  EXPECT_EQ(bad({{"period", 14.0}}).size(), 1U);
  EXPECT_EQ(bad({{"level", std::numeric_limits<double>::quiet_NaN()}}).size(), 1U);
  EXPECT_EQ(bad({{"level", std::numeric_limits<double>::infinity()}}).size(), 1U);
}

TEST(Parameters, AreReadFromTextByTheirType) {
  EXPECT_EQ(*parse_parameter(kSpecs[0], "20"), ParameterValue(std::int64_t{20}));
  EXPECT_EQ(*parse_parameter(kSpecs[1], "2.5"), ParameterValue(2.5));
  EXPECT_EQ(*parse_parameter(kSpecs[2], "true"), ParameterValue(true));
  EXPECT_EQ(*parse_parameter(kSpecs[3], "open"), ParameterValue(std::string("open")));
  for (const char* text : {"", "2x", "2.5", " 2"}) EXPECT_FALSE(parse_parameter(kSpecs[0], text)) << text;
  EXPECT_FALSE(parse_parameter(kSpecs[1], "2,5"));
  EXPECT_FALSE(parse_parameter(kSpecs[2], "yes"));
}

TEST(Parameters, AreWrittenAsInAConfiguration) {
  EXPECT_EQ(to_string(ParameterValue(std::int64_t{10})), "10");
  EXPECT_EQ(to_string(ParameterValue(0.5)), "0.5");
  EXPECT_EQ(to_string(ParameterValue(true)), "true");
  EXPECT_EQ(to_string(ParameterValue(std::string("x"))), "x");
}

TEST(ParametersDeathTest, StopOnANameThatWasNotDeclared) {
  EXPECT_DEATH(static_cast<void>(good({}).integer("nothing")), "not declared");
}

}  // namespace
}  // namespace bellwether
