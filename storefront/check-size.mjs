// Fails where a first visit to the storefront loads more than it may: the page, and what it loads by
// itself, gzipped. Reads what `vite build` made.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const MOST_KILOBYTES = 200;

const read = (name) => readFileSync(new URL(`dist/${name}`, import.meta.url));
const manifest = JSON.parse(read('.vite/manifest.json'));

/** The chunk's files, with those of the chunks that it imports before it runs. */
function loadedWith(name, seen = new Set()) {
  const { file, css = [], imports = [] } = manifest[name];
  if (seen.has(file)) return seen;
  [file, ...css].forEach((each) => seen.add(each));
  imports.forEach((each) => loadedWith(each, seen));
  return seen;
}

const kilobytes = (files) =>
  [...files].reduce((sum, file) => sum + gzipSync(read(file)).length, 0) / 1000;

const first = kilobytes(['index.html', ...loadedWith('index.html')]);
const whole = kilobytes(
  new Set(Object.values(manifest).flatMap(({ file, css = [] }) => [file, ...css])),
);
console.log(`first load ${first.toFixed(1)} kB gzipped, all of it ${whole.toFixed(1)} kB`);
if (first > MOST_KILOBYTES) {
  console.error(
    `That is more than ${MOST_KILOBYTES} kB: load later what the first page does not need (import()).`,
  );
  process.exit(1);
}
