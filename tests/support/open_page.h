/// A page for tests and benches, which are to fail where there is none.
#pragma once

#include <stdexcept>
#include <string>

#include "page/group_page.h"

namespace berkeley {

class OpenPage : public page::GroupPage {
  public:
    explicit OpenPage(const std::string& path) {
        if (open(path.c_str()) != page::Error::none) {
            throw std::runtime_error("cannot read the page " + path);
        }
    }

    /// The time at `raw`, as the page's present content tells it.
    page::Reading at(page::RawTime raw) const {
        return page::evaluate(content().value().clock, {raw, {}, {}});
    }
};

}  // namespace berkeley
