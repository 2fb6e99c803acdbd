// A figure's lines over time, as an SVG whose numbers are text beside it.

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 360;
const HEIGHT = 110;
const EDGE = 4;
// A stage that has just begun is not stretched over the whole width.
const SHORTEST_MILLISECONDS = 15 * 60_000;
const COUNTS = new Set(['Sum', 'SampleCount']);

function shape(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** The small square that says which line is whose. */
export function swatch(index) {
  const made = shape('svg', { viewBox: '0 0 10 10', class: 'swatch', 'aria-hidden': 'true' });
  made.append(shape('rect', { width: 10, height: 10, rx: 2, class: `line-${index % 10}` }));
  return made;
}

/** From when to when: `{from, to}` in milliseconds. */
export function span(since, until) {
  const to = Date.parse(until) + 60_000;
  return { from: Math.min(Date.parse(since), to - SHORTEST_MILLISECONDS), to };
}

/** The points of each period: a count that nothing is known of was zero. */
function values(series, period, { from, to }) {
  const known = series.points.map(({ at, value }) => [Date.parse(at), value]);
  if (!COUNTS.has(series.statistic)) return known;
  const found = new Map(known);
  for (let at = Math.ceil(from / period) * period; at < to; at += period) {
    if (!found.has(at)) found.set(at, 0);
  }
  return [...found].sort(([a], [b]) => a - b);
}

/** Of each unit the most; 0 where there is nothing. */
export function most(lines) {
  const found = {};
  for (const { unit, points } of lines) {
    found[unit] = Math.max(found[unit] ?? 0, ...points.map(({ value }) => value));
  }
  return found;
}

/**
 * @param {{periodSeconds: number, series: any[]}} figure of which those that cannot be observed are
 *   not drawn.
 * @param {string} text says the same for who does not see it.
 */
export function chart(figure, during, text) {
  const picture = shape('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: 'chart', role: 'img' });
  picture.setAttribute('aria-label', text);
  const ground = HEIGHT - EDGE;
  picture.append(shape('line', { x1: 0, x2: WIDTH, y1: ground, y2: ground, class: 'ground' }));
  const { from, to } = during;
  const period = figure.periodSeconds * 1000;
  const tops = most(figure.series);
  figure.series.forEach((series, index) => {
    if (series.notObservable) return;
    const place = ([at, value]) => {
      const x = EDGE + ((Math.max(at, from) - from) / (to - from)) * (WIDTH - 2 * EDGE);
      const y = ground - (value / (tops[series.unit] || 1)) * (ground - EDGE);
      return [x.toFixed(1), y.toFixed(1)];
    };
    const placed = values(series, period, during).map(place);
    const drawn = `line-${index % 10}`;
    if (placed.length > 1) {
      picture.append(shape('polyline', { points: placed.join(' '), class: drawn }));
    }
    if (!COUNTS.has(series.statistic)) {
      picture.append(...placed.map(([cx, cy]) => shape('circle', { cx, cy, r: 2, class: drawn })));
    }
  });
  return picture;
}
