// Types, required fields, enumerations and formats, by the schemas that kubernetes-models publishes; KServe's by kserve.schema.json.
"use strict";
const Ajv = require("ajv");
const { nameOf, podsOf } = require("./names.cjs");
const kserve = new Ajv({ allErrors: true }).compile(require("./kserve.schema.json"));

const KSERVE = "serving.kserve.io/";

// The published module of an API version: apps/v1 is kubernetes-models/apps/v1, v1 is kubernetes-models/v1.
const moduleOf = manifest => `kubernetes-models/${manifest.apiVersion}`;

function schemas(manifests) {
    return manifests.flatMap(manifest => {
        const found = manifest.apiVersion?.startsWith(KSERVE) ? ofKserve(manifest) : ofKubernetes(manifest);
        return found.map(message => `${nameOf(manifest)}: ${message}`);
    });
}

function ofKubernetes(manifest) {
    let Model;
    try {
        Model = require(moduleOf(manifest))[manifest.kind];
    } catch {
        Model = undefined;
    }
    return Model === undefined ? [`${manifest.apiVersion} has no published kind ${manifest.kind}`] : validate(Model, manifest);
}

function ofKserve(manifest) {
    const { Pod } = require("kubernetes-models/v1");
    const own = kserve(manifest) ? [] : kserve.errors.map(error => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`);
    return [...own, ...podsOf(manifest).flatMap(({ spec }) => validate(Pod, asPod(spec)))];
}

// A serving runtime takes its containers and volumes over from Pod, field by field.
const asPod = spec => ({ apiVersion: "v1", kind: "Pod", metadata: { name: "runtime" }, spec: { containers: spec.containers, volumes: spec.volumes } });

function validate(Model, manifest) {
    try {
        new Model(manifest).validate();
        return [];
    } catch (error) {
        return [error.message];
    }
}

module.exports = { KSERVE, asPod, moduleOf, schemas };
