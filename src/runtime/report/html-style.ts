/** The page's own style: the system's fonts, light or dark as the reader's machine is, and readable on a phone. */
export const STYLE = `
:root{color-scheme:light dark;--line:#8884;--dim:#777;--pass:#2a7d3f;--fail:#c0392b;--warn:#b7791f}
body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem;margin:0}h2{font-size:1.05rem;margin:2rem 0 .5rem}h3{font-size:.85rem;margin:1rem 0 .25rem;color:var(--dim)}
.dim{color:var(--dim)}.fail,.error,.failed .mark{color:var(--fail)}.pass::marker,.passed .mark{color:var(--pass)}
.verdict{font-size:1.1rem;font-weight:600;margin:.25rem 0}.verdict.passed{color:var(--pass)}.verdict:not(.passed){color:var(--fail)}
table{border-collapse:collapse;width:100%}.stages{width:auto;font-size:.85rem;color:var(--dim)}.stages td{padding:0 1rem 0 0}
.filter{display:flex;gap:1rem;align-items:center;flex-wrap:wrap;margin-top:1.5rem}#find{font:inherit;padding:.25rem .5rem;min-width:14rem}
.request{border-top:1px solid var(--line);padding:.25rem 0}.request>summary{cursor:pointer;display:flex;gap:.75rem;flex-wrap:wrap;align-items:baseline}
.title{flex:1 1 16rem;font-weight:500}.fact{color:var(--dim);font-variant-numeric:tabular-nums}.fact.method{width:3.5rem}.fact.mode{width:5.5rem}.fact.answer{width:9rem}.fact.time{width:5rem;text-align:right}
.waterfall{font-size:.8rem;margin:.5rem 0;table-layout:fixed}.waterfall td{padding:1px .5rem 1px 0;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.lane{width:5.5rem;color:var(--dim)}.hop{width:38%}.time{width:5.5rem;text-align:right;font-variant-numeric:tabular-nums}
.track{position:relative}.bar{position:absolute;top:.35rem;height:.7rem;min-width:2px;border-radius:2px;background:#888}
.client{background:#9aa5b1}.sgtm{background:#4a90d9}.lookup{background:#17a2b8}.firestore{background:#d9a520}.pubsub{background:#b05cc5}
.engine{background:#a08f6a}.worker{background:#3fa45b}.tag{background:#5468d4}.vendor{background:#777}.bar.bad{background:var(--fail)}
.bar.wait{background:repeating-linear-gradient(90deg,#b05cc588 0 4px,transparent 4px 8px)}
span.lane{background:none}pre{overflow-x:auto;background:#8881;padding:.5rem;border-radius:4px;font-size:.8rem;margin:.25rem 0;white-space:pre-wrap;overflow-wrap:anywhere}
.exchange{font-size:.85rem}.exchange summary{cursor:pointer;overflow-wrap:anywhere}ul{margin:.25rem 0;padding-left:1.25rem;font-size:.85rem}.checks .pass::marker{content:'✓ '}.checks .fail::marker{content:'✗ '}
.look-dim{color:var(--dim)}.look-pass{color:var(--pass)}.look-fail{color:var(--fail)}.look-warn{color:var(--warn)}.look-strong{font-weight:600}
@media (max-width:40rem){.lane{display:none}.hop{width:45%}.time{width:4.5rem}}
@media print{.filter{display:none}}
`

/** Filtering by a text and by outcome; everything else on the page works without it. */
export const SCRIPT = `
const find = document.getElementById('find'), failed = document.getElementById('failed')
const apply = () => {
  const wanted = find.value.toLowerCase()
  for (const request of document.querySelectorAll('.request')) {
    const text = request.querySelector('summary').textContent.toLowerCase()
    request.hidden = !text.includes(wanted) || (failed.checked && !request.classList.contains('failed'))
  }
}
find.addEventListener('input', apply)
failed.addEventListener('change', apply)
document.querySelector('.filter').addEventListener('submit', (event) => event.preventDefault())
`
