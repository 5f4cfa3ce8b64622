// Keyboard of a matrix: one stop of the tab key, arrows move between its cells, Home and End go to
// the ends of a row, and Enter opens the link in which the focus stands, as it does anyway. Without
// this script every link of it is a stop of its own.
(() => {
  const right = () => (document.documentElement.dir === "rtl" ? -1 : 1);
  const lines = (matrix) => [...matrix.tBodies[0].rows].map((row) => [...row.querySelectorAll(".cell")]);

  const stopAt = (matrix, cell) => {
    for (const other of matrix.querySelectorAll(".cell")) other.tabIndex = other === cell ? 0 : -1;
  };
  const find = (root) => {
    for (const matrix of root.querySelectorAll("[data-matrix]")) stopAt(matrix, matrix.querySelector(".cell"));
  };

  document.addEventListener("keydown", (event) => {
    const cell = event.target.closest?.(".cell");
    const matrix = cell?.closest("[data-matrix]");
    if (!matrix || event.ctrlKey || event.altKey || event.metaKey) return;
    const rows = lines(matrix);
    const row = rows.findIndex((cells) => cells.includes(cell));
    const column = rows[row].indexOf(cell);
    const to = {
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - right()],
      ArrowRight: [row, column + right()],
      Home: [row, 0],
      End: [row, rows[row].length - 1],
    }[event.key];
    if (!to) return;
    event.preventDefault();
    const next = rows[to[0]]?.[to[1]];
    if (!next) return;
    stopAt(matrix, next);
    next.focus();
  });
  document.addEventListener("focusin", (event) => {
    const matrix = event.target.matches(".cell") && event.target.closest("[data-matrix]");
    if (matrix) stopAt(matrix, event.target);
  });
  find(document);
  document.addEventListener("htmx:load", (event) => find(event.target));
})();
