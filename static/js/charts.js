// Draws every large chart. A figure is JSON in the script element after its place; values that
// read 'token:x' become the custom property --x, at drawing and again when the theme changes.
// Plotly is loaded when the first chart comes near the screen.
(() => {
  const { plotly: plotlyUrl, theme: themeUrl } = document.currentScript.dataset;
  const PHONE = matchMedia("(max-width: 47.99rem)");
  const TITLE_HEIGHT = 32;
  // Paper has one width; what was drawn for the screen would be cut off there. print.css makes it
  // smaller along with the words around it.
  const PAPER = { width: 944, height: 372 };
  let loading = null;
  let tools = null;
  let queue = Promise.resolve();

  const load = () =>
    (loading ??= Promise.all([loadPlotly(), loadTheme()]).then((found) => (tools = found)));
  const loadPlotly = () =>
    new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = plotlyUrl;
      script.onload = () => resolve(window.Plotly);
      script.onerror = () => reject(new Error("plotly did not load"));
      document.head.append(script);
    });
  const loadTheme = async () => {
    const answer = await fetch(themeUrl);
    if (!answer.ok) throw new Error("the chart theme did not load");
    return answer.json();
  };

  const resolve = (value, styles) => {
    if (typeof value === "string" && value.startsWith("token:")) {
      return styles.getPropertyValue(`--${value.slice(6)}`).trim();
    }
    if (Array.isArray(value)) return value.map((item) => resolve(item, styles));
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, styles)]));
    }
    return value;
  };
  // Objects are joined, everything else is replaced.
  const join = (base, over) => {
    const plain = (item) => item && typeof item === "object" && !Array.isArray(item);
    if (!plain(base) || !plain(over)) return over === undefined ? base : over;
    const both = { ...base };
    for (const key of Object.keys(over)) both[key] = join(base[key], over[key]);
    return both;
  };

  // Needs what load() brings. A chart of two axes stands when this returns, promise or not.
  const render = (place, box) => {
    const [Plotly, theme] = tools;
    const figure = JSON.parse(place.nextElementSibling.textContent);
    const styles = getComputedStyle(document.documentElement);
    const layout = PHONE.matches && box !== PAPER ? join(figure.layout, figure.phone) : figure.layout;
    const template = { layout: theme.layout, data: theme.data };
    const drawn = resolve({ data: figure.data, layout: { ...layout, template } }, styles);
    if (!place.dataset.drawn) place.replaceChildren();
    place.dataset.drawn = "1";
    const config = { ...theme.config, responsive: false };
    const ready = Plotly.react(place, drawn.data, { ...box, ...drawn.layout }, config);
    leadToRows(place, figure.layout.meta?.rows);
    return ready;
  };
  const draw = async (place) => {
    try {
      await load();
      await render(place, { width: place.clientWidth, height: place.clientHeight });
    } catch (error) {
      if (place.dataset.drawn) return;
      const words = place.querySelector("[data-chart-words]");
      if (words) words.textContent = place.dataset.failed;
      place.setAttribute("aria-label", `${place.getAttribute("aria-label")} ${place.dataset.failed}`);
      throw error;
    }
  };
  // A point leads to the rows behind it: the chart says where they are, its line of whom, it when.
  const leadToRows = (place, rows) => {
    if (!rows || place.dataset.leads) return;
    place.dataset.leads = "1";
    place.on("plotly_click", ({ points: [point] }) => {
      const of = point.data.meta ? `&${point.data.meta}` : "";
      location.assign(`${rows}${of}&from=${String(point.x).slice(0, 10)}`);
    });
  };
  // One after the other, so that a page of charts stays responsive.
  const drawSoon = (place) => (queue = queue.then(() => draw(place)).catch(console.error));

  const near = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        near.unobserve(entry.target);
        drawSoon(entry.target);
        sizes.observe(entry.target);
      }
    },
    { rootMargin: "200px" },
  );
  const sizes = new ResizeObserver((entries) => {
    for (const { target, contentRect } of entries) {
      const width = Math.round(contentRect.width);
      if (target.dataset.drawn && width > 0 && target.dataset.width !== String(width)) drawSoon(target);
      target.dataset.width = String(width);
    }
  });

  const find = (root) => {
    for (const place of root.querySelectorAll("[data-chart]")) if (!place.dataset.drawn) near.observe(place);
  };
  find(document);
  document.addEventListener("htmx:load", (event) => find(event.target));
  document.addEventListener("themechange", () => {
    document.querySelectorAll("[data-chart][data-drawn]").forEach(drawSoon);
  });
  // A browser waits for nothing once it prints, so our own button and Ctrl-P load what draws first;
  // its menu prints the charts where one was drawn before.
  addEventListener("beforeprint", () => {
    if (tools) for (const place of document.querySelectorAll("[data-chart]")) render(place, PAPER);
  });
  addEventListener("afterprint", () => {
    document.querySelectorAll("[data-chart][data-drawn]").forEach(drawSoon);
  });
  const printPage = async () => {
    if (document.querySelector("[data-chart]")) await load().catch(console.error);
    window.print();
  };
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) printPage();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "p" || !(event.ctrlKey || event.metaKey)) return;
    if (event.shiftKey || event.altKey) return;
    event.preventDefault();
    printPage();
  });

  // The picture leaves the page, so it takes the title and the ground along.
  const withTitle = (place) => {
    const heading = place.closest(".chart-card").querySelector("h2").textContent;
    const title = { x: 0.01, y: 0.98, yanchor: "top", font: { size: 16, color: "token:ink" } };
    const layout = { ...place.layout, width: undefined, height: undefined };
    const margin = { ...layout.margin, t: (layout.margin?.t ?? 28) + TITLE_HEIGHT };
    const ground = { paper_bgcolor: "token:surface", title: { ...title, text: heading.replaceAll("<", "&lt;") } };
    return { ...layout, margin, ...resolve(ground, getComputedStyle(document.documentElement)) };
  };
  const save = (href, name) => {
    const link = document.createElement("a");
    link.href = href;
    link.download = name;
    link.click();
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-chart-png]");
    const place = button && document.getElementById(button.dataset.chartPng);
    if (!place) return;
    // Turned over, a chart has no size to be drawn in.
    turn(place.id, false);
    if (!place.dataset.drawn) await drawSoon(place);
    if (!place.dataset.drawn) return;
    const [Plotly] = await load();
    const picture = await Plotly.toImage(
      { data: place.data, layout: withTitle(place) },
      { format: "png", scale: 2, width: place.clientWidth, height: place.clientHeight + TITLE_HEIGHT },
    );
    save(picture, `${place.id}.png`);
  });

  // A chart and its table are two sides of one card.
  const turn = (id, asTable) => {
    const button = document.querySelector(`[data-chart-table="${CSS.escape(id)}"]`);
    if (!button) return;
    button.setAttribute("aria-pressed", String(asTable));
    button.closest(".chart-card").classList.toggle("as-table", asTable);
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-chart-table]");
    if (button) turn(button.dataset.chartTable, button.getAttribute("aria-pressed") !== "true");
  });

  // The table as it stands, as CSV. Numbers lose their marks for readers; a cell that a spreadsheet
  // would run gets an apostrophe, as in opsportal/lib/csv_safety.py.
  const NUMBER = /^[+−-]?\d{1,3}(,\d{3})*(\.\d+)?$|^[+−-]?\d+(\.\d+)?$/;
  const cell = (element) => {
    const text = element.textContent.trim().replace(/\s+/g, " ");
    if (NUMBER.test(text)) return text.replaceAll(",", "").replace("−", "-");
    const safe = /^[=+\-@＝＋－＠]/.test(text) ? `'${text}` : text;
    return /[",]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-chart-csv]");
    const table = button?.closest(".chart-card").querySelector("table");
    if (!table) return;
    const lines = [...table.rows].map((row) => [...row.cells].map(cell).join(","));
    const file = new Blob([`${lines.join("\r\n")}\r\n`], { type: "text/csv;charset=utf-8" });
    const address = URL.createObjectURL(file);
    save(address, `${button.dataset.chartCsv}.csv`);
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  });
})();
