// simdjson, on demand, as a contestant: the numbers of a flat or nested array into one vector of float or double.
// It takes the commands of contestant.py; "load FOLDER" finds there text.json, and dtype and nested in options.txt.
#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

using namespace simdjson;

namespace {

// The depth is known to the compiler: nothing is asked of a value but what it is.
template <int depth, typename T>
void lift(ondemand::array array, std::vector<T>& into) {
    if constexpr (depth == 1) {
        for (double value : array) into.push_back(static_cast<T>(value));
    } else {
        for (ondemand::array inner : array) lift<depth - 1, T>(inner, into);
    }
}

template <typename T>
double read(ondemand::parser& parser, const padded_string& text, bool nested, std::vector<T>& values) {
    values.clear();
    ondemand::document document = parser.iterate(text);
    ondemand::array array = document["values"].get_array();
    if (nested) {
        lift<4, T>(array, values);
    } else {
        lift<1, T>(array, values);
    }
    double sum = 0;
    for (T value : values) sum += value;
    return sum;
}

double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

int main() {
    ondemand::parser parser;
    padded_string text;
    bool nested = false;
    bool single = true;
    std::vector<float> floats;
    std::vector<double> doubles;
    std::string line;
    std::cout.precision(17);
    while (std::getline(std::cin, line)) {
        std::istringstream words(line);
        std::string command, argument;
        words >> command >> argument;
        if (command == "load") {
            std::string dtype, form;
            std::ifstream(argument + "/options.txt") >> dtype >> form;
            single = dtype == "float32";
            nested = form == "nested";
            text = padded_string::load(argument + "/text.json");
            std::cout << "ok" << std::endl;
        } else if (command == "time") {
            double slot = std::stod(argument), begin = now(), after = begin, sum = 0;
            std::vector<double> times;
            do {
                double before = now();
                sum += single ? read(parser, text, nested, floats) : read(parser, text, nested, doubles);
                after = now();
                times.push_back(after - before);
            } while (after - begin < slot);
            std::nth_element(times.begin(), times.begin() + times.size() / 2, times.end());
            std::cout << times[times.size() / 2] << ' ' << times.size() << std::endl;
        } else if (command == "sum") {
            std::cout << (single ? read(parser, text, nested, floats) : read(parser, text, nested, doubles)) << std::endl;
        }
    }
}
