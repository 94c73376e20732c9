// What the window is made of: tables, controls, charts and buttons, and what each of them does.
#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QTabBar>
#include <QTabWidget>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>

#include "tap/gui/window.h"

namespace fanout::gui {
namespace {

constexpr int kSearchMilliseconds = 200;

// What a column of this kind has room for at first.
const char* widest(Kind kind) {
  switch (kind) {
    case Kind::kAddress:
      return "2001:db8:11::111";
    case Kind::kName:
      return "www.shop99.example.com";
    case Kind::kCountry:
      return "Netherlands";
    case Kind::kAsOrganization:
      return "Example Networks";
    case Kind::kVerdicts:
      return "address-scan, por";
    case Kind::kBytes:
      return "1,234,567";
    case Kind::kTime:
      return "12345.123456";
    default:
      return "";
  }
}

}  // namespace

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
  const int columns = model->columnCount();
  for (int i = 0; i < columns; ++i) {
    const Column& column = *model->columns()[static_cast<size_t>(i)];
    // Last, where it has all the room that is left.
    if (column.kind == Kind::kReason) header->moveSection(header->visualIndex(i), columns - 1);
    // With room for the arrow that shows the order.
    const int least = metrics.horizontalAdvance(column.title) + 26;
    header->resizeSection(i, std::max(least, metrics.horizontalAdvance(widest(column.kind)) + 16));
    table->setColumnHidden(i, !column.is_in(kShown));
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
      if (table == source_table_) {
        go_to_flagged_frame();
      } else if (table == destination_table_) {
        go_to_first_frame();
      } else {
        go_to_finding();
      }
    });
  }
  connect(table->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this, table] {
    if (table == source_table_ && !is_filling_) show_selected();
  });
}

QWidget* Window::make_list() {
  tabs_ = new QTabBar(this);
  tabs_->setObjectName("tabs");
  tabs_->setAccessibleName("Which sources to list");
  tabs_->setDrawBase(false);
  tabs_->setExpanding(false);
  for (const char* title : {"Suspects", "Over threshold", "All sources"}) tabs_->addTab(title);
  source_table_ = new SourceView(*sources_, this);
  set_up_table(source_table_, sources_, "sources", "Sources");
  source_table_->setSelectionMode(QAbstractItemView::ExtendedSelection);
  source_table_->sortByColumn(sources_->column("unique_destinations"), Qt::DescendingOrder);
  emptiness_ = new QLabel(this);
  emptiness_->setObjectName("emptiness");
  emptiness_->setAccessibleName("Why no source is listed");
  emptiness_->setTextFormat(Qt::RichText);
  emptiness_->setWordWrap(true);
  emptiness_->setMargin(12);
  emptiness_->setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
  emptiness_->hide();
  connect(emptiness_, &QLabel::linkActivated, this,
          [this](const QString& tab) { tabs_->setCurrentIndex(tab.toInt()); });

  auto* list = new QWidget(this);
  auto* layout = new QVBoxLayout(list);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addWidget(tabs_);
  layout->addWidget(emptiness_);
  layout->addWidget(source_table_, 1);
  return list;
}

QWidget* Window::make_details() {
  destination_table_ = new QTableView(this);
  set_up_table(destination_table_, destinations_, "destinations", "Destinations");
  destination_table_->sortByColumn(destinations_->column("packets"), Qt::DescendingOrder);
  finding_table_ = new QTableView(this);
  set_up_table(finding_table_, findings_, "findings", "Findings");
  finding_table_->sortByColumn(findings_->column("state"), Qt::AscendingOrder);
  const int widest_state = finding_table_->fontMetrics().horizontalAdvance("conversation") * 6 / 5;
  finding_table_->setColumnWidth(findings_->column("state"), widest_state + 16);  // it is bold
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
  no_findings_ = new QLabel(this);
  no_findings_->setObjectName("noFindings");
  no_findings_->setAccessibleName("Why there are no findings");
  no_findings_->setTextFormat(Qt::PlainText);
  no_findings_->setWordWrap(true);
  no_findings_->setMargin(12);

  auto* found = new QWidget(this);
  auto* found_layout = new QVBoxLayout(found);
  found_layout->setContentsMargins(0, 0, 0, 0);
  found_layout->setSpacing(0);
  found_layout->addWidget(no_findings_);
  found_layout->addWidget(finding_table_, 1);
  details_ = new QTabWidget(this);
  details_->setObjectName("details");
  details_->setAccessibleName("What is known of the selected source");
  details_->setDocumentMode(true);
  details_->addTab(destination_table_, "Destinations");
  details_->addTab(found, "Findings");

  auto* details = new QWidget(this);
  auto* layout = new QVBoxLayout(details);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addWidget(destination_title_);
  layout->addWidget(reason_);
  layout->addWidget(details_, 1);
  return details;
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
  threshold_->setToolTip("A source with more unique destinations than this is flagged");
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
  limit_->setToolTip("Read the packets again, and count only those that match the filter");
  filter_ = new QLineEdit(controls);
  filter_->setObjectName("filter");
  filter_->setAccessibleName("Filter");
  filter_->setPlaceholderText("The applied display filter; or enter another one");
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

QWidget* Window::make_message() {
  message_row_ = new QWidget(this);
  message_row_->setAutoFillBackground(true);
  message_ = new QLabel(message_row_);
  message_->setObjectName("message");
  message_->setAccessibleName("Message");
  message_->setTextFormat(Qt::PlainText);
  message_->setWordWrap(true);
  message_->setMargin(6);
  undo_button_ = new QPushButton("&Undo", message_row_);
  undo_button_->setObjectName("undo");
  undo_button_->setAutoDefault(false);
  connect(undo_button_, &QPushButton::clicked, this, [this] {
    // By value: what it does replaces it.
    const std::function<void()> undo = undo_;
    if (undo) undo();
  });
  auto* row = new QHBoxLayout(message_row_);
  row->setContentsMargins(0, 0, 6, 0);
  row->addWidget(message_, 1);
  row->addWidget(undo_button_);
  message_row_->hide();
  return message_row_;
}

void Window::say(const QString& message) {
  undo_ = nullptr;
  undo_button_->hide();
  message_->setText(message);
  message_row_->setVisible(!message.isEmpty());
  QPalette palette = this->palette();
  const bool is_dark = palette.color(QPalette::Window).lightness() < 128;
  palette.setColor(QPalette::Window, is_dark ? QColor(110, 40, 35) : QColor(255, 222, 215));
  palette.setColor(QPalette::WindowText, is_dark ? QColor(Qt::white) : QColor(90, 20, 10));
  message_row_->setPalette(palette);
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

QWidget* Window::make_buttons() {
  auto* box = new QDialogButtonBox(QDialogButtonBox::Close | QDialogButtonBox::Help, this);
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
  box->button(QDialogButtonBox::Help)->setAutoDefault(false);
  box->button(QDialogButtonBox::Help)->setObjectName("help");
  connect(box, &QDialogButtonBox::helpRequested, this, [this] { show_manual(); });
  connect(box, &QDialogButtonBox::rejected, this, [this] { close(); });
  return box;
}

}  // namespace fanout::gui
