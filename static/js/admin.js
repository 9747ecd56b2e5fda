// What Piccolo Admin's page lacks. Loaded before its own script.

// "Use again" shows the same form: with the page it gets a key of its own, and can be sent again.
addEventListener('click', (event) => {
  if (event.target.closest?.('#success_message + ul a[href="#"]')) location.reload();
}, true);

// Filters by time are in the shop's time zone, unless somebody chose another one.
if (!localStorage.getItem('defaultTimezone')) {
  localStorage.setItem('defaultTimezone', document.currentScript.dataset.timeZone);
}

// A table as a CSV file: Excel reads it as UTF-8 by the mark at its start, an empty cell is empty,
// a time is one, and what would be a formula is a text. In the file each cell is quoted, and quotes
// in it are doubled: so one quote behind a delimiter begins a cell.
const CELL = String.raw`(?<=^|[,;\n])"`;
const EMPTY = new RegExp(`${CELL}null"(?=[,;\n]|$)`, 'g');
const TIME = new RegExp(String.raw`${CELL}(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)[+-]\d\d:\d\d"`, 'g');
const FORMULA = new RegExp(String.raw`${CELL}(?!-?\d+(\.\d+)?")(?=\s*[=+\-@＝＋－＠]|[\t\r\n])`, 'g');
const NativeBlob = Blob;

function forSpreadsheets(csv) {
  return csv.replace(EMPTY, '""').replace(TIME, '"$1"').replace(FORMULA, `"'`);
}

window.Blob = class extends NativeBlob {
  constructor(parts = [], options = {}) {
    const isCsv = options.type?.startsWith('text/csv');
    super(isCsv ? ['\ufeff', ...parts.map(forSpreadsheets)] : parts, options);
  }

  static [Symbol.hasInstance](value) {
    return NativeBlob.prototype.isPrototypeOf(value);
  }
};

// Rows of a table that the reader cannot write are shown without its buttons. The page changes its
// address by the history, which fires no event.
const readOnly = new Set(document.currentScript.dataset.readOnly.split(' '));

function markTable() {
  const [, table] = location.hash.split('/');
  document.documentElement.toggleAttribute('data-read-only', readOnly.has(table));
}

for (const name of ['pushState', 'replaceState']) {
  const native = history[name];
  history[name] = function change(...args) {
    native.apply(history, args);
    markTable();
  };
}
addEventListener('popstate', markTable);
markTable();
