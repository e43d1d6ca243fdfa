// Shared by the files of this folder.
#pragma once
#include "server/library/library.hpp"

namespace fz::library {

/// fraud_kind: free of controls, at most 20 characters, may be empty; exposes: "method", "case" or empty.
Result<void> check_tags(std::string_view fraud_kind, std::string_view exposes);
/// Makes `item` a new one, or the next version of an existing one: draft again, jobs of older versions gone.
Result<void> start_version(Store& db, const Context& ctx, Item& item, std::string_view existing);
/// The bytes of `upload` become a variant of its item: the row, a probe job, the item pending again.
Result<Item> add_variant(Store& db, const Context& ctx, const Upload& upload, const crypto::ChunkedDigest& digest);
/// Processing as the jobs of the item's version say: failed when one has failed, ready once none is left open. Stores the item.
Result<void> settle(Store& db, const Context& ctx, Item& item);

}  // namespace fz::library
