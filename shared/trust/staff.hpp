// A group's own word that somebody has left: it retires keys, and can do nothing else. Signed by people of the group (or of a
// group above it) who stay, without the root officers; their list of reviewers stays the ceiling. Format: README.md.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "shared/trust/documents.hpp"

namespace fz::trust {

inline constexpr std::string_view kStaffType = "application/vnd.fz.staff.v1+json";
inline constexpr std::size_t kMaxStaff = 1000;  ///< entries, and entries in all that a screen keeps

struct StaffEntry {
  std::string keyid, holder;
  UtcTime at;  ///< from then on the key counts for nothing new; not after the document's `issued`
};
struct Staff {
  std::string group;           ///< whose threshold signs
  std::int64_t version = 1;    ///< rises per group; each version holds the entries of the one before
  std::int64_t reviewers = 1;  ///< version of the reviewers list that it was made on: holds for that one and later ones
  UtcTime issued;
  std::vector<StaffEntry> left;
};
Result<Staff> parse_staff(std::string_view payload);
std::string write_staff(const Staff& staff);

/// Where the document stands in the targets; a group's name may hold anything, so it is named by its hash.
std::string staff_target(std::string_view group);
inline constexpr std::string_view kStaffTargets = "trust/staff/";

/// Verifies an envelope against the list in force. Counted are distinct holders with a key of the document's group that was
/// active when it was issued and that the document itself does not retire: so the group keeps its threshold by construction.
/// Refuses: size, type, signature (nobody of the list), format, version (made on a later list), threshold, scope (a key that
/// belongs to no group, or also to one that is neither the document's nor below it).
Result<Staff> read_staff(std::string_view envelope, const Reviewers& reviewers);
/// True if `above` may approve whatever `below` may.
bool governs(const ApproverGroup& above, const ApproverGroup& below);

/// When keys were retired by staff documents, by keyid.
using StaffLeft = std::map<std::string, UtcTime, std::less<>>;
/// Takes the entries into `left`; an earlier time stays.
void note_staff(StaffLeft& left, const Staff& staff);
/// Retires the keys in the list. Keys that it does not name, and keys that it retired earlier itself, stay as they are.
void apply_staff(Reviewers& reviewers, const StaffLeft& left);
/// What is left must still be able to work: every group, at its highest threshold from `now` on, withdraw and renew.
/// Errors: bad_field with the group and the numbers, and that the root officers have to act.
Result<void> staff_suffices(const Reviewers& after, UtcTime now);

}  // namespace fz::trust
