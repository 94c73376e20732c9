// What operating systems differ in where something is written, beside what system.h has.
//
// On Windows a stream, a descriptor and errno belong to one of the C libraries in a process, and
// GLib and wsutil have another one than this code: neither may be asked to open or to replace a
// file.
#ifndef FANOUT_TAP_SYSTEM_OUTPUT_H_
#define FANOUT_TAP_SYSTEM_OUTPUT_H_

#include <cstdio>
#include <string>

namespace fanout {

/// Makes a file for writing and reading where none is yet. Returns its descriptor; -1, with errno.
int create_file(const std::string& path);
/// Opens what is there, such as a device, for writing; nullptr, with errno.
std::FILE* open_existing(const std::string& path);
/// Why this process may not write to a file that is there: an error, or 0 if it may.
int why_not_written(const std::string& path);
/// Gives a file the name of another, which is replaced. Returns 0 or the error.
int replace_file(const std::string& from, const std::string& to);

/// Whether a stream is to end lines as the system does (Windows: CR LF), or to write all as given.
void translate_ends_of_lines(std::FILE* stream, bool translate);
/// Whether what is written to the console is shown as UTF-8, or there is no console to say
/// (Windows).
bool console_shows_utf8();
/// Writes out what others in this process, with a C library of their own, hold for standard output,
/// so that what is written next comes after it.
void flush_others();

}  // namespace fanout

#endif  // FANOUT_TAP_SYSTEM_OUTPUT_H_
