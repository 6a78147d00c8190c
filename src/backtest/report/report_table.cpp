#include "backtest/report/report_table.hpp"

#include "backtest/report/report_text.hpp"
#include "engine/invariant.hpp"

namespace bellwether {
namespace {

/// As many fit on the narrowest screen.
constexpr std::size_t kColumnsOfAPhone = 3;

}  // namespace

Table::Table(std::string_view id, std::string_view caption, std::vector<TableColumn> columns, bool sortable)
    : id_(id), caption_(caption), columns_(std::move(columns)), sortable_(sortable) {}

void Table::add(const std::vector<TableCell>& cells) {
  BELLWETHER_INVARIANT(cells.size() == columns_.size(), "a cell for each column");
  ++rows_;
  body_ += "<tr>";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const TableCell& cell = cells[i];
    std::string style = columns_[i].text ? "left" : "";
    if (!cell.style.empty()) style += (style.empty() ? "" : " ") + std::string(cell.style);
    body_ += i == 0 ? "<th scope=\"row\"" : "<td";
    if (!style.empty()) body_ += " class=\"" + style + "\"";
    if (!cell.sort_key.empty()) body_ += " data-v=\"" + html_escaped(cell.sort_key) + "\"";
    body_ += ">" + html_escaped(cell.text) + (i == 0 ? "</th>" : "</td>");
  }
  body_ += "</tr>\n";
}

std::string Table::html() const {
  const bool stacked = columns_.size() > kColumnsOfAPhone;
  std::string out;
  if (stacked) {
    out = "<style>@media screen and (max-width:760px){";
    for (std::size_t i = 1; i < columns_.size(); ++i) {
      out += "#" + id_ + " td:nth-child(" + std::to_string(i + 1) + ")::before{content:\"" +
             std::string(columns_[i].label) + "\"}";
    }
    out += "}</style>";
  }
  if (sortable_) out += "<div class=\"filters\" data-for=\"" + id_ + "\"></div>";
  out += "<table id=\"" + id_ + "\" class=\"" + (stacked ? "stack" : "") + (sortable_ ? " sortable" : "") +
         "\"><caption>" + html_escaped(caption_) + "</caption><thead><tr>";
  for (const TableColumn& column : columns_) {
    out += "<th scope=\"col\"";
    if (column.text) out += " class=\"left\"";
    if (column.filter) out += " data-filter";
    if (!column.meaning.empty()) out += " title=\"" + html_escaped(column.meaning) + "\"";
    out += ">" + html_escaped(column.label) + "</th>";
  }
  return out + "</tr></thead><tbody>\n" + body_ + "</tbody></table>\n";
}

}  // namespace bellwether
