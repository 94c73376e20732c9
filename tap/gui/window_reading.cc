// Reading the packets again, for a display filter.
#include <QCheckBox>
#include <QLineEdit>
#include <QPointer>
#include <QProgressBar>

#include "tap/gui/window.h"

namespace fanout::gui {

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
  // The window was closed meanwhile, or something else was requested: the result is of no use.
  if (!isVisible() && retap != Retap::kBusy) {
    host_.unlimit();
    return;
  }
  if (wants_reading_) return;
  switch (retap) {
    case Retap::kBusy:
      wants_reading_ = true;
      say("Wireshark is reading packets: the filter will be applied afterwards.");
      return;
    case Retap::kRefused:
      say(foreign_text(error) + " The list is as it was before.");
      break;
    case Retap::kStopped:
      say("Reading was stopped: only part of the packets was counted.");
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

}  // namespace fanout::gui
