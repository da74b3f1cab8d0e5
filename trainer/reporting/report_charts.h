/// The researcher's figures: charts and the tables behind them.
#pragma once

#include <string>

#include "irgan/report.h"

namespace irgan {

/// Numbers as the page shows them; a dash for NaN.
std::string shown_number(double number, int digits = 3);
std::string shown_percent(double share);

/// The figures of a part of the page; empty where the report has nothing for it.
std::string rankings_chart(const Report& report);
std::string gains_chart(const Report& report);
std::string ranks_chart(const Report& report);
std::string importance_chart(const Report& report);
std::string values_chart(const Report& report);
std::string players_chart(const Report& report);
std::string generator_chart(const Report& report);
std::string history_chart(const Report& report);

/// What the page's script draws, as JSON in which nothing ends a script.
std::string chart_data(const Report& report);

}  // namespace irgan
