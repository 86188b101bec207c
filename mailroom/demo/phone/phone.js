"use strict";

const place = (name) => document.getElementById(name);
const words = document.body.dataset;
const chat = place("chat");
let person = decodeURIComponent(location.hash.slice(1));
let seen = "";
let follows = true; // whether the newest is to be seen: after an act of one's own, or where one was at the end

function made(tag, look, text) {
  const element = document.createElement(tag);
  if (look) element.className = look;
  if (text !== undefined) element.textContent = text;
  return element;
}

function trouble(text) {
  place("trouble").textContent = text || "";
  place("trouble").hidden = !text;
}

// What the phone does: each act is a signed delivery to the agency's webhook.

async function post(path, body, type) {
  follows = true;
  try {
    const answer = await fetch(path, { method: "POST", body, headers: { "Content-Type": type, "X-Phone": "1" } });
    trouble(answer.ok ? "" : words.failed);
  } catch {
    trouble(words.lost);
  }
  await look();
}

const act = (table) => post("/act?person=" + person, JSON.stringify(table), "application/json");

function tappable(action, look) {
  if (action.type === "uri") {
    const link = made("a", look, action.label);
    if (/^(https?|tel):/.test(action.uri)) link.href = action.uri;
    link.target = "_blank";
    link.rel = "noreferrer noopener";
    return link;
  }
  const button = made("button", look, action.label);
  button.type = "button";
  button.addEventListener("click", () => act({ act: "tap", action }));
  return button;
}

// What the agency says, as its message objects describe it.

function part(table) {
  if (table.type === "text") {
    const look = ["word", table.size || "", table.weight || "", table.color ? "grey" : "", "flex-" + (table.flex || 0)];
    return made("p", look.join(" "), table.text);
  }
  if (table.type === "button") return tappable(table.action, "");
  const box = made("div", table.layout === "horizontal" ? "row" : "box");
  box.append(...(table.contents || []).map(part));
  return box;
}

function card(contents) {
  const whole = made("div", "card");
  if (contents.body) whole.append(part(contents.body));
  if (contents.footer) {
    const footer = made("div", "buttons");
    footer.append(...contents.footer.contents.map(part));
    whole.append(footer);
  }
  return whole;
}

function content(bubble) {
  const message = bubble.message;
  if (bubble.unsent) return made("span", "gone", words.unsent);
  if (message.type === "flex") return card(message.contents);
  if (message.type === "image") {
    const picture = made("img");
    picture.src = "/file/" + bubble.id;
    picture.alt = words.picture;
    return picture;
  }
  if (message.type === "file") return made("div", "said", words.file + ": " + message.fileName);
  if (message.type === "location") return made("div", "said", words.location + ": " + message.title + "\n" + message.address);
  if (message.type === "sticker") return made("div", "said", words.sticker + ": " + message.keywords.join(" "));
  return made("div", message.type === "tap" ? "said tapped" : "said", message.text);
}

function foot(bubble) {
  const line = made("div", "foot");
  line.append(made("span", "", bubble.time));
  if (bubble.ours && !bubble.free) line.append(made("span", "", words.pushed));
  const own = !bubble.ours && !bubble.unsent && bubble.message.id;
  if (own) {
    const back = made("button", "", words.unsend);
    back.type = "button";
    back.addEventListener("click", () => act({ act: "unsend", id: bubble.id }));
    line.append(back);
  }
  return line;
}

function entry(bubble) {
  if (bubble.message.type === "mail") return letter(bubble.message);
  if (bubble.message.type === "note") {
    const sign = made("li", "sign");
    sign.append(made("span", "", words[bubble.message.text] + " · " + bubble.time));
    return sign;
  }
  const item = made("li", bubble.ours ? "ours" : "theirs");
  item.append(content(bubble), foot(bubble));
  return item;
}

function letter(mail) {
  const item = made("li", "mail");
  const fold = made("details");
  fold.append(made("summary", "", words.mail + " " + mail.to + ": " + mail.subject), made("pre", "", mail.text));
  item.append(fold);
  return item;
}

// Only what is new is drawn, so that it alone is read out, and what was unfolded stays so.
function fill(bubbles) {
  bubbles.forEach((bubble, at) => {
    const key = [person, bubble.id, bubble.unsent].join(" ");
    const old = chat.children[at];
    if (old && old.dataset.key === key) return;
    const fresh = entry(bubble);
    fresh.dataset.key = key;
    if (old) old.replaceWith(fresh);
    else chat.append(fresh);
  });
  while (chat.childElementCount > bubbles.length) chat.lastElementChild.remove();
}

function offers(bubbles) {
  const said = bubbles.filter((bubble) => bubble.message.type !== "mail");
  const last = said[said.length - 1];
  const items = last && last.ours && last.message.quickReply ? last.message.quickReply.items : [];
  place("quick").replaceChildren(...items.map((item) => tappable(item.action, "")));
  place("quick").scrollLeft = 0;
}

function people(known) {
  place("people").replaceChildren(
    ...known.map((one) => {
      const button = made("button", "", one.name);
      button.type = "button";
      button.setAttribute("aria-current", String(one.id === person));
      button.addEventListener("click", () => choose(one.id));
      return button;
    }),
  );
}

function choose(id) {
  person = id;
  seen = "";
  follows = true;
  history.replaceState(null, "", "#" + id);
  look();
}

function menu(areas) {
  if (place("menu").childElementCount) return;
  place("menu").append(
    ...areas.map((area) =>
      tappable(
        area.says ? { type: "message", label: area.label, text: area.says } : { type: "uri", label: area.label, uri: area.page },
        "",
      ),
    ),
  );
}

function toEnd() {
  chat.scrollTop = chat.scrollHeight;
  for (const picture of chat.querySelectorAll("img")) {
    if (!picture.complete) picture.addEventListener("load", toEnd, { once: true });
  }
}

function show(state) {
  const newest = follows || chat.scrollHeight - chat.scrollTop - chat.clientHeight < 80;
  follows = false;
  seen = state.version;
  person = state.person;
  place("agency").textContent = state.agency;
  place("account").textContent = state.account;
  people(state.people);
  menu(state.menu);
  fill(state.bubbles);
  offers(state.bubbles);
  if (newest) toEnd();
}

async function look() {
  try {
    const asked = person;
    const answer = await fetch("/chat?person=" + encodeURIComponent(asked) + "&seen=" + encodeURIComponent(seen));
    const state = await answer.json();
    if (asked === person && state.bubbles) show(state);
    if (place("trouble").textContent === words.lost) trouble("");
  } catch {
    trouble(words.lost);
  }
}

async function watch() {
  await look();
  setTimeout(watch, 700);
}

function send(event) {
  event.preventDefault();
  const text = place("text").value.trim();
  place("text").value = "";
  if (text) act({ act: "say", text });
}

place("typing").addEventListener("submit", send);
place("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) send(event);
});
place("file").addEventListener("change", (event) => {
  const file = event.target.files[0];
  if (file) post("/file?person=" + person + "&name=" + encodeURIComponent(file.name), file, file.type || "application/octet-stream");
  event.target.value = "";
});
for (const button of document.querySelectorAll(".more button")) {
  button.addEventListener("click", () => act({ act: button.dataset.act }));
}
watch();
