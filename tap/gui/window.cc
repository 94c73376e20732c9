#include "tap/gui/window.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHeaderView>
#include <QHideEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPointer>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollBar>
#include <QSettings>
#include <QSpinBox>
#include <QSplitter>
#include <QTabBar>
#include <QTabWidget>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>
#include <numeric>

namespace fanout::gui {
namespace {

constexpr int kPollMilliseconds = 500;
constexpr int kSearchMilliseconds = 200;
// Most captures are judged within this time, before anything is shown; the rest goes on in slices
// that leave the window responsive.
constexpr int kJudgeAtOnce = 200;
constexpr int kJudgeSlice = 40;
// A live capture may not be slowed down: the window takes at most this part of the time.
constexpr int kShareOfTime = 5;

// "1 source", "2 sources".
QString count_text(uint64_t count, const char* what) {
  return number_text(count) + ' ' + what + (count == 1 ? "" : "s");
}

}  // namespace

Window::Window(Host& host, QWidget* parent)
    : QDialog(parent),
      host_(host),
      sources_(new SourceModel(host)),
      destinations_(new DestinationModel(host)) {
  sources_->setParent(this);
  destinations_->setParent(this);
  setObjectName("fanoutScanSuspects");
  setWindowFlags(Qt::Window);
  setAttribute(Qt::WA_DeleteOnClose, false);

  message_ = new QLabel(this);
  message_->setObjectName("message");
  message_->setAccessibleName("Message");
  message_->setTextFormat(Qt::PlainText);
  message_->setWordWrap(true);
  message_->setAutoFillBackground(true);
  message_->setMargin(6);
  message_->hide();
  status_ = new QLabel(this);
  status_->setObjectName("status");
  status_->setAccessibleName("Summary");
  status_->setTextFormat(Qt::PlainText);
  status_->setWordWrap(true);

  tabs_ = new QTabBar(this);
  tabs_->setObjectName("tabs");
  tabs_->setAccessibleName("Which sources to list");
  tabs_->setDrawBase(false);
  tabs_->setExpanding(false);
  for (const char* title : {"Suspects", "Over threshold", "All sources"}) tabs_->addTab(title);

  source_table_ = new QTableView(this);
  set_up_table(source_table_, sources_, "sources", "Sources");
  source_table_->setSelectionMode(QAbstractItemView::ExtendedSelection);
  source_table_->sortByColumn(SourceModel::kDestinations, Qt::DescendingOrder);
  destination_table_ = new QTableView(this);
  set_up_table(destination_table_, destinations_, "destinations", "Destinations");
  destination_table_->sortByColumn(DestinationModel::kPackets, Qt::DescendingOrder);
  destination_title_ = new QLabel(this);
  destination_title_->setObjectName("destinationTitle");
  destination_title_->setTextFormat(Qt::PlainText);
  destination_title_->setContentsMargins(4, 4, 4, 0);
  reason_ = new QLabel(this);
  reason_->setObjectName("reason");
  reason_->setAccessibleName("Reason of the verdict");
  reason_->setTextFormat(Qt::PlainText);
  reason_->setWordWrap(true);
  reason_->setContentsMargins(4, 0, 4, 4);
  reason_->setTextInteractionFlags(Qt::TextSelectableByMouse);

  auto* list = new QWidget(this);
  auto* list_layout = new QVBoxLayout(list);
  list_layout->setContentsMargins(0, 0, 0, 0);
  list_layout->setSpacing(0);
  list_layout->addWidget(tabs_);
  list_layout->addWidget(source_table_, 1);

  auto* details = new QWidget(this);
  auto* details_layout = new QVBoxLayout(details);
  details_layout->setContentsMargins(0, 0, 0, 0);
  details_layout->setSpacing(0);
  details_layout->addWidget(destination_title_);
  details_layout->addWidget(reason_);
  details_layout->addWidget(destination_table_, 1);

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
  layout->addWidget(message_);
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
  connect(&poll_, &QTimer::timeout, this, [this] { look_for_changes(); });
  search_delay_.setSingleShot(true);
  connect(&search_delay_, &QTimer::timeout, this, [this] { show_tab(); });
  connect(&judge_timer_, &QTimer::timeout, this, [this] { judge_on(); });

  preferred_threshold_ = host_.settings(options_).threshold;
  set_threshold(preferred_threshold_);
  names_->setChecked(host_.resolves_names());
  resize(1180, 780);
  upper_->setSizes({360, 330});
  lower_->setSizes({790, 440});
  show_names();
  load_looks();
  set_looks();
}

Window::~Window() {
  save_looks();
  host_.unlimit();
}

void Window::set_up_table(QTableView* table, NumberModel* model, const char* name,
                          const QString& accessible) {
  table->setObjectName(name);
  table->setAccessibleName(accessible);
  table->setModel(model);
  table->setSortingEnabled(true);
  table->setShowGrid(false);
  table->setAlternatingRowColors(true);
  table->setWordWrap(false);
  table->setTabKeyNavigation(false);
  table->setSelectionBehavior(QAbstractItemView::SelectRows);
  table->setContextMenuPolicy(Qt::CustomContextMenu);
  table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
  // A fixed height for all rows: a million of them need not be measured.
  table->verticalHeader()->hide();
  table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  table->verticalHeader()->setDefaultSectionSize(table->fontMetrics().height() + 6);
  QHeaderView* header = table->horizontalHeader();
  header->setSectionsMovable(true);
  header->setHighlightSections(false);
  header->setStretchLastSection(true);
  header->setContextMenuPolicy(Qt::CustomContextMenu);
  connect(header, &QWidget::customContextMenuRequested, this,
          [this, table](const QPoint& place) { open_header_menu(table, place); });
  const QFontMetrics metrics = table->fontMetrics();
  const std::vector<Column>& columns = model->columns();
  for (size_t i = 0; i < columns.size(); ++i) {
    const Column& column = columns[i];
    // With room for the arrow that tells the order.
    const int least = metrics.horizontalAdvance(column.title) + 26;
    const char* widest = column.name == "source" || column.name == "destination"
                             ? "2001:db8:11::111"
                         : column.name == "name"       ? "www.shop99.example.com"
                         : column.name == "verdict"    ? "address-scan, por"
                         : column.name == "bytes"      ? "1,234,567"
                         : column.name == "first_time" ? "12345.123456"
                                                       : "";
    header->resizeSection(static_cast<int>(i),
                          std::max(least, metrics.horizontalAdvance(widest) + 16));
    table->setColumnHidden(static_cast<int>(i), !column.is_shown);
  }
  const auto add_key = [&](const QKeySequence& key, auto act) {
    auto* action = new QAction(table);
    action->setShortcut(key);
    action->setShortcutContext(Qt::WidgetShortcut);
    table->addAction(action);
    connect(action, &QAction::triggered, this, act);
  };
  add_key(QKeySequence::Copy, [this, table] { copy(table, false, TableForm::kCsv); });
  for (const int key : {Qt::Key_Return, Qt::Key_Enter}) {
    add_key(key, [this, table] {
      table == source_table_ ? go_to_flagged_frame() : go_to_first_frame();
    });
  }
  connect(table->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this, table] {
    if (table == source_table_ && !is_filling_) show_selected();
  });
}

