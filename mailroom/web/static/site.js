// Search and slideshow of the published folder. The index comes as scripts, which a page opened from a disk may load.
"use strict";

const COLUMNS = ["code", "number", "type", "status", "holder", "premises", "address", "business", "issued", "expires"];
const MONTHS = ["มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน", "กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม"];
const SHOWN = 20;

const all = [];
const found = {
  shards: (count) => { found.count = count; },
  rows: (rows) => {
    for (const row of rows) all.push(Object.fromEntries(COLUMNS.map((name, at) => [name, row[at]])));
  },
};

function script(path) {
  return new Promise((resolve, reject) => {
    const one = document.createElement("script");
    one.src = path;
    one.onload = resolve;
    one.onerror = reject;
    document.head.append(one);
  });
}

let loading = null;
function load() {
  loading ??= (async () => {
    await script("search/index.js");
    for (let shard = 0; shard < found.count; shard += 1) await script("search/" + shard + ".js");
  })();
  return loading;
}

// As the server compares: without spaces and case, Thai digits as Arabic ones.
function folded(text) {
  const digits = text.normalize("NFC").replace(/[๐-๙]/g, (digit) => String(digit.charCodeAt(0) - 0x0e50));
  return digits.replace(/[\s\u200b-\u200f\u2060\ufeff]/g, "").replace(/เเ/g, "แ").replace(/ํา/g, "ำ").toLowerCase();
}

function made(tag, className, text) {
  const one = document.createElement(tag);
  if (className) one.className = className;
  if (text) one.textContent = text;
  return one;
}

function day(iso) {
  const [year, month, on] = iso.split("-").map(Number);
  return on + " " + MONTHS[month - 1] + " " + (year + 543);
}

function days(row) {
  return "ออกวันที่ " + day(row.issued) + (row.expires ? " · สิ้นอายุ " + day(row.expires) : "");
}

// A badge or a band of a status, as the page brings it.
function pattern(status, kind) {
  const patterns = document.querySelector("template[data-patterns]").content;
  return patterns.querySelector('[data-status="' + CSS.escape(status) + '"] ' + kind).cloneNode(true);
}

function hit(row) {
  const item = made("li", "card hit");
  const line = made("div", "line");
  const link = made("a", "entry", row.premises || row.holder || row.type);
  link.href = "l/" + encodeURIComponent(row.code) + "/index.html";
  line.append(link, pattern(row.status, ".status"));
  item.append(line, made("p", "type", row.type + " เลขที่ " + row.number));
  if (row.holder) item.append(made("p", "", "ผู้รับอนุญาต " + row.holder));
  if (row.address) item.append(made("p", "muted", row.address));
  if (row.issued) item.append(made("p", "muted", days(row)));
  return item;
}

function runFinder(finder) {
  const list = document.querySelector("[data-hits]");
  const tally = document.querySelector(".tally");
  const more = document.querySelector("[data-more]");
  let hits = [];
  let shown = 0;

  const show = () => {
    for (const row of hits.slice(shown, shown + SHOWN)) list.append(hit(row));
    shown = Math.min(hits.length, shown + SHOWN);
    more.hidden = shown >= hits.length;
  };
  const search = async () => {
    tally.textContent = "กำลังค้น…";
    try {
      await load();
    } catch {
      tally.textContent = "โหลดดัชนีไม่ได้ โปรดเปิดรายการตามประเภทด้านล่าง";
      return;
    }
    const text = folded(finder.elements.q.value);
    const type = finder.elements.type.value;
    const status = finder.elements.status.value;
    for (const row of all) row.folded ??= [row.number, row.holder, row.premises, row.address, row.business].map(folded).join("\n");
    hits = all.filter((row) => row.folded.includes(text) && (!type || row.type === type) && (!status || row.status === status));
    hits.sort((one, other) => (one.issued < other.issued ? 1 : one.issued > other.issued ? -1 : 0));
    list.replaceChildren();
    shown = 0;
    tally.textContent = hits.length ? "พบ " + hits.length.toLocaleString("th-TH-u-nu-latn") + " รายการ" : "ไม่พบใบอนุญาตที่ตรงกับที่ค้น";
    show();
  };

  finder.hidden = false;
  finder.addEventListener("submit", (event) => {
    event.preventDefault();
    search();
  });
  finder.elements.q.addEventListener("focus", () => load().catch(() => {}), { once: true });
  more.addEventListener("click", show);
}

function slide(row) {
  const item = made("article", "slide");
  const band = pattern(row.status, ".band");
  const title = made("h2", "", row.type + " เลขที่ " + row.number);
  const facts = made("dl", "facts items");
  const pairs = [["ผู้รับอนุญาต", row.holder], ["สถานประกอบการ", row.premises], ["ที่ตั้ง", row.address], ["กิจการ", row.business], ["วันที่", row.issued && days(row)]];
  for (const [label, value] of pairs) {
    if (!value) continue;
    const pair = made("div");
    pair.append(made("dt", "", label), made("dd", "", value));
    facts.append(pair);
  }
  const link = made("a", "", "ดูข้อมูลทั้งหมด");
  link.href = "l/" + encodeURIComponent(row.code) + "/index.html";
  const foot = made("p", "muted", "รหัสตรวจสอบ " + row.code + " · ");
  foot.append(link);
  item.append(band, title, facts, foot);
  return item;
}

async function fillShow(show) {
  const codes = (new URLSearchParams(location.search).get("codes") || "").toUpperCase().replace(/-/g, "").split(",").filter(Boolean);
  if (!codes.length) return;
  await load();
  const byCode = new Map(all.map((row) => [row.code, row]));
  const rows = codes.map((code) => byCode.get(code)).filter(Boolean);
  if (!rows.length) return;
  show.replaceChildren(...rows.map(slide));
  show.dataset.seconds = show.dataset.show;
  runShow(show);
}

const finder = document.querySelector("form[data-finder]");
if (finder) runFinder(finder);
const show = document.querySelector("[data-show]");
if (show) fillShow(show).catch(() => {});
