// Keeps inbox and case page fresh, and gives them keys. Every page works without it.
"use strict";

(() => {
  const feeds = document.getElementById("feeds");
  const here = Number(feeds.dataset.case);
  const offline = document.getElementById("offline");
  const SHORTEST = 600; // milliseconds between two refreshes of one part

  // -- Putting a fresh piece in the place of an old one, so that focus, typed text, open folds and playing sound stay.

  function sync(old, fresh) {
    for (const { name } of [...old.attributes]) {
      if (!fresh.hasAttribute(name) && !(name === "open" && old.nodeName === "DETAILS")) old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (name === "open" && old.nodeName === "DETAILS") continue;
      if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
    if (old.nodeName === "INPUT" && old.type === "hidden") old.value = fresh.value;
  }

  function stays(node) {
    return node.nodeType === 1 && "keep" in node.dataset;
  }

  function morph(old, fresh) {
    if (old.isEqualNode(fresh)) return;
    if (old.nodeType !== 1) {
      old.nodeValue = fresh.nodeValue;
      return;
    }
    if ("still" in old.dataset || (old.nodeName === "INPUT" && old.type !== "hidden")) return;
    if (old.nodeName !== "TEXTAREA") sync(old, fresh);
    if (["TEXTAREA", "SELECT", "AUDIO", "NOSCRIPT"].includes(old.nodeName)) return;
    let place = old.firstChild;
    for (const child of [...fresh.childNodes]) {
      while (place && stays(place)) place = place.nextSibling;
      const match = child.id ? [...old.children].find((one) => one.id === child.id) : same(place, child) ? place : null;
      if (!match) old.insertBefore(child, place);
      else if (match === place) {
        place = place.nextSibling;
        morph(match, child);
      } else {
        old.insertBefore(match, place);
        morph(match, child);
      }
    }
    while (place) {
      const next = place.nextSibling;
      if (!stays(place)) place.remove();
      place = next;
    }
  }

  function same(old, fresh) {
    return old && !old.id && old.nodeType === fresh.nodeType && old.nodeName === fresh.nodeName;
  }

  function show(text) {
    const piece = new DOMParser().parseFromString(text, "text/html");
    const focused = document.activeElement?.id;
    const scroll = document.getElementById("scroll");
    const atEnd = scroll && scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
    const before = document.querySelectorAll("#talk > .bubble").length;
    for (const fresh of piece.querySelectorAll("body > [id]")) {
      const old = document.getElementById(fresh.id);
      if (old) {
        morph(old, fresh);
        window.htmx.process(old);
      }
    }
    if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus({ preventScroll: true });
    if (atEnd && document.querySelectorAll("#talk > .bubble").length > before) scroll.scrollTop = scroll.scrollHeight;
    count();
    ready();
  }

  function count() {
    const unread = document.getElementById("list")?.dataset.unread ?? "0";
    document.title = (unread === "0" ? "" : `(${unread}) `) + document.title.replace(/^\(\d+\) /, "");
    const link = document.querySelector(".rail nav a");
    let shown = link?.querySelector(".count");
    if (unread === "0") shown?.remove();
    else if (link) {
      if (!shown) link.append((shown = Object.assign(document.createElement("b"), { className: "count" })));
      shown.textContent = unread;
    }
  }

  document.addEventListener("htmx:afterRequest", (event) => {
    const feed = event.detail.elt.dataset.feed;
    const { status, responseText } = event.detail.xhr;
    if (!feed) return;
    if (event.detail.successful) show(responseText);
    else if (feed === "case" && (status === 404 || status === 410)) location.reload();
  });

  // -- The stream of news: it says what changed, the parts of the page ask for themselves.

  let cursor = Number(feeds.dataset.cursor);
  let stream, silent;
  const due = new Map();

  function refresh(part) {
    const now = Date.now();
    const one = due.get(part) ?? { last: 0, timer: 0 };
    due.set(part, one);
    if (one.timer) return;
    one.timer = setTimeout(() => {
      one.timer = 0;
      one.last = Date.now();
      document.body.dispatchEvent(new CustomEvent(`desk:${part}`));
    }, Math.max(0, one.last + SHORTEST - now));
  }

  function refreshAll() {
    refresh("list");
    if (here) refresh("case");
  }

  function listen() {
    stream?.close();
    stream = new EventSource(`/desk/live?after=${cursor}`);
    stream.addEventListener("open", () => {
      clearTimeout(silent);
      silent = 0;
      if (!offline.hidden) refreshAll();
      offline.hidden = true;
    });
    stream.addEventListener("news", (event) => {
      cursor = Number(event.lastEventId);
      const news = JSON.parse(event.data);
      if (news.kind !== "presence") refresh("list");
      if (here && news.case === here) refresh("case");
    });
    stream.addEventListener("reload", () => location.reload());
    stream.addEventListener("error", () => {
      silent ||= setTimeout(() => (offline.hidden = false), 2500);
      if (stream.readyState !== EventSource.CLOSED) return;
      // The server refused: perhaps nobody is signed in any more, which the next refresh finds out.
      refresh("list");
      setTimeout(listen, 4000);
    });
  }

  // A connection over which nothing comes may be dead for minutes before the browser notices.
  window.addEventListener("offline", () => {
    stream.close();
    offline.hidden = false;
  });
  window.addEventListener("online", listen);

  window.addEventListener("pageshow", (event) => {
    if (event.persisted) refreshAll();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && stream.readyState === EventSource.CLOSED) listen();
  });
  window.addEventListener("pagehide", () => {
    if (here) navigator.sendBeacon(`/desk/cases/${here}/presence`, new URLSearchParams({ gone: "true", csrf: document.querySelector('meta[name="csrf"]').content }));
  });

  // -- Writing.

  function insert(link) {
    const text = document.getElementById("text");
    const { text: phrase, language, german } = link.dataset;
    const empty = !text.value.trim();
    const start = empty ? 0 : text.selectionStart;
    if (empty) text.value = "";
    const gap = !empty && start > 0 && !/\s/.test(text.value[start - 1]) ? "\n" : "";
    text.setRangeText(gap + phrase, start, empty ? 0 : text.selectionEnd, "end");
    if (empty) document.getElementById("reply-language").value = language;
    document.getElementById("german").textContent = german;
    link.closest("details").open = false;
    text.focus();
    const blank = text.value.indexOf("____");
    if (blank >= 0) text.setSelectionRange(blank, blank + 4);
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  document.addEventListener("click", (event) => {
    const phrase = event.target.closest("[data-phrase]");
    if (phrase) {
      event.preventDefault();
      insert(phrase);
    } else if (event.target.closest("[data-help]")) {
      event.preventDefault();
      document.getElementById("help").showModal();
    }
  });

  document.addEventListener("input", (event) => {
    if (event.target.id === "text" && !event.target.value.trim()) document.getElementById("reply-language").value = "";
    if ("filter" in event.target.dataset) sift(event.target);
  });

  document.addEventListener("submit", (event) => {
    if (event.target.id !== "reply" || navigator.onLine) return;
    event.preventDefault();
    offline.hidden = false;
  }, true);

  function sift(filter) {
    const wanted = filter.value.toLowerCase();
    for (const item of document.querySelectorAll(".phrases > li")) item.hidden = !item.textContent.toLowerCase().includes(wanted);
  }

  // A fresh list shows all phrases: what was typed to choose among them still holds.
  function ready() {
    const filter = document.getElementById("phrase-filter");
    if (!filter) return;
    filter.hidden = false;
    sift(filter);
  }

  // -- Keys.

  function step(by) {
    const rows = [...document.querySelectorAll("#cases a.row")];
    const at = rows.findIndex((row) => row === document.activeElement || (row.hasAttribute("aria-current") && !rows.includes(document.activeElement)));
    (rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))])?.focus();
  }

  function take() {
    const row = document.activeElement?.closest?.("a.row[data-free]");
    if (row) {
      const form = document.getElementById("quick");
      form.action = `/desk/cases/${row.dataset.case}/claim`;
      form.requestSubmit();
    } else if (!document.activeElement?.closest?.("a.row")) document.getElementById("claim")?.requestSubmit();
  }

  function reply() {
    const text = document.getElementById("text");
    if (text) text.focus();
    else document.activeElement?.closest?.("a.row")?.click();
  }

  function phrases() {
    const menu = document.getElementById("phrases");
    if (!menu) return;
    menu.open = true;
    document.getElementById("phrase-filter").focus();
  }

  // Who speaks to their computer needs no single keys (WCAG 2.1.4).
  const off = document.getElementById("keys-off");
  off.checked = localStorage.getItem("desk-keys-off") === "1";
  off.addEventListener("change", () => localStorage.setItem("desk-keys-off", off.checked ? "1" : "0"));

  const KEYS = {
    j: () => step(1),
    ArrowDown: () => step(1),
    k: () => step(-1),
    ArrowUp: () => step(-1),
    c: take,
    r: reply,
    p: phrases,
    n: () => document.getElementById("note-text")?.focus(),
    i: () => location.assign("/desk/"),
    "/": () => document.getElementById("q").focus(),
    "?": () => document.getElementById("help").showModal(),
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable], dialog[open]");
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.id === "text") {
      event.preventDefault();
      event.target.form.requestSubmit();
    }
    if (event.key === "Escape" && typing?.nodeName === "TEXTAREA") event.target.blur();
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !(event.key in KEYS)) return;
    if (off.checked && event.key !== "?") return;
    if (event.key.startsWith("Arrow") && event.target !== document.body && !event.target.closest("a.row")) return;
    event.preventDefault();
    KEYS[event.key]();
  });

  ready();
  listen();
  const scroll = document.getElementById("scroll");
  if (scroll && "end" in scroll.dataset && !location.hash && document.querySelector("#talk > .bubble")) scroll.scrollTop = scroll.scrollHeight;
})();