QWidget* Window::make_controls() {
  auto* controls = new QWidget(this);
  auto* rows = new QVBoxLayout(controls);
  rows->setContentsMargins(0, 0, 0, 0);
  auto* first = new QHBoxLayout();
  auto* second = new QHBoxLayout();
  rows->addLayout(first);
  rows->addLayout(second);

  threshold_ = new QSpinBox(controls);
  threshold_->setObjectName("threshold");
  threshold_->setAccessibleName("Threshold of unique destinations");
  threshold_->setRange(0, 1'000'000'000);
  threshold_->setGroupSeparatorShown(true);
  threshold_->setToolTip("A source with more unique destinations than these is flagged");
  auto* threshold_label = new QLabel("&Threshold:", controls);
  threshold_label->setBuddy(threshold_);
  first->addWidget(threshold_label);
  first->addWidget(threshold_);
  first->addSpacing(12);
  connect(threshold_, QOverload<int>::of(&QSpinBox::valueChanged), this, [this] { refresh(); });

  search_ = new QLineEdit(controls);
  search_->setObjectName("search");
  search_->setAccessibleName("Search");
  search_->setPlaceholderText("Search address, name, network or verdict");
  search_->setClearButtonEnabled(true);
  auto* search_label = new QLabel("&Search:", controls);
  search_label->setBuddy(search_);
  first->addWidget(search_label);
  first->addWidget(search_, 1);
  first->addSpacing(12);
  connect(search_, &QLineEdit::textChanged, this,
          [this] { search_delay_.start(kSearchMilliseconds); });

  names_ = new QCheckBox("&Name resolution", controls);
  names_->setObjectName("names");
  first->addWidget(names_);
  connect(names_, &QCheckBox::toggled, this, [this] {
    set_looks();
    show_names();
    show_charts();
    show_selected();
  });

  time_format_ = new QComboBox(controls);
  time_format_->setObjectName("timeFormat");
  time_format_->setAccessibleName("Time format");
  time_format_->addItems(
      {"Seconds since first frame", "Date and time (UTC)", "Date and time (local)"});
  auto* time_label = new QLabel("T&ime:", controls);
  time_label->setBuddy(time_format_);
  first->addSpacing(12);
  first->addWidget(time_label);
  first->addWidget(time_format_);
  connect(time_format_, QOverload<int>::of(&QComboBox::currentIndexChanged), this,
          [this] { set_looks(); });

  limit_ = new QCheckBox("&Limit to display filter:", controls);
  limit_->setObjectName("limit");
  limit_->setToolTip("Read the packets again, and count only those that the filter lets through");
  filter_ = new QLineEdit(controls);
  filter_->setObjectName("filter");
  filter_->setAccessibleName("Filter");
  filter_->setPlaceholderText("The display filter that is applied; or another one, and Enter");
  second->addWidget(limit_);
  second->addWidget(filter_, 1);
  connect(limit_, &QCheckBox::clicked, this, [this](bool is_limited) {
    if (filter_->text().isEmpty()) follows_display_filter_ = true;
    if (is_limited && follows_display_filter_) {
      filter_->setText(foreign_text(host_.file().display_filter));
    }
    read_again();
  });
  connect(filter_, &QLineEdit::textEdited, this, [this] { follows_display_filter_ = false; });
  connect(filter_, &QLineEdit::returnPressed, this, [this] {
    limit_->setChecked(!filter_->text().isEmpty());
    read_again();
  });
  return controls;
}

QWidget* Window::make_progress() {
  progress_ = new QWidget(this);
  progress_->setObjectName("progress");
  auto* row = new QHBoxLayout(progress_);
  row->setContentsMargins(0, 0, 0, 0);
  progress_bar_ = new QProgressBar(progress_);
  progress_bar_->setObjectName("progressBar");
  progress_bar_->setAccessibleName("Progress of reading");
  progress_bar_->setRange(0, 1000);
  auto* stop = new QPushButton("S&top", progress_);
  stop->setObjectName("stop");
  stop->setAutoDefault(false);
  row->addWidget(new QLabel("Reading the packets again:", progress_));
  row->addWidget(progress_bar_, 1);
  row->addWidget(stop);
  progress_->hide();
  connect(stop, &QPushButton::clicked, this, [this] { host_.stop(); });
  return progress_;
}

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

  connect(measure_, QOverload<int>::of(&QComboBox::currentIndexChanged), this,
          [this] { show_charts(); });
  active_chart_->on_click = [this](uint64_t source) { reveal(static_cast<uint32_t>(source)); };
  distribution_chart_->on_click = [this](uint64_t bin) {
    if (bin >= totals_.distribution.size()) return;
    select_with_destinations(totals_.distribution[bin].from, totals_.distribution[bin].to);
  };
  return charts_;
}

