/** The page's whole style: it loads nothing. Colours keep a contrast of 4.5 to 1 and more, light and dark. */
export const pageStyle = `
:root { color-scheme: light dark; --text: #1c2024; --soft: #555b64; --line: #d8dce2; --paper: #fff; --inset: #f4f6f8;
  --link: #0b57a4; --get: #0b57a4; --post: #0f6b3c; --put: #7a4b00; --patch: #6b3fa0; --delete: #a8201a; }
@media (prefers-color-scheme: dark) { :root { --text: #e7e9ec; --soft: #a9b0ba; --line: #363c45; --paper: #14171b;
  --inset: #1d2126; --link: #82b7ff; --get: #82b7ff; --post: #6fd39b; --put: #f0b866; --patch: #c7a6f5; --delete: #ff9a92; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; background: var(--paper); color: var(--text); font: 1rem/1.55 system-ui, sans-serif; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--paper); padding: .5rem 1rem; z-index: 1; }
.frame { display: grid; grid-template-columns: minmax(13rem, 18rem) minmax(0, 1fr); max-width: 84rem; margin: 0 auto; }
nav { position: sticky; top: 0; align-self: start; max-height: 100vh; overflow: auto; padding: 1.5rem 1rem; border-right: 1px solid var(--line); font-size: .9rem; }
nav h2 { margin: 1rem 0 .25rem; font-size: .8rem; letter-spacing: .04em; color: var(--soft); }
nav ul { list-style: none; margin: 0; padding: 0; }
nav li a { display: block; padding: .25rem 0; text-decoration: none; }
nav li a:hover { text-decoration: underline; }
main { padding: 1.5rem 2rem 6rem; }
h1 { margin: 0 0 .5rem; font-size: 1.9rem; line-height: 1.2; }
main h2 { margin: 3.5rem 0 .25rem; padding-top: 1rem; border-top: 1px solid var(--line); font-size: 1.45rem; }
h3 { margin: 2.5rem 0 .25rem; font-size: 1.15rem; }
h4 { margin: 1.25rem 0 .35rem; font-size: .95rem; color: var(--soft); }
p { margin: .35rem 0 .75rem; max-width: 46rem; }
.soft { color: var(--soft); }
.call { display: flex; flex-wrap: wrap; gap: .5rem; align-items: baseline; font: 600 .95rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
.method { border: 1px solid currentColor; border-radius: .3rem; padding: 0 .4rem; font-size: .8rem; }
.get { color: var(--get); } .post { color: var(--post); } .put { color: var(--put); } .patch { color: var(--patch); } .delete { color: var(--delete); }
code { font: .88em ui-monospace, monospace; background: var(--inset); border-radius: .25rem; padding: .05em .25em; overflow-wrap: anywhere; }
pre { margin: 0 0 .75rem; padding: .75rem 1rem; background: var(--inset); border: 1px solid var(--line); border-radius: .4rem; overflow: auto; font: .85rem/1.5 ui-monospace, monospace; }
dl { margin: 0; border-top: 1px solid var(--line); }
dl > div { padding: .45rem 0; border-bottom: 1px solid var(--line); }
dt { font: 600 .88rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
dt span { font-weight: 400; color: var(--soft); }
dd { margin: 0; font-size: .93rem; max-width: 46rem; }
details { margin: .25rem 0; } summary { cursor: pointer; font-size: .9rem; color: var(--link); padding: .2rem 0; }
@media (max-width: 48rem) { .frame { display: block; } nav { position: static; max-height: none; border-right: 0; border-bottom: 1px solid var(--line); }
  nav li a { padding: .4rem 0; } main { padding: 1rem 1rem 4rem; } }
@media print { nav, .skip { display: none; } .frame { display: block; } }
`;
