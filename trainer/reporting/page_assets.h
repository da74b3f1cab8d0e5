/// What every report's page has: its style, and the script that draws its charts.
#pragma once

namespace irgan {

/// CSS: light and dark, phone and paper.
extern const char* const kPageStyle;

/// JavaScript for Chart.js 3 and 4: draws each canvas that has an entry in the page's data. When it is done, the root
/// element's attribute data-charts says "drawn of wanted".
extern const char* const kPageScript;

}  // namespace irgan