QWidget* Window::make_buttons() {
  auto* box = new QDialogButtonBox(QDialogButtonBox::Close, this);
  const auto add = [&](const char* text, const char* name) {
    QPushButton* button = box->addButton(text, QDialogButtonBox::ActionRole);
    button->setObjectName(name);
    button->setAutoDefault(false);
    return button;
  };
  QPushButton* copy_button = add("&Copy", "copy");
  auto* copy_menu = new QMenu(copy_button);
  add_copy_forms(copy_menu, source_table_, true, "");
  copy_button->setMenu(copy_menu);
  connect(add("Save &report as…", "saveReport"), &QPushButton::clicked, this,
          [this] { save_report(); });
  connect(add("Save &picture as…", "savePicture"), &QPushButton::clicked, this,
          [this] { save_picture(); });
  box->button(QDialogButtonBox::Close)->setAutoDefault(false);
  connect(box, &QDialogButtonBox::rejected, this, [this] { close(); });
  return box;
}

void Window::set_options(const Options& options) {
  options_ = options;
  if (options.threshold) set_threshold(*options.threshold);
  // From here on the spin box tells it, and the preference when that is changed.
  options_.threshold.reset();
  if (options.all) tabs_->setCurrentIndex(kAll);
  if (options.unicast) {
    say("\"unicast\" of -z fanout has no effect here: the preference of Fan-out counts.");
  }
  if (options.filter.empty()) return;
  follows_display_filter_ = false;
  filter_->setText(foreign_text(options.filter));
  limit_->setChecked(true);
  wants_reading_ = true;
}

