// Saves each part of a form while it is written. What could not be sent stays in this browser, under
// the reader's own key, and is sent again; what somebody else saved meanwhile is shown, never lost.
// Without this script the form has its button.
(() => {
  const PAUSE = 800;
  const AGAIN = 5000;

  for (const form of document.querySelectorAll("form[data-drafts]")) {
    const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
    const said = form.querySelector("[data-draft-state]");
    const words = {
      saving: said.dataset.saving,
      saved: said.dataset.saved,
      kept: said.dataset.kept,
      conflict: said.dataset.conflict,
    };
    const waiting = new Set();
    const tell = (text, tone) => {
      said.textContent = text;
      said.dataset.tone = tone;
    };

    for (const part of form.querySelectorAll("[data-part]")) {
      const url = part.dataset.part;
      const key = `draft:${form.dataset.drafts}:${url}`;
      const field = part.querySelector("textarea");
      const version = part.querySelector("input[type=hidden]");
      const prefix = version.name.replace(/version$/, "");
      const rating = () => part.querySelector("input[type=radio]:checked")?.value ?? "";
      let timer = 0;
      let sending = false;
      let changed = false;

      const body = () =>
        new URLSearchParams({
          csrfmiddlewaretoken: token,
          [`${prefix}words`]: field.value,
          [`${prefix}rating`]: rating(),
          [`${prefix}version`]: version.value,
        });

      const send = async () => {
        if (sending) return;
        sending = true;
        changed = false;
        tell(words.saving, "");
        try {
          const answer = await fetch(url, { method: "POST", body: body(), headers: { Accept: "application/json" } });
          if (!answer.headers.get("content-type")?.includes("json")) throw new Error(answer.status);
          const told = await answer.json();
          if (told.version !== undefined) version.value = told.version;
          if (told.status === "saved") {
            if (!changed) localStorage.removeItem(key);
            waiting.delete(part);
            if (!waiting.size) tell(words.saved.replace("{at}", told.at), "saved");
            const score = form.querySelector("[data-score]");
            if (score && told.score) score.textContent = told.score;
            const weight = form.querySelector("[data-weight]");
            if (weight) weight.textContent = told.weight;
          } else if (told.status === "conflict") {
            // Both texts are with the portal now; what is typed next joins them.
            localStorage.removeItem(key);
            waiting.delete(part);
            part.querySelector("[data-conflict]").innerHTML = told.html;
            tell(words.conflict, "warn");
          } else {
            waiting.delete(part);
            tell(told.message, "warn");
          }
        } catch {
          waiting.add(part);
          tell(words.kept, "warn");
          timer = setTimeout(send, AGAIN);
        }
        sending = false;
        if (changed) later(0);
      };
      const later = (pause) => {
        clearTimeout(timer);
        timer = setTimeout(send, pause);
      };
      const change = (pause) => {
        changed = true;
        waiting.add(part);
        try {
          localStorage.setItem(
            key,
            JSON.stringify({ words: field.value, rating: rating(), version: version.value }),
          );
        } catch {
          // A browser that keeps nothing still saves while the portal can be reached.
        }
        later(pause);
      };

      field.addEventListener("input", () => change(PAUSE));
      part.addEventListener("change", (event) => {
        if (event.target.type === "radio") change(0);
      });
      addEventListener("online", () => waiting.has(part) && later(0));
      addEventListener("pagehide", () => {
        if (!waiting.has(part) || sending) return;
        clearTimeout(timer);
        navigator.sendBeacon(url, body());
      });

      // What a lost connection or a closed window left behind.
      const left = localStorage.getItem(key);
      if (left) {
        const draft = JSON.parse(left);
        if (draft.words === field.value && draft.rating === rating()) {
          localStorage.removeItem(key);
        } else {
          const mine = draft.words;
          field.value = mine;
          const chosen = part.querySelector(`input[type=radio][value="${CSS.escape(draft.rating)}"]`);
          if (chosen) chosen.checked = true;
          // Sent upon the version that it was written on: what was saved since is not overwritten.
          version.value = draft.version;
          waiting.add(part);
          later(0);
        }
      }
    }
    // What goes with the form need not go twice.
    form.addEventListener("submit", () => waiting.clear());
  }
})();
