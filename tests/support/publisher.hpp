// A server as one screen sees it, in memory and without sockets: signed documents from an Office, the screen-side routes,
// and what it received. The simulator calls answer() directly; fake_server/ puts it behind HTTP.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "shared/schedule/playlist.hpp"
#include "tests/support/office.hpp"

namespace fz::test {

class Publisher {
 public:
  /// `seed`: everything it makes is the same every time; 0: other keys and nonces every time.
  explicit Publisher(UtcTime now = kOfficeNow, std::uint64_t seed = 0);

  // -- what the people of the office do ------------------------------------------------------------------------------
  struct NewItem {
    std::string id, bytes, mime = "video/mp4";
    trust::Kind kind = trust::Kind::loop;
    Millis duration{10000};
    std::string slot = "main";
    int offline_days = 60;
    std::optional<UtcTime> valid_until{};  ///< default: 360 days from the beginning
  };
  void add(const NewItem& item);
  void remove(const std::string& id);
  /// Signed by the duty desk; in the next publication, and returned to be pushed. `now` is its date.
  std::string withdraw(const std::string& id, UtcTime now);
  void renew_withdrawals(UtcTime now);
  /// A root of the next version with another online key.
  void replace_online_key(UtcTime now);
  void set_slot(schedule::Slot slot);
  /// An urgent card: `text` approved as an emergency under `id`, and an alert of one hour that shows it, as it is pushed.
  struct Urgent {
    trust::Alert alert;
    std::string approval, text;
    std::string message(const Office& office) const {
      return "{\"m\":\"alert\",\"alert\":" + office.alert_bytes(alert) + ",\"approval\":" + approval + ",\"text\":" + json_text() + "}";
    }
    std::string json_text() const;
  };
  Urgent urgent(const std::string& id, const std::string& text, UtcTime now, trust::Kind kind = trust::Kind::emergency);
  /// Publications list it from now on, with its approval and card.
  void list(const Urgent& urgent) { listed_.insert_or_assign(urgent.alert.alert_id, urgent); }
  /// Signs everything anew; the screen's timestamp lives 24 h.
  void publish(UtcTime now);
  /// Only a new timestamp, as the server does before the old one ends.
  void renew_timestamp(UtcTime now);

  // -- what the screen asks ------------------------------------------------------------------------------------------
  struct Request {
    std::string method = "GET", path, body, token, etag;
  };
  struct Answer {
    int status = 200;
    std::string body, etag;
  };
  Answer answer(const Request& request, UtcTime now);

  Office office;
  std::map<std::string, std::string> blobs;     ///< by SHA-256
  std::map<std::string, std::string> metadata;  ///< "1.root.json" ...
  std::string timestamp;
  schedule::OutputRules rules;  ///< of the screen's site, in the next publication
  std::string screen = "scr-1", zone = "Asia/Shanghai";
  bool enrolled = true;              ///< the code was typed in
  std::optional<UtcTime> lie;        ///< the time it attests instead of the real one
  std::vector<trust::Play> plays;    ///< accepted, in order
  std::int64_t targets_version = 0;  ///< of the last publication
  std::int64_t sent_twice = 0;       ///< accepted before, sent again
  std::set<std::string> tokens;
  std::set<std::string> withdrawn;
  std::set<std::string> missing;  ///< blobs that answer 404
  std::string last_status;
  std::string shot;  ///< the last picture
  int statuses = 0;
  std::string staff;  ///< envelope of the district's staff document, in the next publication
  std::map<std::string, trust::Approval> approvals;

 private:
  UtcTime base_;
  std::string put(std::string bytes);
  Answer plays_answer(const Request& request, UtcTime now);
  std::map<std::string, NewItem> items_;
  std::map<std::string, schedule::Slot> slots_;
  std::map<std::string, Urgent> listed_;  // by alert
  std::map<std::string, trust::TargetFile> targets_;
  trust::Withdrawals withdrawals_;
  std::string withdrawals_envelope_;
  trust::FileMeta snapshot_;
  std::optional<crypto::PublicKey> device_;
  std::string nonce_;
  int nonces_made_ = 0;
  int next_token_ = 1;
};

}  // namespace fz::test
