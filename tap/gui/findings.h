// What the selected source found: the table of the tab "Findings".
#ifndef FANOUT_TAP_GUI_FINDINGS_H_
#define FANOUT_TAP_GUI_FINDINGS_H_

#include <QString>
#include <memory>
#include <vector>

#include "tap/gui/models.h"
#include "tap/judge/findings.h"

namespace fanout::gui {

/// The findings of a source: conversations first, unless sorted otherwise.
class FindingModel : public NumberModel {
 public:
  explicit FindingModel(Host& host);

  QVariant cell(uint32_t number, int column, int role) const override;

  /// Shows the findings of a source; kNone: none. O(pairs + services + findings log findings).
  void show(std::shared_ptr<const Engine> engine, uint32_t source);
  const Findings& findings() const { return findings_; }
  /// By its number in the table.
  const Finding& finding(uint32_t number) const { return findings_.rows[number]; }

 protected:
  void with_value(uint32_t number, const Column& column, bool for_sorting,
                  const std::function<void(const Value&)>& use) const override;
  int64_t key(uint32_t number, const Column& column) const override;

 private:
  Findings findings_;
};

/// The packets that a source exchanged with what it found, in both directions; of ARP and NDP, its
/// requests.
QString conversation_filter(const Address& source, const std::vector<Finding>& findings);

}  // namespace fanout::gui

#endif  // FANOUT_TAP_GUI_FINDINGS_H_
