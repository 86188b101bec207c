// Comfort only: every page works without this file.
"use strict";

const PULSE_MS = 30000;

function entries() {
  return [...document.querySelectorAll("a.entry")];
}

function move(step) {
  const links = entries();
  if (!links.length) return false;
  const at = links.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + step));
  links[next].focus();
  links[next].closest("tr").scrollIntoView({ block: "nearest" });
  return true;
}

const KEYS = new Map([
  ["j", () => move(1)],
  ["ArrowDown", () => move(1)],
  ["k", () => move(-1)],
  ["ArrowUp", () => move(-1)],
  ["/", () => focusOn("input[type=search]")],
  ["u", () => follow("a[data-back]")],
]);

function focusOn(selector) {
  const found = document.querySelector(selector);
  if (found) found.select();
  return Boolean(found);
}

function follow(selector) {
  const found = document.querySelector(selector);
  if (found) found.click();
  return Boolean(found);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
  const action = KEYS.get(event.key);
  if (action && action()) event.preventDefault();
});

// A second click must not send a form twice; the server refuses it as well.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-once]")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
addEventListener("pageshow", () => document.querySelectorAll("[data-sent]").forEach((form) => delete form.dataset.sent));

// Back to the view and page that the clerk came from. What was searched for may be a name: it is not kept.
const back = document.querySelector("a[data-back]");
if (back) {
  const queue = sessionStorage.getItem("queue");
  if (queue && queue.startsWith("/?")) back.href = queue;
} else if (document.querySelector("#pulse")) {
  const place = new URLSearchParams(location.search);
  place.delete("q");
  sessionStorage.setItem("queue", "/?" + place);
}

// On a phone the tabs scroll sideways: the present one comes into sight.
for (const present of document.querySelectorAll(".desk-doors [aria-current], .tabs [aria-current]")) {
  present.scrollIntoView({ block: "nearest", inline: "center" });
}

const presets = document.querySelector(".presets");
if (presets) {
  presets.hidden = false;
  presets.addEventListener("click", (event) => {
    const reason = event.target.dataset.reason;
    if (!reason) return;
    const field = document.querySelector("#reason");
    field.value = field.value.trim() ? field.value.trim() + " " + reason : reason;
    field.focus();
  });
}

// The token of a one-time link stands after the #, so that no server log and no link preview ever sees it.
const door = document.querySelector("form[data-link]");
if (door && location.hash.length > 1) {
  door.elements.token.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  door.requestSubmit();
}

async function beat() {
  const pulse = document.querySelector("#pulse");
  if (!pulse || document.hidden) return;
  try {
    const answer = await fetch(pulse.dataset.address, { headers: { Accept: "text/html" } });
    if (answer.status === 401) location.reload();
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#pulse");
    if (fresh && !pulse.contains(document.activeElement)) pulse.replaceWith(fresh);
  } catch {
    pulse.classList.add("offline");
  }
}
if (document.querySelector("#pulse")) setInterval(beat, PULSE_MS);

// An approved paper is signed within seconds: its page says so by itself, and gives up after two minutes.
const STATE_MS = 3000;
const STATE_TRIES = 40;

async function watchState(tries) {
  const part = document.querySelector("#paper-state[data-address]");
  if (!part || !tries) return;
  await new Promise((resolve) => setTimeout(resolve, STATE_MS));
  try {
    const answer = document.hidden ? null : await fetch(part.dataset.address, { headers: { Accept: "text/html" } });
    if (answer?.ok) {
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#paper-state");
      if (fresh.dataset.state !== part.dataset.state) location.reload();
      else part.replaceWith(fresh);
    }
  } catch {
    part.classList.add("offline");
  }
  watchState(tries - 1);
}
watchState(STATE_TRIES);

const tickAll = document.querySelector("[data-tick-all]");
if (tickAll) {
  tickAll.hidden = false;
  tickAll.addEventListener("click", () => {
    const boxes = [...tickAll.form.querySelectorAll("input[type=checkbox]")];
    const all = boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = !all;
  });
}

// What is in each PDF is told once the page stands, one after the other; without this file a link leads to it.
async function tellFindings() {
  for (const link of document.querySelectorAll("a[data-findings]")) {
    const words = link.textContent;
    link.textContent = link.dataset.findings;
    try {
      const answer = await fetch(link.href, { headers: { Accept: "text/html" } });
      const page = answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
      const found = page?.querySelector(".pdf-findings");
      if (found) link.replaceWith(found);
    } catch {
      link.classList.add("offline");
    }
    if (link.isConnected) link.textContent = words;
  }
}
tellFindings();
