"""Random requests: for every operation the shapes, layouts and options that it has."""
import numpy as np

import oracle

OPERATIONS = {}
MAIN = "losses/cross-entropy"  # has the most options, so it is drawn more often than the others


def request(rng, only=None):
    """An operation's name and its members: arrays for tensors, plain values for parameters."""
    operation = only or rng.choice(list(OPERATIONS) + [MAIN] * 5)
    dtype = str(rng.choice(["FP32", "FP64"]))
    members = OPERATIONS[operation](rng, np.float32 if dtype == "FP32" else np.float64)
    return str(operation), {**members, "dtype": dtype}


def _operation(name):
    def register(draw):
        OPERATIONS[name] = draw
        return draw
    return register


@_operation(MAIN)
def _cross_entropy(rng, floating):
    source = str(rng.choice(["logits", "logits", "probabilities"]))
    shape, axis = _shape(rng)
    scores = _distributions(rng, shape, axis, floating) if source == "probabilities" else _scores(rng, shape, floating)
    members = {"logits": scores, **_loss_options(rng, shape, axis, floating)}
    if source == "probabilities":
        members["from"] = source
        if rng.random() < 0.5:
            members["epsilon"] = float(rng.choice([1e-7, 1e-4, 0.01]))
    if rng.random() < 0.5:
        members["apply_to"] = str(rng.choice(["loss", "logits"])) if source == "logits" else "loss"
    return members


@_operation("losses/nll")
def _nll(rng, floating):
    shape, axis = _shape(rng)
    log_probs = (-rng.exponential(2.0, shape)).astype(floating)
    return {"log_probs": log_probs, **_loss_options(rng, shape, axis, floating, gradient="log_probs")}


@_operation("losses/binary-cross-entropy")
def _binary_cross_entropy(rng, floating):
    shape, _ = _shape(rng)
    source = str(rng.choice(["logits", "logits", "probabilities"]))
    members = {"logits": _scores(rng, shape, floating) if source == "logits" else rng.uniform(-0.05, 1.05, shape).astype(floating)}
    members["labels"] = rng.integers(0, 2, shape) if rng.random() < 0.6 else rng.random(shape).astype(floating)
    if source == "probabilities":
        members["from"] = source
        if rng.random() < 0.5:
            members["epsilon"] = float(rng.choice([1e-7, 1e-4, 0.01]))
    for name in ("pos_weight", "weight"):
        if rng.random() < 0.5:
            members[name] = _weights(rng, _broadcast(rng, shape), floating)
    return {**members, **_reduced(rng, shape, floating, "logits")}


@_operation("losses/kl-divergence")
def _kl_divergence(rng, floating):
    shape, axis = _shape(rng)
    members = {"log_probs": (-rng.exponential(2.0, shape)).astype(floating)}
    if rng.random() < 0.4:
        members.update({"log_target": True, "target": (-rng.exponential(2.0, shape)).astype(floating)})
    else:
        target = _distributions(rng, shape, axis, floating)
        members["target"] = np.where(rng.random(shape) < 0.1, 0, target).astype(floating)
    return {**members, **_reduced(rng, shape, floating, "log_probs")}


@_operation("losses/focal")
def _focal(rng, floating):
    shape, axis = _shape(rng)
    shape = tuple(2 if size == 1 and at == axis % len(shape) else size for at, size in enumerate(shape))  # of one class 1 - p is 0
    options = _loss_options(rng, shape, axis, floating)
    members = {name: value for name, value in options.items() if name not in ("weighting", "label_smoothing")}
    members["logits"] = rng.normal(0, float(rng.choice([0.1, 1, 5])), shape).astype(floating)
    return {**members, **({"gamma": float(rng.choice([0, 0.5, 1, 3, rng.uniform(0.1, 6)]))} if rng.random() < 0.7 else {})}


