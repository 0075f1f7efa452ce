// What a pod here must have beyond being valid: the restricted pod security standard, probes, bounds, and time to finish.
"use strict";
const { nameOf, podsOf } = require("./names.cjs");

const SHUTDOWN_SECONDS = 30; // Limits:DrainSeconds and Limits:ShutdownSeconds together, by default
const ACCOUNTED = ["cpu", "memory"];

function hardening(manifests) {
    return manifests.flatMap(manifest => podsOf(manifest).flatMap(({ spec, whole }) =>
        [...(whole ? ofPod(spec) : []), ...(spec.containers ?? []).flatMap(container => ofContainer(container, spec, whole))]
            .map(message => `${nameOf(manifest)}: ${message}`)));
}

function ofPod(spec) {
    const preStop = (spec.containers ?? []).map(container => container.lifecycle?.preStop?.sleep?.seconds ?? 0);
    return unmet([
        [spec.automountServiceAccountToken === false, "automountServiceAccountToken must be false"],
        [spec.securityContext?.runAsNonRoot === true, "securityContext.runAsNonRoot must be true"],
        [spec.securityContext?.runAsUser > 0, "securityContext.runAsUser must be a number above 0"],
        [spec.securityContext?.seccompProfile?.type === "RuntimeDefault", "securityContext.seccompProfile.type must be RuntimeDefault"],
        [(spec.topologySpreadConstraints ?? []).length > 0, "topologySpreadConstraints must spread the replicas"],
        [!spec.hostNetwork && !spec.hostPID && !spec.hostIPC, "the host's namespaces must not be shared"],
        [Math.min(...preStop) > 0, "a preStop sleep must come before SIGTERM"],
        [(spec.terminationGracePeriodSeconds ?? 30) >= Math.max(...preStop) + SHUTDOWN_SECONDS,
            `terminationGracePeriodSeconds must be at least preStop and ${SHUTDOWN_SECONDS} seconds`],
    ]);
}

function ofContainer(container, spec, whole) {
    const security = container.securityContext ?? {};
    const seccomp = security.seccompProfile?.type ?? (whole ? spec.securityContext?.seccompProfile?.type : undefined);
    const volumes = new Map((spec.volumes ?? []).map(volume => [volume.name, volume]));
    return unmet([
        [security.allowPrivilegeEscalation === false, "allowPrivilegeEscalation must be false"],
        [security.privileged !== true, "privileged must not be set"],
        [security.readOnlyRootFilesystem === true, "readOnlyRootFilesystem must be true"],
        [security.runAsNonRoot === true || whole, "runAsNonRoot must be true"],
        [seccomp === "RuntimeDefault", "seccompProfile.type must be RuntimeDefault"],
        [JSON.stringify(security.capabilities) === '{"drop":["ALL"]}', "capabilities must drop ALL and add none"],
        ...ACCOUNTED.flatMap(what => [
            [container.resources?.requests?.[what] !== undefined, `resources.requests.${what} is missing`],
            [container.resources?.limits?.[what] !== undefined, `resources.limits.${what} is missing`],
        ]),
        [container.resources?.requests?.memory === container.resources?.limits?.memory, "memory must be requested up to its limit"],
        [container.livenessProbe?.httpGet?.path === "/health/live", "livenessProbe must ask /health/live"],
        [container.readinessProbe?.httpGet?.path === "/health/ready", "readinessProbe must ask /health/ready"],
        [container.startupProbe?.httpGet?.path.startsWith("/health/"), "startupProbe must ask /health/live or /health/ready"],
        [(container.volumeMounts ?? []).some(mount => mount.mountPath === "/tmp" && volumes.get(mount.name)?.emptyDir),
            "/tmp must be an emptyDir, as nothing else can be written"],
    ]).map(message => `container ${container.name}: ${message}`);
}

const unmet = rules => rules.filter(([held]) => !held).map(([, message]) => message);

module.exports = { hardening };
