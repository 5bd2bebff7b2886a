#include "observe/web_page.h"

#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace berkeley::observe {
namespace {

std::set<std::string> paths() {
    std::set<std::string> all;
    for (const WebPageFile& file : webPageFiles()) {
        all.emplace(file.path);
    }
    return all;
}

std::string textOf(std::string_view path) {
    for (const WebPageFile& file : webPageFiles()) {
        if (file.path == path) {
            return std::string{file.bytes};
        }
    }
    return "";
}

/// What the expression's first group matches, one after the other.
std::vector<std::string> matches(const std::string& text, const std::string& expression) {
    const std::regex regex{expression};
    std::vector<std::string> found;
    for (std::sregex_iterator match{text.begin(), text.end(), regex}, end; match != end; ++match) {
        found.push_back((*match)[1]);
    }
    return found;
}

TEST(WebPageFiles, HaveEachPathOnceAndAreNotEmpty) {
    EXPECT_EQ(webPageFiles().size(), paths().size());
    for (const WebPageFile& file : webPageFiles()) {
        EXPECT_EQ('/', file.path.at(0)) << file.path;
        EXPECT_FALSE(file.bytes.empty()) << file.path;
    }
}

TEST(WebPageFiles, HaveTheContentTypesOfTheirKinds) {
    for (const WebPageFile& file : webPageFiles()) {
        const std::string_view path = file.path;
        const std::string_view expected = path == "/"              ? "text/html"
                                          : path.ends_with(".js")  ? "text/javascript"
                                          : path.ends_with(".css") ? "text/css"
                                          : path == "/icon.svg"    ? "image/svg+xml"
                                                                   : "unexpected";
        EXPECT_EQ(expected, file.contentType) << path;
    }
}

TEST(WebPageFiles, AreTheSameByteForByte) {
    EXPECT_TRUE(textOf("/").starts_with("<!DOCTYPE html>"));
    EXPECT_TRUE(textOf("/").ends_with("</html>\n"));
    EXPECT_NE(std::string::npos, textOf("/units.js").find("\u00B5s")) << "UTF-8 was kept";
}

TEST(WebPageFiles, AskForNothingElse) {
    std::set<std::string> known = paths();
    known.insert({"/status.json", "/history.json", "/metrics"});
    for (const std::string& name : matches(textOf("/"), "(?:src|href)=\"([^\"]*)\"")) {
        EXPECT_TRUE(known.contains("/" + name)) << name;
    }
    for (const WebPageFile& file : webPageFiles()) {
        if (file.path.ends_with(".js") && file.path != "/dygraph.js") {
            for (const std::string& name :
                 matches(std::string{file.bytes}, "from \"\\./([^\"]*)\"")) {
                EXPECT_TRUE(known.contains("/" + name)) << name << " in " << file.path;
            }
        }
    }
}

}  // namespace
}  // namespace berkeley::observe
