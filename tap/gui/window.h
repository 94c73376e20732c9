// Statistics → Scan Suspects: the window.
#ifndef FANOUT_TAP_GUI_WINDOW_H_
#define FANOUT_TAP_GUI_WINDOW_H_

#include <QDialog>
#include <QElapsedTimer>
#include <QTimer>
#include <functional>
#include <optional>
#include <vector>

#include "tap/gui/charts.h"
#include "tap/gui/filters.h"
#include "tap/gui/findings.h"
#include "tap/gui/host.h"
#include "tap/gui/judging.h"
#include "tap/gui/models.h"
#include "tap/gui/scatter_chart.h"
#include "tap/gui/source_view.h"
#include "tap/gui/timeline_chart.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QMenu;
class QProgressBar;
class QPushButton;
class QSpinBox;
class QSplitter;
class QTabBar;
class QTabWidget;
class QTableView;

namespace fanout::gui {

/// Shows a host's counts: non-modal, one for a process, a child of Wireshark's main window. Closing
/// only hides it, for it may be closed while it waits for the packets.
class Window : public QDialog {
 public:
  Window(Host& host, QWidget* parent);
  ~Window() override;

  /// Takes over the options of -z fanout.
  void set_options(const Options& options);
  /// Shows it, with what there is now.
  void open_now();

 protected:
  void hideEvent(QHideEvent* event) override;

 private:
  enum Tab : int { kSuspects, kFlagged, kAll, kFirstNetwork };

  enum ChartTab : int { kMostActive, kDistribution, kOverTime, kContacts, kTimeline };

  // What a table shows and has selected, by the numbers of the things.
  struct Place {
    std::vector<uint32_t> selected;
    uint32_t current = kNone;
    int column = 0;
    uint32_t top = kNone;
    int left = 0;  // pixels
  };

  // What is said of all sources.
  struct Totals {
    std::vector<uint32_t> of_network;
    std::vector<Bin> distribution;
    Cardinality pairs;
    uint64_t flagged = 0;
    uint64_t suspects = 0;
    uint64_t scans = 0;  // suspects, those that belong to one scan counted once
  };

  QWidget* make_controls();
  QWidget* make_message();
  QWidget* make_progress();
  QWidget* make_list();
  QWidget* make_details();
  QWidget* make_charts();
  QWidget* make_scatter_page();
  QWidget* make_buttons();
  void set_up_table(QTableView* table, NumberModel* model, const char* name,
                    const QString& accessible);

  void set_threshold(uint64_t threshold);
  void look_for_changes();
  bool take_display_filter(const FileState& now);
  void refresh();
  void judge_on();
  void show_all();
  void count_totals();
  void show_totals();
  void show_tab();
  void show_selected();
  void show_findings(bool is_same);
  void show_emptiness();
  void show_charts();
  void show_scatter();
  void show_timeline();
  QString suspects_text() const;
  void show_status();
  void set_looks();
  void show_names();
  void show_locations(bool is_shown);
  void follow_lookups();
  void read_again();
  void retry_reading();
  void show_progress();
  void say(const QString& message);

  std::vector<uint32_t> sources_of_tab() const;
  // What the selected rows stand for.
  static std::vector<uint32_t> selected_numbers(const QTableView* table, const NumberModel* model);
  std::vector<uint32_t> selected_sources() const;
  static Place place_of(const QTableView* table, const NumberModel* model);
  static void go_to_place(QTableView* table, const NumberModel* model, const Place& place);
  void select_with_destinations(uint64_t from, uint64_t to);
  void reveal(uint32_t source);

  QString label_of(uint32_t source) const;
  std::vector<Address> selected_addresses() const;
  std::vector<Address> selected_destinations() const;
  // What an entry of the filter menus filters for.
  struct FilterChoice {
    QString title;
    QString filter;    // empty: it is disabled
    size_t count = 1;  // of what was selected
  };
  void add_filter_menus(QMenu* menu, const std::vector<FilterChoice>& choices);
  std::vector<FilterChoice> filter_choices() const;
  void add_copy_menu(QMenu* menu, QTableView* table);
  void add_copy_forms(QMenu* menu, QTableView* table, bool all_rows, const QString& what);
  void use_filter(const QString& filter, Join join, bool apply);
  void colourise(int slot);
  static void recolor_packets();
  std::vector<Address> suspect_addresses() const;
  void add_open_scan(QMenu* menu);
  void add_never_flag(QMenu* menu);
  void add_firewall_menu(QMenu* menu);
  void set_never_flagged(const std::vector<Address>& sources, bool is_never);
  void show_manual();
  void open_source_menu(const QPoint& place);
  void open_destination_menu(const QPoint& place);
  void open_finding_menu(const QPoint& place);
  void open_contact_menu(const std::vector<Contact>& contacts, const QPoint& place);
  void open_header_menu(QTableView* table, const QPoint& place);
  void go_to_flagged_frame();
  void go_to_first_frame();
  void go_to_finding();
  uint32_t flagged_frame(uint32_t source) const;

  void copy(QTableView* table, bool all_rows, TableForm form);
  void copy_cell(QTableView* table);
  struct SaveTarget {
    QString path;    // empty: nowhere
    QString ending;  // of what is to be written there: "csv"
  };
  SaveTarget ask_where_to_save(const QString& title, const QString& suggestion,
                               const QStringList& kinds);
  void save_report();
  void save_picture();

  void load_looks();
  void save_looks();

  Host& host_;
  SourceModel* sources_;
  DestinationModel* destinations_;
  FindingModel* findings_;
  Options options_;
  Judging judging_;
  Totals totals_;
  std::shared_ptr<const Engine> engine_;
  uint32_t shown_source_ = kNone;
  FileState file_;
  uint64_t frames_shown_ = 0;
  ReportSettings settings_;
  uint64_t preferred_threshold_ = 0;
  std::function<void()> undo_;  // of what the message tells, if the button is shown
  bool wants_reading_ = false;
  bool is_filling_ = false;  // the table of sources: what it selects meanwhile is no choice
  bool follows_display_filter_ = true;
  bool has_locations_ = false;  // whether their columns are of use
  QTimer poll_;
  QTimer search_delay_;
  QTimer judge_timer_;
  QTimer lookup_timer_;
  QElapsedTimer since_refresh_;
  qint64 refresh_cost_ = 0;

  QSpinBox* threshold_;
  QLineEdit* search_;
  QCheckBox* names_;
  QComboBox* time_format_;
  QCheckBox* limit_;
  QLineEdit* filter_;
  QWidget* message_row_;
  QLabel* message_;
  QPushButton* undo_button_;
  QWidget* progress_;
  QProgressBar* progress_bar_;
  QLabel* status_;
  QTabBar* tabs_;
  SourceView* source_table_;
  QLabel* emptiness_;  // in place of sources
  QTabWidget* details_;
  QTableView* destination_table_;
  QTableView* finding_table_;
  QLabel* no_findings_;
  QLabel* destination_title_;
  QLabel* reason_;
  QTabWidget* charts_;
  QComboBox* measure_;
  ActiveChart* active_chart_;
  DistributionChart* distribution_chart_;
  GrowthChart* growth_chart_;
  QComboBox* scatter_rows_;
  ScatterChart* scatter_chart_;
  TimelineChart* timeline_chart_;
  QSplitter* upper_;
  QSplitter* lower_;
};

}  // namespace fanout::gui

#endif  // FANOUT_TAP_GUI_WINDOW_H_
