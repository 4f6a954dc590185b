/** Of the map of devices: a phone's width and a wall's, light and dark by what the reader's system says. */
export const devicesStyle = `:root {
  color-scheme: light dark;
  --ground: light-dark(#f6f7f9, #14171c);
  --card: light-dark(#fff, #1d2128);
  --line: light-dark(#d9dde3, #343a45);
  --text: light-dark(#1c2128, #e4e8ee);
  --dim: light-dark(#5b6472, #9aa4b2);
  --bad: light-dark(#c81e1e, #ff6b6b);
  --wait: light-dark(#9a6700, #e3b341);
  --free: light-dark(#1a7f4b, #4cc38a);
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 15px/1.45 system-ui, sans-serif; }
header, main { max-width: 96rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 1.25rem; }
h1 { font-size: 1.6rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 1.75rem 0 .6rem; }
h3 {
  font: 600 .85rem/1.3 ui-monospace, monospace;
  margin: 0 0 .5rem;
  display: flex;
  flex-wrap: wrap;
  gap: 0 .5rem;
  justify-content: space-between;
  overflow-wrap: anywhere;
}
small { font: 400 .85rem/1.3 system-ui, sans-serif; color: var(--dim); white-space: normal; }
h3 small { flex: none; }
.sub, .keys { color: var(--dim); margin: .15rem 0 .8rem; }
.keys { font-size: .85rem; }
.bar { display: flex; height: .6rem; border-radius: .3rem; overflow: hidden; gap: 2px; margin-bottom: .8rem; }
.bar i { min-width: 3px; }
.chips { display: flex; flex-wrap: wrap; gap: .4rem; margin: .5rem 0; max-height: 9rem; overflow-y: auto; }
.chip {
  font: inherit;
  font-size: .85rem;
  color: inherit;
  background: var(--card);
  border: 1px solid var(--line);
  border-radius: 1rem;
  padding: .2rem .7rem;
  cursor: pointer;
  display: inline-flex;
  align-items: center;
  gap: .4rem;
  max-width: 100%;
  overflow-wrap: anywhere;
  text-align: left;
}
.chip i, .tasks i { flex: none; width: .75rem; height: .75rem; border-radius: .2rem; }
.chip b { color: var(--dim); font-weight: 400; }
.chip[aria-pressed=true] { border-color: currentColor; box-shadow: inset 0 0 0 1px currentColor; }
.tools { display: flex; align-items: center; gap: .8rem; margin: .8rem 0 .5rem; }
input {
  font: inherit;
  color: inherit;
  background: var(--card);
  border: 1px solid var(--line);
  border-radius: .4rem;
  padding: .45rem .7rem;
  width: min(28rem, 100%);
}
output { color: var(--dim); white-space: nowrap; }
kbd {
  font: .8rem ui-monospace, monospace;
  border: 1px solid var(--line);
  border-radius: .25rem;
  padding: 0 .3rem;
  background: var(--card);
}
.cards {
  display: grid;
  gap: .75rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr));
  align-items: start;
}
article {
  background: var(--card);
  border: 1px solid var(--line);
  border-radius: .6rem;
  padding: .8rem;
  content-visibility: auto;
  contain-intrinsic-size: auto 10rem;
}
:focus-visible { outline: 2px solid light-dark(#0b63ce, #7cb7ff); outline-offset: 2px; }
.devices {
  list-style: none;
  margin: 0;
  padding: 0;
  display: grid;
  gap: 3px;
  grid-template-columns: repeat(var(--columns), minmax(0, 2.6rem));
}
.devices li {
  height: 1.9rem;
  border-radius: .25rem;
  display: grid;
  place-items: center;
  font: .78rem ui-monospace, monospace;
  border: 1px solid transparent;
}
.held, .shared, .stopping, .hand-over, .work i, .tasks i {
  background-color: light-dark(oklch(.83 .1 var(--hue, 250)), oklch(.46 .1 var(--hue, 250)));
}
.devices .odd, .tasks .odd i {
  background-color: light-dark(oklch(.76 .12 var(--hue, 250)), oklch(.56 .1 var(--hue, 250)));
}
.bar .free, .chip.free i { background: color-mix(in srgb, var(--free) 45%, transparent); }
.devices .free { border: 1px dashed color-mix(in srgb, var(--free) 70%, transparent); color: var(--free); }
.stopping {
  background-image:
    repeating-linear-gradient(135deg, transparent 0 5px, color-mix(in srgb, var(--card) 55%, transparent) 5px 9px);
}
.hand-over { background-image: linear-gradient(135deg, transparent 50%, var(--wait) 50%); }
.shared {
  background-image:
    repeating-linear-gradient(90deg, transparent 0 6px, color-mix(in srgb, var(--card) 45%, transparent) 6px 8px);
}
.devices .conflict, .bar .conflict, .chip.conflict i { background-color: var(--bad); }
.devices .conflict { color: light-dark(#fff, #16181d); font-weight: 700; }
.devices .missing { border: 1px dashed var(--bad); color: var(--bad); }
.bar .missing, .chip.missing i { background: color-mix(in srgb, var(--bad) 45%, transparent); }
.chip.held, .chip.shared, .chip.stopping, .chip.hand-over { background: var(--card); }
.chip.held i, .chip.shared i, .chip.stopping i, .chip.hand-over i {
  background-color: light-dark(oklch(.83 .1 250), oklch(.46 .1 250));
}
.chip.stopping i {
  background-image: repeating-linear-gradient(135deg, transparent 0 3px, var(--card) 3px 5px);
}
.chip.hand-over i { background-image: linear-gradient(135deg, transparent 50%, var(--wait) 50%); }
.chip.shared i { background-image: repeating-linear-gradient(90deg, transparent 0 3px, var(--card) 3px 5px); }
.tasks { list-style: none; margin: .6rem 0 0; padding: 0; font-size: .85rem; }
.tasks li { display: flex; flex-wrap: wrap; align-items: center; gap: 0 .45rem; overflow-wrap: anywhere; }
.tasks code, .tasks .where { color: var(--dim); font-size: .8rem; }
.tasks .where { margin-left: auto; }
.tasks em { color: var(--wait); font-style: normal; flex-basis: 100%; padding-left: 1.2rem; }
.note { margin: .5rem 0 0; font-size: .85rem; color: var(--dim); overflow-wrap: anywhere; }
.note.bad { color: var(--bad); }
[hidden] { display: none !important; }
.lit .devices li:not(.on), .lit .tasks li:not(.on) { opacity: .25; }
@media (max-width: 40rem) { .keys { display: none; } .tools { flex-wrap: wrap; } input { width: 100%; } }
@media print { .tools, .keys { display: none; } article { break-inside: avoid; content-visibility: visible; } }
`;
