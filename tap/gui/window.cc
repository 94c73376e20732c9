#include "tap/gui/window.h"

#include <QCheckBox>
#include <QHideEvent>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QSpinBox>
#include <QSplitter>
#include <QTabBar>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>
#include <numeric>

namespace fanout::gui {
namespace {

constexpr int kPollMilliseconds = 500;
// Most captures are judged within this time, before anything is shown; the rest goes on in slices
// that leave the window responsive.
constexpr int kJudgeAtOnce = 200;
constexpr int kJudgeSlice = 40;
// A live capture may not be slowed down: the window takes at most this part of the time.
constexpr int kShareOfTime = 5;

}  // namespace

Window::Window(Host& host, QWidget* parent)
    : QDialog(parent),
      host_(host),
      sources_(new SourceModel(host)),
      destinations_(new DestinationModel(host)),
      findings_(new FindingModel(host)) {
  sources_->setParent(this);
  destinations_->setParent(this);
  findings_->setParent(this);
  setObjectName("fanoutScanSuspects");
  setWindowFlags(Qt::Window);
  setAttribute(Qt::WA_DeleteOnClose, false);

  status_ = new QLabel(this);
  status_->setObjectName("status");
  status_->setAccessibleName("Summary");
  status_->setTextFormat(Qt::PlainText);
  status_->setWordWrap(true);

  QWidget* list = make_list();
  QWidget* details = make_details();
  lower_ = new QSplitter(Qt::Horizontal, this);
  lower_->setObjectName("lowerSplitter");
  lower_->addWidget(details);
  lower_->addWidget(make_charts());
  lower_->setStretchFactor(0, 1);
  lower_->setStretchFactor(1, 1);
  upper_ = new QSplitter(Qt::Vertical, this);
  upper_->setObjectName("upperSplitter");
  upper_->addWidget(list);
  upper_->addWidget(lower_);
  upper_->setStretchFactor(0, 1);
  upper_->setStretchFactor(1, 1);

  auto* layout = new QVBoxLayout(this);
  layout->addWidget(make_controls());
  layout->addWidget(make_message());
  layout->addWidget(make_progress());
  layout->addWidget(upper_, 1);
  layout->addWidget(status_);
  layout->addWidget(make_buttons());

  connect(tabs_, &QTabBar::currentChanged, this, [this] { show_tab(); });
  connect(source_table_, &QWidget::customContextMenuRequested, this,
          [this](const QPoint& place) { open_source_menu(place); });
  connect(destination_table_, &QWidget::customContextMenuRequested, this,
          [this](const QPoint& place) { open_destination_menu(place); });
  connect(source_table_, &QAbstractItemView::doubleClicked, this,
          [this] { go_to_flagged_frame(); });
  connect(destination_table_, &QAbstractItemView::doubleClicked, this,
          [this] { go_to_first_frame(); });
  connect(finding_table_, &QWidget::customContextMenuRequested, this,
          [this](const QPoint& place) { open_finding_menu(place); });
  connect(finding_table_, &QAbstractItemView::doubleClicked, this, [this] { go_to_finding(); });
  connect(&poll_, &QTimer::timeout, this, [this] { look_for_changes(); });
  search_delay_.setSingleShot(true);
  connect(&search_delay_, &QTimer::timeout, this, [this] { show_tab(); });
  connect(&judge_timer_, &QTimer::timeout, this, [this] { judge_on(); });
  follow_lookups();

  preferred_threshold_ = host_.settings(options_).threshold;
  set_threshold(preferred_threshold_);
  names_->setChecked(host_.resolves_names());
  resize(1180, 780);
  upper_->setSizes({310, 380});
  lower_->setSizes({640, 590});
  show_names();
  has_locations_ = host_.has_locations();
  show_locations(has_locations_);
  load_looks();
  set_looks();
}

Window::~Window() {
  save_looks();
  host_.unlimit();
}

void Window::set_options(const Options& options) {
  options_ = options;
  if (options.threshold) set_threshold(*options.threshold);
  // From here on the spin box decides, and the preference when that is changed.
  options_.threshold.reset();
  if (options.all) tabs_->setCurrentIndex(kAll);
  if (options.unicast) {
    say("\"unicast\" has no effect in the window: use the preference Count multicast and "
        "broadcast.");
  }
  if (options.filter.empty()) return;
  follows_display_filter_ = false;
  filter_->setText(foreign_text(options.filter));
  limit_->setChecked(true);
  wants_reading_ = true;
}

void Window::open_now() {
  // A hidden window does not follow the file.
  file_ = host_.file();
  take_display_filter(file_);
  if (has_locations_ != host_.has_locations()) {
    has_locations_ = !has_locations_;
    show_locations(has_locations_);
  }
  if (limit_->isChecked()) wants_reading_ = true;
  poll_.start(kPollMilliseconds);
  refresh();
  show();
  raise();
  activateWindow();
  retry_reading();
}

void Window::hideEvent(QHideEvent* event) {
  QDialog::hideEvent(event);
  if (event->spontaneous()) return;
  save_looks();
  poll_.stop();
  judge_timer_.stop();
  wants_reading_ = false;
  // While reading, the rest is done once that is over: see retry_reading().
  host_.stop();
  host_.unlimit();
}

void Window::set_threshold(uint64_t threshold) {
  const auto most = static_cast<uint64_t>(threshold_->maximum());
  threshold_->setValue(static_cast<int>(std::min(threshold, most)));
}

// Takes over the display filter where the box says so; whether it is another one than before.
bool Window::take_display_filter(const FileState& now) {
  if (!limit_->isChecked() || !follows_display_filter_ || !now.open) return false;
  const QString filter = foreign_text(now.display_filter);
  if (filter == filter_->text()) return false;
  filter_->setText(filter);
  return true;
}

void Window::look_for_changes() {
  show_progress();
  const FileState now = host_.file();
  const ReportSettings settings = host_.settings(options_);
  if (settings.threshold != preferred_threshold_) {
    preferred_threshold_ = settings.threshold;
    set_threshold(preferred_threshold_);
  }
  if (take_display_filter(now)) {
    wants_reading_ = true;
    host_.stop();
  }
  if (wants_reading_) {
    file_ = now;
    retry_reading();
    return;
  }
  // What is half read would only be shown at the cost of reading on.
  if (host_.is_retapping()) return;
  const std::shared_ptr<const Engine> engine = host_.engine();
  const bool is_same = engine == engine_ && now.name == file_.name && now.open == file_.open &&
                       (!engine || engine->frames() == frames_shown_) &&
                       settings.ports == settings_.ports && settings.window == settings_.window;
  // A file that is read anew is shown when that is done, with what was selected.
  const bool is_reloading = now.busy && now.name == file_.name && engine_ && engine;
  file_ = now;
  const bool is_early =
      since_refresh_.isValid() && since_refresh_.elapsed() < kShareOfTime * refresh_cost_;
  if (engine != engine_) {
    if (!is_reloading) refresh();
  } else if (is_early) {
    return;
  } else if (!judging_.is_done()) {
    // This pass is finished first, or there would be no end to it in a live capture.
    show_all();
    since_refresh_.start();
  } else if (!is_same) {
    refresh();
  }
}

void Window::refresh() {
  QElapsedTimer clock;
  clock.start();
  const ReportSettings before = settings_;
  settings_ = host_.settings(options_);
  settings_.threshold = static_cast<uint64_t>(threshold_->value());
  const std::shared_ptr<const Engine> engine = file_.open ? host_.engine() : nullptr;
  const uint64_t frames = engine ? engine->frames() : 0;
  const bool is_judged = engine == engine_ && frames == frames_shown_ &&
                         settings_.ports == before.ports && settings_.window == before.window;
  engine_ = engine;
  frames_shown_ = frames;
  if (is_judged && settings_.window == 0) {
    judging_.set_threshold(settings_.threshold);
  } else {
    judging_.start(engine_, settings_);
    judging_.work(kJudgeAtOnce);
  }
  if (!judging_.is_done()) judge_timer_.start(0);
  setWindowTitle("Wireshark · Scan Suspects" +
                 (file_.name.empty() ? QString() : " · " + foreign_text(file_.name)));
  show_all();
  refresh_cost_ = clock.elapsed();
  since_refresh_.start();
}

void Window::judge_on() {
  judging_.work(kJudgeSlice);
  show_status();
  if (!judging_.is_done()) return;
  judge_timer_.stop();
  show_all();
}

void Window::show_all() {
  count_totals();
  show_totals();
  show_tab();
  show_charts();
}

void Window::count_totals() {
  totals_ = Totals();
  totals_.of_network.resize(kNetworks);
  const uint32_t count = engine_ ? engine_->source_count() : 0;
  for (uint32_t number = 0; number < count; ++number) {
    const Cardinality destinations = engine_->destinations(number);
    ++totals_.of_network[static_cast<size_t>(engine_->source(number).address.network)];
    totals_.pairs.value += destinations.value;
    totals_.pairs.low += destinations.low;
    totals_.pairs.high += destinations.high;
    if (destinations.value > 0) count_in_bin(totals_.distribution, destinations.value);
    totals_.flagged += judging_.is_flagged(number) ? 1 : 0;
    totals_.suspects += judging_.is_suspect(number) ? 1 : 0;
  }
  totals_.scans = judging_.scans()->count(totals_.suspects);
}

std::vector<uint32_t> Window::sources_of_tab() const {
  std::vector<uint32_t> sources(engine_ ? engine_->source_count() : 0);
  std::iota(sources.begin(), sources.end(), 0);
  const int tab = tabs_->currentIndex();
  if (tab == kSuspects) {
    std::erase_if(sources, [&](uint32_t source) { return !judging_.is_suspect(source); });
  } else if (tab == kFlagged) {
    std::erase_if(sources, [&](uint32_t source) { return !judging_.is_flagged(source); });
  } else if (tab >= kFirstNetwork) {
    const auto network = static_cast<Network>(tab - kFirstNetwork);
    std::erase_if(sources, [&](uint32_t source) {
      return engine_->source(source).address.network != network;
    });
  }
  return sources;
}

void Window::show_tab() {
  search_delay_.stop();
  // After a reload the same sources have other numbers.
  Place place = place_of(source_table_, sources_);
  const std::shared_ptr<const Engine> before = sources_->engine();
  if (before != engine_) {
    const auto renumber = [&](uint32_t& number) {
      if (number != kNone && engine_) {
        number = engine_->find_source(before->source(number).address);
      }
    };
    renumber(place.current);
    renumber(place.top);
    for (uint32_t& number : place.selected) renumber(number);
    std::sort(place.selected.begin(), place.selected.end());
  }
  is_filling_ = true;
  SourceList list{sources_of_tab(), search_->text().trimmed()};
  list.by_scan = tabs_->currentIndex() == kSuspects && list.search.isEmpty();
  sources_->show(engine_, settings_, judging_.scans(), std::move(list));
  go_to_place(source_table_, sources_, place);
  if (selected_sources().empty() && sources_->rowCount() > 0) source_table_->selectRow(0);
  is_filling_ = false;
  show_selected();
  show_emptiness();
  show_status();
}

}  // namespace fanout::gui
