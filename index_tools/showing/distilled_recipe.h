/// What to paste into a site's own search, in each language that searches Xapian.
#pragma once

#include <ostream>
#include <string>

#include "irgan/distilled_forms.h"

namespace irgan {

/// Writes BM25's parameters and the query in C++, Python and Perl.
///
/// Requires: search.kind is stock
void write_stock_recipe(const DistilledSearch& search, std::ostream& out);

/// Writes how the table of near terms joins the stock form's query, in C++ and Python.
///
/// path: of the table; empty: how to get it is said
void write_near_recipe(const std::string& path, std::ostream& out);

/// Writes BM25's parameters for Omega, whose queries cannot scale fields.
void write_omega_recipe(const DistilledSearch& search, std::ostream& out);

/// Writes irgan::Weight and the query in C++, and how servers learn the class.
void write_weight_recipe(const DistilledSearch& search, std::ostream& out);

}  // namespace irgan
