// What the window shows of the counts: tabs, charts, the selected source, and the line below.
#include <QCheckBox>
#include <QLabel>
#include <QTabBar>
#include <QTabWidget>
#include <QTableView>
#include <algorithm>

#include "tap/gui/window.h"

namespace fanout::gui {
namespace {

// "1 source", "2 sources".
QString count_text(uint64_t count, const char* what) {
  return number_text(count) + ' ' + what + (count == 1 ? "" : "s");
}

}  // namespace

void Window::show_selected() {
  const std::vector<uint32_t> selected = selected_sources();
  const QModelIndex index = source_table_->currentIndex();
  uint32_t source = selected.empty() ? kNone : selected.front();
  if (index.isValid() && source_table_->selectionModel()->isRowSelected(index.row(), {})) {
    source = sources_->number(index.row());
  }
  if (!engine_ || source >= engine_->source_count()) source = kNone;
  const bool is_same = source == shown_source_ && destinations_->engine() == engine_;
  const Place place = is_same ? place_of(destination_table_, destinations_) : Place();
  shown_source_ = source;
  destinations_->show(engine_, source);
  go_to_place(destination_table_, destinations_, place);
  show_findings(is_same);
  show_scatter();
  if (source == kNone) {
    destination_title_->setText("Destinations");
    reason_->clear();
    growth_chart_->show({}, {}, settings_.threshold);
    return;
  }
  destination_title_->setText("Destinations of " + label_of(source) + " · " +
                              number_text(static_cast<uint64_t>(destinations_->rowCount())));
  reason_->setText(
      QString::fromStdString(sources_->judgement(source).reason + judging_.relations(source)));
  const int64_t start = host_.start_time();
  std::vector<double> times;
  for (const uint32_t pair : engine_->history(source)) {
    const int64_t time = engine_->pair(pair).first_time;
    if (time == kNoTime || start == kNoTime) continue;
    times.push_back(static_cast<double>(time - start) / 1e9);
  }
  std::sort(times.begin(), times.end());
  growth_chart_->show(label_of(source), std::move(times), settings_.threshold);
}

void Window::show_findings(bool is_same) {
  const Place place = is_same ? place_of(finding_table_, findings_) : Place();
  findings_->show(engine_, shown_source_);
  go_to_place(finding_table_, findings_, place);
  const Findings& findings = findings_->findings();
  const uint64_t count = findings.rows.size();
  details_->setTabText(1, count == 0 ? "Findings" : "Findings · " + number_text(count));
  details_->setTabToolTip(1, count_text(findings.open_services, "open service") + ", " +
                                 count_text(findings.hosts_up, "host") + " up, " +
                                 count_text(findings.conversations, "conversation"));
  no_findings_->setText(shown_source_ == kNone
                            ? "Select a source above to see what responded to it."
                            : "Nothing that was captured responded to this source. The tab "
                              "Destinations lists whom it contacted.");
  no_findings_->setVisible(count == 0);
  finding_table_->setVisible(count > 0);
}

// Says why no source is listed, and where there are some.
void Window::show_emptiness() {
  QString text;
  const int tab = tabs_->currentIndex();
  if (sources_->unfiltered() == 0 && judging_.is_done() && engine_) {
    const uint32_t all = engine_->source_count();
    const auto link = [](int to, const QString& what) {
      return QString("<a href=\"%1\">%2</a>").arg(to).arg(what.toHtmlEscaped());
    };
    if (all == 0) {
      text = "Nothing that was counted is IP, nor an ARP request.";
    } else if (tab == kSuspects && totals_.flagged > 0) {
      text = "No source looks like a scanner. " +
             link(kFlagged, count_text(totals_.flagged, "source")) +
             (totals_.flagged == 1 ? " is" : " are") + " over the threshold.";
    } else if (tab == kSuspects) {
      text = "No source looks like a scanner, and none is over the threshold. " +
             link(kAll, "All sources") + " lists what was seen.";
    } else if (tab == kFlagged) {
      text = "No source has more than " + number_text(settings_.threshold) +
             " unique destinations. Lower the threshold, or look at " + link(kAll, "all sources") +
             '.';
    }
  } else if (sources_->rowCount() == 0 && sources_->unfiltered() > 0) {
    text = "Nothing in this tab matches the search.";
  }
  emptiness_->setText(text);
  emptiness_->setVisible(!text.isEmpty());
}

void Window::show_totals() {
  const uint32_t count = engine_ ? engine_->source_count() : 0;
  tabs_->setTabText(kSuspects, "Suspects · " + number_text(totals_.suspects));
  tabs_->setTabText(kFlagged, "Over threshold · " + number_text(totals_.flagged));
  tabs_->setTabText(kAll, "All sources · " + number_text(count));
  // A tab for each network, if there are several.
  const auto networks = std::count_if(totals_.of_network.begin(), totals_.of_network.end(),
                                      [](uint32_t of_network) { return of_network > 0; });
  const QSignalBlocker blocker(tabs_);
  const int before = tabs_->currentIndex();
  for (int i = 0; i < kNetworks; ++i) {
    const int tab = kFirstNetwork + i;
    const uint32_t sources = totals_.of_network[static_cast<size_t>(i)];
    if (tabs_->count() <= tab) tabs_->addTab(QString());
    tabs_->setTabText(
        tab, QString(network_name(static_cast<Network>(i))) + " · " + number_text(sources));
    tabs_->setTabVisible(tab, networks > 1 && sources > 0);
  }
  tabs_->setCurrentIndex(before < kFirstNetwork || tabs_->isTabVisible(before) ? before : kAll);
}

// Of suspects that belong together it says how many scans they are.
QString Window::suspects_text() const {
  const QString text = count_text(totals_.suspects, "scan suspect");
  return totals_.scans == totals_.suspects ? text
                                           : text + " in " + count_text(totals_.scans, "scan");
}

void Window::show_status() {
  if (!file_.open || !engine_) {
    status_->setText("No capture file is open.");
    return;
  }
  QString text = count_text(engine_->frames(), "frame") + " · " +
                 count_text(engine_->sources_total().value, "source") + " · " +
                 count_text(totals_.pairs.value, "pair") + " of source and destination · " +
                 suspects_text() + " · " + number_text(totals_.flagged) +
                 " over the threshold of " + number_text(settings_.threshold);
  if (sources_->listed() != sources_->unfiltered()) {
    text += " · " + number_text(sources_->listed()) + " found";
  }
  if (!settings_.filter.empty()) text += " · limited by a filter";
  if (!judging_.is_done()) {
    text += " · looking for suspects: " + QString::number(judging_.percent()) + " %";
  }
  if (engine_->limit_hit_in() != 0) {
    text += "\nThe memory limit of " + number_text(engine_->options().limit) +
            " pairs was hit in frame " + number_text(engine_->limit_hit_in()) +
            ": counts marked ≈ are estimates.";
  }
  status_->setText(text);
}

QString Window::label_of(uint32_t source) const {
  const Address& address = engine_->source(source).address;
  const QString network = network_suffix(address.network);
  const QString name = names_->isChecked() ? foreign_text(host_.host_name(address)) : QString();
  return (name.isEmpty() ? QString::fromStdString(to_string(address)) : name) + network;
}

}  // namespace fanout::gui
