// Fields that do not exist. The schemas let them pass, as the API did before it had strict validation; the published types do not.
"use strict";
const path = require("node:path");
const ts = require("typescript");
const { KSERVE, asPod, moduleOf } = require("./schemas.cjs");
const { nameOf, podsOf } = require("./names.cjs");

function fields(manifests) {
    const typed = manifests.flatMap(manifest => manifest.apiVersion?.startsWith(KSERVE)
        ? podsOf(manifest).map(({ spec }) => ({ label: nameOf(manifest), value: asPod(spec) }))
        : [{ label: nameOf(manifest), value: manifest }]);
    const file = path.join(path.dirname(require.resolve("typescript/package.json")), "..", "..", "manifests.ts");
    const lines = typed.map(({ value }, i) =>
        `const m${i}: import(${JSON.stringify(moduleOf(value))}).I${value.kind} = ${JSON.stringify(value)};`);
    return diagnose(file, lines.join("\n")).map(({ line, message }) => `${typed[line].label}: ${message}`);
}

const parsed = new Map(); // declarations that many types share, read once

function diagnose(file, text) {
    const options = { strict: true, noEmit: true, skipLibCheck: true, types: [], moduleResolution: ts.ModuleResolutionKind.Node10 };
    const host = ts.createCompilerHost(options);
    const { getSourceFile, fileExists } = host;
    host.fileExists = name => name === file || fileExists(name);
    host.getSourceFile = (name, ...rest) => {
        if (name === file) {
            return ts.createSourceFile(name, text, ts.ScriptTarget.ES2020);
        }
        if (!parsed.has(name)) {
            parsed.set(name, getSourceFile(name, ...rest));
        }
        return parsed.get(name);
    };
    const program = ts.createProgram([file], options, host);
    return ts.getPreEmitDiagnostics(program, program.getSourceFile(file)).map(diagnostic => ({
        line: diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start).line,
        message: ts.flattenDiagnosticMessageText(diagnostic.messageText, " "),
    }));
}

module.exports = { fields };
