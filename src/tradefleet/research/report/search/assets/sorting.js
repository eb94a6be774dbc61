// Tables whose cells may carry data-value: a click on a heading sorts.

function orderOf(row, column) {
  const { value } = row.cells[column].dataset;
  return value === undefined ? row.cells[column].textContent : value === "" ? NaN : Number(value);
}

// What is not known comes last, whichever way.
function compared(one, other, down) {
  if (typeof one === "string" || typeof other === "string") {
    return String(down ? other : one).localeCompare(String(down ? one : other), "en", { numeric: true });
  }
  if (Number.isNaN(one) || Number.isNaN(other)) return Number.isNaN(one) - Number.isNaN(other);
  return one === other ? 0 : one < other === down ? 1 : -1;
}

function makeSortable(table) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    head.querySelector("button").addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") !== "descending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      body.append(...[...body.rows].sort((a, b) => compared(orderOf(a, column), orderOf(b, column), down)));
    });
  });
}
