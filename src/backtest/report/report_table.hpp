// A table of the report. On a narrow screen its rows become cards, each cell with its column's name, so that nothing is
// cut; the script makes it sortable and filterable where it is asked to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bellwether {

struct TableColumn {
  std::string_view label;
  bool text = false;              ///< Aligned to the left.
  std::string_view meaning = {};  ///< Shown over the header.
  bool filter = false;            ///< The script offers its values to choose from.
};

/// A cell's content; both texts are escaped here.
struct TableCell {
  std::string text;
  std::string_view style = {};  ///< CSS class.
  std::string sort_key = {};    ///< What it is sorted by where that is not the text: a number.
};

class Table {
 public:
  /// `id` is unique in the page; `caption` is read to those who hear it.
  Table(std::string_view id, std::string_view caption, std::vector<TableColumn> columns, bool sortable = false);

  /// One cell for each column; the first is the row's header.
  void add(const std::vector<TableCell>& cells);
  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::string html() const;

 private:
  std::string id_;
  std::string caption_;
  std::vector<TableColumn> columns_;
  bool sortable_;
  std::string body_;
  std::size_t rows_ = 0;
};

}  // namespace bellwether
