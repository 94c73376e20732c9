// What the charts of the window share when they paint.
#ifndef FANOUT_TAP_GUI_PAINTING_H_
#define FANOUT_TAP_GUI_PAINTING_H_

#include <QColor>
#include <QPainter>
#include <QRectF>
#include <QString>

namespace fanout::gui {

inline constexpr double kMargin = 10;
inline constexpr double kTick = 4;
inline constexpr double kGap = 6;  ///< between an axis and what is written at it

/// Steps of 1, 2 or 5 times a power of ten, at most `most` of them up to `top`.
double nice_step(double top, int most);

/// Writes one line of text into `area`, aligned by Qt's flags.
void write(QPainter& painter, const QRectF& area, int flags, const QString& text);

/// `text` turned by 90 degrees, centred in `area`.
void write_upwards(QPainter& painter, const QRectF& area, const QString& text);

/// The axis of time below `plot`, which is so many seconds wide: lines of color `faint`, and what
/// is written below them, in `text`, ends at `right`.
void paint_times(QPainter& painter, const QRectF& plot, double right, double seconds,
                 const QColor& text, const QColor& faint);

}  // namespace fanout::gui

#endif  // FANOUT_TAP_GUI_PAINTING_H_
