// Names that must lead somewhere: selectors, ports, settings, claims and the target of the autoscaler.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { nameOf } = require("./names.cjs");

const README = fs.readFileSync(path.join(__dirname, "..", "..", "README.md"), "utf8");
const FRAMEWORK = /^(Logging|Kestrel|ASPNETCORE_\w+|DOTNET_\w+)(__|$)/; // settings of .NET's own

function links(manifests) {
    return [...settings(manifests), ...manifests.filter(({ kind }) => kind === "Deployment").flatMap(deployment =>
        around(deployment, manifests).map(message => `${nameOf(deployment)}: ${message}`))];
}

// Each name of a ConfigMap or of the Secret stands in the README's table, keys of lists by the list's name.
function settings(manifests) {
    return manifests.filter(({ kind }) => kind === "ConfigMap").flatMap(map => Object.keys(map.data ?? {})
        .filter(name => !FRAMEWORK.test(name) && !README.includes(`| \`${name.replaceAll("__", ":")}\` |`))
        .map(name => `${nameOf(map)}: ${name} is not a setting of the README's table`));
}

function around(deployment, manifests) {
    const { metadata, spec } = deployment.spec.template;
    const labels = metadata?.labels ?? {};
    const named = (kind, name) => manifests.some(manifest => manifest.kind === kind && manifest.metadata.name === name
        && manifest.metadata.namespace === deployment.metadata.namespace);
    const ports = spec.containers.flatMap(container => (container.ports ?? []).map(port => port.name));
    const selecting = manifests.flatMap(manifest => selectorsOf(manifest).map(selector => [nameOf(manifest), selector]));
    const targeted = manifests.flatMap(manifest => manifest.kind === "Service" ? manifest.spec.ports.map(port => port.targetPort)
        : manifest.kind === "NetworkPolicy" ? (manifest.spec.ingress ?? []).flatMap(rule => (rule.ports ?? []).map(port => port.port)) : []);
    return [
        ...selecting.filter(([, selector]) => !selects(selector, labels)).map(([name]) => `${name} does not select its pods`),
        ...targeted.filter(port => typeof port === "string" && !ports.includes(port)).map(port => `no container has a port named ${port}`),
        ...spec.containers.flatMap(container => container.envFrom ?? []).filter(({ configMapRef }) => configMapRef && !named("ConfigMap", configMapRef.name))
            .map(({ configMapRef }) => `there is no ConfigMap ${configMapRef.name}`),
        ...(spec.volumes ?? []).filter(({ persistentVolumeClaim: claim }) => claim && !named("PersistentVolumeClaim", claim.claimName))
            .map(({ persistentVolumeClaim: claim }) => `there is no PersistentVolumeClaim ${claim.claimName}`),
        ...manifests.filter(({ kind, spec: scaler }) => kind === "HorizontalPodAutoscaler" && scaler.scaleTargetRef.name !== deployment.metadata.name)
            .map(({ spec: scaler }) => `the autoscaler's target ${scaler.scaleTargetRef.name} does not exist`),
        ...["Service", "NetworkPolicy", "ServiceAccount"].filter(kind => !manifests.some(manifest => manifest.kind === kind)).map(kind => `there is no ${kind}`),
    ];
}

function selectorsOf({ kind, spec }) {
    switch (kind) {
        case "Service": return [spec.selector];
        case "Deployment":
        case "PodDisruptionBudget": return [spec.selector?.matchLabels];
        case "NetworkPolicy": return [spec.podSelector?.matchLabels];
        default: return [];
    }
}

const selects = (selector, labels) => selector !== undefined && Object.keys(selector).length > 0
    && Object.entries(selector).every(([name, value]) => labels[name] === value);

module.exports = { links };
