// check.cjs FILE...: prints what is wrong with the manifests of each file, and exits 1 if anything is.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const yaml = require("yaml");
const { hardening } = require("./hardening.cjs");
const { links } = require("./links.cjs");
const { schemas } = require("./schemas.cjs");
const { fields } = require("./fields.cjs");

function read(file) {
    return yaml.parseAllDocuments(fs.readFileSync(file, "utf8")).map(document => {
        if (document.errors.length > 0) {
            throw new Error(`${file}: ${document.errors[0].message}`);
        }
        return document.toJS();
    });
}

// Every sentence that there is to say against these manifests, taken together as one application.
function problems(manifests) {
    return [...schemas(manifests), ...fields(manifests), ...hardening(manifests), ...links(manifests)];
}

module.exports = { problems, read };

if (require.main === module) {
    let wrong = 0;
    for (const file of process.argv.slice(2)) {
        const manifests = read(file);
        const found = problems(manifests);
        console.log(`${path.basename(file)}: ${manifests.map(manifest => manifest.kind).join(", ")}: ${found.length} wrong`);
        found.forEach(sentence => console.error(`  ${sentence}`));
        wrong += found.length + (manifests.length === 0 ? 1 : 0);
    }
    process.exit(wrong > 0 || process.argv.length < 3 ? 1 : 0);
}