@_operation("losses/dice")
def _dice(rng, floating):
    shape, axis = _shape(rng)
    options = _loss_options(rng, shape, axis, floating)
    members = {name: options[name] for name in ("labels", "ignore_index", "class_axis", "gradients") if name in options}
    members["logits"] = rng.normal(0, float(rng.choice([0.1, 1, 5])), shape).astype(floating)
    members["smooth"] = float(rng.choice([1, 0.1, 1e-3, 10]))
    for name in ("squared", "include_background"):
        if rng.random() < 0.5:
            members[name] = bool(rng.random() < 0.5) or (name == "include_background" and shape[axis] == 1)
    members["average"] = average = str(rng.choice(["macro", "per_image", "none"]))
    if rng.random() < 0.4:
        kept = shape[axis] - (not members.get("include_background", True))
        members["upstream"] = rng.normal(0, 1, (kept,) if average == "none" else ()).astype(floating)
    return members


OPERATIONS["losses/jaccard"] = _dice


@_operation("losses/tversky")
def _tversky(rng, floating):
    return {**_dice(rng, floating), "alpha": float(rng.uniform(0, 2)), "beta": float(rng.uniform(0, 2))}


@_operation("losses/lovasz-softmax")
def _lovasz_softmax(rng, floating):
    """Few and moderate scores: errors so near each other that rounding changes their order would change the gradient."""
    shape, axis = _shape(rng, largest=2000)
    loss_shape = tuple(np.delete(shape, axis))
    members = {"logits": rng.normal(0, float(rng.choice([0.5, 1, 2])), shape).astype(floating),
               "labels": rng.integers(0, shape[axis], loss_shape).astype(_integer(rng))}
    if axis != -1 or rng.random() < 0.5:
        members["class_axis"] = axis
    if rng.random() < 0.4:
        members["ignore_index"] = int(rng.choice([255, rng.integers(shape[axis])]))
    if rng.random() < 0.5:
        members["classes"] = str(rng.choice(["present", "all"]))
    if rng.random() < 0.5:
        members["per_image"] = bool(rng.random() < 0.7)
    if rng.random() < 0.3:
        members["upstream"] = rng.normal(0, 1, ()).astype(floating)
    return members


def _reduced(rng, loss_shape, floating, gradient):
    """How the losses of independent elements are reduced, and what of the gradient is asked for."""
    reduction = str(rng.choice(["none", "sum", "mean", "mean_elements", "mean_batch"]))
    members = {} if reduction == "mean" and rng.random() < 0.5 else {"reduction": reduction}
    if rng.random() < 0.4:
        members["upstream"] = rng.normal(0, 1, loss_shape if reduction == "none" else ()).astype(floating)
    if rng.random() < 0.2:
        members["gradients"] = [] if rng.random() < 0.5 else [gradient]
    return members


def _broadcast(rng, shape):
    """A shape that broadcasts to the given one: axes of length 1, and axes left out in front."""
    broadcast = tuple(size if rng.random() < 0.6 else 1 for size in shape)
    return broadcast[int(rng.integers(0, len(broadcast) + 1)):]


def _loss_options(rng, shape, axis, floating, gradient="logits"):
    """What every loss takes beside its scores: each option is often left to its default."""
    classes, loss_shape = shape[axis], tuple(np.delete(shape, axis))
    members = {} if axis == -1 and rng.random() < 0.5 else {"class_axis": axis}
    reduction = str(rng.choice(["none", "sum", "mean", "mean_elements", "mean_batch"]))
    if reduction != "mean" or rng.random() < 0.5:
        members["reduction"] = reduction
    if rng.random() < 0.35:
        members["labels"] = _distributions(rng, shape, axis, floating)
    else:
        members["labels"] = labels = rng.integers(0, classes, loss_shape).astype(_integer(rng))
        if rng.random() < 0.4:
            ignored = int(rng.choice([-100, 255, rng.integers(classes)]))
            labels = np.where(rng.random(loss_shape) < 0.3, ignored, labels.astype(np.int64))
            members.update({"labels": labels, "ignore_index": ignored} if ignored != -100 else {"labels": labels})
    if rng.random() < 0.6:
        members["weight"] = _weights(rng, (classes,), floating)
        if rng.random() < 0.5:
            members["weighting"] = str(rng.choice(["labels", "predictions"]))
    if rng.random() < 0.4:
        members["sample_weight"] = _weights(rng, _broadcast(rng, loss_shape), floating)
    if rng.random() < 0.4:
        members["label_smoothing"] = float(rng.choice([0.1, 0.05, rng.random()]))
    if rng.random() < 0.4:
        members["upstream"] = rng.normal(0, 1, loss_shape if reduction == "none" else ()).astype(floating)
    if rng.random() < 0.2:
        members["gradients"] = [] if rng.random() < 0.5 else [gradient]
    return members


