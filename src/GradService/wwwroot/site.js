"use strict";

const command = document.getElementById("command");
const status = document.getElementById("status");
const answer = document.getElementById("answer");
const here = new URL(".", document.baseURI).href.replace(/\/$/, "");

command.textContent = command.textContent.replace("http://localhost:8080", here);

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  made.append(...children);
  return made;
}

function offer(id, action) {
  const button = document.getElementById(id);
  button.hidden = false;
  button.addEventListener("click", () => action().catch(error => { status.textContent = `That did not work: ${error.message}`; }));
}

// Selecting the text is what remains where the clipboard may not be written, as over plain HTTP.
async function copy() {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(command.textContent);
    status.textContent = "Copied.";
    return;
  }
  getSelection().selectAllChildren(command);
  status.textContent = "Selected: copy it with your keyboard.";
}

async function run() {
  const body = command.textContent.match(/-d '([^']*)'/)[1];
  const response = await fetch("v1/losses/cross-entropy", { method: "POST", headers: { "Content-Type": "application/json" }, body });
  const text = await response.text();
  status.textContent = response.ok ? "The service answered:" : `The service answered ${response.status}:`;
  answer.firstElementChild.textContent = text.replace(/,"/g, ',\n "');
  answer.hidden = false;
}

function row(operation) {
  const [family, name] = operation.name.split("/");
  const page = `swagger/index.html#/${encodeURIComponent(family)}/${operation.name.replace(/[/-](.)/g, (_, letter) => letter.toUpperCase())}`;
  return element("tr", {},
    element("th", { scope: "row" }, element("a", { href: page }, name)),
    element("td", {}, operation.summary),
    element("td", {}, element("a", { href: `v1/operations/${operation.name}`, "aria-label": `Details of ${name}` }, "details")));
}

function table(family, operations) {
  const head = ["Operation", "What it computes", "Details"].map(text => element("th", { scope: "col" }, text));
  return element("table", {},
    element("caption", {}, element("code", {}, `/v1/${family}/`)),
    element("thead", {}, element("tr", {}, ...head)),
    element("tbody", {}, ...operations.map(row)));
}

async function list() {
  const loading = document.getElementById("loading");
  loading.hidden = false;
  try {
    const { operations } = await (await fetch("v1/operations")).json();
    const families = Map.groupBy(operations, operation => operation.name.split("/")[0]);
    document.getElementById("families").replaceChildren(...[...families].map(([family, members]) => table(family, members)));
    loading.hidden = true;
  } catch (error) {
    loading.textContent = `The catalogue could not be read: ${error.message}`;
  }
}

offer("copy", copy);
offer("run", run);
list();