void Window::open_now() {
  // By hand, for a hidden window was told nothing of it.
  file_ = host_.file();
  take_display_filter(file_);
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
  sources_->show(engine_, settings_, sources_of_tab(), search_->text().trimmed());
  go_to_place(source_table_, sources_, place);
  if (selected_sources().empty() && sources_->rowCount() > 0) source_table_->selectRow(0);
  is_filling_ = false;
  show_selected();
  show_status();
}

std::vector<uint32_t> Window::selected_numbers(const QTableView* table, const NumberModel* model) {
  std::vector<uint32_t> numbers;
  for (const QItemSelectionRange& range : table->selectionModel()->selection()) {
    for (int row = range.top(); row <= range.bottom() && row < model->rowCount(); ++row) {
      numbers.push_back(model->number(row));
      // More than these are only counted, and never looked at one by one.
      if (numbers.size() > kMostAddresses) return numbers;
    }
  }
  return numbers;
}

std::vector<uint32_t> Window::selected_sources() const {
  return selected_numbers(source_table_, sources_);
}

Window::Place Window::place_of(const QTableView* table, const NumberModel* model) {
  Place place;
  for (const QItemSelectionRange& range : table->selectionModel()->selection()) {
    for (int row = range.top(); row <= range.bottom() && row < model->rowCount(); ++row) {
      place.selected.push_back(model->number(row));
    }
  }
  std::sort(place.selected.begin(), place.selected.end());
  const QModelIndex index = table->currentIndex();
  if (index.isValid() && index.row() < model->rowCount()) {
    place.current = model->number(index.row());
    place.column = index.column();
  }
  place.left = table->horizontalScrollBar()->value();
  // Who looks at the top wants to see what comes in there.
  const int top = table->rowAt(0);
  if (top > 0 && top < model->rowCount()) place.top = model->number(top);
  return place;
}

void Window::go_to_place(QTableView* table, const NumberModel* model, const Place& place) {
  QItemSelectionModel* selection = table->selectionModel();
  if (place.selected.empty()) return;
  // Neighbours as one range: a million of them are selected as fast as one.
  QItemSelection found;
  int first = -1;
  int current = -1;
  int top = -1;
  for (int row = 0; row <= model->rowCount(); ++row) {
    const bool is_row = row < model->rowCount();
    const uint32_t number = is_row ? model->number(row) : kNone;
    const bool is_selected =
        is_row && std::binary_search(place.selected.begin(), place.selected.end(), number);
    if (is_selected && first < 0) first = row;
    if (!is_selected && first >= 0) {
      found.select(model->index(first, 0), model->index(row - 1, model->columnCount() - 1));
      first = -1;
    }
    if (is_row && number == place.current) current = row;
    if (is_row && number == place.top) top = row;
  }
  if (current >= 0) {
    selection->setCurrentIndex(model->index(current, place.column), QItemSelectionModel::NoUpdate);
  }
  selection->select(found, QItemSelectionModel::ClearAndSelect);
  if (top >= 0) table->verticalScrollBar()->setValue(top);
  table->horizontalScrollBar()->setValue(place.left);
}