@_operation("activations/softmax")
def _softmax(rng, floating):
    shape, axis = _shape(rng)
    members = {"logits": _scores(rng, shape, floating), "axis": axis}
    if rng.random() < 0.5:
        members["temperature"] = float(rng.choice([0.5, 2.0, rng.uniform(0.1, 5)]))
    if rng.random() < 0.7:
        members["upstream"] = rng.normal(0, 1, shape).astype(floating)
    return members


OPERATIONS["activations/log-softmax"] = _softmax


@_operation("activations/softmax-jacobian")
def _softmax_jacobian(rng, floating):
    shape, axis = _shape(rng, largest=400)
    if rng.random() < 0.5:
        return {"logits": _scores(rng, shape, floating), "axis": axis}
    return {"probabilities": _distributions(rng, shape, axis, floating), "axis": axis}


@_operation("policy/probabilities")
def _probabilities(rng, floating):
    states, theta, batch = _policy(rng, floating)
    members = {"states": states, "theta": theta}
    if rng.random() < 0.5:
        members["temperature"] = float(rng.uniform(0.2, 4))
    if rng.random() < 0.5:
        mask = rng.random((*batch, theta.shape[1])) < 0.6
        np.put_along_axis(mask, rng.integers(0, theta.shape[1], (*batch, 1)), True, -1)  # one action is allowed at least
        members["action_mask"] = mask
    return members


@_operation("policy/log-gradient")
def _log_gradient(rng, floating):
    states, theta, batch = _policy(rng, floating)
    members = {"states": states, "theta": theta, "actions": rng.integers(0, theta.shape[1], batch).astype(_integer(rng))}
    for option in ("per_sample", "explain"):
        if rng.random() < 0.5:
            members[option] = bool(rng.random() < 0.5)
    if rng.random() < 0.4:
        members["temperature"] = float(rng.uniform(0.2, 4))
    if rng.random() < 0.3:
        mask = rng.random((*batch, theta.shape[1])) < 0.6
        np.put_along_axis(mask, members["actions"][..., None].astype(np.int64), True, -1)
        members["action_mask"] = mask
    return members


@_operation("policy/returns")
def _returns(rng, floating):
    steps = (int(rng.integers(0, 200)),)
    members = {"rewards": rng.normal(0, 1, steps).astype(floating), "gamma": float(rng.choice([0, 0.9, 0.99, 1, rng.random()]))}
    if rng.random() < 0.5:
        members["episode_starts"] = rng.random(steps) < 0.1
    if rng.random() < 0.5:
        members["values"] = rng.normal(0, 1, steps).astype(floating)
    if rng.random() < 0.5:
        members["lambda"] = float(rng.random())
    if rng.random() < 0.5:
        members["bootstrap_value"] = float(rng.normal())
    if "episode_starts" not in members and rng.random() < 0.3:
        members["discounts"] = np.where(rng.random(steps) < 0.1, 0, rng.uniform(0.5, 1, steps)).astype(floating)
    return members


