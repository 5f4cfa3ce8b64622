// The dialog that finds (Ctrl-K, '/'), and the recent pages that this browser keeps for it.
// Without this script its openers are links to /find/, which is the same as a page.
(() => {
  const KEPT = 10;
  const PREFIX = "opsportal-recent-";
  const RETRY_AFTER = 3000; // ms
  const dialog = document.querySelector("[data-find-dialog]");
  if (!dialog) return;
  const input = dialog.querySelector("[role=combobox]");
  const form = input.form;
  const answer = dialog.querySelector("#find-answer");
  const start = dialog.querySelector("[data-find-start]");
  const said = dialog.querySelector("[data-find-said]");
  const part = (name) => dialog.querySelector(`[data-find-${name}]`);
  const key = PREFIX + dialog.dataset.reader;

  // --- Recent pages: what this reader looked at last in this browser
  const readRecent = () => {
    try {
      const kept = JSON.parse(localStorage.getItem(key)) ?? [];
      return Array.isArray(kept) ? kept : [];
    } catch {
      return []; // storage may be forbidden, or not ours
    }
  };
  const path = (address) => address.split("?")[0];
  const keepRecent = () => {
    const address = location.pathname + location.search;
    const title = document.title.replace(/ · opsportal$/, "").trim();
    const above = [...document.querySelectorAll(".crumbs a")].map((crumb) => crumb.textContent.trim());
    try {
      // Another reader's list is nobody else's to see.
      for (const other of Object.keys(localStorage)) {
        if (other.startsWith(PREFIX) && other !== key) localStorage.removeItem(other);
      }
      if (path(address) === new URL(form.action).pathname) return;
      // A page is kept once, as it was last asked.
      const others = readRecent().filter((one) => path(one.address) !== path(address));
      const here = { address, title, under: above.join(" / ") };
      localStorage.setItem(key, JSON.stringify([here, ...others].slice(0, KEPT + 1)));
    } catch {
      // Then there are none.
    }
  };
  const showRecent = () => {
    const group = part("recent");
    const line = part("recent-line");
    group.querySelectorAll("a").forEach((old) => old.remove());
    const here = location.pathname;
    const recent = readRecent().filter((one) => path(one.address) !== here).slice(0, KEPT);
    recent.forEach((one, place) => {
      const link = line.content.cloneNode(true).firstElementChild;
      // What lies in storage is text; only a path of this portal becomes a link.
      const target = new URL(one.address, location.origin);
      if (target.origin !== location.origin) return;
      link.href = target.pathname + target.search;
      link.id = `find-recent-${place}`;
      link.querySelector(".found-name").textContent = one.title;
      link.querySelector(".found-under").textContent = one.under ?? "";
      group.append(link);
    });
    group.hidden = !group.querySelector("a");
  };
  keepRecent();
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-sign-out]")) return;
    try {
      localStorage.removeItem(key);
    } catch {
      // Nothing was kept.
    }
  });

  // --- The list under what is typed: one of its options is the one that Enter opens
  const query = () => input.value.trim().replace(/\s+/g, " ");
  const list = () => (query() ? answer.querySelector("[role=listbox]") : start);
  const options = () => [...(list()?.querySelectorAll("[role=option]") ?? [])];
  const active = () => list()?.querySelector("[aria-selected=true]");
  const activate = (option) => {
    dialog.querySelectorAll("[aria-selected=true]").forEach((old) => {
      old.setAttribute("aria-selected", "false");
    });
    if (option) {
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", option.id);
    } else {
      input.removeAttribute("aria-activedescendant");
    }
    input.setAttribute("aria-expanded", String(options().length > 0));
    input.setAttribute("aria-controls", list()?.id ?? start.id);
  };
  const move = (step) => {
    const all = options();
    if (!all.length) return;
    const place = all.indexOf(active());
    const next = place < 0 && step < 0 ? all.length - 1 : place + step;
    activate(all[(next + all.length) % all.length]);
  };

  // --- Asking: what is typed stays, whatever becomes of the answer
  let opensOnArrival = false;
  let retry = 0;
  const show = (what) => {
    for (const name of ["lost", "away"]) part(name).hidden = name !== what;
    answer.hidden = what !== "answer";
    start.hidden = what !== "start";
    part("hint").hidden = what !== "start" || options().length > 0;
  };
  const isAnswered = () => answer.querySelector("[data-find-list]")?.dataset.query === query();
  const lose = () => {
    opensOnArrival = false;
    show("lost");
    activate(null);
    said.textContent = part("lost").querySelector(".note-body").innerText;
    clearTimeout(retry);
    retry = setTimeout(again, RETRY_AFTER);
  };
  const again = () => {
    if (dialog.open && !part("lost").hidden) htmx.trigger(input, "find-again");
  };
  const empty = () => {
    clearTimeout(retry);
    opensOnArrival = false;
    answer.replaceChildren();
    said.textContent = "";
    show("start");
    activate(null);
  };
  input.addEventListener("input", () => {
    opensOnArrival = false;
    if (!query()) empty();
  });
  dialog.addEventListener("htmx:beforeRequest", (event) => {
    if (!query()) event.preventDefault();
  });
  dialog.addEventListener("htmx:beforeSwap", (event) => {
    // An answer from elsewhere is the sign-in page.
    const from = new URL(event.detail.xhr.responseURL || form.action).pathname;
    if (from === new URL(form.action).pathname) {
      if (!query()) event.detail.shouldSwap = false;
      return;
    }
    event.detail.shouldSwap = false;
    const signIn = part("sign-in");
    signIn.search = new URLSearchParams({ next: location.pathname + location.search });
    show("away");
    said.textContent = part("away").querySelector(".note-body").innerText;
  });
  dialog.addEventListener("htmx:afterSwap", () => {
    clearTimeout(retry);
    show("answer");
    activate(options()[0]);
    said.textContent = answer.querySelector("[data-find-list]")?.dataset.said ?? "";
    if (opensOnArrival && isAnswered()) active()?.click();
  });
  for (const failure of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    dialog.addEventListener(failure, (event) => {
      event.stopPropagation(); // it is told here
      lose();
    });
  }
  addEventListener("online", again);
  part("again").addEventListener("click", () => {
    input.focus();
    again();
  });

  // --- Keys in the field
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (event.key === "Enter") {
      if (!query() || isAnswered()) active()?.click();
      else opensOnArrival = true;
    } else return;
    event.preventDefault();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close(); // the ground beside it
    // A link to where one is already changes nothing but closes it.
    const link = event.target.closest("a[href]");
    if (link && link.href === location.href) {
      event.preventDefault();
      dialog.close();
    }
  });
  dialog.addEventListener("close", () => clearTimeout(retry));

  // --- Opening it, from anywhere
  const open = () => {
    if (document.querySelector("dialog[open]")) return;
    for (const menu of document.querySelectorAll(".tabbar details[open]")) menu.open = false;
    showRecent();
    dialog.showModal();
    if (!query()) empty();
    input.focus();
    input.select();
  };
  const isTyping = (element) =>
    element.isContentEditable || element.matches("input, textarea, select");
  document.addEventListener("keydown", (event) => {
    const isChord = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    const isSlash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (isChord && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (dialog.open) dialog.close();
      else open();
    } else if (isSlash && !isTyping(event.target) && !document.querySelector("dialog[open]")) {
      event.preventDefault();
      open();
    }
  });
  const isApple = /Mac|iPhone|iPad/.test(navigator.platform);
  for (const opener of document.querySelectorAll("[data-find]")) {
    // With the script it opens a dialog, and says so.
    opener.setAttribute("role", "button");
    opener.setAttribute("aria-haspopup", "dialog");
    opener.setAttribute("aria-keyshortcuts", isApple ? "Meta+K" : "Control+K");
    const cap = opener.querySelector("kbd");
    if (cap && isApple) cap.textContent = "⌘ K";
    opener.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      open();
    });
    opener.addEventListener("keydown", (event) => {
      if (event.key !== " ") return;
      event.preventDefault();
      open();
    });
  }
})();
