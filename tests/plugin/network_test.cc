#include <catch2/catch.hpp>
#include "plugin/src/model_parts.h"
TEST_CASE("x") { CHECK_THROWS(irgan::decode_model("", "x")); }
