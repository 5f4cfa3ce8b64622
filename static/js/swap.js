// Changes what a page shows without loading all of it. Inside [data-swap], links and filters that
// lead to the same page fetch that part alone; focus, scroll and what is unfolded stay. Without
// this script, or where a link is opened elsewhere, the same address gives the whole page.
(() => {
  const lost = document.querySelector("[data-swap-lost]");
  if (!lost || !window.htmx) return;
  const said = document.querySelector("[data-swap-said]");
  let again = null;
  let place = null;

  const fetchPart = (part, url, source) => {
    again = () => fetchPart(document.getElementById(part.id), url, null);
    place = remember(part, source);
    part.setAttribute("aria-busy", "true");
    const how = { source: part, target: `#${part.id}`, swap: "outerHTML show:none", push: "true" };
    // What goes wrong is told below.
    htmx.ajax("GET", url.pathname + url.search, how).catch(() => {});
  };
  const isHere = (url) => url.origin === location.origin && url.pathname === location.pathname;

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-swap] a[href]");
    const isPlain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!link || !isPlain || event.defaultPrevented || link.target || link.hasAttribute("download")) return;
    const url = new URL(link.href);
    if (!isHere(url) || link.getAttribute("href").startsWith("#")) return;
    event.preventDefault();
    fetchPart(link.closest("[data-swap]"), url, link);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const part = form.closest("[data-swap]");
    if (!part || form.method !== "get" || event.defaultPrevented) return;
    const url = new URL(form.action);
    if (!isHere(url)) return;
    event.preventDefault();
    url.search = new URLSearchParams(new FormData(form)).toString();
    fetchPart(part, url, document.activeElement);
  });

  // Where the reader is: what has the focus, and what is unfolded.
  const remember = (part, source) => {
    const card = source?.closest("[id]:not([data-swap])");
    return {
      unfolded: [...part.querySelectorAll("details[id][open]")].map((details) => details.id),
      source: source && part.contains(source) ? source : null,
      card: card && card !== source && part.contains(card) ? card.id : "",
      top: 0,
    };
  };
  const twin = (part, { source, card }) => {
    const known = source.id || source.name;
    if (known) return part.querySelector(`#${CSS.escape(known)}, [name="${CSS.escape(known)}"]`);
    const isSame = (link) => link.textContent.trim() === source.textContent.trim();
    const links = [...part.querySelectorAll(`a[href="${CSS.escape(source.getAttribute("href") ?? "")}"]`)];
    const kin = card ? document.getElementById(card)?.querySelector(".tools :is(a, button)") : null;
    return links.find(isSame) ?? kin;
  };
  const restore = (part) => {
    for (const id of place.unfolded) {
      const details = document.getElementById(id);
      if (details) details.open = true;
    }
    if (place.source) (twin(part, place) ?? part).focus({ preventScroll: true });
  };

  const ours = (event) => event.target.closest?.("[data-swap]") && place;
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!ours(event)) return;
    // An answer from elsewhere is the sign-in page: the reader goes there, and comes back.
    const from = new URL(event.detail.xhr.responseURL || location.href);
    place.top = scrollY;
    if (isHere(from)) return;
    event.detail.shouldSwap = false;
    location.assign(event.detail.pathInfo.requestPath);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const part = event.target.closest?.("[data-swap]");
    if (!part || !place) return;
    tell("");
    restore(part);
    scrollTo({ top: place.top, behavior: "instant" });
    if (said) said.textContent = part.dataset.said ?? "";
    place = null;
  });

  // What went wrong is said where the reader looks, and what is shown stays as it was.
  const tell = (kind) => {
    const words = kind && document.querySelector(`template[data-swap-words="${kind}"]`);
    lost.replaceChildren(...(words ? [words.content.cloneNode(true)] : []));
    lost.hidden = !words;
  };
  for (const [failure, kind] of [
    ["htmx:sendError", "lost"],
    ["htmx:timeout", "lost"],
    ["htmx:responseError", "failed"],
  ]) {
    document.addEventListener(failure, (event) => {
      if (!ours(event)) return;
      event.target.closest("[data-swap]").removeAttribute("aria-busy");
      tell(kind);
    });
  }
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-swap-again]")) again?.();
    if (event.target.closest("[data-swap-dismiss]")) tell("");
  });
})();
