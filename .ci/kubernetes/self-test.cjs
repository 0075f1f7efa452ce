// self-test.cjs FILE...: plants mistakes in the manifests, one at a time, and exits 1 unless each is found for what it is.
"use strict";
const { problems, read } = require("./check.cjs");

const all = new Map(process.argv.slice(2).map(file => [file.replace(/^.*\/|\.yaml$/g, ""), read(file)]));
const pod = manifest => manifest.spec.template.spec;
const first = manifest => pod(manifest).containers[0];

// The application, the kind of manifest that is spoiled, how, and what must be said of it.
const mistakes = [
    ["base", "Deployment", d => { d.spec.replicas = "three"; }, /replicas must be integer/],
    ["base", "Deployment", d => { delete d.spec.selector; }, /required property selector/],
    ["base", "Deployment", d => { d.apiVersion = "extensions/v1"; }, /no published kind Deployment/],
    ["base", "Deployment", d => { first(d).securityContext.readonlyRootFilesystem = true; }, /readonlyRootFilesystem/],
    ["base", "Deployment", d => { first(d).imagePullPolicy = "Sometimes"; }, /imagePullPolicy/],
    ["base", "Deployment", d => { first(d).securityContext.readOnlyRootFilesystem = false; }, /readOnlyRootFilesystem must be true/],
    ["base", "Deployment", d => { first(d).securityContext.capabilities.add = ["NET_ADMIN"]; }, /add none/],
    ["base", "Deployment", d => { delete pod(d).securityContext.runAsNonRoot; }, /runAsNonRoot must be true/],
    ["base", "Deployment", d => { pod(d).securityContext.seccompProfile.type = "Unconfined"; }, /seccompProfile/],
    ["base", "Deployment", d => { delete pod(d).automountServiceAccountToken; }, /automountServiceAccountToken/],
    ["base", "Deployment", d => { pod(d).terminationGracePeriodSeconds = 20; }, /terminationGracePeriodSeconds/],
    ["base", "Deployment", d => { delete first(d).resources.limits.memory; }, /limits.memory is missing/],
    ["base", "Deployment", d => { delete first(d).startupProbe; }, /startupProbe/],
    ["base", "Deployment", d => { first(d).readinessProbe.httpGet.path = "/health/live"; }, /readinessProbe must ask/],
    ["base", "Deployment", d => { pod(d).volumes = []; }, /\/tmp must be an emptyDir/],
    ["base", "Deployment", d => { first(d).envFrom[0].configMapRef.name = "elsewhere"; }, /no ConfigMap elsewhere/],
    ["base", "Service", s => { s.spec.selector = { app: "other" }; }, /does not select its pods/],
    ["base", "Service", s => { s.spec.ports[0].targetPort = "https"; }, /port named https/],
    ["base", "ConfigMap", c => { c.data.Limits__MaxRequestBites = "1"; }, /not a setting of the README/],
    ["base", "HorizontalPodAutoscaler", h => { h.spec.scaleTargetRef.name = "nobody"; }, /target nobody does not exist/],
    ["base", "HorizontalPodAutoscaler", h => { delete h.spec.maxReplicas; }, /maxReplicas/],
    ["base", "PodDisruptionBudget", b => { b.spec.minAvailabel = 1; }, /minAvailabel/],
    ["base", "PodDisruptionBudget", b => { b.spec.selector.matchLabels = {}; }, /does not select its pods/],
    ["base", "NetworkPolicy", n => { n.spec.policyTypes = ["Inwards"]; }, /policyTypes|Inwards/],
    ["models", "PersistentVolumeClaim", c => { c.metadata.name = "other"; }, /no PersistentVolumeClaim/],
    ["kserve", "ClusterServingRuntime", r => { r.spec.containers[0].name = "main"; }, /contain/],
    ["kserve", "ClusterServingRuntime", r => { r.spec.protocolVersions = ["v3"]; }, /protocolVersions/],
    ["kserve", "ClusterServingRuntime", r => { r.spec.containers[0].ports[0].containerPort = "http"; }, /containerPort/],
    ["kserve", "ClusterServingRuntime", r => { r.spec.containers[0].enviroment = []; }, /enviroment/],
    ["kserve", "ClusterServingRuntime", r => { r.spec.containers[0].securityContext.runAsNonRoot = false; }, /runAsNonRoot/],
    ["kserve", "InferenceService", i => { i.spec.predictor.model.storageURI = "pvc://x/y"; }, /storageURI/],
    ["kserve", "InferenceService", i => { i.apiVersion = "serving.kserve.io/v1alpha1"; }, /apiVersion/],
];

let missed = 0;
for (const [name, kind, spoil, expected] of mistakes) {
    const manifests = structuredClone(all.get(name));
    spoil(manifests.find(manifest => manifest.kind === kind));
    const found = problems(manifests);
    if (!found.some(sentence => expected.test(sentence))) {
        missed++;
        console.error(`Not found: ${kind} of ${name}, ${spoil}; found ${JSON.stringify(found)}`);
    }
}
console.log(`self-test: ${mistakes.length - missed} of ${mistakes.length} planted mistakes found`);
process.exit(missed > 0 ? 1 : 0);
