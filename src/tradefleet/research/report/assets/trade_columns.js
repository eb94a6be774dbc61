// The columns of the trade list, and of its CSV.

// {name, title, key(row), text(row), kind(row)}; key orders, text shows.
function tradeColumns(trades) {
  const numbers = (name, title, text, kind) => ({ name, title, key: (row) => trades[name][row], text: (row) => text(trades[name][row]), kind });
  const texts = (name, title) => {
    const order = rankOf(trades[name].names);
    return {
      name, title, left: true,
      key: (row) => order[trades[name].codes[row]],
      text: (row) => trades[name].names[trades[name].codes[row]].replaceAll("_", " "),
    };
  };
  const price = (value) => fixed(value, trades.decimals.price);
  const colour = (row) => tone(trades.profit[row]);
  const lasted = (row) => trades.exit_time[row] - trades.entry_time[row];
  const columns = [
    { name: "number", title: "#", key: (row) => row, text: (row) => fixed(row + 1, 0) },
    { name: "side", title: "side", left: true, key: (row) => trades.long[row], text: (row) => (trades.long[row] ? "long" : "short") },
    numbers("entry_time", "entry (UTC)", isoTime),
    numbers("exit_time", "exit (UTC)", isoTime),
    numbers("profit", "profit", money, colour),
    numbers("profit_ratio", "return", (value) => percent(value, true), colour),
    { name: "lasted", title: "lasted", key: lasted, text: (row) => duration(lasted(row)) },
    numbers("entry_price", "entry price", price),
    numbers("exit_price", "exit price", price),
    numbers("quantity", "quantity", (value) => fixed(value, trades.decimals.quantity)),
    numbers("fees", "fees", money),
    texts("exit_reason", "exit by"),
  ];
  if (trades.symbol.names.length > 1) columns.splice(1, 0, texts("symbol", "symbol"));
  if (trades.tag.names.some((name) => name !== "")) columns.push(texts("tag", "tag"));
  return columns;
}

function rankOf(names) {
  const rank = new Map([...names].sort().map((name, i) => [name, i]));
  return names.map((name) => rank.get(name));
}

// The rows as a CSV file: times ISO-8601, prices as they are, amounts to the seven digits the page holds.
function tradesAsCsv(trades, rows) {
  const name = (column, row) => column.names[column.codes[row]];
  const quoted = (text) => '"' + text.replaceAll('"', '""') + '"';
  const time = (value) => new Date(value).toISOString();
  const numbers = ["quantity", "entry_price", "exit_price", "fees", "profit", "profit_ratio"];
  const written = (values, row) => {
    if (Number.isNaN(values[row])) return "";
    return values instanceof Float32Array ? Number(values[row].toPrecision(7)) : values[row];
  };
  const lines = rows.map((row) => [
    quoted(name(trades.symbol, row)),
    trades.long[row] ? "long" : "short",
    time(trades.entry_time[row]),
    time(trades.exit_time[row]),
    ...numbers.map((column) => written(trades[column], row)),
    quoted(name(trades.exit_reason, row)),
    quoted(name(trades.tag, row)),
  ].join(","));
  lines.unshift(["symbol", "side", "entry_time", "exit_time", ...numbers, "exit_reason", "tag"].join(","));
  return new Blob([lines.join("\n") + "\n"], { type: "text/csv" });
}
