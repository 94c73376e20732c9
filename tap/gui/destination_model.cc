// The table of the destinations of a source.
#include "tap/gui/models.h"

namespace fanout::gui {
namespace {

std::vector<const Column*> columns_of_window() {
  const auto columns = destination_columns(kInWindow);
  return {columns.begin(), columns.end()};
}

}  // namespace

DestinationModel::DestinationModel(Host& host) : NumberModel(host, columns_of_window()) {}

void DestinationModel::show(std::shared_ptr<const Engine> engine, uint32_t source) {
  engine_ = std::move(engine);
  const bool is_known = engine_ && source != kNone && source < engine_->source_count();
  set_rows(is_known ? engine_->history(source) : std::vector<uint32_t>());
}

void DestinationModel::with_value(uint32_t number, const Column& column, bool,
                                  const std::function<void(const Value&)>& use) const {
  static const ReportSettings kSettings;
  use(static_cast<const DestinationColumn&>(column).take(destination_row(*engine_, number),
                                                         kSettings));
}

}  // namespace fanout::gui
