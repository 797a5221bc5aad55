// The service worker: static files and one offline page. Conversations are never kept here.
"use strict";
const CACHE = "lotse-" + "VERSION";
const OFFLINE = "/offline";
const FILES = ["FILES"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES.concat(OFFLINE))).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(old).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const request = event.request;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
  } else if (FILES.indexOf(request.url.replace(self.location.origin, "")) >= 0) {
    event.respondWith(caches.match(request).then((found) => found || fetch(request)));
  }
});

// The page tells in which language the offline page should be.
self.addEventListener("message", (event) => {
  event.waitUntil(
    caches.open(CACHE).then((cache) =>
      fetch(OFFLINE + "?lang=" + encodeURIComponent(event.data)).then((page) => (page.ok ? cache.put(OFFLINE, page) : undefined))
    )
  );
});
