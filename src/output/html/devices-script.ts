/**
 * What the map of devices does in a browser, as the browser reads it: the filter, the states and workloads that are
 * lit, the keys. Without it everything is shown.
 */
export const devicesScript = `"use strict";
const all = (selector) => [...document.querySelectorAll(selector)];
const filter = document.querySelector("#filter");
const cards = all("article");
let state;
let work;

function isOn(device) {
  return (
    (state === undefined || device.classList.contains(state)) &&
    (work === undefined || (device.dataset.work ?? "").split(" ").includes(work))
  );
}

function show() {
  const words = filter.value.toLowerCase().split(/\\s+/).filter((word) => word !== "");
  const lit = state !== undefined || work !== undefined;
  let shown = 0;
  for (const card of cards) {
    const devices = [...card.querySelectorAll(".devices li")];
    for (const device of devices) device.classList.toggle("on", lit && isOn(device));
    for (const task of card.querySelectorAll(".tasks li"))
      task.classList.toggle("on", work === undefined || task.dataset.work === work);
    card.hidden = !words.every((word) => card.dataset.text.includes(word)) || (lit && !devices.some(isOn));
    if (!card.hidden) shown += 1;
  }
  for (const section of all("section")) section.hidden = !section.querySelector("article:not([hidden])");
  document.body.classList.toggle("lit", lit);
  for (const chip of all(".chip"))
    chip.setAttribute(
      "aria-pressed",
      String(chip.dataset.state === undefined ? chip.dataset.work === work : chip.dataset.state === state),
    );
  const none = document.querySelector("#none");
  if (none) none.hidden = shown > 0;
  document.querySelector("#shown").textContent = shown === cards.length ? "" : shown + " of " + cards.length;
  setEntry();
}

// One card can be reached by Tab, the others from it by the arrows.
function setEntry() {
  const visible = cards.filter((card) => !card.hidden);
  const entry = visible.includes(document.activeElement) ? document.activeElement : visible[0];
  for (const card of cards) card.tabIndex = card === entry ? 0 : -1;
}

function move(key) {
  const visible = cards.filter((card) => !card.hidden);
  const at = visible.indexOf(document.activeElement);
  if (at < 0) return false;
  const here = visible[at].getBoundingClientRect();
  const beside = { ArrowLeft: visible[at - 1], ArrowRight: visible[at + 1] };
  const below = visible.slice(at + 1).find((card) => {
    const { left, top } = card.getBoundingClientRect();
    return top > here.top && left >= here.left - 1;
  });
  const above = visible.slice(0, at).reverse().find((card) => {
    const { left, top } = card.getBoundingClientRect();
    return top < here.top && left <= here.left + 1;
  });
  const next = { ...beside, ArrowDown: below ?? visible[at + 1], ArrowUp: above ?? visible[at - 1] }[key];
  if (next === undefined) return false;
  next.focus();
  setEntry();
  return true;
}

filter.addEventListener("input", show);
for (const chip of all(".chip"))
  chip.addEventListener("click", () => {
    if (chip.dataset.state !== undefined) state = state === chip.dataset.state ? undefined : chip.dataset.state;
    else work = work === chip.dataset.work ? undefined : chip.dataset.work;
    show();
  });
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/" && document.activeElement !== filter) {
    event.preventDefault();
    filter.focus();
    filter.select();
  } else if (event.key === "Escape") {
    filter.value = "";
    state = undefined;
    work = undefined;
    show();
  } else if (event.key.startsWith("Arrow") && move(event.key)) event.preventDefault();
});
setEntry();
`;
