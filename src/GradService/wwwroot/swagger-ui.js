"use strict";

// Writes JSON with its innermost arrays in one line each, so that a tensor looks like one. Works on the text: no digit changes.
function inRows(text) {
  const width = 100;
  const tokens = text.match(/"(?:\\.|[^"\\])*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  let at = 0;

  function value(indent) {
    const token = tokens[at++];
    if (token !== "[" && token !== "{") {
      return token;
    }
    const close = token === "[" ? "]" : "}";
    const inner = indent + "  ";
    const items = [];
    let nested = false;
    while (tokens[at] !== close && at < tokens.length) {
      let item = "";
      if (close === "}") {
        item = `${tokens[at]}: `;
        at += 2;
      }
      nested ||= tokens[at] === "[" || tokens[at] === "{";
      items.push(item + value(inner));
      if (tokens[at] === ",") {
        at++;
      }
    }
    at++;
    const line = items.join(", ");
    if (items.length === 0 || (close === "]" && !nested && line.length < width)) {
      return token + line + close;
    }
    const lines = close === "]" && !nested ? filled(items, width) : items;
    return `${token}\n${inner}${lines.join(`,\n${inner}`)}\n${indent}${close}`;
  }

  const written = value("");
  return at === tokens.length ? written : text;
}

function filled(items, width) {
  const lines = [];
  for (const item of items) {
    const last = lines.length - 1;
    if (last >= 0 && lines[last].length + item.length < width) {
      lines[last] += `, ${item}`;
    } else {
      lines.push(item);
    }
  }
  return lines;
}

function isJson(text) {
  try {
    JSON.parse(text);
    return typeof text === "string" && /^\s*[[{]/.test(text);
  } catch {
    return false;
  }
}

// Shows examples, bodies and answers with tensors in rows, and calls a tensor a tensor rather than the union of its forms.
window.TensorsInRows = () => ({
  afterLoad() {
    const sample = this.fn.getSampleSchema;
    this.fn.getSampleSchema = (...given) => {
      const made = sample(...given);
      const text = typeof made === "string" ? made : JSON.stringify(made);
      return isJson(text) ? inRows(text) : made;
    };
  },
  wrapComponents: {
    HighlightCode: (Original, system) => properties => {
      const { children } = properties;
      return system.React.createElement(Original, properties, isJson(children) ? inRows(children) : children);
    },
    JSONSchema202012KeywordType: (Original, system) => properties => {
      const { title, oneOf } = properties.schema ?? {};
      const className = "json-schema-2020-12__attribute json-schema-2020-12__attribute--primary";
      return title && oneOf
        ? system.React.createElement("strong", { className }, title.toLowerCase())
        : system.React.createElement(Original, properties);
    },
  },
});

// Sections that repeat the others from another side begin folded.
window.QuietSections = () => ({
  statePlugins: {
    layout: {
      wrapSelectors: {
        isShown: original => (_, thing, whenUnknown) => {
          const quiet = thing[0] === "operations-tag" && ["gradcheck", "inference-protocol"].includes(thing[1]);
          return original(thing, quiet ? false : whenUnknown);
        },
      },
    },
  },
});

// Named in the page's own settings, the plug-ins would be looked up by eval, which the content security policy forbids.
window.addEventListener("DOMContentLoaded", () => {
  const bundle = window.SwaggerUIBundle;
  window.SwaggerUIBundle = Object.assign(settings => bundle({ ...settings, plugins: [TensorsInRows, QuietSections] }), bundle);
});
