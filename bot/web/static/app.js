// Makes the conversation page livelier; without this script it works by forms alone. Nothing is kept but messages that could not be sent yet.
(function () {
  "use strict";
  var page = document.documentElement;
  var log = document.getElementById("log");
  var KEPT = "lotse-waiting", SPOKEN = "lotse-language";

  if ("serviceWorker" in navigator && window.top === window) {
    navigator.serviceWorker.register("/sw.js").then(function () { return navigator.serviceWorker.ready; }).then(function (worker) {
      if (recall(SPOKEN) === page.lang || !worker.active) return;
      worker.active.postMessage(page.lang);
      remember(SPOKEN, page.lang);
    }).catch(function () {});
  }
  if (!log || !window.fetch || !window.URLSearchParams || !("content" in document.createElement("template"))) return;

  var say = document.getElementById("say"), box = say.elements.text, press = document.getElementById("press");
  var problem = document.getElementById("problem"), offline = document.getElementById("offline"), jump = document.querySelector(".jump");
  var newest = document.getElementById("newest");
  var cursor = Number(log.dataset.cursor), told = cursor;
  var waiting = JSON.parse(recall(KEPT) || "[]");
  var sending = false, working = Promise.resolve(), pause = 2, timer = 0, stream = null;

  function recall(name) { try { return localStorage.getItem(name); } catch (error) { return null; } }
  function remember(name, value) {
    try { if (value) localStorage.setItem(name, value); else localStorage.removeItem(name); } catch (error) { /* private mode */ }
  }
  function keep() { remember(KEPT, waiting.length ? JSON.stringify(waiting) : ""); }
  function newKey() { return Date.now().toString(36) + Math.random().toString(36).slice(2); }
  function copy(id) { return document.importNode(document.getElementById(id).content, true).firstElementChild; }
  function show(element, on) { element.hidden = !on; }
  function complain(sentence) { problem.textContent = sentence || ""; show(problem, sentence); }

  // One request at a time, in order: messages must not overtake each other.
  function queue(job) { working = working.then(job, job); return working; }

  function request(address, fields) {
    var options = { headers: { "X-Lotse": "1" }, credentials: "same-origin" };
    if (fields) {
      fields.csrf = say.elements.csrf.value;
      options.method = "POST";
      options.body = new URLSearchParams(fields);
    }
    return fetch(address, options).then(function (answer) {
      if (answer.ok) return answer.text();
      return answer.json().catch(function () { return { error: { message: "" } }; }).then(function (body) {
        throw { status: answer.status, message: body.error.message };
      });
    });
  }

  function take(html) {
    var holder = document.createElement("template");
    holder.innerHTML = html;
    var news = holder.content.querySelector("section");
    if (news.dataset.gone) {
      waiting = [];
      keep();
      location.replace(news.dataset.gone);
      return null;
    }
    var screens = news.dataset.screens.split(" ");
    log.querySelectorAll("[data-screen]").forEach(function (old) {
      if (screens.indexOf(old.dataset.screen) < 0) old.remove();
    });
    var first = null;
    Array.prototype.slice.call(news.children).forEach(function (line) {
      if (document.getElementById(line.id)) return;
      var older = log.querySelector('[id^="' + line.id.split("-")[0] + '-"]'); // an adviser changed or deleted it
      if (older) { older.replaceWith(line); return; }
      log.insertBefore(line, log.querySelector(".waiting, .writing"));
      if (!first && line.classList.contains("theirs")) first = line;
    });
    document.querySelector(".with-case").hidden = !news.dataset.case;
    document.querySelector(".without-case").hidden = !!news.dataset.case;
    cursor = Math.max(cursor, Number(news.dataset.cursor));
    if (news.lang !== page.lang) { // the words around the conversation change too
      if (first) history.replaceState(null, "", "#" + first.id);
      location.reload();
      return null;
    }
    if (news.dataset.later) look();
    return first;
  }

  function look() {
    queue(function () {
      var separator = log.dataset.news.indexOf("?") < 0 ? "?" : "&";
      return request(log.dataset.news.replace("/chat", "/chat/news") + separator + "after=" + cursor).then(reveal, function () {});
    });
  }

  function reveal(html) {
    var near = newest.getBoundingClientRect().top < innerHeight + 200;
    var first = take(html);
    if (first && near) first.scrollIntoView({ block: "start" });
    return first;
  }

  function writing(on) {
    var dots = log.querySelector(".writing");
    if (dots) dots.remove();
    if (on) log.appendChild(copy("writing"));
  }

  // Text
  function bubble(item) {
    var line = copy("bubble");
    line.id = "w" + item.key;
    line.querySelector(".typed").textContent = item.text;
    log.appendChild(line);
    return line;
  }

  function drop(item) {
    waiting = waiting.filter(function (other) { return other.key !== item.key; });
    keep();
    var line = document.getElementById("w" + item.key);
    if (line) line.remove();
  }

  function later() {
    log.querySelectorAll(".waiting").forEach(function (line) { line.classList.add("late"); });
    show(offline, true);
    clearTimeout(timer);
    timer = setTimeout(flush, pause * 1000);
    pause = Math.min(60, pause * 2);
  }

  function flush() {
    if (sending || !waiting.length) return;
    var item = waiting[0];
    sending = true;
    writing(true);
    queue(function () {
      return request(say.action, { text: item.text, key: item.key }).then(function (html) {
        pause = 2;
        show(offline, false);
        writing(false);
        drop(item);
        var first = take(html);
        if (first) first.scrollIntoView({ block: "start" });
        return true;
      }, function (error) {
        writing(false);
        if (!error.status || error.status >= 500) {
          later();
          return false;
        }
        drop(item);
        if (!box.value) box.value = item.text;
        if (error.status === 403) HTMLFormElement.prototype.submit.call(say); // the page has expired: the server shows a fresh one
        complain(error.message);
        return true;
      });
    }).then(function (more) {
      sending = false;
      if (more) flush();
    });
  }

  say.addEventListener("submit", function (event) {
    event.preventDefault();
    var text = box.value.trim();
    if (!text) return;
    var item = { key: newKey(), text: text };
    complain("");
    waiting.push(item);
    keep();
    box.value = "";
    bubble(item).scrollIntoView({ block: "end" });
    flush();
  });

  box.addEventListener("keydown", function (event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    if (say.requestSubmit) say.requestSubmit(); else say.querySelector(".send").click();
  });

  // Buttons
  document.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest("button[name=choice]") : null;
    if (!button || button.form !== press) return;
    event.preventDefault();
    if (button.getAttribute("aria-busy")) return;
    button.setAttribute("aria-busy", "true");
    complain("");
    queue(function () {
      writing(true);
      return request(button.getAttribute("formaction") || press.action, { choice: button.value, key: newKey() }).then(function (html) {
        writing(false);
        button.removeAttribute("aria-busy");
        show(offline, false);
        var first = take(html);
        if (!first) return;
        first.scrollIntoView({ block: "start" });
        first.focus({ preventScroll: true });
      }, function (error) {
        writing(false);
        button.removeAttribute("aria-busy");
        if (!error.status) show(offline, true);
        else if (error.status === 403) location.reload();
        else complain(error.message);
      });
    });
  });

  // News from elsewhere: an adviser, a reminder, another window
  function listen() {
    if (stream || document.hidden || !window.EventSource) return;
    stream = new EventSource("/api/chat/events?signal=1&after=" + cursor);
    stream.addEventListener("messages", function (event) {
      told = Number(event.lastEventId);
      working.then(function () { if (told > cursor) look(); });
    });
    stream.addEventListener("gone", look);
    stream.onopen = function () { show(offline, waiting.length > 0 && !offline.hidden); flush(); };
    stream.onerror = function () {
      if (stream && stream.readyState === 2) { deafen(); setTimeout(listen, 15000); }
    };
  }
  function deafen() { if (stream) stream.close(); stream = null; }

  document.addEventListener("visibilitychange", function () { if (document.hidden) deafen(); else listen(); });
  window.addEventListener("online", function () { pause = 2; show(offline, waiting.length); flush(); });
  window.addEventListener("offline", function () { show(offline, true); });
  if (window.IntersectionObserver) {
    new IntersectionObserver(function (seen) { show(jump, !seen[0].isIntersecting); }, { rootMargin: "0px 0px 240px 0px" }).observe(newest);
  }

  window.lotse = { take: take, queue: queue, complain: complain, newKey: newKey }; // for media.js
  waiting.forEach(bubble);
  if (!location.hash && log.lastElementChild) {
    var theirs = log.querySelectorAll(".theirs");
    (theirs[theirs.length - 1] || log.lastElementChild).scrollIntoView({ block: "start", behavior: "instant" });
  }
  flush();
  listen();
})();