@_operation("policy/reinforce")
def _policy_reinforce(rng, floating):
    states, theta, batch = _policy(rng, floating)
    taken = np.array(rng.integers(0, theta.shape[1], batch))
    members = {"states": states, "theta": theta, "actions": taken.astype(_integer(rng))}
    members[str(rng.choice(["rewards", "returns", "advantages"]))] = np.array(rng.normal(0, 2, batch), floating)
    if "rewards" in members:
        members["gamma"] = float(rng.random())
        if rng.random() < 0.5:
            members["episode_starts"] = np.array(rng.random(batch) < 0.2)
    if rng.random() < 0.5:
        members["baseline"] = np.array(rng.normal(0, 1, batch), floating)
    if rng.random() < 0.5:
        members["baseline_mode"] = str(rng.choice(["none", "mean", "leave_one_out"]))
    if rng.random() < 0.5 and batch and batch[0] > 1:  # of one step the deviation is all rounding
        members["normalize_advantages"] = True
    if rng.random() < 0.5:
        members["entropy_coefficient"] = float(rng.normal(0, 0.5))
    if rng.random() < 0.5:
        members["temperature"] = float(rng.uniform(0.3, 3))
    if rng.random() < 0.5:
        mask = rng.random((*batch, theta.shape[1])) < 0.6
        np.put_along_axis(mask, taken.reshape(*batch, 1), True, -1)
        members["action_mask"] = mask
    return {**members, **_reduced(rng, batch, floating, "theta")}


@_operation("policy/ppo")
def _policy_ppo(rng, floating):
    members = _policy_reinforce(rng, floating)
    members["old_log_probabilities"] = np.array(-rng.exponential(1.5, members["actions"].shape), floating)
    members["clip_epsilon"] = float(rng.choice([0.1, 0.2, 0.5]))
    return members


@_operation("policy/sample")
def _sample(rng, floating):
    """Few ties are possible and none likely: a score and its noise differ by far more than rounding."""
    members = {**_probabilities(rng, floating), "seed": int(rng.integers(-2 ** 40, 2 ** 40))}
    if rng.random() < 0.3:
        members["mode"] = "greedy"
    return members


def _policy(rng, floating):
    size, actions = int(rng.integers(1, 12)), int(rng.integers(1, 9))
    batch = () if rng.random() < 0.3 else (int(rng.integers(1, 40)),)
    scale = float(rng.choice([0.3, 1, 3]))
    return rng.normal(0, 1, (*batch, size)).astype(floating), rng.normal(0, scale, (size, actions)).astype(floating), batch


@_operation("kmeans/init")
def _kmeans_init(rng, floating):
    """One point alone can be drawn: which of many is the service's own affair."""
    count = int(rng.integers(1, 30))
    weight = np.zeros(count, floating)
    weight[rng.integers(count)] = rng.uniform(0.1, 3)
    return {"points": rng.normal(0, 3, (count, int(rng.integers(1, 9)))).astype(floating), "sample_weight": weight, "n_clusters": 1,
            "init": str(rng.choice(["k-means++", "random"])), "seed": int(rng.integers(1000))}


@_operation("kmeans/assign")
def _kmeans_assign(rng, floating):
    members = _kmeans(rng, floating)
    members.pop("sample_weight", None)
    return members


@_operation("kmeans/loss")
def _kmeans_loss(rng, floating):
    members = {**_kmeans(rng, floating), "reduction": str(rng.choice(["sum", "mean"]))}
    if rng.random() < 0.4:
        members["upstream"] = np.array(rng.normal(), floating)
    if rng.random() < 0.4:
        members["gradients"] = [[], ["centroids"], ["points"]][rng.integers(3)]
    return members


@_operation("kmeans/step")
def _kmeans_step(rng, floating):
    members = {**_kmeans(rng, floating), "method": str(rng.choice(["sgd", "lloyd", "newton", "mini_batch"])), "explain": bool(rng.random() < 0.5)}
    if members["method"] == "sgd":
        members["learning_rate"] = float(rng.choice([0.001, 0.01, 0.1]))
    if members["method"] == "mini_batch" and rng.random() < 0.7:
        members["counts"] = rng.integers(0, 50, len(members["centroids"])).astype(floating)
    if members["method"] in ("lloyd", "newton") and rng.random() < 0.5:
        members["empty"] = str(rng.choice(["keep", "relocate"]))
    return members


