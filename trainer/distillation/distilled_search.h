/// The forms in which Xapian itself can search as a model would: weighting scheme and scaled fields, as a site uses
/// them.
#pragma once

#include <xapian.h>

#include <string>
#include <vector>

#include "irgan/distilled_forms.h"
#include "irgan/near_terms.h"
#include "trainer/distillation/distillation.h"
#include "trainer/site/first_stage.h"

namespace irgan {

/// Makes a form ready for use: fields that count nothing are left out, unless no other finds documents, and numbers are
/// rounded to four digits, so that what is measured is what is printed.
///
/// prefixes, uses: of the form's fields
DistilledSearch search_of(DistilledKind kind, const DistilledForm& form, const std::vector<std::string>& prefixes,
                          const std::vector<FieldUse>& uses);

/// What is near a query's words, and how it joins the query.
struct NearTermsOfQuery {
  const NearTerms& terms;
  const std::vector<std::vector<NearTerms::Term>>& near;
  const NearTermUse& use;
};

/// Returns the first `top` documents that the form finds for `row`.
///
/// near: null: none
std::vector<Xapian::docid> found_by(const DistilledSearch& search, FirstStage& first_stage, const QueryRow& row,
                                    Xapian::doccount top, const NearTermsOfQuery* near = nullptr);

}  // namespace irgan
