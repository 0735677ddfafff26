"use strict";
const byId = (id) => document.getElementById(id);
const findings = [...document.querySelectorAll(".finding")];
const fields = ["rule", "severity", "path"].map(byId);
const [rule, severity, path] = fields;

function matches(finding) {
  const data = finding.dataset;
  return (!rule.value || data.rule === rule.value) &&
    (!severity.value || data.severity === severity.value) &&
    data.path.toLowerCase().includes(path.value.trim().toLowerCase());
}

function filter() {
  let shown = 0;
  for (const finding of findings) {
    finding.hidden = !matches(finding);
    shown += finding.hidden ? 0 : 1;
  }
  for (const section of document.querySelectorAll("section")) {
    const own = [...section.querySelectorAll(".finding")];
    if (own.length) {
      const visible = own.filter((finding) => !finding.hidden).length;
      section.hidden = visible === 0;
      section.querySelector(".count").textContent = visible;
    }
  }
  byId("shown").textContent = `${shown} of ${findings.length} shown`;
}

function openAll() {
  const visible = findings.filter((finding) => !finding.hidden);
  const open = visible.some((finding) => !finding.open);
  for (const finding of visible) finding.open = open;
  byId("open").textContent = open ? "Close all" : "Open all";
}

function openTarget() {
  const target = byId(location.hash.slice(1));
  if (target instanceof HTMLDetailsElement) target.open = true;
}

byId("filter").hidden = findings.length === 0;
byId("filter").addEventListener("submit", (event) => event.preventDefault());
for (const field of fields) field.addEventListener("input", filter);
byId("open").addEventListener("click", openAll);
addEventListener("hashchange", openTarget);
filter();
openTarget();
