// What the plugin finds in this library.
#include <QApplication>
#include <QMainWindow>
#include <QPointer>

#include "tap/gui/host.h"
#include "tap/gui/window.h"
#include "tap/system/system.h"

namespace fanout::gui {
namespace {

QPointer<Window> g_window;

// A child of this window is destroyed before the plugin is unloaded.
QWidget* main_window() {
  for (QWidget* widget : QApplication::topLevelWidgets()) {
    if (qobject_cast<QMainWindow*>(widget) != nullptr) return widget;
  }
  return nullptr;
}

void open_window(Host* host, const Options* options) {
  if (g_window.isNull()) g_window = new Window(*host, main_window());
  if (options != nullptr) g_window->set_options(*options);
  g_window->open_now();
}

void close_window() { delete g_window.data(); }

}  // namespace
}  // namespace fanout::gui

extern "C" FANOUT_EXPORT const fanout::gui::Entry fanout_gui_entry = {
    fanout::gui::kAbi, fanout::gui::open_window, fanout::gui::close_window};