@_operation("kmeans/fit")
def _kmeans_fit(rng, floating):
    """Clouds apart, each with its own start: no assignment hangs on a rounding, in either dtype."""
    clusters, dimensions = int(rng.integers(1, 8)), int(rng.integers(1, 9))
    places = 40 * np.eye(clusters, dimensions) + 20 * np.arange(clusters)[:, None]
    cloud = np.concatenate([np.arange(clusters), rng.integers(0, clusters, int(rng.integers(0, 200)))])
    points = (places[cloud] + rng.normal(0, 1, (len(cloud), dimensions))).astype(floating)
    members = {"points": points, "centroids": points[:clusters].copy()}
    if rng.random() < 0.4:
        members["sample_weight"] = rng.uniform(0.05, 4, len(points)).astype(floating)
    return members


@_operation("kmeans/partial")
def _kmeans_partial(rng, floating):
    return _kmeans(rng, floating)


@_operation("kmeans/combine")
def _kmeans_combine(rng, floating):
    shards, clusters, dimensions = (int(size) for size in rng.integers(1, 9, 3))
    counts = rng.integers(0, 60, (shards, clusters)) * (rng.random(clusters) < 0.8)
    members = {"sums": (counts[..., None] * rng.normal(0, 2, (shards, clusters, dimensions))).astype(floating), "counts": counts.astype(floating),
               "centroids": rng.normal(0, 2, (clusters, dimensions)).astype(floating)}
    if rng.random() < 0.7:
        members["loss"] = rng.uniform(0, 99, shards).astype(floating)
    return members


def _kmeans(rng, floating):
    """Points, centroids and perhaps weights, some of them 0; sometimes far from the origin."""
    count, dimensions, clusters = int(rng.integers(1, 300)), int(rng.choice([1, 2, 3, 7, 16, 33, 130])), int(rng.choice([1, 2, 5, 17, 40]))
    offset = float(rng.choice([0, 0, 100, 1e4]))
    members = {"points": rng.normal(offset, 2, (count, dimensions)).astype(floating), "centroids": rng.normal(offset, 2, (clusters, dimensions)).astype(floating)}
    if rng.random() < 0.5:
        members["sample_weight"] = _weights(rng, (count,), floating)
        members["sample_weight"][0] = 1  # a mean over no weight is no number
    return members


@_operation("logistic/predict")
def _logistic_predict(rng, floating):
    members, rows = _linear_model(rng, floating)
    if rows == 1 and rng.random() < 0.5:
        members["threshold"] = float(rng.uniform(0.05, 0.95))
    return members


@_operation("logistic/boundary")
def _logistic_boundary(rng, floating):
    members, rows = _linear_model(rng, floating)
    if members["coef"].shape[-1] < 2:
        members = {"coef": rng.normal(0, 1, (2,) if rows == 1 else (rows, 2)).astype(floating), "features": rng.normal(0, 1, (9, 2)).astype(floating)}
    if rows == 1 and rng.random() < 0.5:
        members["threshold"] = float(rng.uniform(0.05, 0.95))
    return members


@_operation("logistic/loss")
def _logistic_loss(rng, floating):
    members = _labelled(rng, floating)
    reduction = str(rng.choice(["none", "sum", "mean", "mean_elements", "mean_batch"]))
    members["reduction"] = reduction
    if reduction != "none":
        members.update({name: float(rng.uniform(0, 3)) for name in ("l1", "l2") if rng.random() < 0.4})
    if rng.random() < 0.4:
        members["upstream"] = rng.normal(0, 1, members["labels"].shape if reduction == "none" else ()).astype(floating)
    return members


@_operation("logistic/partial")
def _logistic_partial(rng, floating):
    return _labelled(rng, floating)