void Window::reveal(uint32_t source) {
  if (!engine_ || source >= engine_->source_count()) return;
  if (sources_->row_of(source) < 0) {
    search_->clear();
    tabs_->setCurrentIndex(kAll);
    show_tab();
  }
  const int row = sources_->row_of(source);
  if (row < 0) return;
  source_table_->selectRow(row);
  source_table_->scrollTo(sources_->index(row, 0));
}

void Window::select_with_destinations(uint64_t from, uint64_t to) {
  search_->clear();
  tabs_->setCurrentIndex(kAll);
  // Sorted so, they are one stretch, however many they are.
  source_table_->sortByColumn(SourceModel::kDestinations, Qt::DescendingOrder);
  show_tab();
  int first = -1;
  int last = -1;
  for (int row = 0; row < sources_->rowCount(); ++row) {
    const uint64_t destinations = engine_->destinations(sources_->number(row)).value;
    if (destinations < from || destinations > to) continue;
    if (first < 0) first = row;
    last = row;
  }
  if (first < 0) return;
  QItemSelectionModel* selection = source_table_->selectionModel();
  selection->setCurrentIndex(sources_->index(first, 0), QItemSelectionModel::NoUpdate);
  selection->select(
      QItemSelection(sources_->index(first, 0), sources_->index(last, sources_->columnCount() - 1)),
      QItemSelectionModel::ClearAndSelect);
  source_table_->scrollTo(sources_->index(first, 0), QAbstractItemView::PositionAtTop);
}

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
  if (source == kNone) {
    destination_title_->setText("Destinations");
    reason_->clear();
    growth_chart_->show({}, {}, settings_.threshold);
    return;
  }
  destination_title_->setText("Destinations of " + label_of(source) + " · " +
                              number_text(static_cast<uint64_t>(destinations_->rowCount())));
  reason_->setText(sources_->judgement(source).reason);
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

QString Window::label_of(uint32_t source) const {
  const Address& address = engine_->source(source).address;
  const QString network = address.network == Network::kArp ? " (ARP)" : "";
  const QString name = names_->isChecked() ? foreign_text(host_.host_name(address)) : QString();
  return (name.isEmpty() ? QString::fromStdString(to_string(address)) : name) + network;
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
  for (const auto& [value, number] : most) {
    bars.push_back({label_of(number), value, number, judging_.is_suspect(number)});
  }
  static const char* const kUnits[] = {"unique destinations", "packets", "bytes"};
  active_chart_->show(std::move(bars), kUnits[measure]);
  std::vector<DistributionChart::Bin> bins;
  for (const Bin& bin : totals_.distribution) bins.push_back({bin.from, bin.to, bin.sources});
  distribution_chart_->show(std::move(bins), settings_.threshold);
}

