// Actions on what the window shows: going to packets, copies, files, help.
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QFile>
#include <QFileDialog>
#include <QFontDatabase>
#include <QHeaderView>
#include <QMenu>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QProcess>
#include <QSaveFile>
#include <QTabBar>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>

#include "tap/gui/window.h"

namespace fanout::gui {

std::vector<Address> Window::selected_addresses() const {
  std::vector<Address> addresses;
  for (const uint32_t source : selected_sources()) {
    addresses.push_back(engine_->source(source).address);
  }
  return addresses;
}

std::vector<Address> Window::selected_destinations() const {
  std::vector<Address> addresses;
  for (const uint32_t pair : selected_numbers(destination_table_, destinations_)) {
    addresses.push_back(engine_->destination(engine_->pair(pair)));
  }
  return addresses;
}

void Window::go_to_flagged_frame() {
  const QModelIndex index = source_table_->currentIndex();
  if (!engine_ || !index.isValid()) return;
  host_.go_to_frame(flagged_frame(sources_->number(index.row())));
}

// Where the source passed the threshold; the first frame of one that did not.
uint32_t Window::flagged_frame(uint32_t source) const {
  const std::vector<uint32_t>& pairs = engine_->history(source);
  const auto threshold = static_cast<size_t>(settings_.threshold);
  for (size_t i = threshold; judging_.is_flagged(source) && i < pairs.size(); ++i) {
    const Pair& first = engine_->pair(pairs[i - threshold]);
    const Pair& last = engine_->pair(pairs[i]);
    const auto passed =
        static_cast<uint64_t>(last.first_time) - static_cast<uint64_t>(first.first_time);
    const bool is_within = settings_.window == 0 || last.first_time <= first.first_time ||
                           passed < settings_.window * 1'000'000'000;
    if (is_within) return last.first_frame;
  }
  return engine_->source(source).first_frame;
}

void Window::go_to_first_frame() {
  const QModelIndex index = destination_table_->currentIndex();
  if (!engine_ || !index.isValid()) return;
  host_.go_to_frame(engine_->pair(destinations_->number(index.row())).first_frame);
}

void Window::go_to_finding() {
  const QModelIndex index = finding_table_->currentIndex();
  if (!engine_ || !index.isValid()) return;
  host_.go_to_frame(findings_->finding(findings_->number(index.row())).first_frame);
}

void Window::copy_cell(QTableView* table) {
  // An address without what is said of its scan.
  const QModelIndex index = table->currentIndex();
  const int role = index.column() == 0 ? kRawRole : static_cast<int>(Qt::DisplayRole);
  QApplication::clipboard()->setText(index.data(role).toString());
}

void Window::copy(QTableView* table, bool all_rows, TableForm form) {
  const auto* model = static_cast<NumberModel*>(table->model());
  std::vector<bool> is_copied(static_cast<size_t>(model->rowCount()), all_rows);
  for (const QItemSelectionRange& range : table->selectionModel()->selection()) {
    std::fill(is_copied.begin() + range.top(), is_copied.begin() + range.bottom() + 1, true);
  }
  std::vector<uint32_t> numbers;
  for (int row = 0; row < model->rowCount(); ++row) {
    if (is_copied[static_cast<size_t>(row)]) model->append_numbers(row, numbers);
  }
  std::vector<int> columns;
  QVector<QString> names;
  const QHeaderView* header = table->horizontalHeader();
  for (int place = 0; place < header->count(); ++place) {
    const int column = header->logicalIndex(place);
    if (table->isColumnHidden(column)) continue;
    columns.push_back(column);
    names.append(model->headerData(column, Qt::Horizontal, kNameRole).toString());
  }
  QApplication::setOverrideCursor(Qt::WaitCursor);
  QApplication::clipboard()->setText(table_text(
      names, numbers.size(),
      [&](size_t row, int column) {
        return model->cell(numbers[row], columns[static_cast<size_t>(column)], kRawRole);
      },
      form));
  QApplication::restoreOverrideCursor();
}

// Each kind is a name filter: "CSV (*.csv)". A name that has the ending of none gets that of the
// one that is chosen.
Window::SaveTarget Window::ask_where_to_save(const QString& title, const QString& suggestion,
                                             const QStringList& kinds) {
  const auto ending_of = [](const QString& kind) { return kind.section("*.", 1).chopped(1); };
  QString chosen = kinds.front();
  const QString path =
      QFileDialog::getSaveFileName(this, title, suggestion, kinds.join(";;"), &chosen);
  if (path.isEmpty()) return {};
  for (const QString& kind : kinds) {
    const QString ending = ending_of(kind);
    if (path.endsWith('.' + ending, Qt::CaseInsensitive)) return {path, ending};
  }
  const QString ending = ending_of(chosen);
  const QString completed = path + '.' + ending;
  // The dialog asked about another name.
  if (QFile::exists(completed) &&
      QMessageBox::question(this, title, completed + " already exists. Replace it?") !=
          QMessageBox::Yes) {
    return {};
  }
  return {completed, ending};
}

void Window::save_report() {
  if (!engine_) return;
  const SaveTarget target =
      ask_where_to_save("Save report", safe_file_name(foreign_text(file_.name)) + "-suspects.csv",
                        {"CSV (*.csv)", "JSON (*.json)", "Text (*.txt)", "HTML (*.html)"});
  if (target.path.isEmpty() || !engine_) return;
  const Format format = target.ending == "json"   ? Format::kJson
                        : target.ending == "txt"  ? Format::kText
                        : target.ending == "html" ? Format::kHtml
                                                  : Format::kCsv;
  QApplication::setOverrideCursor(Qt::WaitCursor);
  ReportSettings settings = settings_;
  settings.all = tabs_->currentIndex() >= kAll;
  QSaveFile file(target.path);
  bool is_written = file.open(QIODevice::WriteOnly);
  if (is_written) {
    host_.render(format, host_.report(settings), [&](std::string_view text) {
      const auto size = static_cast<qint64>(text.size());
      is_written = is_written && file.write(text.data(), size) == size;
    });
    is_written = is_written && file.commit();
  }
  QApplication::restoreOverrideCursor();
  say(is_written ? QString() : "The report could not be saved: " + file.errorString());
}

// The manual page, as man formats it, in a window of its own.
void Window::show_manual() {
  say({});
  auto* man = new QProcess(this);
  QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
  environment.insert("MANWIDTH", "90");
  man->setProcessEnvironment(environment);
  const auto fail = [this, man] {
    man->deleteLater();
    say("The manual page cannot be shown: man is missing, or fanout(4) is not installed where it "
        "looks.");
  };
  connect(man, &QProcess::errorOccurred, this, [fail](QProcess::ProcessError error) {
    if (error == QProcess::FailedToStart) fail();
  });
  connect(man, QOverload<int, QProcess::ExitStatus>::of(&QProcess::finished), this,
          [this, man, fail](int status) {
            const QString text = QString::fromUtf8(man->readAllStandardOutput());
            if (status != 0 || text.trimmed().isEmpty()) return fail();
            man->deleteLater();
            auto* page = new QDialog(this);
            page->setObjectName("manual");
            page->setWindowTitle("Wireshark · Scan Suspects · Manual");
            page->setAttribute(Qt::WA_DeleteOnClose);
            auto* view = new QPlainTextEdit(text, page);
            view->setReadOnly(true);
            view->setAccessibleName("Manual page");
            view->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
            auto* layout = new QVBoxLayout(page);
            layout->addWidget(view);
            page->resize(view->fontMetrics().horizontalAdvance('0') * 96, 700);
            page->show();
          });
  man->start("man", {"4", "fanout"}, QIODevice::ReadOnly);
}

}  // namespace fanout::gui