@_operation("logistic/fit")
def _logistic_fit(rng, floating):
    classes, size = int(rng.integers(2, 4)), int(rng.integers(1, 4))
    samples = int(rng.integers(classes * 4, 40))
    members = {"features": rng.normal(0, 1, (samples, size)).astype(floating), "labels": (np.arange(samples) % classes).astype(_integer(rng)),
               "l2": float(rng.uniform(0.1, 3)), "fit_intercept": bool(rng.random() < 0.7), "class_weight": str(rng.choice(["none", "balanced"]))}
    if rng.random() < 0.4:
        members["sample_weight"] = rng.uniform(0.2, 3, samples).astype(floating)
    return members


def _labelled(rng, floating):
    members, rows = _linear_model(rng, floating)
    samples = members["features"].shape[:-1]
    members["labels"] = rng.integers(0, max(2, rows), samples).astype(_integer(rng))
    if rng.random() < 0.4:
        members["sample_weight"] = rng.uniform(0.1, 4, samples).astype(floating)
    return members


def _linear_model(rng, floating):
    size, rows = int(rng.choice([1, 2, 3, 8, 17, 40])), int(rng.choice([1, 2, 3, 7]))
    samples = (int(rng.integers(1, 200)),)
    members = {"features": rng.normal(0, 1, (*samples, size)).astype(floating), "coef": rng.normal(0, 1, (size,) if rows == 1 else (rows, size)).astype(floating)}
    if rng.random() < 0.7:
        members["intercept"] = rng.normal(0, 1, () if rows == 1 else (rows,)).astype(floating)
    return members, rows


@_operation("selection/select")
def _select(rng, floating):
    rows = () if rng.random() < 0.3 else (int(rng.integers(1, 9)),)
    count, rest = int(rng.integers(1, 8)), tuple(int(size) for size in rng.integers(1, 5, int(rng.integers(0, 3))))
    members = {"logits": rng.normal(0, 2, (*rows, count)).astype(floating), "candidates": rng.normal(0, 2, (*rows, count, *rest)).astype(floating),
               "mode": str(rng.choice(["soft", "hard", "straight_through", "gumbel_softmax"])), "temperature": float(rng.uniform(0.3, 3))}
    if members["mode"] == "gumbel_softmax":
        members.update(uniforms=rng.uniform(0.01, 0.99, (*rows, count)).astype(floating), hard=bool(rng.random() < 0.5))
    if rng.random() < 0.7:
        members["upstream"] = rng.normal(0, 1, (*rows, *rest)).astype(floating)
    return members


@_operation("selection/reinforce")
def _selection_reinforce(rng, floating):
    rows = () if rng.random() < 0.3 else (int(rng.integers(1, 9)),)
    count, samples = int(rng.integers(1, 8)), int(rng.integers(2, 30))
    return {"logits": rng.normal(0, 2, (*rows, count)).astype(floating), "actions": rng.integers(0, count, (*rows, samples)).astype(_integer(rng)),
            "losses": rng.normal(0, 2, (*rows, samples)).astype(floating), "baseline_mode": str(rng.choice(["none", "mean", "leave_one_out"]))}


@_operation("segmentation/class-weights")
def _class_weights(rng, floating):
    classes = int(rng.integers(2, 20))
    method = str(rng.choice(["median_frequency", "inverse_frequency", "effective_number", "balanced"]))
    members = {"method": method, **({"beta": float(rng.choice([0.9, 0.99, 0.999]))} if method == "effective_number" else {})}
    form = rng.integers(4)
    if form == 0:
        labels = rng.integers(0, classes, tuple(rng.integers(1, 9, 3)))
        return {**members, "labels": np.minimum(labels, rng.integers(0, classes, labels.shape)).astype(_integer(rng)), "classes": classes}
    per_image = rng.integers(0, 5000, (int(rng.integers(1, 6)), classes)) * (rng.random(classes) < 0.8)
    per_image[0, 0] += 1  # at least one pixel
    if form == 1:
        return {**members, "counts": per_image}
    seen = ((per_image > 0) * per_image.sum(1, keepdims=True)).sum(0)
    needed = form == 2 or method == "median_frequency"
    return {**members, "counts": per_image.sum(0), **({"present_pixels": seen} if needed else {})}