void Window::show_status() {
  if (!file_.open || !engine_) {
    status_->setText("No capture file is open.");
    return;
  }
  QString text = count_text(engine_->frames(), "frame") + " · " +
                 count_text(engine_->sources_total().value, "source") + " · " +
                 count_text(totals_.pairs.value, "pair") + " of source and destination · " +
                 count_text(totals_.suspects, "scan suspect") + " · " +
                 number_text(totals_.flagged) + " over the threshold of " +
                 number_text(settings_.threshold);
  if (static_cast<size_t>(sources_->rowCount()) != sources_->unfiltered()) {
    text += " · " + number_text(static_cast<uint64_t>(sources_->rowCount())) + " found";
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

void Window::set_looks() {
  const Looks looks{names_->isChecked(), static_cast<TimeFormat>(time_format_->currentIndex())};
  sources_->set_looks(looks);
  destinations_->set_looks(looks);
  const QString widest = time_text(0, 0, looks.time);
  const int least = source_table_->fontMetrics().horizontalAdvance(widest) + 16;
  const auto widen = [&](QTableView* table, int column) {
    QHeaderView* header = table->horizontalHeader();
    const bool is_shown = !header->isSectionHidden(column);
    if (is_shown && header->sectionSize(column) < least) header->resizeSection(column, least);
  };
  widen(source_table_, SourceModel::kFirstTime);
  widen(source_table_, SourceModel::kLastTime);
  widen(destination_table_, DestinationModel::kFirstTime);
}

void Window::show_names() {
  // Empty, the columns would only push the others out of sight.
  source_table_->setColumnHidden(SourceModel::kName, !names_->isChecked());
  destination_table_->setColumnHidden(DestinationModel::kName, !names_->isChecked());
}

void Window::say(const QString& message) {
  message_->setText(message);
  message_->setVisible(!message.isEmpty());
  QPalette palette = this->palette();
  const bool is_dark = palette.color(QPalette::Window).lightness() < 128;
  palette.setColor(QPalette::Window, is_dark ? QColor(110, 40, 35) : QColor(255, 222, 215));
  palette.setColor(QPalette::WindowText, is_dark ? QColor(Qt::white) : QColor(90, 20, 10));
  message_->setPalette(palette);
}

void Window::read_again() {
  wants_reading_ = true;
  // What is being read is of no use any more.
  host_.stop();
  retry_reading();
}

void Window::retry_reading() {
  if (!wants_reading_ || host_.is_retapping()) return;
  const QString filter = filter_->text().trimmed();
  wants_reading_ = false;
  if (!limit_->isChecked() || filter.isEmpty()) {
    host_.unlimit();
    say({});
    refresh();
    return;
  }
  std::string error;
  // Reading handles events, and among them may be the end of this window.
  const QPointer<Window> self(this);
  judge_timer_.stop();
  const Retap retap = host_.limit(filter.toStdString(), &error);
  if (self.isNull()) return;
  progress_->hide();
  // Whoever hid the window meanwhile wants no more of it, nor who asked for something else.
  if (!isVisible() && retap != Retap::kBusy) {
    host_.unlimit();
    return;
  }
  if (wants_reading_) return;
  switch (retap) {
    case Retap::kBusy:
      wants_reading_ = true;
      say("Wireshark is reading packets: the filter is applied once that is over.");
      return;
    case Retap::kRefused:
      say(foreign_text(error) + " The list is as it was before.");
      break;
    case Retap::kStopped:
      say("Reading was stopped: only a part of the packets was counted.");
      break;
    case Retap::kDone:
      say({});
      break;
  }
  file_ = host_.file();
  refresh();
}

void Window::show_progress() {
  progress_->setVisible(host_.is_retapping());
  progress_bar_->setValue(static_cast<int>(host_.progress() * progress_bar_->maximum()));
}

void Window::load_looks() {
  QSettings looks(QString::fromStdString(host_.settings_file()), QSettings::IniFormat);
  restoreGeometry(looks.value("geometry").toByteArray());
  upper_->restoreState(looks.value("upper").toByteArray());
  lower_->restoreState(looks.value("lower").toByteArray());
  // Before the columns: it shows or hides that of the names.
  if (looks.contains("names")) names_->setChecked(looks.value("names").toBool());
  source_table_->horizontalHeader()->restoreState(looks.value("sources").toByteArray());
  destination_table_->horizontalHeader()->restoreState(looks.value("destinations").toByteArray());
  charts_->setCurrentIndex(looks.value("chart", 0).toInt());
  measure_->setCurrentIndex(std::clamp(looks.value("measure", 0).toInt(), 0, 2));
  time_format_->setCurrentIndex(std::clamp(looks.value("time", 0).toInt(), 0, 2));
  tabs_->setCurrentIndex(std::clamp(looks.value("tab", 0).toInt(), 0, int{kAll}));
}

void Window::save_looks() {
  QSettings looks(QString::fromStdString(host_.settings_file()), QSettings::IniFormat);
  looks.setValue("geometry", saveGeometry());
  looks.setValue("upper", upper_->saveState());
  looks.setValue("lower", lower_->saveState());
  looks.setValue("sources", source_table_->horizontalHeader()->saveState());
  looks.setValue("destinations", destination_table_->horizontalHeader()->saveState());
  looks.setValue("chart", charts_->currentIndex());
  looks.setValue("measure", measure_->currentIndex());
  looks.setValue("time", time_format_->currentIndex());
  looks.setValue("tab", std::min(tabs_->currentIndex(), int{kAll}));
  looks.setValue("names", names_->isChecked());
}

}  // namespace fanout::gui
