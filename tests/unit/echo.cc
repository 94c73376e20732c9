// Writes its arguments, each on a line, then each line that it reads. At "end" it ends, and at
// "rest" it answers no more.
#include <iostream>
#include <string>

int main(int count, char** arguments) {
  for (int index = 1; index < count; ++index) std::cout << arguments[index] << '\n';
  std::cout.flush();
  std::string line;
  while (std::getline(std::cin, line) && line != "end") {
    if (line == "rest") {
      while (std::getline(std::cin, line)) {
      }
      break;
    }
    std::cout << line << std::endl;
  }
  return 0;
}
