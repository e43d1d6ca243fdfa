// A document in a few words, for messages (public SMS, chat groups).
#pragma once
#include <string>

#include "shared/render/documents.hpp"

namespace fz::render {

/// At most `most` characters: a slogan's text; of a bulletin or warning its title and as much of the advice as fits, whole sentences, and
/// the hotline. Empty for local facts. Pure.
std::string short_text(const Document& document, std::size_t most);

}  // namespace fz::render
