"use strict";
// The page reads well without this file; it adds the filter, the theme, copying and downloads.
(() => {
  const root = document.documentElement;
  const all = (selector) => [...document.querySelectorAll(selector)];
  const dark = () => getComputedStyle(root).colorScheme === "dark"
    || (!root.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);

  // Storage is refused in some private windows and for some local files.
  const stored = (value) => {
    try {
      if (value) localStorage.setItem("initbench-theme", value);
      return localStorage.getItem("initbench-theme");
    } catch { return null; }
  };

  root.classList.add("js");
  if (stored()) root.dataset.theme = stored();

  const themeButton = () => {
    const button = document.getElementById("theme");
    const label = () => { button.textContent = dark() ? "Light theme" : "Dark theme"; };
    button.addEventListener("click", () => {
      root.dataset.theme = dark() ? "light" : "dark";
      stored(root.dataset.theme);
      label();
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", label);
    label();
  };

  const board = () => {
    const form = document.getElementById("filter");
    const tiles = all("#tiles li");
    const groups = all("#tiles .group");
    const wordy = document.getElementById("wordy");
    const chips = all("#filter .chip");
    const search = document.getElementById("search");
    const pressed = (key) => chips.filter((chip) => chip.dataset[key] && chip.ariaPressed === "true")
      .map((chip) => chip.dataset[key]);
    const texts = tiles.map((tile) => tile.textContent.toLowerCase());

    const update = () => {
      const verdicts = pressed("verdict");
      const documents = pressed("document");
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      tiles.forEach((tile, i) => {
        tile.hidden = (verdicts.length > 0 && !verdicts.includes(tile.dataset.verdict))
          || (documents.length > 0 && !documents.includes(tile.dataset.document))
          || !words.every((word) => texts[i].includes(word));
      });
      const count = tiles.filter((tile) => !tile.hidden).length;
      groups.forEach((group) => { group.hidden = !group.querySelector("li:not([hidden])"); });
      document.getElementById("tiles").toggleAttribute("data-wordy",
        count < tiles.length || wordy.ariaPressed === "true");
      document.getElementById("shown").textContent = count === tiles.length
        ? `All ${count} shown` : `${count} of ${tiles.length} shown`;
    };
    [...chips, wordy].forEach((button) => button.addEventListener("click", () => {
      button.ariaPressed = String(button.ariaPressed !== "true");
      update();
    }));
    search.addEventListener("input", update);
    addEventListener("keydown", (event) => {
      const typing = event.target.matches("input, textarea, select") || event.ctrlKey || event.metaKey;
      if (event.key === "/" && !typing) {
        event.preventDefault();
        search.focus();
      }
    });
    search.addEventListener("keydown", (event) => {
      if (event.key === "Escape") form.reset();
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => {
      chips.forEach((chip) => { chip.ariaPressed = "false"; });
      setTimeout(update);
    });
  };

  const contents = () => {
    const box = document.getElementById("contents");
    const wide = matchMedia("(min-width: 66rem)");
    const fold = () => { box.open = wide.matches; };
    wide.addEventListener("change", fold);
    fold();
    box.addEventListener("click", (event) => {
      if (event.target.closest("a") && !wide.matches) box.open = false;
    });
    const reveal = (link) => {
      const pane = box.parentElement;
      const place = link.getBoundingClientRect().top - pane.getBoundingClientRect().top;
      if (place < 40 || place > pane.clientHeight - 40) pane.scrollTop += place - pane.clientHeight / 2;
    };
    const links = new Map(all("#contents a").map((link) => [link.hash.slice(1), link]));
    const seen = new IntersectionObserver((entries) => entries.forEach((entry) => {
      const link = links.get(entry.target.id);
      if (!entry.isIntersecting) link.removeAttribute("aria-current");
      else {
        link.setAttribute("aria-current", "true");
        if (wide.matches) reveal(link);
      }
    }), { rootMargin: "-20% 0px -70%" });
    links.forEach((link, id) => seen.observe(document.getElementById(id)));
  };

  const copying = () => {
    if (!navigator.clipboard) return;
    all("pre.copy").forEach((block) => {
      const button = document.createElement("button");
      const frame = document.createElement("div");
      frame.className = "copying";
      button.type = "button";
      button.textContent = "Copy";
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(block.textContent);
        button.textContent = "Copied";
        setTimeout(() => { button.textContent = "Copy"; }, 1500);
      });
      block.replaceWith(frame);
      frame.append(block, button);
    });
  };

  const downloads = () => all("[data-svg]").forEach((button) => {
    button.addEventListener("click", () => {
      const drawing = document.getElementById(`${button.dataset.svg}-drawing`);
      const text = new XMLSerializer().serializeToString(drawing);
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
      link.download = `${button.dataset.svg}.svg`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    });
  });

  // Long files are packed in their links; a click unpacks them where the browser can.
  const unpacking = () => {
    if (!("DecompressionStream" in window)) return;
    all("a[download$='.gz']").forEach((link) => {
      const name = link.download.slice(0, -3);
      link.download = name;
      link.textContent = link.textContent.replace(".gz", "");
      link.addEventListener("click", async (event) => {
        if (link.href.startsWith("blob:")) return;
        event.preventDefault();
        const bytes = Uint8Array.from(atob(link.href.split(",")[1]), (c) => c.charCodeAt(0));
        const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
        link.href = URL.createObjectURL(await new Response(unpacked).blob());
        link.click();
      });
    });
  };

  // A link into a closed fold opens it.
  const unfolding = () => {
    const open = () => {
      const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
      for (let fold = target && target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
      if (target) target.scrollIntoView();
    };
    addEventListener("hashchange", open);
    if (location.hash.startsWith("#table-")) open();
  };

  // A container that scrolls must be reachable by keyboard; one that does not must not be a stop.
  const scrollers = () => {
    const update = (entries) => entries.forEach(({ target }) => {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    });
    const sizes = new ResizeObserver(update);
    all(".scroll").forEach((box) => sizes.observe(box));
  };

  const printing = () => {
    let closed = [];
    addEventListener("beforeprint", () => {
      closed = all("main details:not([open])");
      closed.forEach((fold) => { fold.open = true; });
    });
    addEventListener("afterprint", () => closed.forEach((fold) => { fold.open = false; }));
  };

  document.addEventListener("DOMContentLoaded", () => {
    [themeButton, board, contents, copying, downloads, unpacking, unfolding, scrollers, printing].forEach((part) => part());
  });
})();
