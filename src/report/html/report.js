(() => {
  "use strict";
  const form = document.getElementById("filter");
  const shown = document.getElementById("shown");
  const cards = [...document.querySelectorAll("article.post")];
  const names = ["level", "dimension", "account", "month", "rule", "q"];
  const words = new Map();

  // What a reader sees of a card, in lower case, made when it is first asked for.
  const text = (card) => {
    if (!words.has(card)) words.set(card, card.textContent.normalize("NFKC").toLowerCase());
    return words.get(card);
  };
  const has = (card, name, value) => (card.dataset[name] || "").split(" ").includes(value);

  const fits = (card, want) => {
    const { level, dimension } = want;
    if (dimension && !level && card.dataset[dimension] === "clear") return false;
    if (level && card.dataset[dimension || "level"] !== level) return false;
    for (const name of ["account", "month", "rule"]) {
      if (want[name] && !has(card, name, want[name])) return false;
    }
    return want.words.every((word) => text(card).includes(word));
  };

  const apply = () => {
    const want = Object.fromEntries(names.map((name) => [name, form.elements[name].value]));
    want.words = want.q.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const card of cards) {
      const fit = fits(card, want);
      card.hidden = !fit;
      count += fit;
    }
    shown.textContent = count ? `${count} of ${cards.length} cards shown` : `No card fits: 0 of ${cards.length} shown`;
  };

  const keep = () => {
    const kept = new URLSearchParams();
    for (const name of names) {
      if (form.elements[name].value) kept.set(name, form.elements[name].value);
    }
    const query = kept.toString();
    history.replaceState(null, "", query ? `#${query}` : "#posts");
  };

  // A fragment with "=" is a filter; any other is a place in the page.
  const restore = () => {
    const fragment = location.hash.slice(1);
    if (!fragment.includes("=")) return;
    const kept = new URLSearchParams(fragment);
    for (const name of names) form.elements[name].value = kept.get(name) || "";
    for (const name of names.slice(0, 5)) {
      if (form.elements[name].selectedIndex < 0) form.elements[name].value = "";
    }
    apply();
  };

  let timer;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { apply(); keep(); }));
  form.addEventListener("change", () => { apply(); keep(); });
  form.addEventListener("input", (event) => {
    if (event.target.name !== "q") return;
    clearTimeout(timer);
    timer = setTimeout(() => { apply(); keep(); }, 150);
  });
  addEventListener("hashchange", restore);
  addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      form.elements.q.focus();
    }
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-filter]");
    if (!link) return;
    event.preventDefault();
    form.reset();
    const [name, value] = link.dataset.filter.split("=");
    form.elements[name].value = value; // applied by what resetting has set off
    const heading = document.getElementById("posts");
    heading.scrollIntoView();
    heading.focus({ preventScroll: true });
  });

  form.hidden = false;
  apply();
  restore();
})();
