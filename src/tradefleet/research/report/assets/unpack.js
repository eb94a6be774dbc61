// The other half of packing.py: columns of numbers out of the page's JSON.

function bytesOf(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes;
}

async function inflated(text, length) {
  const stream = new DecompressionStream("deflate");
  const writer = stream.writable.getWriter();
  const written = writer.write(bytesOf(text)).then(() => writer.close());
  const bytes = new Uint8Array(length);
  const reader = stream.readable.getReader();
  for (let at = 0, part = await reader.read(); !part.done; part = await reader.read()) {
    bytes.set(part.value, at);
    at += part.value.length;
  }
  await written;
  return bytes;
}

// A typed array; for texts {names, codes}; null stays null.
async function unpack(column) {
  if (column === null) return null;
  if (column.kind === "texts") return { names: column.names, codes: await unpack(column.codes) };
  const bytes = await inflated(column.data, column.length * (column.planes ?? 4));
  return column.kind === "floats" ? unpackFloats(bytes, column.length) : unpackIntegers(bytes, column);
}

async function unpackAll(columns) {
  const names = Object.keys(columns);
  const values = await Promise.all(names.map((name) => unpack(columns[name])));
  return Object.fromEntries(names.map((name, i) => [name, values[i]]));
}

// How many decimals the numbers of a packed column have; five for those that are not on a decimal grid.
function decimalsOf(column) {
  return column.kind === "integers" ? Math.round(Math.log10(column.divisor)) : 5;
}

function unpackFloats(bytes, length) {
  const octets = new Uint8Array(4 * length);
  for (let plane = 0, at = 0; plane < 4; plane++) {
    for (let i = plane; i < 4 * length; i += 4) octets[i] = bytes[at++];
  }
  return new Float32Array(octets.buffer);
}

function unpackIntegers(bytes, { length, planes, delta, divisor }) {
  const values = new Float64Array(length);
  for (let plane = 0, at = 0, weight = 1; plane < planes; plane++, weight *= 256) {
    for (let i = 0; i < length; i++) values[i] += bytes[at++] * weight;
  }
  let sum = 0;
  for (let i = 0; i < length; i++) {
    const code = values[i];
    const odd = code < 2147483648 ? code & 1 : code % 2;
    const step = odd ? -(code + 1) / 2 : code / 2;
    sum = delta ? sum + step : step;
    values[i] = sum / divisor;
  }
  return values;
}
