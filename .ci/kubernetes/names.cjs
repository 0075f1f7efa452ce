// What a manifest is called in messages, and where its pods are.
"use strict";

const nameOf = manifest => `${manifest.kind} ${manifest.metadata?.name}`;

// The pod specs of a manifest, each with whether its kind lets it say what a pod as a whole is.
function podsOf(manifest) {
    switch (manifest.kind) {
        case "Deployment": return [{ spec: manifest.spec?.template?.spec ?? {}, whole: true }];
        case "ClusterServingRuntime": return [{ spec: manifest.spec ?? {}, whole: false }];
        default: return [];
    }
}

module.exports = { nameOf, podsOf };