def _shape(rng, largest=20000):
    """A shape of one to five axes and where its classes lie; sizes cross every vector width and its tail."""
    rank = int(rng.integers(1, 6))
    axis = 1 if rank > 1 and rng.random() < 0.4 else -1 if rng.random() < 0.8 else int(rng.integers(rank))
    limit = float(rng.choice([60, 600, largest])) if largest > 600 else largest
    shape = [int(rng.integers(1, 9)) for _ in range(rank)]
    shape[axis] = int(rng.choice([1, 2, 3, 5, 8, 12, 21, 40], p=[0.05, 0.15, 0.2, 0.2, 0.1, 0.15, 0.1, 0.05]))
    while np.prod(shape) > limit:
        widest = int(np.argmax(shape))
        shape[widest] = max(1, shape[widest] // 2)
    if limit > 600 and rank > 1:
        other = next(i for i in range(rank) if i != axis % rank)
        shape[other] = max(1, int(limit * rng.uniform(0.2, 1) * shape[other] / np.prod(shape)))
    return tuple(shape), axis


def _scores(rng, shape, floating):
    return rng.normal(0, float(rng.choice([0.1, 1, 5, 20])), shape).astype(floating)


def _distributions(rng, shape, axis, floating):
    raw = rng.exponential(1.0, shape) + 1e-3
    return (raw / raw.sum(axis, keepdims=True)).astype(floating)


def _weights(rng, shape, floating):
    weights = rng.uniform(0.05, 4, shape)
    return np.where(rng.random(shape) < 0.1, 0, weights).astype(floating)


def _integer(rng):
    return rng.choice([np.int32, np.int64, np.uint8])


@_operation("similarity/cross-correlation")
def _cross_correlation(rng, floating):
    groups, last = int(rng.choice([1, 1, 2, 3])), bool(rng.random() < 0.4)
    inputs, outputs = groups * int(rng.integers(1, 6)), groups * int(rng.integers(1, 7))
    sizes, kernel, slide = _slide(rng)
    input = _feature_maps(rng, inputs, sizes, last, floating)
    members = {"input": input, "kernel": rng.normal(0, 1, (outputs, inputs // groups, *kernel)).astype(floating), **slide, **_border(rng, slide, sizes)}
    if rng.random() < 0.5:
        members["bias"] = rng.normal(0, 1, outputs).astype(floating)
    if groups > 1:
        members["groups"] = groups
    return _differentiated(rng, "similarity/cross-correlation", {**members, **_layout(rng, last)}, "output", floating)


@_operation("similarity/separable")
def _separable(rng, floating):
    last, inputs, outputs = bool(rng.random() < 0.4), int(rng.integers(1, 6)), int(rng.integers(1, 7))
    hidden = inputs * int(rng.integers(1, 3))
    sizes, kernel, slide = _slide(rng)
    members = {"input": _feature_maps(rng, inputs, sizes, last, floating), "depthwise": rng.normal(0, 1, (hidden, 1, *kernel)).astype(floating),
               "pointwise": rng.normal(0, 1, (outputs, hidden, 1, 1)).astype(floating), **slide, **_border(rng, slide, sizes)}
    if rng.random() < 0.5:
        members["bias"] = rng.normal(0, 1, outputs).astype(floating)
    return _differentiated(rng, "similarity/separable", {**members, **_layout(rng, last)}, "output", floating)


@_operation("similarity/siamese")
def _siamese(rng, floating):
    planes = (int(rng.integers(1, 4)), int(rng.integers(1, 6)))
    sizes, kernel, slide = _slide(rng)
    members = {"template": rng.normal(0, 1, (*planes, *kernel)).astype(floating), "search": rng.normal(0, 1, (*planes, *sizes)).astype(floating)}
    if "padding" in slide:
        members["padding"] = slide["padding"]
    # A template of one element has no shape: every cosine is 1 or -1, and the first of equal peaks is chosen by rounding.
    if kernel != (1, 1) and planes[1] > 1 and rng.random() < 0.7:
        members["normalize"] = str(rng.choice(["cosine", "zncc"]))
    if "normalize" not in members and rng.random() < 0.4:
        members["per_channel"] = bool(rng.random() < 0.7)
    return _differentiated(rng, "similarity/siamese", members, "response", floating)


def _slide(rng):
    """Sizes of an input, of a kernel that fits on it, and how the kernel slides."""
    sizes = (int(rng.integers(3, 12)), int(rng.choice([rng.integers(3, 12), rng.integers(12, 70)])))
    kernel = (int(rng.integers(1, 4)), int(rng.integers(1, 4)))
    slide = {}
    form = rng.integers(5)
    if form == 0:
        slide["padding"] = str(rng.choice(["same", "valid"]))
    elif form < 4:
        slide["padding"] = [int(rng.integers(0, 3)), [int(n) for n in rng.integers(0, 4, 2)], [int(n) for n in rng.integers(0, 4, 4)]][form - 1]
    if slide.get("padding") != "same" and rng.random() < 0.4:
        slide["stride"] = int(rng.integers(1, 4)) if rng.random() < 0.5 else [int(n) for n in rng.integers(1, 4, 2)]
    dilation = [int(rng.integers(1, 3)) if kernel[axis] * 2 - 1 <= sizes[axis] else 1 for axis in (0, 1)]
    if dilation != [1, 1]:
        slide["dilation"] = dilation
    return sizes, kernel, slide


def _border(rng, slide, sizes):
    """Sometimes a border of something else than zeros, where there is enough of it."""
    widest = max(np.ravel(slide["padding"])) if isinstance(slide.get("padding", 0), (int, list)) and "padding" in slide else 3
    return {"padding_mode": str(rng.choice(["reflect", "replicate", "circular"]))} if min(sizes) > widest and rng.random() < 0.4 else {}


def _feature_maps(rng, channels, sizes, last, floating):
    batch = int(rng.integers(1, 4))
    return rng.normal(0, 1, (batch, *sizes, channels) if last else (batch, channels, *sizes)).astype(floating)


def _layout(rng, last):
    members = {"layout": "channels_last"} if last else {}
    return {**members, "mode": "convolution"} if rng.random() < 0.3 else members


def _differentiated(rng, operation, members, values, floating):
    """Often an upstream of the answer's shape, which only the oracle knows beforehand."""
    if rng.random() < 0.8:
        shape = oracle.answer(operation, members)[values].shape
        members["upstream"] = rng.normal(0, 1, tuple(shape)).astype(floating)
    return members


@_operation("segmentation/metrics")
def _metrics(rng, floating):
    shape, axis = _shape(rng, largest=4000)
    classes, pixels = shape[axis], tuple(np.delete(shape, axis))
    if rng.random() < 0.25:
        parts = () if rng.random() < 0.5 else (int(rng.integers(1, 5)),)
        return {"confusion": rng.integers(0, 40, (*parts, classes, classes)) + 1}
    labels = rng.integers(0, classes, pixels).astype(_integer(rng))
    members = {"labels": labels}
    if rng.random() < 0.5:
        ignored = int(rng.choice([-100, 255, rng.integers(classes)]))
        members = {"labels": np.where(rng.random(pixels) < 0.3, ignored, labels.astype(np.int64)), "ignore_index": ignored}
    if rng.random() < 0.5:
        return {**members, "predictions": rng.integers(0, classes, pixels).astype(_integer(rng)), "classes": classes}
    return {**members, "logits": _scores(rng, shape, floating), "class_axis": axis}
