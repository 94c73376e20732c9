// The charts of the window: what they are given, and what a click on them does.
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QTabWidget>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>
#include <map>
#include <set>

#include "tap/gui/window.h"

namespace fanout::gui {

QWidget* Window::make_charts() {
  charts_ = new QTabWidget(this);
  charts_->setObjectName("charts");
  charts_->setAccessibleName("Charts");
  charts_->setDocumentMode(true);
  auto* active = new QWidget(charts_);
  auto* active_layout = new QVBoxLayout(active);
  active_layout->setContentsMargins(0, 4, 0, 0);
  measure_ = new QComboBox(active);
  measure_->setObjectName("measure");
  measure_->setAccessibleName("What the bars show");
  measure_->addItems({"Unique destinations", "Packets", "Bytes"});
  auto* measure_row = new QHBoxLayout();
  auto* measure_label = new QLabel("&By:", active);
  measure_label->setBuddy(measure_);
  measure_row->addSpacing(8);
  measure_row->addWidget(measure_label);
  measure_row->addWidget(measure_);
  measure_row->addStretch(1);
  active_chart_ = new ActiveChart(active);
  active_chart_->setObjectName("activeChart");
  active_chart_->setAccessibleName("Most active sources");
  active_layout->addLayout(measure_row);
  active_layout->addWidget(active_chart_, 1);
  distribution_chart_ = new DistributionChart(charts_);
  distribution_chart_->setObjectName("distributionChart");
  distribution_chart_->setAccessibleName("Distribution of unique destinations over sources");
  growth_chart_ = new GrowthChart(charts_);
  growth_chart_->setObjectName("growthChart");
  growth_chart_->setAccessibleName("Fan-out of the selected source over time");
  charts_->addTab(active, "Most active");
  charts_->addTab(distribution_chart_, "Distribution");
  charts_->addTab(growth_chart_, "Over time");
  charts_->addTab(make_scatter_page(), "Contacts");
  timeline_chart_ = new TimelineChart(charts_);
  timeline_chart_->setObjectName("timelineChart");
  timeline_chart_->setAccessibleName("When each suspect initiated contact");
  charts_->addTab(timeline_chart_, "Timeline");
  charts_->setTabToolTip(3,
                         "Each contact of the selected sources, by time and destination or port");
  charts_->setTabToolTip(4, "When each suspect initiated contact");
  connect(charts_, &QTabWidget::currentChanged, this, [this] {
    show_scatter();
    show_timeline();
  });

  connect(measure_, QOverload<int>::of(&QComboBox::currentIndexChanged), this,
          [this] { show_charts(); });
  timeline_chart_->on_click = [this](uint64_t source) { reveal(static_cast<uint32_t>(source)); };
  active_chart_->on_click = [this](uint64_t source) { reveal(static_cast<uint32_t>(source)); };
  distribution_chart_->on_click = [this](uint64_t bin) {
    if (bin >= totals_.distribution.size()) return;
    select_with_destinations(totals_.distribution[bin].from, totals_.distribution[bin].to);
  };
  return charts_;
}

QWidget* Window::make_scatter_page() {
  auto* page = new QWidget(charts_);
  auto* layout = new QVBoxLayout(page);
  layout->setContentsMargins(0, 4, 0, 0);
  scatter_rows_ = new QComboBox(page);
  scatter_rows_->setObjectName("scatterRows");
  scatter_rows_->setAccessibleName("What the chart of contacts shows upwards");
  scatter_rows_->addItems({"Whichever are more", "Destinations", "Ports"});
  auto* row = new QHBoxLayout();
  auto* label = new QLabel("&Upwards:", page);
  label->setBuddy(scatter_rows_);
  row->addSpacing(8);
  row->addWidget(label);
  row->addWidget(scatter_rows_);
  row->addStretch(1);
  scatter_chart_ = new ScatterChart(page);
  scatter_chart_->setObjectName("scatterChart");
  scatter_chart_->setAccessibleName("Contacts of the selected sources over time");
  layout->addLayout(row);
  layout->addWidget(scatter_chart_, 1);
  connect(scatter_rows_, QOverload<int>::of(&QComboBox::currentIndexChanged), this,
          [this] { show_scatter(); });
  scatter_chart_->service_name = [this](const Service& service) {
    return foreign_text(host_.service_name(service));
  };
  scatter_chart_->on_go_to = [this](uint32_t frame) { host_.go_to_frame(frame); };
  scatter_chart_->on_mark = [this](const std::vector<Contact>& contacts, const QPoint& place) {
    open_contact_menu(contacts, place);
  };
  return page;
}

void Window::show_charts() {
  constexpr size_t kBars = 15;
  std::vector<std::pair<uint64_t, uint32_t>> most;
  const uint32_t count = engine_ ? engine_->source_count() : 0;
  const int measure = measure_->currentIndex();
  most.reserve(count);
  for (uint32_t number = 0; number < count; ++number) {
    const Source& source = engine_->source(number);
    most.push_back({measure == 1   ? source.packets
                    : measure == 2 ? source.bytes
                                   : engine_->destinations(number).value,
                    number});
  }
  const auto shown = static_cast<ptrdiff_t>(std::min<size_t>(kBars, most.size()));
  std::partial_sort(most.begin(), most.begin() + shown, most.end(), [](auto a, auto b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  most.resize(static_cast<size_t>(shown));
  std::vector<ActiveChart::Bar> bars;
  bars.reserve(most.size());
  for (const auto& [value, number] : most) {
    bars.push_back({label_of(number), value, number, judging_.is_suspect(number)});
  }
  static const char* const kUnits[] = {"unique destinations", "packets", "bytes"};
  active_chart_->show(std::move(bars), kUnits[measure]);
  std::vector<DistributionChart::Bin> bins;
  for (const Bin& bin : totals_.distribution) bins.push_back({bin.from, bin.to, bin.sources});
  distribution_chart_->show(std::move(bins), settings_.threshold);
  show_timeline();
}

// Only while it is seen: a million contacts take a moment to sort.
void Window::show_scatter() {
  if (charts_->currentIndex() != kContacts) return;
  ScatterChart::Content content;
  std::vector<std::span<const uint32_t>> pairs;
  if (engine_) {
    const std::vector<uint32_t> selected = selected_sources();
    for (const uint32_t source : selected) {
      if (source >= engine_->source_count()) continue;
      if (pairs.size() == ScatterChart::kMostSources) break;
      pairs.emplace_back(engine_->history(source));
      content.sources.push_back(label_of(source));
    }
    content.left_out = selected.size() - pairs.size();
    const int choice = scatter_rows_->currentIndex();
    std::optional<Rows> rows;
    if (choice > 0) rows = choice == 1 ? Rows::kDestinations : Rows::kServices;
    content.engine = engine_;
    content.scatter = make_scatter(*engine_, pairs, rows);
  }
  scatter_chart_->show(std::move(content));
}

void Window::show_timeline() {
  constexpr size_t kMostBars = 40;
  if (charts_->currentIndex() != kTimeline) return;
  std::vector<std::pair<uint64_t, uint32_t>> suspects;
  const uint32_t count = engine_ ? engine_->source_count() : 0;
  for (uint32_t number = 0; number < count; ++number) {
    if (!judging_.is_suspect(number)) continue;
    suspects.emplace_back(engine_->destinations(number).value, number);
  }
  std::sort(suspects.begin(), suspects.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  const size_t all = suspects.size();
  suspects.resize(std::min(kMostBars, all));
  std::vector<std::span<const uint32_t>> pairs;
  pairs.reserve(suspects.size());
  for (const auto& [destinations, number] : suspects) pairs.emplace_back(engine_->history(number));
  Timeline timeline;
  if (!pairs.empty()) {
    timeline = make_timeline(*engine_, pairs, engine_->first_time(), engine_->last_time(),
                             TimelineChart::kParts);
  }
  std::vector<TimelineChart::Row> rows;
  std::vector<TimelineBar> bars;
  for (size_t i = 0; i < suspects.size(); ++i) {
    if (timeline.bars[i].contacts == 0) continue;
    rows.push_back({label_of(suspects[i].second), suspects[i].second});
    bars.push_back(std::move(timeline.bars[i]));
  }
  timeline.bars = std::move(bars);
  timeline_chart_->show(std::move(rows), std::move(timeline), all);
}

// What can be done with the contacts that were marked in the chart. Selects their destinations.
void Window::open_contact_menu(const std::vector<Contact>& contacts, const QPoint& place) {
  if (!engine_ || contacts.empty()) return;
  const bool by_service = scatter_chart_->rows() == Rows::kServices;
  struct Sets {
    std::set<Address> destinations;
    std::map<std::pair<uint16_t, Transport>, Service> services;
  };
  std::map<uint32_t, Sets> by_source;
  Place marked;
  for (const Contact& contact : contacts) {
    const Pair& pair = engine_->pair(contact.pair);
    Sets& sets = by_source[pair.source];
    sets.destinations.insert(engine_->destination(pair));
    const Service& service = contact.service;
    if (by_service) sets.services.emplace(std::pair(service.port, service.transport), service);
    if (pair.source == shown_source_) marked.selected.push_back(contact.pair);
  }
  std::vector<ContactsOf> wanted;
  std::vector<Address> sources;
  size_t destinations = 0;
  for (const auto& [source, sets] : by_source) {
    ContactsOf& of = wanted.emplace_back();
    of.source = engine_->source(source).address;
    of.destinations.assign(sets.destinations.begin(), sets.destinations.end());
    for (const auto& [key, service] : sets.services) of.services.push_back(service);
    destinations += of.destinations.size();
    sources.push_back(of.source);
  }
  std::sort(marked.selected.begin(), marked.selected.end());
  go_to_place(destination_table_, destinations_, marked);
  auto* menu = new QMenu(this);
  menu->setObjectName("contactMenu");
  menu->setAttribute(Qt::WA_DeleteOnClose);
  menu->addSection(
      number_text(contacts.size()) + (contacts.size() == 1 ? " contact" : " contacts") + " of " +
      number_text(destinations) + (destinations == 1 ? " destination" : " destinations"));
  add_filter_menus(menu, {{"Contacts", contacts_filter(wanted), 1},
                          {"Sources", source_filter(sources), sources.size()}});
  menu->addSeparator();
  const auto first =
      std::min_element(contacts.begin(), contacts.end(),
                       [](const Contact& a, const Contact& b) { return a.frame < b.frame; });
  menu->addAction("Go to First Packet", this,
                  [this, frame = first->frame] { host_.go_to_frame(frame); });
  menu->popup(place);
}

void Window::save_picture() {
  Chart* const charts[] = {active_chart_, distribution_chart_, growth_chart_, scatter_chart_,
                           timeline_chart_};
  static const char* const kNames[] = {"-most-active.png", "-distribution.png", "-over-time.png",
                                       "-contacts.png", "-timeline.png"};
  const int index = charts_->currentIndex();
  QStringList kinds{"PNG (*.png)"};
#ifdef FANOUT_SVG
  kinds.append("SVG (*.svg)");
#endif
  const SaveTarget target = ask_where_to_save(
      "Save picture", safe_file_name(foreign_text(file_.name)) + kNames[index], kinds);
  if (target.path.isEmpty()) return;
  const QString error = charts[index]->save(target.path, target.ending == "svg");
  say(error.isEmpty() ? QString() : "The picture could not be saved: " + error);
}

}  // namespace fanout::gui
