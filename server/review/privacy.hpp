// Names and numbers of the people in a case: the first step of a text's review cannot end while they stand there unmasked.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "server/review/review.hpp"

namespace fz::review {

struct Unmasked {
  std::string where;  ///< which part of the document, in Chinese: "标题", "作案手法第2条"
  std::string kind;   ///< Chinese word for what it is
  std::string text;   ///< as it stands there
};
/// What shared/privacy finds in a bulletin, a warning or a slogan. Local facts are exempt: public numbers are what they
/// are for. Errors: those of render::parse_document.
Result<std::vector<Unmasked>> unmasked(std::string_view document);

/// What a reviewer declares public although it was found (an agency's telephone, an officer's published name).
struct Exceptions {
  std::vector<std::string> texts;  ///< each must be one of the findings
  std::string reason;              ///< required where there are any; recorded
};
/// Call in the transaction of `act`, before it. Does nothing unless `act` ends the first step of a text (with one step
/// alone that is `submit`). `document`: the bytes of the item's source. Exceptions that were needed are recorded in the trail.
/// Errors: privacy_unmasked{where,kind,what,count}; bad_field, missing_field (exceptions); review_state; not_found.
Result<void> settle_privacy(const Tables& db, const Context& ctx, const Item& item, Act act, std::string_view document,
                            const Exceptions& exceptions);
/// True if settle_privacy() would look at the document.
Result<bool> privacy_is_due(const Tables& db, const Item& item, Act act);

}  // namespace fz::review
