// Files that people send and no screen shows, told by their content: what it is, in words that say what to do. Bounded reads, no decoding.
// ZIP (APPNOTE 6.3), OLE2 ([MS-CFB]), Shell Link ([MS-SHLLINK]), MHTML (RFC 2557), ASF (revision 01.20.03), ISO/IEC 23001-7 (encryption).
#pragma once
#include <optional>
#include <string_view>

#include "player/decode/bytes_at.hpp"
#include "shared/base/error.hpp"

namespace fz::decode {

/// What the file is, if it is one of: media_office{kind}, media_encrypted, media_archive{kind}, media_program, media_web_page,
/// media_codec_unsupported{codec} (a format with a name that is not taken); nothing for anything else.
std::optional<Error> foreign_file(const BytesAt& in);

/// A file that is bad may only be unfinished: a download that was set up in full length and not filled (its tail is zeros), or one
/// whose name a download program still holds (`declared` ends with ".crdownload", ".part", ".downloading" ...). media_unfinished{what}
/// then; nothing when neither is so. Asked only about files that are bad: digital silence ends in zeros too.
std::optional<Error> unfinished_file(const BytesAt& in, std::string_view declared);

/// True if the movie box says that its streams are encrypted (sample entries encv, enca). `moov` within the file, bounded reads.
bool is_encrypted_movie(const BytesAt& in, std::uint64_t at, std::uint64_t size);

}  // namespace fz::decode
